"""The pages of identifications: searched, saved for whoever asked, listed, taken away as files, repeated, put away."""

from __future__ import annotations

import json
import re
from io import BytesIO
from uuid import UUID, uuid4

import httpx2
import openpyxl
import pytest

from services.observatory.figures.observatory import of
from services.observatory.identification.criteria import answer
from services.observatory.identification.domain import Criteria
from shared.contract.directory.structures import StructureClosed, StructureRegistered
from shared.contract.envelope import Message
from shared.contract.membership.members import MemberJoined
from shared.contract.observatory.identification import IdentificationSaved
from shared.kernel.eventlog.event_log import Unit, Write
from shared.runtime.service import Service
from tests.fixtures.observatory_history import History, named
from tests.services.observatory.dashboard.test_dashboard import text_of
from tests.services.observatory.test_pages import HOSTILE, front, service, write

pytestmark = pytest.mark.slow

__all__ = ["front", "service"]  # fixtures
HERE = "/observatory/identification"
FORMULA = "=HYPERLINK(1)"
SOMEBODY = "Aurore Quatrefages"
NOBODY = UUID(int=7)  # no identification is called so
WET = "themes=Eau&countries=SN"
Client = httpx2.AsyncClient


def network() -> History:
    h = History()
    for name, themes, department in (
        ("Puits d’ici", ["Eau"], "31"),
        ("Puits du Lez", ["Eau", "Santé"], "34"),
        (FORMULA, ["Eau"], "31"),
        (HOSTILE, ["Santé"], "75"),
    ):
        facts = StructureRegistered(
            name=name, kind="association", themes=themes, countries=["SN"], department=department
        )
        h.say(facts, name, "2015-01-01")  # 1-4
    joined = MemberJoined(college="associative", charter_version=1, structure=named("structure/Puits d’ici"), name="P")
    h.say(joined, "m", "2015-06-01")  # 5
    return h


def key_of(name: str) -> str:
    return str(named(f"structure/{name}"))


def uuid_in(url: str) -> UUID:
    return UUID(url.rpartition("/")[2])


async def append(service: Service, message: Message, after: int = 0) -> None:
    """One more message, about an entity that stood at the sequence `after`."""
    subject = message.subject.replace("test.", f"{service.network}.", 1)
    body = message.body.replace(b'"/test/', f'"/{service.network}/'.encode())
    unit = Unit([Write(subject, str(named(f"late/{message.seq}")), body)], {subject.rpartition(".")[0]: after})
    assert await of(service).table.wait_for(await service.log.append(unit))


def hidden(page: str) -> dict[str, str]:
    return {
        name: value
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
        if name in ("command_id", "upto", "as_of", "version", "known_at")
    }


async def save(front: Client, query: str = WET, **answers: str) -> httpx2.Response:
    page = (await front.get(f"{HERE}/save?{query}")).text
    said = {"title": "L’eau au Sénégal", "purpose": "Un appel à projets", "asker": "organisation", "who": "Ville de X"}
    return await front.post(f"{HERE}/save?{query}", data={**hidden(page), **said, **answers})


async def saved(front: Client, query: str = WET, **answers: str) -> str:
    """The address of an identification that was saved."""
    done = await save(front, query, **answers)
    assert done.status_code == 303, text_of(done.text)
    return str(done.headers["location"]).partition("?")[0]


async def test_criteria_narrow_and_each_count_is_what_choosing_it_gives(front: Client, service: Service) -> None:
    await write(service, network())
    page = (await front.get(f"{HERE}?themes=Eau&as_of=2016-01-01")).text
    assert "3 structures le 01/01/2016" in text_of(page) and "Puits d’ici" in page and key_of(HOSTILE) not in page
    counted = dict(
        re.findall(r'name="department" value="(\d+)"[^>]*><label[^>]*>[^<]*</label><span class="count">(\d+)', page)
    )
    assert counted == {"31": "2", "34": "1"}
    for code, n in counted.items():
        narrower = text_of((await front.get(f"{HERE}?themes=Eau&as_of=2016-01-01&department={code}")).text)
        assert f"{n} structure" in narrower
    assert HOSTILE not in page and "<script" not in (await front.get(HERE)).text
    assert f'href="/directory/structures/{key_of("Puits d’ici")}?as_of=2016-01-01"' in page
    assert "Aucune structure" in text_of((await front.get(f"{HERE}?as_of=2014-01-01")).text)
    then = text_of((await front.get(f"{HERE}?member=yes&as_of=2015-03-01")).text)
    assert "Aucune ne répondait à tous ces critères le 01/03/2015" in then


