"""The review of 2012-2017 on the whole sample: equal to the published one, and moved by commands as it should be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

import pytest

from deploy.host.embedded import Installation
from deploy.host.root_app import bound, serve
from deploy.sample.network import RENAMED
from deploy.sample.plan import noon
from services.directory.casework.domain.coverage import NoteMediaCoverage
from services.directory.casework.domain.request import RequestIdentification
from services.directory.casework.domain.support import GiveSupport
from services.directory.structures.domain.contact import AddContact
from services.directory.structures.domain.structure import CloseStructure, ListStructure, RegisterStructure
from services.events.gatherings.domain.headcounts import CountHeads, NoteWorkshop
from services.events.gatherings.domain.planning import HoldGathering, PlanGathering
from services.events.projects.domain import PresentProject
from services.events.tandems.domain import AddTandemSchool, CountPupils, FormTandem
from services.membership.governance.domain.board_seat import TakeBoardSeat
from services.membership.governance.domain.working_group import FormWorkingGroup
from services.membership.members.domain.member import JoinNetwork, JoinNetworkAsPerson, LeaveNetwork
from services.membership.network.domain.peer_network import AddPeerNetwork
from services.membership.team.domain.civic_place import ApproveCivicServicePlace
from services.membership.team.domain.civic_service import RecruitCivicService, SecondCivicService
from services.membership.team.domain.staff_post import CreateStaffPost
from services.membership.team.domain.volunteer import NoteVolunteer
from shared.base.settings import Settings
from shared.contract.personal import Personal
from shared.kernel.command_handler import new_command_id, utc_now
from shared.kernel.decider import Command
from shared.web.formatting import PARIS
from tests.fixtures.signing_in import operator

pytestmark = [pytest.mark.slow]


class Running:
    """An installation in this process, asked over HTTP, whose clock can be set."""

    def __init__(self, installation: Installation, url: str) -> None:
        self.services, self.url = installation.services, url
        self.headers = operator(installation.services["observatory"])

    async def do(self, command: Command, at: datetime | None = None) -> UUID:
        service = next(s for s in self.services.values() if type(command).__name__ in s.execute.commands)
        outcome = await service.execute(command, id=new_command_id(), actor="test", at=at)
        assert outcome.new, f"{type(command).__name__} changed nothing"
        return outcome.entity_id

    async def figures(self, **when: str) -> dict[str, tuple[float | None, int]]:
        """Path → value and number of events, once everything written is visible."""
        last = await self.services["observatory"].log.last()
        assert await self.services["observatory"].runner.wait_for(last)
        query = "&".join(f"{name}={value}" for name, value in when.items())

        def ask() -> Any:
            with urlopen(
                Request(f"{self.url}/observatory/api/review?{query}", headers=self.headers), timeout=60
            ) as answer:
                return json.load(answer)

        for _ in range(1200):
            found = await asyncio.to_thread(ask)
            if found["sequence"] >= last:
                return {row["path"]: (row["value"], row["events"]) for row in found["figures"]}
            await asyncio.sleep(0.05)
        raise AssertionError("the observatory does not catch up")

    async def rows(self) -> list[dict[str, Any]]:
        def ask() -> Any:
            with urlopen(Request(f"{self.url}/observatory/api/review", headers=self.headers), timeout=60) as answer:
                return json.load(answer)["figures"]

        found: list[dict[str, Any]] = await asyncio.to_thread(ask)
        return found

    def set_clock(self, forward: timedelta) -> None:
        """From now on it is so much later, by an operator's word: the time has passed, no clock is wrong."""
        for service in self.services.values():
            service.around.clock = lambda: utc_now() + forward
            service.clock.believe(service.runner.position, utc_now())


@asynccontextmanager
async def running(data: Path) -> AsyncIterator[Running]:
    stop, up = asyncio.Event(), asyncio.Event()
    sock = bound(0)
    async with Installation.open(Settings(data=data)) as installation:
        serving = asyncio.create_task(serve(installation.app(), sock, stop, up.set))
        await up.wait()
        try:
            yield Running(installation, f"http://127.0.0.1:{sock.getsockname()[1]}")
        finally:
            stop.set()
            await serving


