"""A review is published through its pages: events, files under their hash, an archive for everybody, then and now."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from starlette.responses import HTMLResponse, StreamingResponse

from services.observatory.figures.observatory import of
from services.observatory.pages import streamed_page as unfolding
from services.observatory.review.domain import REVIEW, Figure, PublishReview
from services.observatory.review.publication.published_files import files_of
from services.observatory.review.views import REVIEWS
from shared.base.translations import languages
from shared.contract import Event
from shared.contract.directory.structures import ContactAdded, StructureRegistered
from shared.contract.envelope import Provenance, Recorded, address, sealed_body
from shared.contract.membership.members import CollegeOpened, CollegeRevised, MemberJoined
from shared.kernel.eventlog.event_log import Unit, Write
from shared.kernel.views.projection import Document
from shared.runtime.service import Service
from tests.fixtures.observatory_history import History, named, someone
from tests.services.observatory.test_pages import front, service, write

pytestmark = pytest.mark.slow

__all__ = ["front", "service"]  # fixtures
YEAR = {"since": "2016-01-01", "until": "2016-12-31"}
HERE = "/observatory/reviews"
TOTAL = "directory.structures_total.value"
ALL_FILES = {"data.json"} | {f"{lang}.{kind}" for lang in languages() for kind in ("pdf", "xlsx")}


def first() -> History:
    h = History()
    for n in range(12):
        h.say(StructureRegistered(name=f"Structure {n}", kind="association", department="31"), str(n), "2016-02-01")
    for n in range(3):
        h.say(ContactAdded(structure=named("structure/1"), name=someone(), role="x"), f"c{n}", "2016-02-01")
    h.say(CollegeOpened(college="associative", title="A"), "x", "2015-01-01")
    h.say(
        MemberJoined(college="associative", charter_version=1, structure=named("structure/a"), name="a"),
        "a",
        "2016-02-01",
    )
    return h


async def published(front: httpx2.AsyncClient, service: Service, **more: Any) -> Document:
    """Publishes the year by the form, and gives what the archive knows of it."""
    id = str(uuid4())
    answer = await front.post(f"{HERE}/publish", data={"title": "Bilan 2016", "command_id": id, **YEAR, **more})
    assert answer.status_code == 200, answer.text
    steps = [
        "Chiffres calculés", "PDF en français mis en page", "PDF en anglais mis en page", "Tableurs et JSON écrits",
        "Événements écrits au journal", "Le bilan est publié.",
    ]  # fmt: skip
    places = [answer.text.find(step) for step in steps]
    assert -1 not in places and places == sorted(places), answer.text[-1500:]
    found = re.search(r'href="/observatory/reviews/([0-9a-f-]{36})"', answer.text)
    assert found is not None
    again = await front.post(f"{HERE}/publish", data={"title": "Bilan 2016", "command_id": id, **YEAR, **more})
    assert again.headers["location"] == f"{HERE}/{found[1]}", "sent twice it is one publication"
    document = await service.store.get(REVIEWS, found[1])
    assert document is not None
    return document


async def learnt(service: Service, event: Event, at: datetime) -> int:
    """Appends an event about a new thing, learnt now."""
    id, command = uuid4(), uuid4()
    by = Provenance("staff:test", command, command)
    body = sealed_body(service.network, event, id, id=uuid4(), version=1, at=at, now=datetime.now(UTC), by=by)
    subject = address(service.network, event, id)
    seq = await service.log.append(Unit([Write(subject, str(uuid4()), body)], {subject.rpartition(".")[0]: 0}))
    assert await of(service).table.wait_for(seq)
    return seq


async def events_of(service: Service, key: str) -> list[Recorded]:
    return (await service.execute.history(REVIEW.entity, UUID(key))).events


async def test_a_published_review_is_in_the_log_figure_by_figure_and_in_the_archive_file_by_file(
    front: httpx2.AsyncClient, service: Service
) -> None:
    upto = await write(service, first())
    one = await published(front, service)
    events = await events_of(service, one["key"])
    assert [event.type for event in events] == ["ReviewPublished", *["FigurePublished"] * one["count"]]
    assert (
        events[0].cloud.actor != "public"
        and one["upto"] == upto
        and (one["since"], one["until"]) == tuple(YEAR.values())
    )
    figures = {figure["path"]: figure for figure in one["figures"]}
    assert (figures[TOTAL]["value"], figures[TOTAL]["before"], figures[TOTAL]["definition"]) == (12, 0, 1)
    assert "directory.contacts_total.value" not in figures and one["masked"] >= 1, "three contacts are few persons"

    public = httpx2.AsyncClient(transport=front._transport, base_url="http://localhost")
    page = await public.get(f"/observatory/public/reviews/{one['key']}")
    assert page.status_code == 200 and "Structures recensées" in page.text and "Contacts" not in page.text
    assert (
        f"/observatory/ledger/proof/{figures[TOTAL]['seq']}" in page.text
        and f"/observatory/ledger/proof/{one['seq']}" in page.text
    )
    for name, digest in one["files"].items():
        file = await public.get(f"/observatory/public/reviews/{one['key']}/{name}")
        assert file.status_code == 200 and sha256(file.content).hexdigest() == digest, name
        assert file.headers["etag"] == f'"{digest}"' and digest[:16] in page.text
    assert set(one["files"]) == ALL_FILES
    data = (await public.get(f"/observatory/public/reviews/{one['key']}/data.json")).json()
    assert {figure["path"]: figure["value"] for figure in data["figures"]} == {
        path: figure["value"] for path, figure in figures.items()
    }
    archive = await public.get("/observatory/public/reviews")
    assert archive.status_code == 200 and one["key"] in archive.text and "Bilan 2016" in archive.text
    for wrong in (f"{uuid4()}", f"{one['key']}/other.pdf", f"{one['key']}/fr.exe"):
        assert (await public.get(f"/observatory/public/reviews/{wrong}")).status_code == 404
    for closed in (HERE, f"{HERE}/{one['key']}", f"{HERE}/period", f"{HERE}/publish"):
        assert (await public.get(closed)).status_code in (303, 401), closed
    await public.aclose()
    await _later(front, service, one)


async def _later(front: httpx2.AsyncClient, service: Service, one: Document) -> None:
    """What is learnt later changes the recount, and never what was published."""
    page = await front.get(f"{HERE}/{one['key']}")
    assert page.status_code == 200 and "Rien n’a changé" in page.text
    before = (await front.get(f"/observatory/public/reviews/{one['key']}")).text
    late = StructureRegistered(name="Retrouvée", kind="association", department="34")
    seq = await learnt(service, late, datetime(2016, 6, 1, 12, tzinfo=UTC))
    page = await front.get(f"{HERE}/{one['key']}")
    rows = re.findall(r"<tr role=\"row\"><th scope=\"row\".*?</tr>", page.text.split("Tous les chiffres")[0], re.S)
    said = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for row in rows]
    assert {text.split(" au ")[0].strip() for text in said} >= {"Structures recensées", "Structures, Hérault"}
    assert all("+1" in text and f"n° {seq}" in text and "Retrouvée" in text for text in said), said
    assert all(f'href="/observatory/journal/{seq}"' in row for row in rows)
    # a name that is said now, for a day before the review's
    renamed = CollegeRevised(college="associative", title="Assos", titles={"fr": "Assos renommées"})
    assert await service.runner.wait_for(await learnt(service, renamed, datetime(2016, 1, 5, 12, tzinfo=UTC)))
    assert "Assos renommées" in (await front.get(f"{HERE}/period", params=YEAR)).text
    after = (await front.get(f"/observatory/public/reviews/{one['key']}")).text
    told = [re.findall(r"<(?:table|dl|svg).*?</(?:table|dl|svg)>", text, re.S) for text in (before, after)]
    assert told[0] == told[1] and len(told[0]) > 10, "what was published stays"
    link = await front.get(f"{HERE}/{one['key']}/difference?path={TOTAL}")
    assert link.status_code == 200 and f"/observatory/journal/{seq}" in link.text
    assert (await front.get(f"{HERE}/{one['key']}/difference?path=nothing")).status_code == 404


async def test_a_review_is_replaced_or_withdrawn_with_a_reason_and_stays_to_be_read(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, first())
    figure = Figure(
        path=TOTAL,
        indicator="structures_total",
        definition=1,
        sort="state",
        value=11,
        before=None,
        precision=0,
        day=date(2016, 12, 31),
        events=11,
    )
    command = PublishReview(
        title="Bilan 2016",
        since=date(2016, 1, 1),
        until=date(2016, 12, 31),
        as_of=date(2016, 12, 31),
        upto=3,
        figures=[figure],
        files={"fr.pdf": files_of(service).keep(b"%PDF-", "pdf")},
    )
    outcome = await service.execute(command, id=uuid4(), actor="test")
    assert await service.runner.wait_for(outcome.seq)
    one = {"key": str(outcome.entity_id)}
    data = {"title": "Bilan 2016", "command_id": str(uuid4()), **YEAR, "replaces": one["key"]}
    refused = await front.post(f"{HERE}/publish", data=data)
    assert refused.status_code == 422 and "Dites pourquoi" in refused.text
    two = await published(
        front, service, title="Bilan 2016 corrigé", replaces=one["key"], reason="Une faute de frappe", whole="true"
    )
    assert two["replaces"] == one["key"] and two["masked"] == 0 and "directory.contacts_total.value" in str(two)
    gone = await service.store.get(REVIEWS, one["key"])
    assert gone is not None and (gone["state"], gone["by"], gone["gone"]) == (
        "replaced",
        two["key"],
        "Une faute de frappe",
    )
    page = await front.get(f"/observatory/public/reviews/{one['key']}")
    assert (
        page.status_code == 200
        and "Une faute de frappe" in page.text
        and f"/observatory/public/reviews/{two['key']}" in page.text
    )
    assert (await front.get(f"/observatory/public/reviews/{one['key']}/fr.pdf")).status_code == 200
    again = await front.post(f"{HERE}/publish", data={**data, "reason": "encore", "command_id": str(uuid4())})
    assert again.status_code == 422 and "déjà retiré ou remplacé" in again.text

    form = {
        "review": two["key"],
        "version": str(two["version"]),
        "command_id": str(uuid4()),
        "reason": "Le tableau est faux",
    }
    done = await front.post("/observatory/do/WithdrawReview", data={**form, "back": f"{HERE}/{two['key']}"})
    assert done.status_code == 303 and done.headers["location"].startswith(f"{HERE}/{two['key']}?done=")
    page = await front.get(f"/observatory/public/reviews/{two['key']}")
    assert "Le tableau est faux" in page.text and "retiré" in page.text


async def test_the_pages_of_a_period_stand_in_both_languages_empty_and_full(
    front: httpx2.AsyncClient, service: Service
) -> None:
    asked = "since=2016-01-01&until=2016-12-31"
    paths = (
        HERE, f"{HERE}/period", f"{HERE}/period?{asked}", f"{HERE}/period?{asked}&as_of=2016-06-30&known_at=2017-01-01",
        f"{HERE}/period?{asked}&department=31&kind=association", f"{HERE}/publish?{asked}", f"{HERE}/printed",
        "/observatory/public/reviews",
        f"{HERE}/period/events?{asked}&indicator=structures_total&path={TOTAL}",
        f"{HERE}/printed/difference?path={TOTAL}",
    )  # fmt: skip
    for empty in (True, False):
        for path in paths:
            answer = await front.get(f"{path}{'&' if '?' in path else '?'}lang={'en' if empty else 'fr'}")
            assert answer.status_code == 200, (path, answer.text[:300])
            assert "Undefined" not in answer.text and "{{" not in answer.text and "<script" not in answer.text
        if empty:
            await write(service, first())
    for ending, kind in (("pdf", "application/pdf"), ("xlsx", "spreadsheetml"), ("json", "application/json")):
        answer = await front.get(f"{HERE}/period.{ending}?{asked}")
        assert answer.status_code == 200 and kind in answer.headers["content-type"]
        assert "Bilan%202016" in answer.headers["content-disposition"]
    assert (await front.get(f"{HERE}/period.exe?{asked}")).status_code == 404


async def test_what_is_no_period_is_refused_in_words(front: httpx2.AsyncClient, service: Service) -> None:
    for query, words in (
        ("since=2016-12-31&until=2016-01-01", "finit avant de commencer"),
        ("since=1900-01-01&until=2016-01-01", "au plus 30 ans"),
        ("since=2199-01-01&until=2199-12-31", "n’a pas commencé"),
        ("since=hier", "n’est pas une date"),
        ("department=99", "pas dans la liste"),
    ):
        answer = await front.get(f"{HERE}/period?{query}")
        assert answer.status_code == 422 and words in answer.text, query
    wrong = await front.post(f"{HERE}/publish", data={"title": "x", "command_id": str(uuid4()), **YEAR})
    assert wrong.status_code == 422 and "n’est pas publié" in wrong.text and 'value="x"' in wrong.text
    assert (await front.post(f"{HERE}/publish", data={"title": "Bilan", **YEAR})).status_code == 400
    assert of(service).table.position == 0, "nothing was written"


async def test_a_page_that_takes_long_begins_at_once_and_goes_on() -> None:
    made, page = asyncio.Event(), HTMLResponse(f"<main>head {unfolding.REST} foot</main>")

    async def rest() -> str:
        await made.wait()
        return "<p>figures"

    answer = await unfolding.unfolding(page, rest(), "wait & see", "failed", at_once=0.01)
    assert isinstance(answer, StreamingResponse)
    parts = aiter(answer.body_iterator)
    first = str(await anext(parts))
    assert first.startswith("<main>head ") and "wait &amp; see" in first and not made.is_set()
    made.set()
    assert str(await anext(parts)).endswith("<p>figures</div> foot</main>")

    async def failing() -> str:
        await asyncio.sleep(0.05)
        raise RuntimeError

    answer = await unfolding.unfolding(page, failing(), "wait", "failed", at_once=0.01)
    assert isinstance(answer, StreamingResponse)
    assert [str(part) async for part in answer.body_iterator][-1].count("failed") == 1
