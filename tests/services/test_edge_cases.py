"""What is told late, corrected, repeated or refused, over HTTP alone: the edge cases of the design, of members, of
structures and of gatherings; each with the answer that is right, and with what figures, lists, exports and past pages
say then, as of days and as known before.

Numbers in the names of cases are those of the design's table. That of a member each answer is right, too, is also
shown in `membership/members/test_lines_over_http.py`."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from shared.base.paris_days import PARIS
from shared.contract.directory.structures import StructureClosed, StructureRegistered, StructureReopened
from shared.contract.membership.members import MemberJoined, MemberLeft, MemberRestored
from shared.notions.structure_on_record import member_of
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.four_services import Answer, Four, opened
from tests.fixtures.statutes import founded

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
Step = tuple[str, str | None, str]
"""What is said, of which day, and what is answered: `done`, `same`, or the code of a refusal with the type of the fact
in the way. `strike 1 2`, `lift 2`, `redate 2` are about what those steps said; `… instead 2` takes its place."""
Seen = tuple[str, Any]
"""A day, or a day `before` a step, as it was known then; and what every reader says of that day"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(nats_server: NatsServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Four]:
    async with opened(nats_server, tmp_path_factory.mktemp("four")) as found:
        await founded(found.services["membership"].execute)
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def four(services: Four) -> AsyncIterator[Four]:
    """The services, in which nothing is counted yet: what a case said is struck after it."""
    yield services
    await services.strike_all()


class Told:
    """One record of which steps are told, each on a day of its own."""

    service: str
    kind: str

    def __init__(self, four: Four) -> None:
        self.four, self.id = four, ""
        self.facts: list[list[str]] = []
        self.days: list[date] = []

    async def begin(self) -> None:
        """What there must be before."""

    async def say(self, what: str, more: str, day: str | None, instead: str) -> Answer:
        raise NotImplementedError

    async def seen(self, day: date, known_at: date | None) -> Any:
        """What all readers say of a day; that they say the same is asserted here."""
        raise NotImplementedError

    async def run(self, steps: list[Step], seen: list[Seen]) -> None:
        await self.begin()
        for step in steps:
            self.four.later()
            self.days.append(self.four.today)
            assert await self.step(*step[:2]) == step[2], step
        self.four.later()
        for asked, value in seen:
            day, _, step_number = asked.partition(" before ")
            known_at = self.days[int(step_number) - 1] - timedelta(days=1) if step_number else None
            assert await self.seen(date.fromisoformat(day), known_at) == value, asked

    async def step(self, said: str, day: str | None) -> str:
        said, _, place = said.partition(" instead ")
        what, _, more = said.partition(" ")
        before = {one["id"] for one in await self.four.facts(self.id)} if any(self.facts) else set()
        if what in ("strike", "lift", "redate"):
            events = [id for number in more.split() for id in self.facts[int(number) - 1]]
            how = {"strike": "strike-events", "lift": "lift-strikes", "redate": "redate-events"}[what]
            given = {"day": day} if what == "redate" else {}
            answer = await self.four.correct(how, self.service, self.kind, self.id, *events, **given)
        else:
            answer = await self.say(what, more, day, self.facts[int(place) - 1][0] if place else "")
        self.facts.append([])
        if answer.said == "done":
            self.id = answer.entity
            self.facts[-1] = [one["id"] for one in await self.four.facts(self.id) if one["id"] not in before]
        return f"{answer.said} {answer.in_the_way}" if answer.in_the_way else answer.said


