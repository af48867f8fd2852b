"""What a view folds anew from: the whole of an entity up to a step's end, and which events come late in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from shared.base.outside import Outside
from shared.contract.directory.structures import StructureClosed, StructureListed, StructureRegistered, StructureRevised
from shared.contract.envelope import Message, Recorded, Void, opened
from shared.kernel.corrections import fact_of
from shared.kernel.eventlog.direct_get import Unavailable
from shared.kernel.views.past import DOUBTS, Past, late_among, place_of, ref_of
from tests.fixtures.entity_lines import ENTITY, Story
from tests.fixtures.log_writing import changed

REF = f"directory.structure.{ENTITY}"
TYPES = {"StructureRegistered", "StructureRevised", "StructureListed"}


class Log:
    """Answers with the messages of a story; at the first `behind` questions without the last of them."""

    def __init__(self, story: Story, behind: int = 0) -> None:
        self.story, self.behind, self.asked, self.slept = story, behind, 0, 0.0

    async def under(self, subject: str) -> list[Message]:
        assert subject == f"{REF}.*"
        self.asked += 1
        found = [Message(e.seq, f"test.{ref_of(e)}.{e.type}", e.body) for e in self.story.events]
        return found[:-1] if self.asked <= self.behind else found

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def past(self, upto: int | None = None, step: Iterable[int] = (), void: Iterable[int] = ()) -> Past:
        events = self.story.events
        end, gone = upto or len(events), set(void)
        return Past(
            self.under,
            end,
            gone.__contains__,
            {REF: sum(e.seq <= end and e.seq not in gone for e in events)},
            [events[seq - 1] for seq in step],
            replace(Outside(), sleep=self.sleep),
        )


@pytest.fixture
def story() -> Story:
    """Registered in March, revised in May, and, learnt last, in April."""
    told = Story()
    told.say(StructureRegistered(name="Eau vive", kind="association"), "2016-03-01")
    told.say(StructureRevised(summary="Toulouse"), "2016-05-01")
    told.say(StructureRevised(summary="Albi"), "2016-04-01")
    return told


def seqs(line: Iterable[tuple[int, Recorded]]) -> list[int]:
    return [event.seq for _, event in line]


async def test_a_line_is_in_the_order_of_days_and_has_the_types_that_are_asked_for(story: Story) -> None:
    lived = await Log(story).past().of(REF)
    assert seqs(lived.line(TYPES)) == [1, 3, 2]
    assert seqs(lived.line({"StructureRevised"})) == [3, 2]
    places = [place for place, _ in lived.line(TYPES)]
    assert places == sorted(places)


async def test_what_is_after_the_end_of_the_step_is_not_known(story: Story) -> None:
    assert seqs((await Log(story).past(upto=2).of(REF)).line(TYPES)) == [1, 2]


async def test_what_was_struck_is_not_in_the_line_and_what_was_redated_is_on_its_day(story: Story) -> None:
    story.strike(3)
    story.redate(2, "2016-06-02")
    ((_, first), (_, second)) = (await Log(story).past().of(REF)).line(TYPES)
    assert (first.seq, second.seq) == (1, 2)
    assert second.cloud.time[:10] == "2016-06-02"


async def test_the_log_is_asked_once_for_an_entity_and_not_at_all_for_what_was_just_read(story: Story) -> None:
    log = Log(story)
    past = log.past()
    assert await past.of(REF) is await past.of(REF) and log.asked == 1
    log = Log(story)
    assert seqs((await log.past(step=[1, 2, 3]).of(REF)).line(TYPES)) == [1, 3, 2] and log.asked == 0
    assert seqs((await log.past(step=[2, 3]).of(REF)).line(TYPES)) == [1, 3, 2] and log.asked == 1


async def test_a_replica_that_is_behind_is_asked_again_and_one_that_stays_so_is_told(story: Story) -> None:
    log = Log(story, behind=2)
    assert len((await log.past().of(REF)).events) == 3
    assert log.asked == 3 and log.slept > 0
    log = Log(story, behind=DOUBTS)
    with pytest.raises(Unavailable, match=f"1 events of {REF} are missing"):
        await log.past().of(REF)


async def test_a_message_that_is_void_is_none_of_its_events(story: Story) -> None:
    assert seqs((await Log(story).past(void=[3]).of(REF)).line(TYPES)) == [1, 2]


async def test_the_top_of_a_line_is_its_last_place_as_it_was_known_then(story: Story) -> None:
    past = Log(story).past()
    assert await past.top(REF, 1) == 0
    assert await past.top(REF, 3) == await past.top(REF, 4) == place_of((date(2016, 5, 1), 2))


async def test_an_event_that_does_not_come_last_in_its_line_is_late(story: Story) -> None:
    tops: dict[str, int] = {}
    assert await late_among(story.events, tops, Log(story).past(), from_start=True) == {3}
    assert tops == {REF: place_of((date(2016, 5, 1), 2))}


async def test_the_same_is_found_step_by_step_without_what_was_before(story: Story) -> None:
    story.say(StructureListed(), "2016-07-01")
    story.say(StructureClosed(reason="Dissoute"), "2016-06-01")
    assert await late_among(story.events[2:3], {}, Log(story).past(upto=3)) == {3}
    assert await late_among(story.events[3:4], {}, Log(story).past(upto=4)) == set()
    assert await late_among(story.events[4:], {}, Log(story).past()) == {5}


async def test_an_event_of_which_paris_has_no_day_stands_in_no_line(story: Story) -> None:
    last = story.events[-1]
    body = changed(last.body, time="9999-12-31T23:30:00.000000Z")
    story.events[-1] = forged = opened(Message(last.seq, f"test.{ref_of(last)}.{last.type}", body))
    assert not forged.readable
    assert await late_among(story.events, {}, Log(story).past(), from_start=True) == set()
    assert await late_among([forged], {}, Log(story).past()) == set()
    assert seqs((await Log(story).past().of(REF)).line(TYPES)) == [1, 2]
    with pytest.raises(Void):
        fact_of(forged)


async def test_a_redating_to_a_later_day_moves_the_top_and_a_strike_leaves_it(story: Story) -> None:
    tops: dict[str, int] = {}
    before = place_of((date(2016, 5, 1), 2))
    story.strike(3)
    await late_among(story.events, tops, Log(story).past(), from_start=True)
    assert tops[REF] == before
    moved = story.redate(1, "2016-09-01")
    assert await late_among(story.events[moved - 1 :], tops, Log(story).past()) == set()
    assert tops[REF] == place_of((date(2016, 9, 1), moved))
