"""The directory as it was on any day, the history of each field, an answer given again as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.directory.search.past_days import past_of
from services.directory.structures.domain.structure import (
    CloseStructure,
    ListStructure,
    MergeStructures,
    ReopenStructure,
    ReviseStructure,
    UnlistStructure,
)
from services.directory.structures.history import as_given, field_history, record_as_of, timeline
from services.directory.structures.views import STRUCTURES
from tests.services.directory.conftest import WHO, Town, structure


def noon(year: int, month: int = 6, day: int = 1) -> datetime:
    return datetime(year, month, day, 10, tzinfo=UTC)


async def test_a_day_shows_what_was_there_and_how_it_was_called_then(town: Town) -> None:
    one = await town.do(structure("Kynarou", department="31", themes=["Eau"]), at=noon(2012))
    await town.do(structure("Jappoo", department="81"), at=noon(2015))
    await town.do(ListStructure(structure=one), at=noon(2013))
    await town.do(ReviseStructure(structure=one, name="Kynarou France", kind="company", department="34"), at=noon(2014))
    await town.do(UnlistStructure(structure=one), at=noon(2016))
    await town.do(CloseStructure(structure=one, reason="Dissoute"), at=noon(2017))
    past = past_of(town.service)

    async def shown(year: int, **where: list[str]) -> list[str]:
        return [d["name"] for d in (await past.day(date(year, 12, 31)).find(where=where)).documents]

    assert await shown(2011) == []
    assert await shown(2012) == ["Kynarou"] and await shown(2012, listed=["yes"]) == []
    assert await shown(2013, listed=["yes"], department=["31"]) == ["Kynarou"]
    assert await shown(2014, department=["31"]) == [] and await shown(2014, department=["34"]) == ["Kynarou France"]
    assert await shown(2015) == ["Jappoo", "Kynarou France"]
    assert await shown(2016, listed=["yes"]) == []
    assert await shown(2017) == ["Jappoo"] and await shown(2017, state=["closed"]) == ["Kynarou France"]
    record = await record_as_of(town.service.store, str(one), date(2013, 6, 1))
    assert record is not None and (record["name"], record["themes"], record["listed"]) == ("Kynarou", ["Eau"], True)
    assert await record_as_of(town.service.store, str(one), date(2012, 5, 31)) is None


async def test_a_day_ends_at_midnight_in_paris(town: Town) -> None:
    one = await town.do(structure("Kynarou"), at=datetime(2015, 6, 30, 22, 30, tzinfo=UTC))  # half past midnight there
    assert await record_as_of(town.service.store, str(one), date(2015, 6, 30)) is None
    assert await record_as_of(town.service.store, str(one), date(2015, 7, 1)) is not None


async def test_today_is_as_the_live_view_has_it(town: Town) -> None:
    kept = await town.do(structure("Kynarou France", themes=["Eau"], rna="W313004120"))
    other = await town.do(structure("Kynarou", countries=["IN"]))
    await town.do(
        ReviseStructure(structure=kept, name="Kynarou France", kind="association", themes=["Eau"], rna="W313004121")
    )
    await town.do(MergeStructures(structure=kept, merged=other, taken=["countries"]))
    third = await town.do(structure("Jappoo"))
    await town.do(CloseStructure(structure=third, reason="Dissoute"))
    await town.do(ReopenStructure(structure=third))
    for undone in (False, True):
        if undone:
            await town.unmerge(kept)
        for id in (kept, other, third):
            live = await town.service.store.get(STRUCTURES, str(id))
            then = await record_as_of(town.service.store, str(id), date(2100, 1, 1))
            assert live is not None and then is not None
            stamps = {"seq", "version"}  # of the last event by the log
            assert {n: live[n] for n in then if n not in stamps} == {n: v for n, v in then.items() if n not in stamps}
        day = await past_of(town.service).day(date(2100, 1, 1)).find("kynarou")
        assert day.total == (2 if undone else 1)


async def test_each_field_has_its_history_with_who_when_and_source(town: Town) -> None:
    one = await town.do(structure("Kynarou", department="31", source="bilan 2017"), at=noon(2012))
    await town.do(
        ReviseStructure(structure=one, name="Kynarou France", kind="association", source="un appel"), at=noon(2014)
    )
    await town.do(ListStructure(structure=one), at=noon(2016))
    history = field_history(await timeline(town.service.store, str(one)))
    assert [(v.value, v.at[:4], v.actor, v.source) for v in history["name"]] == [
        ("Kynarou France", "2014", WHO, "un appel"),
        ("Kynarou", "2012", WHO, "bilan 2017"),
    ]
    assert [v.value for v in history["department"]] == [None, "31"]
    assert [v.value for v in history["listed"]] == [True] and "siren" not in history


async def test_an_answer_can_be_given_again_as_it_was(town: Town) -> None:
    ids = [await town.do(structure(f"Structure {n}", countries=["SN"])) for n in range(3)]
    upto = town.service.runner.position
    await town.do(ReviseStructure(structure=ids[1], name="Tout autre nom", kind="company"))
    await town.do(CloseStructure(structure=ids[2], reason="Dissoute"))
    again = [d async for d in as_given(town.service.store, [str(id) for id in reversed(ids)], upto)]
    assert [(d["name"], d["countries"], d["closed"]) for d in again] == [
        (f"Structure {n}", ["SN"], False) for n in (2, 1, 0)
    ]