class OfMember(Told):
    service, kind = "membership", "member"

    async def begin(self) -> None:
        made = await self.four.say("directory register-structure", "2010-01-01", name="Kynarou", kind="association")
        self.structure = made.entity

    async def say(self, what: str, more: str, day: str | None, instead: str) -> Answer:
        member = {"member": str(member_of(UUID(self.structure)))}
        joins = {"structure": self.structure, "name": "Kynarou", "charter_version": 1}
        if what == "join":
            return await self.four.say("membership join-network", day, instead=instead, **joins, college=more)
        if what == "past":
            since, until = more.split()
            past = {"since": since, "until": until, "reason": "lapse", "college": "associative"}
            return await self.four.say("membership note-past-membership", instead=instead, **joins, **past)
        if what == "leave":
            return await self.four.say("membership leave-network", day, instead=instead, **member, reason="lapse")
        if what == "pay":
            return await self.four.say("membership renew-membership", day, instead=instead, **member, year=int(more))
        return await self.four.say("membership change-college", day, instead=instead, **member, college=what)

    async def seen(self, day: date, known_at: date | None) -> str | None:
        """The college that it is in."""
        told = await self.four.figures("members_by_college", day, known_at)
        marks = {path.split(".")[2] for path, value in told.items() if path.endswith(f".{day.year}") and value}
        (college,) = marks - {"total"} or {None}
        known = {"known_at": known_at} if known_at else {}
        found = await self.four.get("/observatory/identification/export.csv", member="yes", as_of=day, **known)
        assert (self.structure in found) == (college is not None), day
        if day == self.four.today and known_at is None:
            listed = (await self.four.get("/membership/api/members", status="current"))["documents"]
            assert [one["college"] for one in listed] == ([college] if college else [])
            badge = await self.four.get("/directory/export.json")
            assert [one["member"] for one in badge] == [college is not None]
        return college


class OfStructure(Told):
    service, kind = "directory", "structure"

    async def say(self, what: str, more: str, day: str | None, instead: str) -> Answer:
        record = {"name": "Kynarou", "kind": "association", "department": more}
        match what:
            case "register":
                return await self.four.say("directory register-structure", day, **record)
            case "revise":
                return await self.four.say(
                    "directory revise-structure", day, instead=instead, structure=self.id, **record
                )
            case "close":
                return await self.four.say(
                    "directory close-structure", day, instead=instead, structure=self.id, reason="dissoute"
                )
        return await self.four.say("directory reopen-structure", day, instead=instead, structure=self.id)

    async def seen(self, day: date, known_at: date | None) -> str | None:
        """Its department, None where it is not counted."""
        total = await self.four.figure("structures_total", day, known_at)
        told = await self.four.figures("structures_by_department", day, known_at)
        (department,) = {path.rpartition(".")[2] for path, value in told.items() if value} or {None}
        assert total == (department is not None)
        known = {"known_at": known_at} if known_at else {}
        identified = await self.four.get("/observatory/identification/export.csv", as_of=day, **known)
        assert (self.id in identified) == (department is not None)
        if known_at is None:
            past = {} if day == self.four.today else {"as_of": day}
            listed = await self.four.get("/directory/export.json", **past)
            assert [one["department"] for one in listed] == ([department] if department else [])
            rows = list(csv.reader(io.StringIO(await self.four.get("/directory/export.csv", **past)), delimiter=";"))
            assert [department in row for row in rows[1:]] == ([True] if department else [])
            page = await self.four.get(f"/directory/structures/{self.id}", **past)
            assert department is None or f"({department})" in page, day
        return department


class OfGathering(Told):
    service, kind = "events", "gathering"

    async def say(self, what: str, more: str, day: str | None, instead: str) -> Answer:
        about = {"gathering": self.id}
        match what:
            case "plan":
                facts = {"kind": "training", "title": "Formation", "module": "Projet", "starts": f"{more}T10:00:00Z"}
                return await self.four.say("events plan-gathering", day, **facts)
            case "hold":
                return await self.four.say("events hold-gathering", day, instead=instead, **about)
            case "count":
                people = int(more) if more else None
                return await self.four.say("events count-heads", day, instead=instead, **about, students=people)
            case "cancel":
                return await self.four.say("events cancel-gathering", day, **about, reason="neige")
        return await self.four.say(f"events {what}-gathering", day, **about)

    async def seen(self, day: date, known_at: date | None) -> tuple[bool, int | None]:
        """Whether it counts as held, and who came."""
        held = bool(await self.four.figure("training_sessions", day, known_at))
        came = await self.four.figure("training_participants", day, known_at)
        if day == self.four.today and known_at is None:
            document = await self.four.get(f"/events/api/gatherings/{self.id}")
            assert (document["state"] == "held") == held
        return held, came