async def test_every_figure_is_as_published_but_where_the_source_contradicts_itself(copy_of_sample: Path) -> None:
    async with running(copy_of_sample) as here:
        rows = await here.rows()
    assert len(rows) >= 110
    assert {r["path"] for r in rows if not r["equal"]} == {"membership.civic_service.hosted_in_team_since_2013"}
    assert all(r["note"] for r in rows if not r["equal"])
    for row in rows:
        if row["rests_on"] == "things" and row["value"] is not None:
            assert row["events"] == row["value"], row["path"]
        if row["rests_on"] == "heads":
            assert 0 < row["events"] < row["value"] or "percent" in row["path"], row["path"]


Case = tuple[str, Callable[[Running, int], Awaitable[object]], set[str]]
MAY, NOVEMBER_2015 = noon(2017, 5, 10), noon(2015, 11, 20)
PATHS_31 = {"structures_total.value", "structures_in_region.value", "structures_by_department.values.31"}


def structure(n: int, **more: Any) -> RegisterStructure:
    return RegisterStructure(name=f"Structure d’essai {uuid4()}", kind="association", **more)


async def member(here: Running, college: Any, at: datetime) -> UUID:
    command, version = structure(0), 1 if at < RENAMED else 2
    return await here.do(
        JoinNetwork(structure=await here.do(command, at), name=command.name, college=college, charter_version=version),
        at,
    )


async def held(here: Running, kind: Any, at: datetime, guests: Sequence[str] = (), **more: Any) -> UUID:
    title = f"Rencontre d’essai {uuid4()}"
    gathering = await here.do(PlanGathering(kind=kind, title=title, starts=at, **more), at - timedelta(days=20))
    await here.do(HoldGathering(gathering=gathering, guests=list(guests)), at)
    return gathering


async def agora_2016(here: Running) -> UUID:
    view = next(v for v in here.services["events"].definition.views if v.name == "gatherings")
    found = await here.services["events"].store.find(view, {"kind": "agora"}, limit=20)
    return UUID(next(d["key"] for d in found.documents if d["starts"].startswith("2016")))


async def workshop(here: Running, n: int) -> None:
    await here.do(
        NoteWorkshop(gathering=await agora_2016(here), workshop_title=f"Atelier d’essai {n}"), noon(2016, 10, 14)
    )


async def tandem(here: Running, n: int, association: UUID, school: UUID) -> None:
    form = FormTandem(school_year="2016-2017", association=association, association_name=f"Association d’essai {n}")
    made = await here.do(form, MAY)
    await here.do(AddTandemSchool(tandem=made, school=school, school_name=f"École d’essai {n}"), MAY)
    await here.do(CountPupils(tandem=made, pupils=1), MAY)


def joined(college: str, years: Sequence[int], path: str) -> set[str]:
    yearly = {f"colleges_by_year.{college}.{y}" for y in years} | {f"colleges_by_year.total.values.{y}" for y in years}
    return yearly | ({path} if path else set())


