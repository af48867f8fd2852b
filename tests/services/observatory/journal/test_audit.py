"""The audit on a real log: searching, lives, cause and effect, who did what, selections taken away and checked."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pyarrow.parquet as pq
import pytest
from nats.aio.client import Client
from typer.testing import CliRunner

from deploy.cli.archive.audit_compare import compared
from deploy.cli.main import app
from services.observatory.app import OBSERVATORY
from services.observatory.figures.observatory import of as observatory_of
from services.observatory.journal.exports import kept_leaves
from services.observatory.ledger.notary import notary_of
from shared.base.settings import Settings
from shared.contract import Event
from shared.contract.directory.publications import MemberNewsPublished
from shared.contract.directory.structures import ContactAdded, StructureRegistered, StructureRevised
from shared.contract.envelope import Provenance, address, sealed_body
from shared.contract.newsletter.bulletins import IssueApproved, IssueStarted, ItemAdded
from shared.contract.newsletter.delivery import DeliveryAccepted, DeliveryBegun
from shared.kernel.eventlog.event_log import Unit, Write
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.service import PARKED, Service, Surroundings
from shared.web.security.authorization import cookie_name
from tests.fixtures.observatory_history import named, someone
from tests.fixtures.signing_in import account
from tests.services.observatory.test_pages import front

pytestmark = pytest.mark.slow

__all__ = ["front"]  # a fixture
FORMULA = '=HYPERLINK("http://exemple.invalid")'
ISSUE = named("issue/7")


@pytest.fixture
async def service(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[Service]:
    """An observatory whose notary signs at each event."""
    settings = Settings(data=tmp_path, checkpoint_events=1)
    store = SqliteStore(tmp_path / "views.sqlite")
    around = Surroundings(network=network, nc=nc, settings=settings, data=tmp_path, store=store, broker={})
    service = Service(OBSERVATORY, around)
    await service.start()
    yield service
    await service.stop()


class Story:
    """Writes events that cause one another into the log of a service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._versions: dict[UUID, int] = {}
        self._seq: dict[str, int] = {}

    async def say(
        self,
        event: Event,
        id: UUID,
        *,
        actor: str = "account:0a0a0a0a-0000-7000-8000-000000000001",
        cause: str | None = None,
        chain: UUID | None = None,
        days_ago: int = 0,
    ) -> tuple[int, str, UUID]:
        """The sequence of the event, its id, and the chain that it stands in."""
        version = self._versions[id] = self._versions.get(id, 0) + 1
        event_id, command, now = uuid4(), uuid4(), datetime.now(UTC)
        by = Provenance(actor, command, chain or command, UUID(cause) if cause else None)
        body = sealed_body(
            self._service.network,
            event,
            id,
            id=event_id,
            version=version,
            at=now - timedelta(days=days_ago),
            now=now,
            by=by,
        )
        subject = address(self._service.network, event, id)
        entity = subject.rpartition(".")[0]
        seq = await self._service.log.append(
            Unit([Write(subject, str(event_id), body)], {entity: self._seq.get(entity, 0)})
        )
        self._seq[entity] = seq
        assert await observatory_of(self._service).table.wait_for(seq)
        return seq, str(event_id), by.correlation


