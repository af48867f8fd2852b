"""Invented histories: what the SQL counts is what a plain loop counts, on any day, as known at any sequence."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.observatory.event_table.filtering import Filters
from services.observatory.figures.answers import ask_all
from shared.contract import EVENTS
from shared.contract.corrections import EventRedated
from tests.fixtures.figures_oracle import ORACLE, Said, individual_support
from tests.fixtures.indicator_histories import event
from tests.fixtures.observatory_history import History, named

pytestmark = pytest.mark.slow

FIRST = date(2012, 1, 1)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a table that lives for a moment needs no disk
KINDS, COLLEGES = ("association", "school"), ("public", "associative")
TOWNS = ("31", "31", "34", "75", None)
Fields = dict[str, Callable[[Random], Any]]


def one_of(*values: Any) -> Callable[[Random], Any]:
    return lambda chance: chance.choice(values)


CORRECTIONS = ("EventStruck", "EventStruck", "StrikeLifted", "EventRedated")
STRUCTURE = one_of("s0", "s1", "s2")
STORIES: dict[str, tuple[str, Fields]] = {
    "StructureRegistered": ("s", {"name": one_of("S"), "kind": one_of(*KINDS), "department": one_of(*TOWNS)}),
    "StructureRevised": ("s", {"department": one_of(*TOWNS), "cleared": one_of([], [], ["department"])}),
    "StructureClosed": ("s", {"reason": one_of("asleep")}),
    "StructureReopened": ("s", {}),
    "ContactAdded": ("c", {"structure": STRUCTURE, "name": one_of("one")}),
    "ContactRemoved": ("c", {}),
    "SupportGiven": ("p", {"structure": STRUCTURE, "kind": one_of("networking", "communication")}),
    "SupportWithdrawn": ("p", {"reason": one_of("twice")}),
    "VolunteerContributed": ("v", {"year": one_of(2012, 2013, 2014)}),
    "VolunteerWithdrawn": ("v", {"reason": one_of("twice")}),
    "VolunteerRestored": ("v", {}),
    "CollegeOpened": ("o", {"college": one_of(*COLLEGES), "title": one_of("C")}),
    "MemberJoined": (
        "m",
        {"college": one_of(*COLLEGES), "charter_version": one_of(1), "structure": STRUCTURE, "name": one_of("M")},
    ),
    "MemberCollegeChanged": ("m", {"college": one_of(*COLLEGES)}),
    "MemberLeft": ("m", {"reason": one_of("lapse", "lapse", "mistake")}),
    "GatheringHeld": ("g", {"kind": one_of("agora", "agora", "training"), "title": one_of("G")}),
    "GatheringHoldingUndone": ("g", {"reason": one_of("mistake")}),
    "GatheringCancelled": ("g", {"reason": one_of("snow")}),
    "GatheringReinstated": ("g", {}),
    "HeadsCounted": ("g", {"audience": one_of("students", "others"), "people": lambda chance: chance.randrange(90)}),
    "HeadCountWithdrawn": ("g", {"audience": one_of("students", "others")}),
}
"""What may be said, of five things of each sort, in any order: the log is full of what comes late and out of turn."""
OFTEN = (
    "StructureRegistered",
    "SupportGiven",
    "ContactAdded",
    "MemberJoined",
    "GatheringHeld",
    "GatheringHeld",
    "HeadsCounted",
    "VolunteerContributed",
)


def moment(chance: Random) -> date:
    return FIRST + timedelta(days=chance.randrange(4 * 365))


def a_word(said: Said) -> bool:
    """Whether it is a word about an event, also as it was said earlier: of words nothing is said."""
    return said.kind in CORRECTIONS or (said.kind == "MemberLeft" and said.data["reason"] == "mistake")


def invented(seed: int, size: int) -> tuple[list[Said], date, int]:
    """A story of so many events, the day it is asked for, and the sequence it is known at: mostly late ones, at which
    there is something to count."""
    chance = Random(seed)
    story = []
    for seq in range(1, size + 1):
        if story and chance.random() < 0.15:
            of = chance.choice([one for one in story if not a_word(one)] or [None])
            if of is not None:
                kind = chance.choice(CORRECTIONS)
                story.append(Said(seq, kind, of.thing, moment(chance), {"about": of.seq, "day": moment(chance)}))
                continue
        kind = chance.choice((*OFTEN, *STORIES))
        thing, fields = STORIES[kind]
        data = {name: value(chance) for name, value in fields.items()}
        thing = f"o{data['college']}" if thing == "o" else f"{thing}{chance.randrange(3 if thing == 's' else 5)}"
        kept = {name: value for name, value in data.items() if value is not None}
        story.append(Said(seq, kind, thing, moment(chance), kept))
    return story, max(moment(chance), moment(chance)), size - chance.choice((0, 0, chance.randrange(size)))


def told(story: list[Said]) -> History:
    """The same story as a log."""
    history = History()
    for said in story:
        if said.kind in CORRECTIONS:
            of = story[said.data["about"] - 1]
            about = {"event": named(f"event/{of.seq}"), "kind": of.kind, "reason": "a slip of the pen"}
            correction = (
                EventRedated(**about, day=said.data["day"])
                if said.kind == "EventRedated"
                else EVENTS[said.kind](**about)
            )
            history.say(correction, of.thing, "2020-01-01", known="2020-01-01", of=EVENTS[of.kind])
            continue
        data = said.data
        if "structure" in data:  # a structure is a member once, so each member is one of its own
            data = {
                **data,
                "structure": f"structure/{said.thing if said.kind == 'MemberJoined' else data['structure']}",
            }
        history.say(event(said.kind, data), said.thing, said.day.isoformat(), known="2020-01-01")
    return history


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([10, 40, 120]))
def test_the_sql_counts_what_a_plain_loop_counts(seed: int, size: int) -> None:
    story, as_of, upto = invented(seed, size)
    history = told(story)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, history.table(Path(folder), upto) as table:
        cut = ask_all(table, list(ORACLE), as_of, upto)
        if history.messages[upto:]:
            table.take(history.messages[upto:])
        found = ask_all(table, list(ORACLE), as_of, upto)
        narrow = ask_all(table, ["individual_support"], as_of, upto, Filters(department="31"))["individual_support"]
    for name, oracle in ORACLE.items():
        assert {path: value for path, (value, _) in found[name].items()} == oracle(story, as_of, upto), name
    assert {path: value for path, (value, _) in narrow.items()} == individual_support(story, as_of, upto, "31")
    assert found == cut, "known at a sequence is what a log says that was cut there"


def test_invented_stories_have_something_to_count() -> None:
    counted = dict.fromkeys([*ORACLE, "narrowed"], 0)
    for seed in range(40):
        story = invented(seed, 120)
        for name, oracle in ORACLE.items():
            counted[name] += sum(bool(value) for value in oracle(*story).values())
        every, some = individual_support(*story), individual_support(*story, "31")
        counted["narrowed"] += any(0 < (some[path] or 0) < (every[path] or 0) for path in every)
    assert min(counted.values()) >= 10, counted