async def test_a_saved_answer_stays_as_it_was_given_and_is_what_its_day_and_position_give_again(
    front: Client, service: Service
) -> None:
    h = network()
    await write(service, h)
    url = await saved(front)
    page = (await front.get(url)).text
    assert "3 structures" in text_of(page) and "Ville de X" in page and "Un appel à projets" in page
    h.say(StructureClosed(reason="asleep"), FORMULA, "2016-01-01")
    h.say(
        StructureRegistered(name="Nouvelle source", kind="school", themes=["Eau"], countries=["SN"]), "n", "2016-01-01"
    )
    await append(service, h.messages[-2], 3)
    await append(service, h.messages[-1])
    again = (await front.get(url)).text
    assert "3 structures" in text_of(again) and "Nouvelle source" not in again
    event = (await service.execute.history("identification", uuid_in(url))).events[0]
    assert isinstance(event.data, IdentificationSaved)
    data = event.data.model_dump(mode="json")
    criteria = Criteria(**{name: data[name] for name in Criteria.model_fields})
    given = answer(of(service).table, criteria, event.data.as_of, data["upto"])
    assert list(given.found) == data["found"] and len(given.found) == 3, "recomputed from the log: the same"
    repeated = text_of((await front.get(f"{url}/again")).text)
    assert "Venues depuis (1)" in repeated and "Nouvelle source" in repeated and "n’était pas inscrite" in repeated
    assert "Parties depuis (1)" in repeated and "n’est plus inscrite, ou est close" in repeated


async def test_a_repeated_answer_is_kept_beside_the_first_and_both_can_be_read(front: Client, service: Service) -> None:
    await write(service, network())
    url = await saved(front)
    form = hidden((await front.get(f"{url}/again?as_of=2014-12-31")).text)
    done = await front.post(f"{url}/again", data=form)
    assert done.status_code == 303
    twice = await front.post(f"{url}/again", data=form)
    assert twice.headers["location"] == f"{done.headers['location']}&again=1", "once"
    page = text_of((await front.get(url)).text)
    assert "0 structure" in page and "Aucune structure ne répondait à ces critères" in page and "Ses réponses" in page
    events = (await service.execute.history("identification", uuid_in(url))).events
    assert [one.type for one in events] == ["IdentificationSaved", "IdentificationRepeated"]
    assert "Puits du Lez" in (await front.get(f"{url}?answer={events[0].seq}")).text
    assert (await front.get(f"{url}?answer={events[0].seq - 1}")).status_code == 404
    stale = await front.post(f"{url}/again", data={**form, "command_id": str(uuid4())})
    assert stale.status_code == 409 and "Quelqu’un a écrit avant vous" in stale.text


async def test_who_asked_is_a_structure_of_the_list_an_organisation_or_a_person_who_is_sealed(
    front: Client, service: Service
) -> None:
    await write(service, network())
    several = await save(front, asker="structure", who="puits")
    assert (
        several.status_code == 422
        and "Choisissez ci-dessous" in several.text
        and key_of("Puits du Lez") in several.text
    )
    assert 'value="puits"' in several.text and "L’eau au Sénégal" in several.text, "what was written stays there"
    assert "Aucune structure de l’annuaire ne porte ce nom" in (await save(front, asker="structure", who="zzz")).text
    assert "Dites qui demande" in (await save(front, who="")).text
    chosen = await saved(front, asker="structure", who="puits", structure=key_of("Puits du Lez"))
    assert f'href="/directory/structures/{key_of("Puits du Lez")}"' in (await front.get(chosen)).text
    asked = await saved(front, asker="person", who=SOMEBODY, title="Pour elle")
    page = await front.get(asked)
    assert SOMEBODY in page.text and page.headers["cache-control"] == "no-store"
    listed = (await front.get(f"{HERE}/saved")).text
    assert SOMEBODY in listed and "Puits du Lez" in listed
    for ending in ("csv", "xlsx", "json"):
        assert SOMEBODY.encode() not in (await front.get(f"{asked}/export.{ending}")).content
    rows = of(service).table.rows("SELECT data, subject FROM (SELECT data, id AS subject FROM events)")
    assert not any(SOMEBODY in (row["data"] or "") for row in rows)
    body = (await service.execute.history("identification", uuid_in(asked))).events[0].cloud.data
    assert SOMEBODY.encode() not in bytes(body) and b'"sealed"' in bytes(body)
    api = await front.get("/observatory/api/identifications")
    assert api.status_code == 200 and SOMEBODY not in api.text


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
async def test_a_file_holds_the_answer_and_no_formula(front: Client, service: Service, ending: str) -> None:
    await write(service, network())
    url = await saved(front)
    for address in (f"{HERE}/export.{ending}?{WET}", f"{url}/export.{ending}"):
        file = await front.get(address)
        assert file.status_code == 200 and f".{ending}" in file.headers["content-disposition"]
        if ending == "csv":
            lines = file.content.decode("utf-8-sig").splitlines()
            assert len(lines) == 4 and lines[1].startswith(
                f"'{FORMULA};association;31;Haute-Garonne;Eau;Eau;SN;Sénégal;;;http"
            )
        elif ending == "xlsx":
            book = openpyxl.load_workbook(BytesIO(file.content))
            cells = list(book["Structures"].iter_rows(values_only=True))
            assert len(cells) == 4 and cells[1][0] == FORMULA
            assert book["Structures"]["A2"].data_type == "s", "a text, not a formula"
            about = {row[0]: row[1] for row in book["Critères"].iter_rows(values_only=True)}
            assert about["Thèmes"] == "Eau" and about["Pays d’action"] == "Sénégal" and about["Établi à l’événement n°"]
        else:
            found = json.loads(file.content)
            assert found["total"] == 3 and found["criteria"]["themes"] == ["Eau"] and found["known"] >= 5
            assert {one["name"]: one["member"] for one in found["structures"]}["Puits d’ici"] is True
    assert (await front.get(f"{HERE}/export.pdf?{WET}")).status_code == 404


