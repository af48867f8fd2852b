"""A process as its stream tells it: the state that is folded, what is written down once, and what its list shows."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.contract import Event
from shared.contract.processes import ProcessBegan, ProcessEnded, ProcessHeard, ProcessStepped
from shared.kernel.views.projection import Document
from shared.runtime.processes.process import PROCESS, Process, Run, Stepped, TellProcess, Wait, evolve, view_of
from tests.fixtures.deciding import decided
from tests.fixtures.entity_lines import ENTITY, story

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)
NEWS, OTHER = UUID(int=7), UUID(int=8)
BEGAN = ProcessBegan(process="tour", order={"name": "Eau vive"})
LOOKED = ProcessStepped(step="look", said={"version": "4"}, done=3, total=4)
AGAIN = ProcessStepped(step="look", said={"version": "5"})
HEARD = ProcessHeard(heard=NEWS, kind="StructureClosed")
DONE, NO = ProcessEnded(how="done"), ProcessEnded(how="refused", refusal="no", said={"of": "x"})


def run(*events: Event) -> Run:
    state = Run()
    for event in events:
        state = evolve(state, event, NOON)
    return state


def test_its_state_is_folded_from_its_stream() -> None:
    assert not run().running
    begun = run(BEGAN, LOOKED, HEARD)
    assert (begun.process, begun.round, begun.order) == ("tour", 1, {"name": "Eau vive"})
    assert begun.steps == (Stepped("look", {"version": "4"}, NOON),) and begun.heard == {NEWS: "StructureClosed"}
    assert begun.running and begun.last("close") is None
    last = run(BEGAN, LOOKED, AGAIN).last("look")
    assert last is not None and last.said == {"version": "5"}
    assert run(BEGAN, NO).how == "refused" and not run(BEGAN, NO).running


def test_begun_anew_it_knows_nothing_of_the_round_before() -> None:
    anew = run(BEGAN, LOOKED, HEARD, NO, BEGAN)
    assert anew == Run("tour", 2, {"name": "Eau vive"}) and anew.running


@pytest.mark.parametrize(
    ("given", "event", "place", "written"),
    [
        ([], BEGAN, (0, 0), True),
        ([BEGAN], BEGAN, (0, 0), False),
        ([BEGAN, DONE], BEGAN, (0, 0), True),
        ([BEGAN], LOOKED, (1, 1), True),
        ([BEGAN, LOOKED], LOOKED, (1, 1), False),  # another replica was faster
        ([BEGAN, LOOKED], AGAIN, (1, 2), True),
        ([BEGAN, DONE, BEGAN], LOOKED, (1, 1), False),  # of the round before
        ([BEGAN, DONE, BEGAN], LOOKED, (2, 1), True),
        ([], LOOKED, (0, 1), False),
        ([BEGAN], HEARD, (0, 0), True),
        ([BEGAN, HEARD], HEARD, (0, 0), False),
        ([BEGAN, HEARD], ProcessHeard(heard=OTHER, kind="StructureClosed"), (0, 0), True),
        ([BEGAN, DONE], HEARD, (0, 0), False),
        ([BEGAN, LOOKED], DONE, (1, 2), True),
        ([BEGAN, LOOKED, DONE], DONE, (1, 2), False),
    ],
)
def test_what_is_said_of_it_is_written_down_once(
    given: list[Event],
    event: ProcessBegan | ProcessStepped | ProcessHeard | ProcessEnded,
    place: tuple[int, int],
    written: bool,
) -> None:
    command = TellProcess(process=ENTITY, event=event, round=place[0], number=place[1])
    assert decided(PROCESS, given, command) == ([event] if written else [])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ([], None),
        ([LOOKED], None),
        ([BEGAN], {"state": "running", "steps": [], "done": None, "total": None, "code": None, "version": 1}),
        ([BEGAN, LOOKED, HEARD], {"steps": ["look"], "done": 3, "total": 4, "version": 3}),
        ([BEGAN, LOOKED, AGAIN], {"steps": ["look", "look"], "done": 3, "total": 4}),  # how far, nobody said anew
        ([BEGAN, LOOKED, NO], {"state": "refused", "code": "no", "said": {"of": "x"}, "steps": ["look"]}),
        ([BEGAN, LOOKED, NO, BEGAN], {"state": "running", "steps": [], "done": None, "code": None, "version": 4}),
    ],
)
def test_its_list_shows_how_far_it_is(said: list[Event], shown: Document | None) -> None:
    view = view_of("any")  # of the service whose events these are
    document: Document | None = None
    for event in story(*((one,) for one in said)).events:
        assert view.keys(event) == (str(ENTITY),) and view_of("events").keys(event) == ()
        document = view.on[type(event.data)](document, event.data, event)
    assert (document and {name: document[name] for name in shown or ()}) == shown


async def test_news_is_told_to_the_processes_that_wait_for_it() -> None:
    def waiting(event: object) -> list[UUID]:
        return [NEWS, OTHER]

    process: Process[None] = Process("tour", lambda run, now: Wait(), hears={ProcessEnded: waiting})
    (reaction,) = process.reactions()
    (event,) = story((DONE,)).events
    commands = await reaction.react(event, None)
    heard = ProcessHeard(heard=UUID(event.id), kind="ProcessEnded")
    assert commands == [TellProcess(process=one, event=heard) for one in (NEWS, OTHER)]
    assert reaction.name == "tour-ProcessEnded"
