"""Member on a day, structure on record, gathering held, people who came: one definition each, whoever is asked. Random
lines, with late facts, strikes, lifts and redates, are asked of the pages, lists, searches, exports, indicators and the
API of four services, and of an oracle that knows nothing but the log."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx2
import orjson
import pytest

from services.directory.app import DIRECTORY
from services.directory.structures.domain.structure import (
    CloseStructure,
    MergeStructures,
    RegisterStructure,
    ReopenStructure,
)
from services.events.app import EVENTS
from services.events.gatherings.domain.headcounts import CountHeads
from services.events.gatherings.domain.planning import CancelGathering, HoldGathering, PlanGathering, ReinstateGathering
from services.events.gatherings.domain.registrations import CheckIn, RegisterParticipant
from services.events.structures.views import MEMBER_STRUCTURES
from services.membership.app import MEMBERSHIP
from services.membership.members.domain.member import ChangeCollege, JoinNetwork, JoinNetworkAsPerson, LeaveNetwork
from services.observatory.app import OBSERVATORY
from services.observatory.figures.observatory import of as observatory_of
from shared.base.paris_days import day_of
from shared.contract.personal import Personal
from shared.kernel.correcting import LiftStrikes, RedateEvents, StrikeEvents
from shared.kernel.decider import Command, Refused
from shared.notions.structure_on_record import member_of, member_on
from shared.runtime.service import Service
from shared.web.app import service_app
from tests.conftest import OpenService
from tests.fixtures.signing_in import operator
from tests.fixtures.statutes import STATUTES

pytestmark = pytest.mark.slow
YEARS = range(2012, 2027)
COLLEGES = ("associative", "public", "economic")
CORRECTIONS = ("EventStruck", "StrikeLifted", "EventRedated")


@dataclass
class Four:
    """Four services on one log, and a random history in them."""

    services: Mapping[str, Service]
    random: Random
    structures: list[UUID] = field(default_factory=list)
    done: int = 0
    late: int = 0
    words: int = 0

    async def do(self, service: str, command: Command, day: date | None = None) -> UUID | None:
        """The entity of a command; None where it is refused."""
        try:
            outcome = await self.services[service].execute(command, id=uuid4(), actor="staff:test", at=day)
        except Refused:
            return None
        self.done += outcome.changed
        return outcome.entity_id

    async def facts(self, service: str, kind: str, id: UUID) -> list[Any]:
        history = await self.services[service].execute.history(kind, id)
        return [event for event in history.events if event.type not in CORRECTIONS and not event.data.live]

    async def correct(self, service: str, kind: str, id: UUID, redates: bool = True) -> None:
        facts = await self.facts(service, kind, id)
        if not facts:
            return
        command = self.random.choice((StrikeEvents, StrikeEvents, LiftStrikes, *([RedateEvents] if redates else [])))
        more = {"day": self.day()} if command is RedateEvents else {}
        about = {"kind": kind, "about": id, "events": [self.random.choice(facts).id], "reason": "erreur", **more}
        self.words += await self.do(service, command.model_validate(about)) is not None

    def day(self) -> date:
        return date(2012, 1, 1) + timedelta(days=self.random.randrange(365 * 14))

    async def shown(self) -> None:
        """Returns when all views and the table show all."""
        last = await self.services["directory"].log.last()
        for service in self.services.values():
            assert await service.runner.wait_for(last, 60)
        assert await observatory_of(self.services["observatory"]).table.wait_for(last, 60)

    async def line(self, service: str, entity: str) -> dict[str, list[tuple[date, int, str, dict[str, Any]]]]:
        """The oracle's line of each entity of a kind: what stands, by day and then by the log."""
        found: dict[str, list[tuple[date, int, str, dict[str, Any]]]] = {}
        struck: dict[str, bool] = {}
        moved: dict[str, date] = {}
        said: list[tuple[str, str, date, int, str, dict[str, Any]]] = []
        for message in await self.services["directory"].log.under(f"{service}.{entity}.*.*"):
            body = orjson.loads(message.body)
            kind, data, id = body["type"], body["data"], message.subject.split(".")[3]
            if kind == "EventRedated":
                moved[data["event"]] = date.fromisoformat(data["day"])
            elif kind in CORRECTIONS:
                struck[data["event"]] = kind == "EventStruck"
            else:
                day = day_of(datetime.fromisoformat(body["time"]))
                timeless = kind == "GatheringPlanned"
                said.append((id, body["id"], date.min if timeless else day, message.seq, kind, data))
        for id, event, day, seq, kind, data in said:
            if not struck.get(event):
                found.setdefault(id, []).append((moved.get(event, day), seq, kind, data))
        return {id: sorted(line, key=lambda one: one[:2]) for id, line in found.items()}