async def told(service: Service) -> dict[str, Any]:
    """A structure whose news becomes an item of an issue, which goes out to two subscribers."""
    story, found = Story(service), dict[str, Any]()
    structure, contact, news = named("structure/eau"), named("contact/eau"), named("publication/eau")
    await story.say(StructureRegistered(name="Échos d’eau", kind="association", department="31"), structure)
    await story.say(ContactAdded(structure=structure, name=someone(), role=FORMULA), contact)
    await story.say(StructureRevised(name="Échos d’eau vive", cleared=["department"]), structure, days_ago=3)
    said, news_id, found["chain"] = await story.say(
        MemberNewsPublished(structure=structure, structure_name="Échos d’eau", title="Un puits à Kaya", text="…"), news
    )
    by = {"actor": "service:newsletter", "cause": news_id, "chain": found["chain"]}
    await story.say(IssueStarted(bulletin="echos", number=7), ISSUE, **by)
    item = ItemAdded(item=named("item"), section="news", title="Un puits à Kaya", text="…", source_event=UUID(news_id))
    await story.say(item, ISSUE, **by)
    approved = IssueApproved(bulletin="echos", number=7, recipients=2)
    found["approved"], _, found["approval"] = await story.say(approved, ISSUE)
    for n in range(2):
        mail = named(f"delivery/{n}")
        begun = DeliveryBegun(subscriber=named(f"subscriber/{n}"), purpose="issue", issue=ISSUE)
        await story.say(begun, mail, actor="service:newsletter")
        if n == 0:
            await story.say(DeliveryAccepted(), mail, actor="service:newsletter")
    await service.around.nc.jetstream().publish(f"{service.network}.directory.structure.{structure}.Junk", b"junk")
    assert await observatory_of(service).table.wait_for(11)
    return {**found, "structure": structure, "contact": contact, "news": news, "said": said}


async def test_the_log_is_searched_filtered_counted_and_every_state_is_an_address(
    front: httpx2.AsyncClient, service: Service
) -> None:
    story = await told(service)
    for query, expected in (
        ("q=echos+EAU", [4, 3, 1]), ("q=kaya", [6, 4]), ("q=sealed", []), ("q=c2VhbGVk", []), ("q=kind", []),
        (f"q={story['contact']}", [2]),
        ("service=newsletter&type=DeliveryBegun", [10, 8]), (f"entity={story['structure']}", [3, 1]),
        (f"about={story['structure']}", [4, 3, 2, 1]), (f"chain={story['chain']}", [6, 5, 4]),
        ("actor=service:newsletter", [10, 9, 8, 6, 5]),
        (f"since={date.today() + timedelta(days=2)}", []), (f"until={date.today() - timedelta(days=2)}", [3]),
        (f"known_until={date.today() - timedelta(days=2)}", []), ("before=3", [2, 1]), ("order=log&after=8", [9, 10]),
    ):  # fmt: skip
        if "order" not in query:
            shown = (await front.get(f"/observatory/journal?{query}")).text
            rows = re.findall(r'role="rowheader"><a href="/observatory/journal/(\d+)"', shown)
            assert [int(seq) for seq in rows] == expected, query
            assert ("Aucun événement" in shown) == (not expected)
            query = f"order=newest&{query}"
        found = (await front.get(f"/observatory/api/events?{query}")).json()
        assert [one["seq"] for one in found["events"]] == expected, query
    counted = (await front.get("/observatory/api/counts/events?service=directory")).json()
    assert counted["total"] == 4 and counted["services"] == {"directory": 4, "newsletter": 6}
    assert counted["types"] == {
        "StructureRegistered": 1,
        "ContactAdded": 1,
        "StructureRevised": 1,
        "MemberNewsPublished": 1,
    }
    filtered = (await front.get("/observatory/journal?q=kaya&service=directory")).text
    assert 'href="/observatory/journal?service=directory"' in filtered, "a filter can be removed"