OF_MEMBERS: dict[str, tuple[list[Step], list[Seen]]] = {
    "1 a second joining was a mistake": (
        [
            ("join associative", "2012-03-01", "done"),
            ("leave", "2014-06-01", "done"),
            ("join economic", "2016-03-01", "done"),
            ("strike 3", None, "done"),
        ],
        [
            ("2012-12-31", "associative"),
            ("2013-12-31", "associative"),
            *((f"{year}-12-31", None) for year in range(2014, 2019)),
            ("2016-12-31 before 4", "economic"),
            ("2013-12-31 before 4", "associative"),
        ],
    ),
    "2 a change that is learnt late": (
        [
            ("join associative", "2015-01-01", "done"),
            ("public", "2017-06-01", "done"),
            ("economic", "2016-06-01", "done"),
            ("economic", None, "done"),
        ],
        [("2015-12-31", "associative"), ("2016-12-31", "economic"), ("2017-12-31", "public"), ("today", "economic")],
    ),
    "3 left before it joined": (
        [("join associative", "2015-01-10", "done"), ("leave", "2014-01-10", "before-its-beginning")],
        [("2014-12-31", None), ("2015-12-31", "associative")],
    ),
    "4 an earlier joining, alone and with its end": (
        [
            ("join associative", "2016-02-01", "done"),
            ("join associative", "2012-03-01", "later-stands-against MemberJoined"),
            ("past 2012-03-01 2014-06-01", None, "done"),
        ],
        [
            ("2012-12-31", "associative"),
            ("2014-12-31", None),
            ("2016-12-31", "associative"),
            ("2012-12-31 before 3", None),
        ],
    ),
    "5 left before a change": (
        [
            ("join associative", "2015-01-10", "done"),
            ("pay 2016", "2016-01-12", "done"),
            ("economic", "2017-03-01", "done"),
            ("leave", "2015-06-01", "later-stands-against MemberCollegeChanged"),
        ],
        [("2016-12-31", "associative"), ("2017-12-31", "economic")],
    ),
    "6 a joining that a renewal rests on": (
        [
            ("join associative", "2015-01-10", "done"),
            ("pay 2016", "2016-01-12", "done"),
            ("strike 1", None, "later-stands-against MembershipRenewed"),
            ("strike 1 2", None, "done"),
        ],
        [("2015-12-31", None), ("2016-12-31", None), ("2016-12-31 before 4", "associative")],
    ),
    "7 all on one day": (
        [
            ("join associative", "2015-01-10", "done"),
            ("leave", "2015-01-10", "done"),
            ("join public", "2015-01-10", "done"),
        ],
        [("2015-01-09", None), ("2015-01-10", "public")],
    ),
    "8 a leaving put on another day": (
        [
            ("join associative", "2015-01-10", "done"),
            ("leave", "2020-06-01", "done"),
            ("redate 2", "2016-06-01", "done"),
            ("redate 2", "2014-01-01", "before-its-beginning"),
            ("redate 2", "2016-06-01", "same"),
        ],
        [("2016-12-31", None), ("2016-12-31 before 3", "associative"), ("2016-05-31", "associative")],
    ),
    "9 a joining put on the day of the leaving": (
        [
            ("join associative", "2015-01-10", "done"),
            ("leave", "2015-01-12", "done"),
            ("redate 1", "2015-01-12", "done"),
        ],
        [("2015-01-11", None), ("2015-01-12", None), ("2015-01-11 before 3", "associative")],
    ),
    "10 a strike that can't be lifted": (
        [
            ("join associative", "2015-01-10", "done"),
            ("leave", "2016-01-10", "done"),
            ("strike 2", None, "done"),
            ("leave", "2018-01-01", "done"),
            ("lift 2", None, "later-stands-against MemberLeft"),
        ],
        [("2017-12-31", "associative"), ("2018-12-31", None), ("2017-12-31 before 3", None)],
    ),
    "11 an earlier leaving, alone and instead": (
        [
            ("join associative", "2015-01-10", "done"),
            ("leave", "2020-06-01", "done"),
            ("leave", "2016-06-01", "later-stands-against MemberLeft"),
            ("leave instead 2", "2016-06-01", "done"),
        ],
        [("2019-12-31", None), ("2019-12-31 before 4", "associative")],
    ),
    "13 a year is paid once": (
        [
            ("join associative", "2015-01-10", "done"),
            ("pay 2017", "2017-02-01", "done"),
            ("pay 2017", "2016-12-01", "later-stands-against MembershipRenewed"),
        ],
        [],
    ),
    "14 15 what is so already": (
        [
            ("join associative", "2015-01-10", "done"),
            ("associative", "2016-01-01", "same"),
            ("economic", "2017-01-01", "done"),
            ("economic", "2016-01-01", "done"),
        ],
        [("2015-12-31", "associative"), ("2016-12-31", "economic"), ("2016-12-31 before 4", "associative")],
    ),
    "30 days that are none": (
        [
            ("join associative", "1500-01-01", "too-long-ago"),
            ("join associative", "1989-12-31", "too-long-ago"),
            ("join associative", "2999-01-01", "time-in-future"),
            ("join associative", "1990-01-01", "done"),
            ("redate 4", "1989-12-31", "too-long-ago"),
            ("redate 4", "2999-01-01", "time-in-future"),
        ],
        [("2015-12-31", "associative")],
    ),
}
OF_STRUCTURES: dict[str, tuple[list[Step], list[Seen]]] = {
    "1 a second closing was a mistake": (
        [
            ("register 31", "2012-01-10", "done"),
            ("close", "2014-06-01", "done"),
            ("reopen", "2016-03-01", "done"),
            ("close", "2018-03-01", "done"),
            ("strike 4", None, "done"),
        ],
        [("2013-12-31", "31"), ("2015-12-31", None), ("2018-12-31", "31"), ("2018-12-31 before 5", None)],
    ),
    "3 29 nothing is older than its entry": (
        [
            ("register 31", None, "done"),
            ("revise 34", "2014-01-05", "before-its-beginning"),
            ("redate 1", "2014-01-05", "done"),
            ("revise 34", "2014-03-05", "done"),
        ],
        [("2013-12-31", None), ("2014-02-01", "31"), ("2014-12-31", "34"), ("2014-12-31 before 3", None)],
    ),
    "4 5 a closing before a closing": (
        [
            ("register 31", "2012-01-10", "done"),
            ("close", "2016-06-01", "done"),
            ("close", "2014-06-01", "later-stands-against StructureClosed"),
        ],
        [("2015-12-31", "31"), ("2016-12-31", None)],
    ),
    "6 a closing that a reopening rests on": (
        [
            ("register 31", "2012-01-10", "done"),
            ("close", "2014-06-01", "done"),
            ("reopen", "2016-03-01", "done"),
            ("strike 2", None, "later-stands-against StructureReopened"),
            ("strike 2 3", None, "done"),
        ],
        [("2015-12-31", "31"), ("2015-12-31 before 5", None)],
    ),
    "7 all on one day": (
        [
            ("register 31", "2012-01-10", "done"),
            ("close", "2014-06-01", "done"),
            ("reopen", "2014-06-01", "done"),
            ("close", "2014-06-01", "done"),
        ],
        [("2014-05-31", "31"), ("2014-06-01", None)],
    ),
    "8 9 a closing put on another day": (
        [
            ("register 31", "2012-01-10", "done"),
            ("close", "2020-06-01", "done"),
            ("redate 2", "2016-06-01", "done"),
            ("redate 2", "2011-01-01", "before-its-beginning"),
            ("redate 2", "2016-06-01", "same"),
            ("redate 1", "2016-06-01", "done"),
        ],
        [("2016-05-31", None), ("2016-06-01", None), ("2019-12-31", None), ("2019-12-31 before 3", "31")],
    ),
    "10 a strike that can't be lifted": (
        [
            ("register 31", "2012-01-10", "done"),
            ("close", "2016-01-10", "done"),
            ("strike 2", None, "done"),
            ("close", "2018-01-01", "done"),
            ("lift 2", None, "later-stands-against StructureClosed"),
        ],
        [("2017-12-31", "31"), ("2018-12-31", None), ("2017-12-31 before 3", None)],
    ),
    "11 19 an earlier closing": (
        [
            ("register 31", "2012-01-10", "done"),
            ("close", "2020-06-01", "done"),
            ("close", "2016-06-01", "later-stands-against StructureClosed"),
            ("close instead 2", "2016-06-01", "done"),
        ],
        [("2019-12-31", None), ("2019-12-31 before 4", "31")],
    ),
    "14 15 what is so already": (
        [
            ("register 31", "2012-01-10", "done"),
            ("revise 31", "2014-01-05", "same"),
            ("revise 34", "2018-01-05", "done"),
            ("revise 34", "2016-01-05", "done"),
            ("close", "2020-01-05", "done"),
            ("close", None, "same"),
        ],
        [("2015-12-31", "31"), ("2016-12-31", "34"), ("2016-12-31 before 4", "31"), ("2019-12-31", "34")],
    ),
    "18 a department that is learnt late": (
        [
            ("register 31", "2012-01-10", "done"),
            ("revise 34", "2018-01-05", "done"),
            ("revise 81", "2014-01-05", "done"),
            ("revise 81", "2022-01-05", "done"),
        ],
        [
            ("2013-12-31", "31"),
            ("2015-12-31", "81"),
            *((f"{year}-12-31", "34") for year in range(2018, 2022)),
            ("today", "81"),
            ("2015-12-31 before 3", "31"),
        ],
    ),
    "21 opened again, years later": (
        [
            ("register 31", "2012-01-10", "done"),
            ("close", "2014-06-01", "done"),
            ("reopen", "2016-06-01", "done"),
        ],
        [("2014-12-31", None), ("2015-12-31", None), ("2016-12-31", "31"), ("today", "31")],
    ),
    "30 days that are none": (
        [
            ("register 31", "1500-01-01", "too-long-ago"),
            ("register 31", "1989-12-31", "too-long-ago"),
            ("register 31", "2999-01-01", "time-in-future"),
            ("register 31", "1990-01-01", "done"),
            ("redate 4", "1989-12-31", "too-long-ago"),
            ("redate 4", "2999-01-01", "time-in-future"),
        ],
        [("1990-01-01", "31")],
    ),
}
OF_GATHERINGS: dict[str, tuple[list[Step], list[Seen]]] = {
    "1 a holding was a mistake": (
        [
            ("plan 2015-06-06", None, "done"),
            ("hold", "2015-06-06", "done"),
            ("count 180", "2015-06-06", "done"),
            ("strike 2", None, "done"),
            ("strike 3", None, "done"),
        ],
        [
            ("2015-12-31", (False, None)),
            ("2015-12-31 before 4", (True, 180)),
            ("today", (False, None)),
        ],
    ),
    "8 9 a holding put on another day": (
        [
            ("plan 2015-06-06", None, "done"),
            ("hold", "2015-06-06", "done"),
            ("redate 2", "2015-06-07", "not-its-day"),
            ("redate 2", "2015-06-06", "same"),
            ("redate 2", "2999-06-07", "not-its-day"),
        ],
        [("2015-06-06", (True, None)), ("2015-06-06 before 2", (False, None))],
    ),
    "10 a strike that can't be lifted": (
        [
            ("plan 2015-06-06", None, "done"),
            ("hold", "2015-06-06", "done"),
            ("strike 2", None, "done"),
            ("hold", "2015-06-06", "done"),
            ("lift 2", None, "later-stands-against GatheringHeld"),
            ("strike 4", None, "done"),
            ("lift 2", None, "done"),
        ],
        [("2015-12-31", (True, None)), ("2015-12-31 before 4", (False, None))],
    ),
    "11 15 what is so already, and said again": (
        [
            ("plan 2015-06-06", None, "done"),
            ("hold", "2015-06-06", "done"),
            ("hold", "2015-06-06", "same"),
            ("hold instead 2", "2015-06-06", "done"),
            ("count 180", "2015-06-06", "done"),
            ("count 180", "2015-06-06", "same"),
        ],
        [("2015-12-31", (True, 180))],
    ),
    "22 planned today for a day long past": (
        [
            ("plan 2015-06-06", None, "done"),
            ("cancel", None, "done"),
            ("reinstate", None, "done"),
            ("hold", "2015-06-06", "done"),
        ],
        [
            ("2015-06-05", (False, None)),
            ("2015-06-06", (True, None)),
            ("2015-12-31", (True, None)),
            ("today", (True, None)),
            ("2015-12-31 before 4", (False, None)),
        ],
    ),
    "23 a count that was withdrawn": (
        [
            ("plan 2015-06-06", None, "done"),
            ("hold", "2015-06-06", "done"),
            ("count 180", "2015-06-06", "done"),
            ("count 200", "2015-06-06", "done"),
            ("count", "2015-06-06", "done"),
        ],
        [("2015-12-31", (True, None)), ("2015-12-31 before 5", (True, 200)), ("2015-12-31 before 4", (True, 180))],
    ),
    "30 a holding outside of its days": (
        [
            ("plan 2015-06-06", None, "done"),
            ("hold", "2015-06-05", "not-yet"),
            ("hold", "1989-12-31", "too-long-ago"),
            ("hold", None, "say-the-day"),
            ("cancel", "2015-06-01", "takes-no-day"),
        ],
        [("2015-12-31", (False, None))],
    ),
}
KINDS: dict[type[Told], dict[str, tuple[list[Step], list[Seen]]]] = {
    OfMember: OF_MEMBERS,
    OfStructure: OF_STRUCTURES,
    OfGathering: OF_GATHERINGS,
}