@pytest.fixture
async def four(open_service: OpenService) -> Four:
    services = {one.name: await open_service(one) for one in (DIRECTORY, MEMBERSHIP, EVENTS, OBSERVATORY)}
    return Four(services, Random(20261130))


@asynccontextmanager
async def front(service: Service) -> Any:
    transport = httpx2.ASGITransport(app=service_app(service))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=operator(service)) as client:
        yield client


async def got(service: Service, path: str) -> httpx2.Response:
    async with front(service) as client:
        found = await client.get(path)
    assert found.status_code == 200, (path, found.text[:300])
    return found


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


def college_on(line: Sequence[tuple[date, int, str, dict[str, Any]]], day: date) -> str | None:
    """The oracle: the college of a member at the end of a day, None for who is none."""
    college, member = None, False
    for at, _, kind, data in line:
        if at > day:
            continue
        if kind == "MemberJoined":
            college, member = data["college"], True
        elif kind == "MemberCollegeChanged":
            college = data["college"]
        elif kind == "MemberLeft":
            member = False
    return college if member else None


async def a_history(four: Four, steps: int) -> list[UUID]:
    """Members and structures that come, change, go; told late, struck, restored, put on other days. The person among
    them."""
    command: Command
    for n in range(8):
        made = await four.do("directory", RegisterStructure(name=f"S{n}", kind="association"), date(2011, 6, 1))
        assert made is not None
        four.structures.append(made)
    for command in STATUTES:
        await four.do("membership", command, date(2011, 1, 1))
    joining = JoinNetworkAsPerson(person=Personal("Zénobie Essai"), charter_version=1)
    person = await four.do("membership", joining, date(2014, 5, 1))
    assert person is not None
    latest: dict[UUID, date] = {}
    for _ in range(steps):
        structure, day = four.random.choice(four.structures), four.day()
        member, college = member_of(structure), four.random.choice(COLLEGES)
        name = f"S{four.structures.index(structure)}"
        match four.random.randrange(10):
            case 0 | 1 | 2:
                command = JoinNetwork(structure=structure, name=name, college=college, charter_version=1)
            case 3 | 4:
                command = ChangeCollege(member=member, college=college)
            case 5:
                command = LeaveNetwork(member=member, reason="lapse")
            case 6:
                command = four.random.choice(
                    (CloseStructure(structure=structure, reason="Fin"), ReopenStructure(structure=structure))
                )
                await four.do("directory", command, day)
                continue
            case 7:
                await four.correct("directory", "structure", structure)
                continue
            case _:
                await four.correct("membership", "member", member)
                continue
        if await four.do("membership", command, day) is not None:
            four.late += latest.get(member, date.min) > day
            latest[member] = max(day, latest.get(member, date.min))
    merging = MergeStructures(structure=four.structures[0], merged=four.structures[1])
    await four.do("directory", merging)
    return [person]


