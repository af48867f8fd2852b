"""Searches hear corrections at once: who never was a member, a record that never was, a project that was drafted by
mistake leave what was indexed, without a new start; and any day is as it stands, or as it was known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from services.directory.duplicates.worklist import duplicates_of
from services.directory.projects.domain import DraftProject, PublishProject
from services.directory.search.finder import finder_of
from services.directory.search.past_days import past_of
from services.directory.structures.domain.structure import CloseStructure, MergeStructures, ReviseStructure
from services.directory.structures.history import as_given, record_as_of
from services.directory.structures.views import STRUCTURES
from shared.contract.corrections import Correcting, EventRedated, EventStruck, StrikeLifted
from shared.contract.directory.structures import StructureRegistered, StructureRevised
from shared.contract.envelope import Provenance, address, sealed_body
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft
from shared.kernel.correcting import CorrectingCommand, LiftStrikes, RedateEvents, StrikeEvents
from shared.kernel.eventlog.event_log import Unit, Write
from shared.notions.structure_on_record import member_of
from tests.services.directory.conftest import WHO, Town, structure


def noon(year: int, month: int = 6, day: int = 1) -> datetime:
    return datetime(year, month, day, 10, tzinfo=UTC)


async def correct(town: Town, command: type[CorrectingCommand], kind: str, id: UUID, type: str, **more: date) -> None:
    history = await town.service.execute.history(kind, id)
    named = [event.id for event in history.events if event.type == type][-1:]
    given = {"kind": kind, "about": id, "events": named, "reason": "erreur", **more}
    await town.do(command.model_validate(given))


async def hear(town: Town, word: Correcting, member: UUID, version: int) -> None:
    """What membership says of an event of a member."""
    now, network, id, of = datetime.now(UTC), town.service.network, uuid4(), ("membership", "member")
    by = Provenance(actor=WHO, command=uuid4(), correlation=uuid4())
    body = sealed_body(network, word, member, id=id, version=version, at=now, now=now, by=by, of=of)
    write = Write(address(network, word, member, of=of), str(id), body)
    last = (await town.service.log.load(*of, member)).seq
    assert await town.service.runner.wait_for(await town.service.log.append(Unit([write], {write.entity: last})))


async def facts(town: Town) -> tuple[int, int, int]:
    """How many structures, members among them, and published projects the search finds."""
    finder = finder_of(town.service)
    members = await finder.find(where={"member": ["yes"]})
    return (await finder.find()).total, members.total, (await finder.find_projects()).total


async def test_who_never_was_a_member_leaves_the_index_at_once_and_comes_back(town: Town) -> None:
    one = await town.do(structure("Kynarou"))
    await town.do(structure("Jappoo"))
    member = member_of(one)
    await town.hear(MemberJoined(structure=one, name="Kynarou", college="associative", charter_version=1), member)
    assert await facts(town) == (2, 1, 0)
    (joined,) = (await town.service.log.load("membership", "member", member)).events
    word = {"event": UUID(joined.id), "kind": "MemberJoined", "reason": "erreur"}
    await hear(town, EventStruck(**word), member, 2)
    assert await facts(town) == (2, 0, 0) and finder_of(town.service).college(str(one)) is None
    assert (await finder_of(town.service).find()).facets["member"] == {"no": 2}
    await hear(town, StrikeLifted(**word), member, 3)
    assert await facts(town) == (2, 1, 0) and finder_of(town.service).college(str(one)) == "associative"
    await hear(town, EventRedated(**word, day=date(2015, 1, 1)), member, 4)
    assert await facts(town) == (2, 1, 0)
    await hear(town, EventStruck(**word), member, 5)
    other = uuid4()  # one comes while one goes
    await town.hear(MemberJoined(structure=other, name="X", college="public", charter_version=1), member_of(other))
    assert await facts(town) == (2, 0, 0)


async def test_a_record_that_was_made_by_mistake_leaves_the_search_and_the_list_of_duplicates(town: Town) -> None:
    twin = [await town.do(structure("Eau vive de Foix")) for _ in range(2)][1]
    last = await town.do(structure("Jappoo"))
    assert (await facts(town))[0] == 3 and len(await duplicates_of(town.service).pairs()) == 1
    await correct(town, StrikeEvents, "structure", twin, "StructureRegistered")
    assert (await facts(town))[0] == 2 and await duplicates_of(town.service).pairs() == []
    await correct(town, LiftStrikes, "structure", twin, "StructureRegistered")
    assert (await facts(town))[0] == 3 and len(await duplicates_of(town.service).pairs()) == 1
    await correct(town, StrikeEvents, "structure", last, "StructureRegistered")
    assert (await facts(town))[0] == 2 and len(await duplicates_of(town.service).pairs()) == 1
    assert (await finder_of(town.service).find("eau vive")).total == 2


async def test_a_project_that_was_drafted_by_mistake_is_found_no_more(town: Town) -> None:
    one = await town.do(structure("Kynarou"))
    draft = DraftProject.model_validate(
        {"leader": one, "title": "Un puits", "summary": "De l’eau.", "country": "SN", "stage": "running"}
    )
    project = await town.do(draft)
    await town.do(PublishProject(project=project))
    assert (await facts(town))[2] == 1 and (await finder_of(town.service).find("sénégal")).total == 1
    await correct(town, StrikeEvents, "project", project, "CooperationProjectDrafted")
    assert (await facts(town))[2] == 0 and (await finder_of(town.service).find("sénégal")).total == 0
    await correct(town, LiftStrikes, "project", project, "CooperationProjectDrafted")
    assert (await facts(town))[2] == 1 and (await finder_of(town.service).find("sénégal")).total == 1


async def test_any_day_is_as_it_stands_and_what_was_known_stays_known(town: Town) -> None:
    one = await town.do(structure("Kynarou", department="31"), at=noon(2012))
    await town.do(CloseStructure(structure=one, reason="Fin"), at=noon(2014))
    day = past_of(town.service).day(date(2015, 12, 31))
    assert (await day.find()).total == 0
    before = town.service.runner.position
    await correct(town, StrikeEvents, "structure", one, "StructureClosed")
    assert (await day.find()).total == 1
    (known,) = [found async for found in as_given(town.service.store, [str(one)], before)]
    assert known["closed"]
    await correct(town, LiftStrikes, "structure", one, "StructureClosed")
    assert (await day.find()).total == 0
    await correct(town, RedateEvents, "structure", one, "StructureClosed", day=date(2016, 1, 1))
    assert (await day.find()).total == 1
    found = await record_as_of(town.service.store, str(one), date(2016, 1, 1))
    assert found is not None and found["closed"]
    await correct(town, StrikeEvents, "structure", one, "StructureClosed")
    await correct(town, StrikeEvents, "structure", one, "StructureRegistered")
    assert (await day.find()).total == 0 and await town.service.store.get(STRUCTURES, str(one)) is None
    (known,) = [found async for found in as_given(town.service.store, [str(one)], before)]
    assert known["name"] == "Kynarou"


async def test_within_a_day_what_was_learnt_later_counts_whatever_the_hour(town: Town) -> None:
    """Said in the afternoon of a day, then again of that day as a whole."""
    one = await town.do(structure("Kynarou", department="31"), at=noon(2012))
    evening = datetime(2014, 6, 1, 18, tzinfo=UTC)
    await town.do(ReviseStructure(structure=one, name="Kynarou", kind="association", department="34"), at=evening)
    await town.do(ReviseStructure(structure=one, name="Kynarou", kind="association", department="81"), at=noon(2014))
    live = await town.service.store.get(STRUCTURES, str(one))
    then = await record_as_of(town.service.store, str(one), date(2014, 6, 1))
    assert live is not None and then is not None and live["department"] == then["department"] == "81"


async def test_who_was_a_member_on_a_day_is_of_that_day_and_as_it_was_known(town: Town) -> None:
    """Joined in 2012, left in 2014; told otherwise today; merged into another record."""
    one, other = [await town.do(structure(name), at=noon(2010)) for name in ("Kynarou", "Jappoo")]
    member = member_of(one)
    joined = MemberJoined(structure=one, name="Kynarou", college="associative", charter_version=1)
    await town.hear(joined, member, at=noon(2012), learnt=noon(2012))
    await town.hear(MemberCollegeChanged(college="public"), member, 2, at=noon(2013), learnt=noon(2015))
    await town.hear(MemberLeft(reason="withdrawal"), member, 3, at=noon(2014), learnt=noon(2016))

    async def members(year: int, known_at: date | None = None) -> dict[str, str]:
        day = past_of(town.service).day(date(year, 12, 31), known_at)
        found = await day.find(where={"member": ["yes"]})
        keys = await day.keys(where={"member": ["yes"]})
        assert {one["key"] for one in found.documents} == set(keys) == found.colleges.keys()
        assert all(day.college(key) == college for key, college in found.colleges.items())
        assert found.facets["member"].get("yes", 0) == len(keys)
        return found.colleges

    assert await members(2011) == {} and await members(2014) == {}
    assert await members(2012) == {str(one): "associative"} and await members(2013) == {str(one): "public"}
    left = (await town.service.log.load("membership", "member", member)).events[-1]
    word = {"event": UUID(left.id), "kind": "MemberLeft", "reason": "erreur"}
    await hear(town, EventStruck(**word), member, 4)
    assert await members(2014) == {str(one): "public"}
    assert await members(2014, date(2016, 12, 31)) == {}  # the records themselves were entered today
    await town.do(MergeStructures(structure=other, merged=one), at=noon(2016))
    assert await members(2015) == {str(one): "public"} and await members(2016) == {str(other): "public"}
    await town.unmerge(other)
    assert await members(2016) == {str(one): "public"}
    await hear(town, StrikeLifted(**word), member, 5)
    assert await members(2014) == {} == await members(2016)


async def test_what_was_known_on_a_day_is_what_was_said_by_then(town: Town) -> None:
    """Registered in 2012 and joined in 2013, which was learnt in 2015; renamed in 2014, which was learnt in 2016."""
    one = uuid4()
    said = {"name": "Kynarou", "kind": "association"}
    await town.hear(StructureRegistered.model_validate(said), one, at=noon(2012), learnt=noon(2012))
    joined = MemberJoined(structure=one, name="Kynarou", college="associative", charter_version=1)
    await town.hear(joined, member_of(one), at=noon(2013), learnt=noon(2015))
    await town.hear(StructureRevised(name="Kynarou France"), one, 2, at=noon(2014), learnt=noon(2016))

    async def shown(as_of: date | None, known_at: date | None) -> list[tuple[str, bool]]:
        found = await past_of(town.service).day(as_of, known_at).find()
        return [(one["name"], one["key"] in found.colleges) for one in found.documents]

    day = date(2014, 12, 31)
    assert await shown(day, date(2011, 12, 31)) == []
    assert await shown(day, date(2014, 12, 31)) == [("Kynarou", False)]
    assert await shown(day, date(2015, 12, 31)) == [("Kynarou", True)]
    assert await shown(day, date(2016, 12, 31)) == [("Kynarou France", True)] == await shown(day, None)
    assert await shown(None, date(2015, 12, 31)) == [("Kynarou", True)]
    assert await shown(date(2012, 12, 31), date(2016, 12, 31)) == [("Kynarou", False)]