@pytest.mark.parametrize(
    ("kind", "case"),
    [(kind, case) for kind, cases in KINDS.items() for case in cases],
    ids=lambda one: one if isinstance(one, str) else one.kind,
)
async def test_what_is_said_is_answered_and_shown_rightly(four: Four, kind: type[Told], case: str) -> None:
    steps, seen = KINDS[kind][case]
    last = four.today + timedelta(days=len(steps) + 1)
    await kind(four).run(steps, [(asked.replace("today", last.isoformat()), value) for asked, value in seen])


def in_paris(day: str, hour: int) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), PARIS).replace(hour=hour).astimezone(UTC)


async def test_12_a_line_that_is_wrong_goes_on(four: Four) -> None:
    """An old log: left before it joined. What is said today is judged by what it makes worse."""
    told = OfMember(four)
    await told.begin()
    member = member_of(UUID(told.structure))
    joined = MemberJoined(college="associative", charter_version=1, structure=UUID(told.structure), name="Kynarou")
    await four.write(
        member, (joined, in_paris("2015-01-10", 12)), (MemberLeft(reason="lapse"), in_paris("2014-01-10", 12))
    )
    four.later()
    assert await told.step("leave", None) == "done"
    assert await told.seen(date(2014, 12, 31), None) is None
    assert await told.seen(date(2016, 12, 31), None) == "associative"
    assert await told.seen(four.today, None) is None


