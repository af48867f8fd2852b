"""What the journal and the life of a thing tell of corrections: the word itself, and the fact as it was corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import orjson
import pytest

from services.observatory.figures.observatory import of as observatory_of
from services.observatory.journal.entity_history import Life, life_of
from shared.contract import Event
from shared.contract.corrections import EventRedated, EventStruck, StrikeLifted
from shared.contract.directory.structures import StructureClosed, StructureRegistered, StructureRevised
from shared.contract.envelope import Provenance, address, sealed_body
from shared.contract.labels import sentence
from shared.kernel.eventlog.event_log import Unit, Write
from shared.runtime.service import Service
from tests.fixtures.observatory_history import History, named, noon
from tests.services.observatory.test_pages import front, service

__all__ = ["front", "service"]  # fixtures
EAU = named("structure/eau")
OF = ("directory", "structure")


def row(seq: int, type_: str, day: str, /, **data: Any) -> dict[str, Any]:
    time = datetime.fromisoformat(f"{day}T12:00")
    return {
        "seq": seq,
        "id": str(UUID(int=seq)),
        "type": type_,
        "time": time,
        "readable": True,
        "command": str(seq),
        "data": orjson.dumps(data).decode(),
    }


def word(seq: int, type_: str, about: int, **data: Any) -> dict[str, Any]:
    return row(seq, type_, "2026-11-30", event=str(UUID(int=about)), kind="X", reason="doublon", **data)


def known(life: Life) -> dict[str, Any]:
    return {one.name: one.now.value for one in life.facts}


JOINED = row(1, "MemberJoined", "2015-01-10", college="public", charter_version=1)
CHANGED = row(2, "MemberCollegeChanged", "2017-03-01", college="economic")


def test_a_struck_fact_is_told_as_struck_and_what_stood_before_stands_again() -> None:
    life = life_of([JOINED, CHANGED, word(3, "EventStruck", 2)])
    assert known(life)["college"] == "public" and [one.undone for one in life.told] == [None, 3, None]
    struck = life.told[2]
    assert struck.undoes == [2] and struck.said == [("reason", "doublon")] and not struck.late
    assert [(one.name, one.before, one.after) for one in struck.changes] == [("college", "economic", "public")]
    lifted = life_of([JOINED, CHANGED, word(3, "EventStruck", 2), word(4, "StrikeLifted", 2)])
    assert known(lifted)["college"] == "economic" and [one.undone for one in lifted.told] == [None, None, 4, None]
    never = life_of([JOINED, word(3, "EventStruck", 1)])
    assert all(one.now.value is None for one in never.facts) or known(never) == {}


def test_a_redated_fact_stands_in_its_place_and_says_both_days() -> None:
    late = row(3, "MemberCollegeChanged", "2018-01-01", college="associative")
    moved = word(4, "EventRedated", 3, day="2016-02-01")
    life = life_of([JOINED, CHANGED, late, moved])
    assert known(life)["college"] == "economic"
    one, told = life.told[2], life.told[3]
    assert (one.day, one.noted) == (date(2016, 2, 1), date(2018, 1, 1))
    assert told.redates == [(3, date(2018, 1, 1), date(2016, 2, 1))]
    back = life_of([JOINED, CHANGED, late, moved, word(5, "EventRedated", 3, day="2018-01-01")])
    assert known(back)["college"] == "associative" and back.told[2].noted is None


def test_of_a_day_those_facts_are_told_that_were_of_it_by_what_is_known() -> None:
    late = row(3, "MemberCollegeChanged", "2018-01-01", college="associative")
    rows = [JOINED, CHANGED, late, word(4, "EventRedated", 3, day="2016-02-01"), word(5, "EventStruck", 2)]
    life = life_of(rows, date(2016, 12, 31))
    assert [one.row["seq"] for one in life.told] == [1, 3, 4] and known(life)["college"] == "associative"
    assert life_of(rows, date(2014, 12, 31)).told == [] and len(life_of(rows).told) == 5
    assert known(life_of(rows[:3], date(2016, 12, 31)))["college"] == "public"


async def say(service: Service, event: Event, day: str, version: int, of: tuple[str, str] = OF) -> str:
    """The id of an event about the one structure."""
    id, command = uuid4(), uuid4()
    network, now = service.network, datetime.now(UTC)
    by = Provenance("account:x", command, command)
    body = sealed_body(network, event, EAU, id=id, version=version, at=noon(day), now=now, by=by, of=of)
    write = Write(address(network, event, EAU, of=of), str(id), body)
    last = (await service.log.load(*OF, EAU)).seq
    assert await observatory_of(service).table.wait_for(await service.log.append(Unit([write], {write.entity: last})))
    return str(id)


@pytest.mark.slow
async def test_journal_and_life_show_the_word_and_the_fact(front: httpx2.AsyncClient, service: Service) -> None:
    await say(service, StructureRegistered(name="Eau vive", kind="association"), "2015-01-10", 1)
    closed = await say(service, StructureClosed(reason="Fin"), "2016-01-05", 2)
    about = {"event": UUID(closed), "kind": "StructureClosed"}

    async def page(path: str) -> str:
        found = await front.get(f"/observatory{path}")
        assert found.status_code == 200, found.text[:300]
        return unescape(found.text)

    await say(service, EventRedated(**about, day=date(2017, 2, 1), reason="relu"), "2026-11-30", 3)
    fact = sentence("StructureClosed", {"reason": "Fin"}, "fr")
    assert f"Date corrigée\u00a0: {fact}, " in (text := await page("/journal"))
    assert "01/02/2017 au lieu du 05/01/2016. relu" in text and "date corrigée\u00a0: 01/02/2017" in text
    life = await page(f"/life/{EAU}")
    assert "date corrigée\u00a0: 01/02/2017" in life and "01/02/2017 au lieu du 05/01/2016" in life
    await say(service, EventStruck(**about, reason="doublon"), "2026-11-30", 4)
    text = await page("/journal")
    assert f"Noté par erreur\u00a0: {fact}, " in text and "01/02/2017. doublon" in text
    assert f"<s>{fact}" in text and "noté par erreur" in text
    assert f"<s>{fact}" in await page(f"/life/{EAU}")
    assert "Noté par erreur" in await page("/journal/2") and "Date corrigée" in await page("/journal/2")
    assert f"<s>{fact}" not in await page(f"/life/{EAU}?as_of=2015-12-31")
    said = (await front.get(f"/observatory/api/life/{EAU}")).json()
    assert [(one["undone"], one["undoes"]) for one in said["events"]] == [(None, []), (4, []), (None, []), (None, [2])]
    await say(service, StrikeLifted(**about, reason="si"), "2026-11-30", 5)
    text = await page("/journal")
    assert f"Rétabli\u00a0: {fact}, " in text and "01/02/2017. si" in text
    assert (await page(f"/life/{EAU}")).count("<s>") == 1, "the striking itself was undone"


def test_a_thing_is_called_by_what_stands_and_by_what_was_said_of_it_where_nothing_does(tmp_path: Path) -> None:
    """By the line, not by the hour: a name that was struck, or moved to an earlier day, is the name no more."""
    history = History()
    history.say(StructureRegistered(name="Eau", kind="association"), "eau", "2015-01-01")
    history.say(StructureRevised(name="Eau vive"), "eau", "2016-01-01")
    history.say(StructureRevised(name="Source"), "eau", "2017-01-01")
    moved = EventRedated(event=named("event/3"), kind="StructureRevised", day=date(2015, 6, 1), reason="x")
    history.say(moved, "eau", "2026-01-01", of=StructureRevised)
    struck = EventStruck(event=named("event/2"), kind="StructureRevised", reason="x")
    history.say(struck, "eau", "2026-01-01", of=StructureRevised)

    def called(upto: int) -> str:
        from services.observatory.identification.criteria import called

        with history.table(tmp_path / str(upto), upto) as table:
            return called(table, [str(EAU)])[str(EAU)]

    assert [called(n) for n in (3, 4, 5)] == ["Source", "Eau vive", "Source"]