CASES: list[Case] = [
    ("a structure of the region", lambda h, n: h.do(structure(n, department="31"), MAY),
     {f"directory.{p}" for p in PATHS_31}),
    ("a structure from elsewhere", lambda h, n: h.do(structure(n, department="75"), MAY),
     {"directory.structures_total.value", "directory.structures_outside_region.value"}),
    ("support in 2016", lambda h, n: support(h, noon(2016, 5, 10)),
     {"directory.individual_support_by_year.values.2016", "directory.individual_support_by_year.total.value"}),
    ("a request", lambda h, n: h.do(RequestIdentification(requester=f"Ville d’essai {n}", countries=["SN"]), MAY),
     {"directory.actor_identification_requests.values"}),
    ("a member of 2015", lambda h, n: member(h, "associative", NOVEMBER_2015),
     {f"membership.{p}" for p in joined("associative", (2015, 2016, 2017), "named_members.associative")}),
    ("a public member", lambda h, n: member(h, "public", MAY),
     {f"membership.{p}" for p in joined("public", (2017,), "named_members.public")}),
    ("an economic member", lambda h, n: member(h, "economic", MAY),
     {f"membership.{p}" for p in joined("economic", (2017,), "named_members.economic")}),
    ("a qualified person",
     lambda h, n: h.do(JoinNetworkAsPerson(person=Personal(f"Personne inventée {n}"), charter_version=2), MAY),
     {f"membership.{p}" for p in joined("qualified_persons", (2017,), "")}),
    *[(f"a seat: {role}",
       lambda h, n, role=role: h.do(TakeBoardSeat(role=role, holder=Personal(f"Personne inventée {n}")), MAY),
       {f"membership.board_seats.{path}"})  # type: ignore[misc]
      for role, path in (("president", "president"), ("vice_president", "vice_presidents"),
                         ("administrator", "administrators"), ("delegate_administrator", "delegate_administrators"))],
    ("a volunteer of 2014", lambda h, n: h.do(NoteVolunteer(task="Essai"), noon(2014, 6, 1)),
     {"membership.volunteers_by_year.values.2014"}),
    ("a recruit of 2015", lambda h, n: h.do(RecruitCivicService(mission="Essai"), noon(2015, 6, 1)),
     {"membership.civic_service.recruits_by_year.2015", "membership.civic_service.hosted_in_team_since_2013"}),
    ("a seconded volunteer", lambda h, n: h.do(SecondCivicService(host_name="Essai"), MAY),
     {"membership.civic_service.seconded_to_members_since_2016"}),
    ("an approved place", lambda h, n: h.do(ApproveCivicServicePlace(), noon(2016, 5, 10)),
     {"membership.civic_service.approved_places.value"}),
    ("a working group", lambda h, n: h.do(FormWorkingGroup(name=f"Groupe d’essai {n}"), MAY),
     {"membership.working_groups"}),
    ("a peer network", lambda h, n: h.do(AddPeerNetwork(name=f"Réseau d’essai {n}"), MAY),
     {"network_of_networks.members_2017"}),
    ("a workshop", workshop, {"events.agora.workshops_since_2012"}),
    ("a project", lambda h, n: h.do(PresentProject(project_title=f"Projet d’essai {n}", structure_name="Essai"), MAY),
     {"events.agora.tribune_projects_presented_since_2013"}),
    ("a tour stop", lambda h, n: held(h, "departmental_tour", MAY, town=f"Ville d’essai {n}"),
     {"events.departmental_tour.towns"}),
    ("a local authorities' topic", lambda h, n: held(h, "local_authorities", MAY, topics=[f"Sujet d’essai {n}"]),
     {"events.local_authority_meetings.topics"}),
    ("a thematic meeting", lambda h, n: held(h, "thematic", MAY), {"events.thematic_meetings"}),
    ("an Apér’OC with guests", lambda h, n: held(h, "aper_oc", MAY, [f"Invité d’essai {n}"], town=f"Ville d’essai {n}"),
     {"events.aper_oc_2017.value", "events.aper_oc_2017.towns", "events.aper_oc_2017.with_guests"}),
    ("a training of a new module", lambda h, n: held(h, "training", MAY, module=f"Module d’essai {n}"),
     {"events.trainings.sessions", "events.trainings.modules", "events.training_modules"}),
    ("a mobility exchange", lambda h, n: held(h, "mobility_exchange", MAY, town=f"Ville d’essai {n}"),
     {"events.mobility_exchange_towns"}),
]  # fmt: skip


async def support(here: Running, at: datetime) -> None:
    """To a structure that is there already, so that nothing else changes."""
    view = here.services["directory"].definition.views[0]
    key = (await here.services["directory"].store.find(view, limit=1)).documents[0]["key"]
    await here.do(GiveSupport(structure=UUID(key), kind="networking"), at)