@pytest.mark.parametrize("days", [0, 1, 400])
async def test_16_a_departure_noted_in_the_afternoon_is_undone_whenever(four: Four, days: int) -> None:
    told = OfMember(four)
    await told.begin()
    assert await told.step("join associative", "2015-01-10") == "done"
    left = four.today
    assert await told.step("leave", None) == "done"
    four.later(days, minutes=20)
    assert await told.step("strike 2", None) == "done"
    four.later(30)
    for day in (left - timedelta(days=1), left, left + timedelta(days=1), four.today):
        assert await told.seen(day, None) == "associative", day
    known = None if days == 0 else left
    assert await told.seen(left, known) == ("associative" if days == 0 else None)


async def test_17_an_old_log_that_restored_at_noon_what_was_noted_in_the_afternoon(four: Four) -> None:
    told = OfMember(four)
    await told.begin()
    member, structure = member_of(UUID(told.structure)), UUID(told.structure)
    day = four.today.isoformat()
    joined = MemberJoined(college="associative", charter_version=1, structure=structure, name="Kynarou")
    again = joined.model_copy(update={"college": "economic"})
    restored = MemberRestored(college="associative", structure=structure, reason="erreur")
    await four.write(
        member, (joined, in_paris("2012-03-01", 12)), (MemberLeft(reason="lapse"), in_paris("2014-06-01", 12))
    )
    await four.write(member, (restored, in_paris("2014-06-01", 9)))
    assert await told.seen(date(2015, 12, 31), None) == "associative"
    await four.write(
        member, (MemberLeft(reason="lapse"), in_paris("2014-06-01", 12)), (again, in_paris("2016-03-01", 12))
    )
    before = four.today
    four.later()
    await four.write(member, (MemberLeft(reason="mistake"), in_paris(day, 12)))
    seen = [await told.seen(date(year, 12, 31), None) for year in (2012, 2013, 2015, 2016)]
    assert seen == ["associative", "associative", None, None]
    assert await told.seen(date(2016, 12, 31), before) == "economic"
    four.later()
    await four.write(member, (restored.model_copy(update={"college": "economic"}), in_paris(day, 9)))
    assert await told.seen(date(2016, 12, 31), None) == "economic"
    assert await told.seen(date(2013, 12, 31), None) == "associative"