async def test_who_is_a_member_is_the_same_for_everybody(four: Four) -> None:
    await a_history(four, 220)
    assert four.late > four.done * 0.1 and four.words > 20, (four.done, four.late, four.words)
    await four.shown()
    lines = await four.line("membership", "member")
    today = day_of(datetime.now(UTC))
    now = {id: college for id, line in lines.items() if (college := college_on(line, today))}
    assert len(now) >= 3
    # the pages and the API of membership
    listed = (await got(four.services["membership"], "/api/members?size=200&status=current")).json()
    assert {one["key"]: one["college"] for one in listed["documents"]} == now
    # the directory: its view, its search, its export
    directory = four.services["directory"]
    of_structure = {str(s): now[str(member_of(s))] for s in four.structures if str(member_of(s)) in now}
    badges = (await got(directory, "/api/members?size=200")).json()["documents"]
    assert {one["structure"]: one["college"] for one in badges} == of_structure
    exported = rows((await got(directory, "/export.csv?member=yes&lang=fr")).text)
    yes = {tuple(row.values())[-1] for row in exported if row["Adhérent"] == "oui"}
    records = await records_of(four, today)
    kept = {str(s): str(records[str(s)][1] or s) for s in four.structures if str(s) in records}
    assert yes == {kept[s] for s in of_structure if s in kept}
    # who may be chosen in the events service
    there = (await four.services["events"].store.find(MEMBER_STRUCTURES, {"member": True}, limit=100)).documents
    assert {one["structure"] for one in there} == set(of_structure)
    # the indicators: of each year, and by name; and each day for each reader that knows days
    observatory = four.services["observatory"]
    told = {one["path"]: one["value"] for one in (await indicator(observatory, "members_by_college"))["values"]}
    for year in YEARS:
        on = date(year, 12, 31) if year < today.year else today
        colleges = [college for line in lines.values() if (college := college_on(line, on))]
        for college in COLLEGES:
            path = f"membership.colleges_by_year.{college}.{year}"
            assert (told.get(path) or 0) == colleges.count(college), path
        documents = [
            one
            for id in lines
            if (one := await four.services["events"].store.get(MEMBER_STRUCTURES, id)) and member_on(one, on)
        ]
        assert {one["key"] for one in documents} == {
            id for id, line in lines.items() if college_on(line, on) not in (None, "qualified_persons")
        }
    # identification: members that are structures on record, closed ones too
    for year in (2016, 2020, today.year):
        on = date(year, 12, 31) if year < today.year else today
        records = await records_of(four, on)
        asked = await got(observatory, f"/identification/export.csv?member=yes&as_of={on}&lang=fr")
        keys = set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}(?=\r?$)", asked.text, re.MULTILINE))
        current = {str(s) for s in four.structures if college_on(lines.get(str(member_of(s)), []), on)}
        stands = {s: records[s][1] or s for s in current if s in records}
        assert keys == set(stands.values()), on
        files = (await got(directory, f"/export.json?member=yes&as_of={on}")).json()
        assert {one["id"] for one in files} == keys and all(one["member"] for one in files), on
        total = (await indicator(observatory, "structures_total", f"?as_of={on}"))["values"]
        assert sum(one["value"] for one in total) == len({id for id, (closed, _) in records.items() if not closed})


async def records_of(four: Four, day: date) -> dict[str, tuple[bool, str | None]]:
    """The oracle: structures that are registered by the end of a day: closed then, merged into which."""
    found: dict[str, tuple[bool, str | None]] = {}
    for id, line in (await four.line("directory", "structure")).items():
        registered, closed, into = False, False, None
        for at, _, kind, data in line:
            if at > day:
                continue
            registered |= kind == "StructureRegistered"
            closed = {"StructureClosed": True, "StructureReopened": False}.get(kind, closed)
            into = data["kept"] if kind == "StructureAbsorbed" else into
        if registered:
            found[id] = (closed, into)
    return found