async def test_a_life_says_what_changed_by_which_event_and_leads_to_its_causes_and_proof(
    front: httpx2.AsyncClient, service: Service
) -> None:
    story = await told(service)
    shown = (await front.get(f"/observatory/life/{story['structure']}")).text
    assert "Échos d’eau vive" in shown and "Un puits" not in shown
    assert "noté après coup" in shown and "une parole plus récente disait déjà" in shown
    assert 'href="/observatory/journal/11"' in shown, "what is void under its subject is told"
    assert f'href="/directory/structures/{story["structure"]}"' in shown
    assert f"/observatory/journal?about={story['structure']}&amp;type=ContactAdded" in shown
    life = (await front.get(f"/observatory/api/life/{story['structure']}")).json()
    assert (life["entity"], life["page"]) == ("directory.structure", f"/directory/structures/{story['structure']}")
    facts = {one["field"]: (one["value"], one["event"]) for one in life["facts"]}
    assert facts == {
        "name": ("Échos d’eau", 1),
        "kind": ("association", 1),
        "department": ("31", 1),
        "invented": (False, 1),
    } | {name: ([], 1) for name in ("themes", "countries", "sdgs") if name in facts}
    assert [(one["field"], one["overtaken"]) for one in life["events"][1]["changes"]] == [
        ("name", True),
        ("department", True),
    ]

    contact = (await front.get(f"/observatory/life/{story['contact']}")).text
    assert (
        "scellé" in contact and "c2VhbGVk" not in contact and f"/directory/structures/{story['structure']}" in contact
    )
    assert "c2VhbGVk" not in (await front.get(f"/observatory/api/life/{story['contact']}")).text
    assert (await front.get(f"/observatory/life/{uuid4()}")).status_code == 404
    assert (await front.get("/observatory/life/zz")).status_code == 422

    notary = notary_of(service)
    await until(lambda: notary.head is not None and notary.head.size >= 11)
    event = (await front.get("/observatory/journal/1")).text
    assert 'href="/observatory/ledger/proof/1"' in event and "signé" in event
    assert (await front.get("/observatory/api/events/1")).json()["proof"] == "signed"


async def test_cause_and_effect_is_a_tree_across_services_with_the_mails_it_led_to(
    front: httpx2.AsyncClient, service: Service
) -> None:
    story = await told(service)
    tree = (await front.get(f"/observatory/api/chains/{story['chain']}")).json()
    (root,) = tree["roots"]
    assert root["event"]["type"] == "MemberNewsPublished" and tree["total"] == 3
    assert [one["event"]["type"] for one in root["effects"]] == ["IssueStarted", "ItemAdded"]
    shown = (await front.get(f"/observatory/chains/{story['chain']}")).text
    assert "3\u00a0événements, dans 2\u00a0services" in shown and 'class="events effects' in shown
    approval = (await front.get(f"/observatory/api/chains/{story['approval']}")).json()
    assert approval["roots"][0]["mails"] == {"DeliveryAccepted": 1, "DeliveryBegun": 1}
    page = (await front.get(f"/observatory/chains/{story['approval']}")).text
    assert "1 message remis" in page.replace("\u00a0", " ") and f"about={ISSUE}" in page
    assert f"/observatory/chains/{story['chain']}" in (await front.get("/observatory/journal/5")).text
    assert (await front.get(f"/observatory/chains/{uuid4()}")).status_code == 404


async def test_a_selection_is_taken_away_and_each_row_can_be_checked_against_the_signed_archive(
    front: httpx2.AsyncClient, service: Service, tmp_path: Path
) -> None:
    story = await told(service)
    files = {form: await front.get(f"/observatory/api/files/events.{form}") for form in ("csv", "jsonl", "parquet")}
    table = pq.read_table(io.BytesIO(files["parquet"].content))
    lines = [json.loads(line) for line in files["jsonl"].text.splitlines()]
    cells = list(csv.DictReader(io.StringIO(files["csv"].content.decode("utf-8-sig")), delimiter=";"))
    assert (
        [one["seq"] for one in lines]
        == table.column("seq").to_pylist()
        == [int(one["seq"]) for one in cells]
        == list(range(1, 11))
    )
    assert (
        [one["leaf"] for one in lines]
        == table.column("leaf").to_pylist()
        == [one["leaf"].removeprefix("'") for one in cells]
    )
    assert table.schema.metadata[b"maillage.upto"] == b"11"
    assert all("c2VhbGVk" not in one.text for form, one in files.items() if form != "parquet")
    assert lines[1]["data"]["name"] == {"sealed": True} and FORMULA in cells[1]["data"].replace('\\"', '"')
    assert "attachment" in files["csv"].headers["content-disposition"]
    some = await front.get("/observatory/api/files/events.jsonl", params={"q": "kaya"})
    assert [json.loads(line)["seq"] for line in some.text.splitlines()] == [4, 6]
    none = await front.get("/observatory/api/files/events.parquet", params={"q": "nulle part"})
    assert pq.read_table(io.BytesIO(none.content)).num_rows == 0

    notary = notary_of(service)
    await until(lambda: notary.head is not None and notary.head.size >= 11)
    proof = (await front.get("/observatory/ledger/proof/4")).json()
    assert proof["leaf"] == lines[3]["leaf"]
    assert kept_leaves(notary.archive, [4, 999])[1] is None
    folder = str(notary.archive.folder)
    for form, answer in files.items():
        file = tmp_path / f"events.{form}"
        file.write_bytes(answer.content)
        assert list(compared(notary.archive, file, 11)) == [(seq, "") for seq in range(1, 11)]
        done = CliRunner().invoke(app, ["audit", "compare", str(file), "--archive", folder, "--json"])
        assert done.exit_code == 0 and json.loads(done.stdout)["rows"] == 10
    forged = tmp_path / "forged.csv"
    forged.write_bytes(files["csv"].content.replace("Un puits à Kaya".encode(), "Un puits à Dori".encode(), 1))
    wrong = CliRunner().invoke(app, ["audit", "compare", str(forged), "--archive", folder])
    assert wrong.exit_code == 1 and "event 4: data" in wrong.stdout
    assert story["said"] == 4