async def test_20_a_merge_noted_by_mistake(four: Four) -> None:
    a, b, c = [
        (await four.say("directory register-structure", "2012-01-10", name=name, kind="association")).entity
        for name in ("Alma", "Belle", "Cime")
    ]
    merged = await four.say("directory merge-structures", "2016-01-05", structure=a, merged=b)
    assert merged.said == "done"
    day, today = date(2017, 12, 31), four.today
    assert await four.figure("structures_total", day) == 2
    four.later()
    struck = await four.correct(
        "strike-events", "directory", "structure", a, await four.fact(a, type="StructuresMerged")
    )
    assert struck.said == "done"
    assert await four.figure("structures_total", day) == 3
    assert await four.figure("structures_total", day, today) == 2
    found = await four.get("/directory/export.json", as_of=day)
    assert sorted(one["id"] for one in found) == sorted([a, b, c])
    # merged again, and A with it into C: the first can't be struck alone any more
    four.later()
    assert (await four.say("directory merge-structures", "2016-01-05", structure=a, merged=b)).said == "done"
    assert (await four.say("directory merge-structures", "2018-01-05", structure=c, merged=a)).said == "done"
    refused = await four.correct(
        "strike-events", "directory", "structure", a, await four.fact(a, type="StructuresMerged")
    )
    assert refused.said not in ("done", "same"), refused
    assert await four.figure("structures_total", date(2018, 12, 31)) == 1