async def indicator(service: Service, name: str, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = (await got(service, f"/api/indicators/{name}{query}")).json()
    return found


async def some_gatherings(four: Four) -> list[UUID]:
    """Agoras and trainings of today, with registrations, check-ins, heads; one of New Year, held in its days of
    grace."""
    found, now = [], datetime.now(UTC)
    today = day_of(now)
    for n in range(6):
        kind: dict[str, Any] = {"kind": "agora"} if n % 2 else {"kind": "training", "module": "Projet"}
        plan = PlanGathering.model_validate({**kind, "title": f"Rencontre {n}", "starts": now})
        gathering = await four.do("events", plan)
        assert gathering is not None
        found.append(gathering)
    plan = PlanGathering(kind="agora", title="An neuf", starts=datetime(today.year - 1, 12, 30, 17, tzinfo=UTC))
    eve = await four.do("events", plan)
    assert eve is not None
    held = min(date(today.year, 1, 3), today)  # on the first days of January the third is still to come
    assert await four.do("events", HoldGathering(gathering=eve), held) is not None
    assert await four.do("events", CountHeads(gathering=eve, others=7), held) is not None
    for _ in range(130):
        gathering = four.random.choice(found)
        match four.random.randrange(8):
            case 0 | 1:
                registering = RegisterParticipant(gathering=gathering, name=Personal("Zoé"), audience="students")
                await four.do("events", registering)
            case 2 | 3:
                history = await four.services["events"].execute.history("gathering", gathering)
                places = [e.data.registration for e in history.events if e.type == "ParticipantRegistered"]  # type: ignore[attr-defined]
                if places:
                    await four.do("events", CheckIn(gathering=gathering, registration=four.random.choice(places)))
            case 4:
                counted = {four.random.choice(("students", "others", "unspecified")): four.random.randrange(30)}
                await four.do("events", CountHeads.model_validate({"gathering": gathering, **counted}))
            case 5:
                await four.do("events", HoldGathering(gathering=gathering))
            case 6:
                command = four.random.choice(
                    (CancelGathering(gathering=gathering, reason="Neige"), ReinstateGathering(gathering=gathering))
                )
                await four.do("events", command)
            case _:
                await four.correct("events", "gathering", gathering, redates=False)
    return [*found, eve]


def came_to(line: Sequence[tuple[date, int, str, dict[str, Any]]]) -> tuple[str, str, int | None] | None:
    """The oracle: the kind of a gathering, its state, who came; None for one that was never planned."""
    kind, held, cancelled = None, False, False
    heads: dict[str | None, int] = {}
    named: dict[str, bool] = {}
    for _, _, type, data in line:
        match type:
            case "GatheringPlanned":
                kind = data["kind"]
            case "GatheringHeld":
                held = True
            case "GatheringCancelled" | "GatheringReinstated":
                cancelled = type == "GatheringCancelled"
            case "HeadsCounted":
                heads[data.get("audience")] = data["people"]
            case "AgoraAttended" | "GatheringAttended":
                named[data["registration"]] = True
    if kind is None:
        return None
    state = "cancelled" if cancelled else "held" if held else "planned"
    return kind, state, sum(heads.values()) + len(named) if heads or named else None


async def test_who_came_and_what_was_held_is_the_same_for_everybody(four: Four) -> None:
    gatherings = await some_gatherings(four)
    assert four.words > 4
    await four.shown()
    lines, events = await four.line("events", "gathering"), four.services["events"]
    observatory, year = four.services["observatory"], day_of(datetime.now(UTC)).year
    total = dict.fromkeys([("agora", year), ("agora", year - 1), ("training", year)], 0)
    editions: dict[int, int] = {}
    for gathering in gatherings:
        told = came_to(lines.get(str(gathering), []))
        if told is None:
            async with front(events) as client:
                assert (await client.get(f"/gatherings/{gathering}")).status_code == 404
            continue
        kind, state, came = told
        document = (await got(events, f"/api/gatherings/{gathering}")).json()
        document = document.get("document", document)
        assert document["state"] == state
        page = unescape((await got(events, f"/gatherings/{gathering}")).text)
        figure = re.search(r"Personnes venues</\w+>\s*<\w+[^>]*>(.*?)</", page, re.DOTALL)
        number = re.sub(r"\D", "", re.sub(r"<[^>]*>", "", figure[1])) if figure else None
        assert number == ("" if came is None else str(came)), (number, came)
        if state == "held" and came is not None:
            own = year if gathering != gatherings[-1] else year - 1
            total[kind, own] += came
            if kind == "agora":
                editions[own] = editions.get(own, 0) + 1
    listed = unescape((await got(events, "/trainings")).text)
    assert ("training", year) in total and str(total["training", year]) in listed
    trained = (await indicator(observatory, "training_participants"))["values"]
    assert sum(one["value"] or 0 for one in trained) == total["training", year]
    for own in (year - 1, year):
        asked = f"?first={own}&last={own}"
        (mean,) = [one["value"] for one in (await indicator(observatory, "agora_attendance", asked))["values"]]
        assert round((mean or 0) * editions.get(own, 0), 6) == total["agora", own], own
        (measured,) = [
            one["value"] for one in (await indicator(observatory, "agora_editions_measured", asked))["values"]
        ]
        assert measured == editions.get(own, 0)
    assert total["agora", year - 1] == 7, "held in its days of grace, it is of its own year"