async def test_three_more_of_each_kind_change_its_counts_by_three_and_no_other(copy_of_sample: Path) -> None:
    """Fixed vocabularies (the eight kinds of support, the five bulletins) can't grow, and head counts are no things."""
    moved: set[str] = set()
    async with running(copy_of_sample) as here:
        structures = [await here.do(structure(n, department="31"), MAY) for n in range(3)]
        schools = [await here.do(structure(n, department="31"), MAY) for n in range(3)]
        of_known: list[Case] = [
            ("a contact", lambda h, n: h.do(AddContact(structure=structures[n], name=Personal("P")), MAY),
             {"directory.contacts_total.value"}),
            ("a listing", lambda h, n: h.do(ListStructure(structure=structures[n]), MAY),
             {"directory.structures_listed_in_public_directory.value"}),
            ("a coverage",
             lambda h, n: h.do(NoteMediaCoverage(structure=structures[n], medium=f"Média d’essai {n}"), MAY),
             {"directory.actors_given_media_coverage.value", "directory.actors_given_media_coverage.media"}),
            ("a tandem with school and pupils", lambda h, n: tandem(h, n, structures[n], schools[n]),
             {f"events.tandems_solidaires.{p}" for p in ("tandems", "schools", "associations", "pupils")}),
            ("a post", lambda h, n: h.do(CreateStaffPost(title="Essai", fte=1), noon(2016, 3, 1)),
             {"membership.staff_posts_created.2016", "membership.staff_fte.value"}),
        ]  # fmt: skip
        before = await here.figures()
        for name, one_more, paths in of_known + CASES:
            for n in range(3):
                await one_more(here, n)
            after = await here.figures()
            changed = {p: (before[p][0] or 0, v[0] or 0) for p, v in after.items() if v[0] != before[p][0]}
            # A member is a structure, too, so it is counted in the directory as well.
            beside = {p for p in changed if p.startswith("directory.structures")} if "member" in name else set()
            assert set(changed) - beside == paths, (name, changed)
            for path in paths:
                assert changed[path][1] - changed[path][0] == pytest.approx(3), (name, path)
                if path not in ("events.tandems_solidaires.pupils", "membership.staff_fte.value"):
                    assert after[path][1] - before[path][1] == 3, f"{path} rests on as many events more"
            moved |= paths
            before = after
    assert len(moved) >= 50


async def test_a_head_count_moves_its_sum_only(copy_of_sample: Path) -> None:
    async with running(copy_of_sample) as here:
        gathering = await held(here, "training", MAY, module="Formation civique & citoyenne")
        before = await here.figures()
        await here.do(CountHeads(gathering=gathering, unspecified=3), MAY)
        after = await here.figures()
    assert {p: after[p][0] - (before[p][0] or 0) for p in after if after[p][0] != before[p][0]} == {
        "events.trainings.participants": 3
    }  # type: ignore[operator]


async def test_a_correction_recorded_late_changes_2015_only_for_who_knows_of_it(copy_of_sample: Path) -> None:
    path = "membership.colleges_by_year.associative.2015"
    async with running(copy_of_sample) as here:
        loaded = utc_now().astimezone(PARIS)  # a day of `known_at` ends at midnight there
        view = next(v for v in here.services["membership"].definition.views if v.name == "members")
        members = (await here.services["membership"].store.find(view, {"college": "associative"}, limit=500)).documents
        stayed = next(m for m in members if m["status"] == "current" and m["since"] < 2014)
        here.set_clock(timedelta(days=40))
        await here.do(LeaveNetwork(member=UUID(stayed["key"]), reason="withdrawal"), noon(2015, 6, 1))
        today, later = loaded.date().isoformat(), (loaded + timedelta(days=41)).date().isoformat()
        then = await here.figures(as_of="2015-12-31", known_at=today)
        now = await here.figures(as_of="2015-12-31", known_at=later)
        before = await here.figures(as_of="2015-05-31", known_at=later)
        before_then = await here.figures(as_of="2015-05-31", known_at=today)
    assert (then[path][0], now[path][0]) == (83, 82)
    assert {p for p in now if now[p] != then[p]} == {path, "membership.colleges_by_year.total.values.2015"} | {
        p for p in now if now[p] != then[p] and p.startswith("membership.named_members")
    }
    assert before == before_then, "the day before it happened, nothing changed"


async def test_as_of_an_earlier_day_a_later_year_is_not_measured(copy_of_sample: Path) -> None:
    async with running(copy_of_sample) as here:
        found = await here.figures(as_of="2015-12-31")
        nothing = await here.figures(known_at="2016-01-01")
    assert found["membership.colleges_by_year.associative.2015"][0] == 83
    assert found["membership.colleges_by_year.associative.2016"][0] is None
    assert found["directory.individual_support_by_year.total.value"][0] == 25 + 36 + 42
    assert not any(value for value, _ in nothing.values()), "nothing was recorded before the sample was loaded"


async def test_a_structure_that_is_closed_is_counted_until_that_day(copy_of_sample: Path) -> None:
    async with running(copy_of_sample) as here:
        made = await here.do(structure(0, department="09"), noon(2014, 3, 1))
        await here.do(CloseStructure(structure=made, reason="Essai terminé"), noon(2016, 3, 1))
        path = "directory.structures_by_department.values.09"
        at = {day: (await here.figures(as_of=day))[path][0] for day in ("2015-12-31", "2017-10-31")}
        reopened = await here.figures()
    assert reopened[path][0] == 129 == at["2017-10-31"]