async def test_21_an_old_log_that_reopened_on_the_day_of_the_closing(four: Four) -> None:
    told = OfStructure(four)
    told.id, id = str(id := uuid4()), id
    await four.write(
        id,
        (StructureRegistered(name="Kynarou", kind="association", department="31"), in_paris("2012-01-10", 12)),
        (StructureClosed(reason="dissoute"), in_paris("2014-06-01", 18)),
    )
    before = four.today
    four.later()
    assert await told.seen(date(2014, 12, 31), None) is None
    await four.write(id, (StructureReopened(), in_paris("2014-06-01", 12)))
    four.later()
    assert [await told.seen(date(year, 12, 31), None) for year in (2013, 2014, 2016)] == ["31", "31", "31"]
    assert await told.seen(date(2014, 12, 31), before) is None


async def test_24_a_moment_belongs_to_its_day_in_paris(four: Four) -> None:
    member = OfMember(four)
    await member.begin()
    assert await member.step("join associative", "2015-01-10") == "done"
    assert await member.step("leave", "2016-12-31T23:30:00Z") == "done"
    four.later()
    assert await member.seen(date(2016, 12, 31), None) == "associative"
    assert await member.seen(date(2017, 1, 1), None) is None
    (left,) = [one for one in await four.facts(member.id) if one["type"] == "MemberLeft"]
    life = (await four.get(f"/observatory/api/life/{member.id}", as_of="2016-12-31"))["events"]
    assert left["id"] not in {one["event"]["id"] for one in life}


async def test_24_a_structure_entered_and_closed_around_midnight(four: Four) -> None:
    told = OfStructure(four)
    assert await told.step("register 31", "2015-12-31T23:30:00Z") == "done"
    assert await told.step("close", "2016-12-31T22:30:00Z") == "done"
    four.later()
    days = (date(2015, 12, 31), date(2016, 1, 1), date(2016, 12, 30), date(2016, 12, 31))
    assert [await told.seen(day, None) for day in days] == [None, "31", "31", None]


async def test_25_who_registers_does_so_now(four: Four) -> None:
    day = four.today.isoformat()
    planned = await four.say(
        "events plan-gathering", kind="agora", title="Agora", starts=f"{day}T18:00:00Z", capacity=1
    )
    about = {"gathering": planned.entity, "audience": "students"}
    refused = await four.say("events register-participant", "2016-06-01", **about, name="Personne C")
    assert refused.said == "takes-no-day"
    for name in "ABC":
        assert (await four.say("events register-participant", **about, name=f"Personne {name}")).said == "done"
    found = (await four.get("/events/api/registrations", gathering=planned.entity))["documents"]
    standing = {one["ticket"]: one["standing"] for one in found}
    assert sorted(standing) == [1, 2, 3] and [standing[n] for n in (1, 2, 3)] == ["registered", "waiting", "waiting"]
    first = next(one["key"] for one in found if one["ticket"] == 1)
    assert (await four.say("events cancel-registration", gathering=planned.entity, registration=first)).said == "done"
    found = (await four.get("/events/api/registrations", gathering=planned.entity))["documents"]
    assert {one["ticket"]: one["standing"] for one in found} == {1: "cancelled", 2: "registered", 3: "waiting"}
    for key in (one["key"] for one in found if one["ticket"] > 1):  # the planning is no mistake while somebody comes
        await four.say("events cancel-registration", gathering=planned.entity, registration=key)