async def test_who_did_what_and_what_touches_accounts_is_for_auditors(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await told(service)
    reader = await account(service, "observatory:reader", label="Lectrice")
    auditor = await account(service, "observatory:auditor", label="Auditrice")
    _, last, _ = await auditor.session()
    assert await observatory_of(service).table.wait_for(last)
    seen = {}
    for name, who in (("reader", reader), ("auditor", auditor)):
        front.headers.pop("authorization", None)
        front.cookies.clear()
        front.cookies.set(cookie_name(service.settings), (await who.cookie())[cookie_name(service.settings)])
        seen[name] = {
            path: (await front.get(path)).status_code
            for path in (
                "/observatory/actors", "/observatory/actor?who=service:newsletter", "/observatory/journal?actor=public",
                f"/observatory/life/{reader.id}", f"/observatory/api/life/{reader.id}",
                f"/observatory/api/events/{last}",
                "/observatory/api/actors", "/observatory/api/files/events.csv", "/observatory/api/events?actor=public",
            )
        }  # fmt: skip
        told_types = {one["type"] for one in (await front.get("/observatory/api/events?limit=1000")).json()["events"]}
        assert ("SessionBegan" in told_types) == (name == "auditor") and "StructureRevised" in told_types
        opened = await front.get(f"/observatory/journal/{last}")
        assert opened.status_code == 200 and ("réservé" in opened.text) == (name == "reader")
        assert ("SessionBegan" in opened.text) == (name == "auditor")
    assert set(seen["reader"].values()) == {403} and set(seen["auditor"].values()) == {200}
    page = (await front.get("/observatory/actor?who=service:newsletter")).text
    assert "Message sur le point de partir" in page and "5\u00a0événements écrits" in page
    assert (await front.get("/observatory/actor?who=service:nobody")).status_code == 404


async def test_what_a_service_parked_is_shown_without_what_the_error_says(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await told(service)
    await service.store.park("take-news", 4, "ValueError: adresse@exemple.invalid")
    answer = await service._parked({})
    assert answer == {"parked": [{"reaction": "take-news", "seq": 4, "error": "ValueError"}]} and PARKED == "parked"
    shown = (await front.get("/observatory/journal/void")).text
    assert "N’ont pas répondu" in shown and "Annuaire" in shown, "no other service runs here"


async def test_a_hostile_search_finds_nothing_and_breaks_nothing(front: httpx2.AsyncClient, service: Service) -> None:
    await told(service)
    for text in ("' OR 1=1 --", '"}{', "%_", "\\", "a" * 120, "\u0000x", "e\u0301\u0300"):
        for path in ("/observatory/journal", "/observatory/api/events"):
            answer = await front.get(path, params={"q": text, "entity": text[:80], "chain": text[:80]})
            assert answer.status_code == 200 and "SELECT" not in answer.text, text


async def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    for _ in range(int(seconds / 0.05)):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")