async def test_saved_ones_are_listed_found_renamed_put_away_and_taken_out_again(
    front: Client, service: Service
) -> None:
    await write(service, network())
    water = await saved(front, title="L’eau au Sénégal")
    await saved(front, "themes=Santé", title="La santé", who="Ministère des puits")
    assert text_of((await front.get(f"{HERE}/saved")).text).count("structures") >= 2
    for words, there, away in (
        ("santé", "La santé", "L’eau au Sénégal"),
        ("ministere", "La santé", "L’eau au Sénégal"),
        ("eau", "L’eau au Sénégal", "La santé"),
    ):
        listed = (await front.get(f"{HERE}/saved?q={words}")).text
        assert there in listed and away not in listed, words
    key = str(uuid_in(water))
    sent = await front.post(
        "/observatory/do/RenameIdentification",
        data={"command_id": str(uuid4()), "identification": key, "title": "L’eau, 2018", "purpose": ""},
    )
    assert sent.status_code == 303
    page = (await front.get(water)).text
    assert "L’eau, 2018" in page and "Un appel à projets" not in page
    put_away = {"command_id": str(uuid4()), "identification": key, "reason": "remplacée"}
    assert (await front.post("/observatory/do/WithdrawIdentification", data=put_away)).status_code == 303
    assert "L’eau, 2018" not in (await front.get(f"{HERE}/saved")).text
    assert "L’eau, 2018" in (await front.get(f"{HERE}/saved?state=withdrawn")).text
    assert "Cette identification est rangée" in (await front.get(water)).text
    form = {"as_of": "2016-01-01", "upto": "1", "version": "3", "command_id": str(uuid4())}
    assert "Ressortez-la" in (await front.post(f"{water}/again", data=form)).text
    back = {"command_id": str(uuid4()), "identification": key}
    assert (await front.post("/observatory/do/RestoreIdentification", data=back)).status_code == 303
    assert "L’eau, 2018" in (await front.get(f"{HERE}/saved")).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?kind=robot", 422), ("?as_of=hier", 422), ("?sdgs=99", 422), ("/save", 422), ("/save?kind=x", 422),
        (f"/saved/{NOBODY}", 404),
        (f"/saved/{NOBODY}/again", 404), ("/saved/x", 422), ("/export.csv?department=999", 422), ("?page=9", 200),
    ],
)  # fmt: skip
async def test_a_bad_question_is_answered_with_a_sentence(
    front: Client, service: Service, path: str, status: int
) -> None:
    await write(service, network())
    answered = await front.get(HERE + path)
    assert answered.status_code == status and "<h1" in answered.text and "Undefined" not in answered.text


async def test_a_form_can_neither_choose_its_answer_nor_speak_of_what_is_not_there(
    front: Client, service: Service
) -> None:
    await write(service, network())
    url = await saved(front, found=key_of(HOSTILE))
    assert "3 structures" in text_of((await front.get(url)).text), "only what the criteria give"
    assert (await save(front, upto="999999")).status_code == 400
    assert (await save(front, as_of="")).status_code == 400
    unknown = await save(front, f"{WET}&request={uuid4()}")
    assert unknown.status_code == 422 and "Cette demande n’est pas dans l’annuaire" in unknown.text
    assert (await front.post("/observatory/do/SaveIdentification", data={})).status_code == 404
    dated = await save(front, happened_on="2016-01-01")
    assert dated.status_code == 422 and "toujours de maintenant" in dated.text