async def test_26_the_day_of_somebody_who_was_forgotten_is_corrected(four: Four) -> None:
    joined = await four.say(
        "membership join-network-as-person", "2015-01-10", person="Zénobie Quatremère", charter_version=1
    )
    (fact,) = await four.facts(joined.entity)
    person = (await four.services["membership"].execute.history("member", UUID(joined.entity))).events[0].data.person
    forgotten = await four.client.post("/membership/api/persons/forget", json={"person": str(person.person)})
    assert forgotten.status_code == 200, forgotten.text
    four.later()
    last = await four.shown()
    redated = await four.correct("redate-events", "membership", "member", joined.entity, fact["id"], day="2013-01-10")
    assert redated.said == "done" and redated.body["events"] == ["EventRedated"]
    assert await four.shown() == last + 1, "nothing is sealed or said beside"
    told = await four.figures("members_by_college", date(2013, 12, 31))
    assert told["membership.colleges_by_year.qualified_persons.2013"] == 1
    page = await four.get(f"/membership/members/{joined.entity}")
    assert "Quatremère" not in page


async def test_27_of_two_that_are_decided_at_once_the_second_sees_the_first(four: Four) -> None:
    """The second knows the version before: `conflict`; without one it is judged by the new line."""
    told = OfMember(four)
    await told.begin()
    assert await told.step("join associative", "2015-01-10") == "done"
    version = (await four.get(f"/membership/api/members/{told.id}"))["version"]
    fact = await four.fact(told.id)
    assert (await four.correct("strike-events", "membership", "member", told.id, fact)).said == "done"
    renewal = {"member": told.id, "year": 2016}
    got = await four.client.post("/membership/api/commands/renew-membership", json=renewal, params={"version": version})
    assert got.status_code == 409, got.text
    assert (await four.say("membership renew-membership", "2016-01-12", **renewal)).said == "unknown-member"


@pytest.mark.parametrize(
    ("command", "day", "fields"),
    [
        ("directory register-structure", "2014-01-10", {"name": "Kynarou", "kind": "association"}),
        ("events plan-gathering", None, {"kind": "agora", "title": "Agora", "starts": "2093-06-06T10:00:00Z"}),
        ("membership note-volunteer", "2014-01-10", {"task": "Accueil"}),
    ],
)
async def test_28_the_same_sending_twice_is_one(
    four: Four, command: str, day: str | None, fields: dict[str, Any]
) -> None:
    id = uuid4()
    first, second = [await four.say(command, day, id=id, **fields) for _ in range(2)]
    assert first.said == second.said == "done" and not first.body["repeated"]
    assert second.body == first.body | {"repeated": True}


async def test_28_the_same_words_again_change_nothing(four: Four) -> None:
    structure = (
        await four.say("directory register-structure", "2014-01-10", name="Kynarou", kind="association")
    ).entity
    for command, fields in (
        ("directory revise-structure", {"structure": structure, "name": "Kynarou", "kind": "association"}),
        ("directory reopen-structure", {"structure": structure}),
    ):
        again = await four.say(command, **fields)
        assert (again.said, again.body["events"], again.body["sequence"]) == ("same", [], None)
        assert not again.body["repeated"]


async def test_30_after_midnight_in_paris_it_is_today_there(four: Four) -> None:
    four.now = (four.now + timedelta(days=1)).astimezone(UTC).replace(hour=22, minute=45)  # 23:45 or 00:45 in Paris
    four.now = four.now if four.today > four.now.date() else four.now.replace(hour=23)
    moment = four.now.isoformat()
    assert four.today > four.now.date()
    for told, first in ((OfMember(four), "join associative"), (OfStructure(four), "register 31")):
        await told.begin()
        assert await told.step(first, moment) == "done"
        after = (four.today + timedelta(days=1)).isoformat()
        what = "leave" if isinstance(told, OfMember) else "close"
        assert await told.step(what, after) == "time-in-future"
