"""What a page says before anything is saved: which figures, of which years, and which published reviews count this kind
of fact. It is known without the observatory."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from uuid import UUID, uuid4

import httpx2
import pytest

from deploy.host.all_services import DEFINITIONS
from services.membership.members.domain.member import JoinNetwork, LeaveNetwork
from services.observatory.indicators import INDICATORS
from shared.contract import EVENTS, Event
from shared.contract.observatory.reviews import FigurePublished, ReviewPublished, ReviewReplaced, ReviewWithdrawn
from shared.kernel.command_handler import Instead
from shared.kernel.eventlog.event_log import Unit
from shared.notions.published_reviews import PUBLISHED
from shared.runtime.service import Service
from shared.web.counted.counted import TABLE, counted, table
from tests.docs.counting_table import counted_by, made
from tests.fixtures.log_writing import write
from tests.shared.web.history.test_pages import MEMBER, PAGE, STRUCTURE, a_member, do, front, service

__all__ = ["front", "service"]  # fixtures
PRINTED = UUID(int=7)


def test_the_table_is_what_indicators_and_decisions_say() -> None:
    assert TABLE.read_bytes() == made(), "python -m tests.docs.counting_table writes it"


def test_every_type_that_an_indicators_history_rests_on_is_in_the_table() -> None:
    """An indicator names in its head only what its own query names; what macros count is found too."""
    for name, one in INDICATORS.items():
        assert set(one.types) <= {*counted_by(one), *(kind for kind in EVENTS if EVENTS[kind].live)}, name
    assert "MembershipRenewed" not in table().indicators["members_by_college"].types
    assert "MemberJoined" in table().indicators["named_members"].types
    assert "HeadsCounted" in table().indicators["agora_attendance"].types


def test_every_command_about_a_day_says_which_facts_it_may_state() -> None:
    for definition in DEFINITIONS:
        for decider in definition.deciders:
            for command in decider.decisions:
                if decider.takes_day(command):
                    assert table().commands.get(f"{definition.name}.{command.__name__}"), command.__name__


async def published(service: Service, *events: Event, of: UUID = PRINTED) -> None:
    head = await service.log.load("observatory", "review", of)
    for n, event in enumerate(events, len(head.events) + 1):
        item = write(service.network, of, n, event)
        last = await service.log.load("observatory", "review", of)
        await service.log.append(Unit([item], {item.entity: last.seq}))
    assert await service.runner.wait_for(await service.log.last())


def a_review(until: int = 2017, title: str = "Bilan 2012-2017") -> ReviewPublished:
    return ReviewPublished(
        title=title, since=date(2012, 1, 1), until=date(until, 12, 31), as_of=date(until, 12, 31), upto=1, figures=1
    )


def a_figure(indicator: str) -> FigurePublished:
    return FigurePublished(
        path="x", indicator=indicator, definition=1, sort="state", value=3, day=date(2017, 12, 31), upto=1, events=3
    )


async def test_reviews_that_count_it_are_heard_of_until_they_hold_no_longer(service: Service) -> None:
    async def reviews(kind: str, year: int) -> list[str]:
        return [one.title for one in (await counted(service, [kind], date(year, 6, 1), "fr")).reviews]

    await published(service, a_review(), a_figure("members_by_college"), a_figure("volunteers"))
    assert await reviews("MemberJoined", 2010) == await reviews("MemberJoined", 2016) == ["Bilan 2012-2017"]
    assert await reviews("MemberJoined", 2018) == [], "it is of before that day"
    assert await reviews("VolunteerContributed", 2010) == [], "a year's figure of a year that it does not show"
    assert await reviews("VolunteerContributed", 2011) == await reviews("VolunteerContributed", 2012) != []
    assert await reviews("BoardSeatTaken", 2016) == [], "it has no such figure"
    other = UUID(int=8)
    await published(service, a_review(title="Autre"), a_figure("members_by_college"), of=other)
    assert await reviews("MemberJoined", 2016) == ["Bilan 2012-2017", "Autre"]
    await published(service, ReviewWithdrawn(reason="x"))
    assert await reviews("MemberJoined", 2016) == ["Autre"]
    await published(service, ReviewReplaced(by=uuid4(), reason="x"), of=other)
    assert await reviews("MemberJoined", 2016) == [] and (await service.store.find(PUBLISHED)).total == 2


@pytest.mark.parametrize(
    ("about", "sorts", "first"),
    [
        ("Agora 2016", {"agora", "yearly"}, {"agora_first_held", "agora_workshops", "agora_attendance"}),
        ("Gérer", {"training", "modules"}, {"training_modules", "training_period", "training_sessions"}),
        ("Apér’OC de décembre", {"aper_oc", "guests"}, {"gatherings_held", "gatherings_with_guests"}),
        ("Les rencontres avec des invités", set(), {"gatherings_with_guests"}),
    ],
)
async def test_the_figures_that_tell_most_of_a_record_come_first(
    service: Service, about: str, sorts: set[str], first: set[str]
) -> None:
    """A page shows three and folds the others: the holding of an Agora may move sixteen."""
    found = await counted(service, ["GatheringHeld"], date(2016, 6, 1), "fr")
    assert len(found.figures) > 12
    told = found.telling(about, sorts)
    assert {one.name for one in told.figures} == {one.name for one in found.figures}
    assert first <= {one.name for one in told.figures[:3]}, [one.title for one in told.figures]


def said(page: httpx2.Response) -> str:
    assert page.status_code == 200, page.text[:300]
    found = re.search(r'<details[^>]*id="counted">(.*?)</details>', page.text, re.DOTALL)
    return unescape(re.sub(r"\s+", " ", found[1])) if found else ""


@pytest.mark.slow
async def test_a_form_says_what_counts_its_facts_before_they_are_saved(
    front: httpx2.AsyncClient, service: Service
) -> None:
    """No observatory runs here."""
    await published(service, a_review(), a_figure("members_by_college"))
    page = said(await front.get(f"/do/JoinNetwork?structure={STRUCTURE}&happened_on=2016-03-01"))
    assert "à partir de 2016" in page and "Bilan 2012-2017" in page and "1 bilan publié concerné" in page
    assert f'href="/observatory/reviews/{PRINTED}"' in page
    assert "Adhérents par collège" in page
    assert "Bilan 2012-2017" not in said(
        await front.get(f"/do/JoinNetwork?structure={STRUCTURE}&happened_on=2018-03-01")
    )
    assert "année 2016" in said(await front.get("/do/NoteVolunteer?happened_on=2016-03-01"))
    assert said(await front.get(f"/do/RenewMembership?member={MEMBER}")) == "", "no figure counts it"
    assert "Adhérents" in said(await front.get(f"/do/JoinNetwork?structure={STRUCTURE}&happened_on=pas-un-jour"))
    english = said(await front.get(f"/do/JoinNetwork?structure={STRUCTURE}&happened_on=2016-03-01&lang=en"))
    assert "Members by college" in english and "Adhérents par collège" not in english


@pytest.mark.slow
async def test_the_page_of_facts_says_it_before_a_correction_and_where_the_differences_are_afterwards(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await published(service, a_review(), a_figure("members_by_college"))
    await a_member(service)
    page = await front.get(PAGE)
    assert said(page) == "" and "/observatory/reviews/" not in page.text, "nothing is corrected"
    joined = (await service.execute.history("member", MEMBER)).events[0]
    form = await front.get(f"{PAGE}?fact={joined.id}&do=redate")
    assert "à partir de 2012" in said(form) and "Bilan 2012-2017" in said(form)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.text))
    sent = await front.post(PAGE, data={**fields, "day": "2012-02-01", "reason": "relu"})
    assert sent.status_code == 303
    page = await front.get(PAGE)
    assert f'href="/observatory/reviews/{PRINTED}"' in page.text and "Bilans publiés" in unescape(page.text)


async def test_a_day_that_is_yet_to_be_given_may_be_of_an_earlier_review(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await published(service, a_review(), a_figure("members_by_college"))
    page = said(await front.get(f"/do/JoinNetwork?structure={STRUCTURE}"))
    assert "pour un jour d’avant, 1 bilan publié" in page and "Bilan 2012-2017" in page
    given = said(await front.get(f"/do/JoinNetwork?structure={STRUCTURE}&happened_on=2018-03-01"))
    assert "pour un jour d’avant" not in given, "the day is known"
    await a_member(service)
    await do(
        service, JoinNetwork(structure=STRUCTURE, name="Kynarou", college="public", charter_version=1), date(2020, 1, 1)
    )
    again = (await service.execute.history("member", MEMBER)).events[-1]
    assert "Bilan 2012-2017" in said(await front.get(f"{PAGE}?fact={again.id}&do=redate"))
    assert "Bilan 2012-2017" not in said(await front.get(f"{PAGE}?fact={again.id}&do=strike"))


async def test_what_stands_again_by_a_strike_is_said_too(front: httpx2.AsyncClient, service: Service) -> None:
    """A correction that is taken back lets what it replaced stand again, on its own day."""
    await published(service, a_review(2019, "Bilan 2012-2019"), a_figure("members_by_college"))
    join = JoinNetwork(structure=STRUCTURE, name="Kynarou", college="associative", charter_version=1)
    await do(service, join, date(2016, 3, 1))
    await do(service, LeaveNetwork(member=MEMBER, reason="withdrawal"), date(2019, 6, 1))
    left = (await service.execute.history("member", MEMBER)).events[-1]
    outcome = await service.execute(
        LeaveNetwork(member=MEMBER, reason="withdrawal"),
        id=uuid4(),
        actor="staff:test",
        at=date(2021, 1, 1),
        instead=Instead((UUID(left.id),), "relu"),
    )
    assert await service.runner.wait_for(outcome.seq)
    later = (await service.execute.history("member", MEMBER)).events[-1]
    page = said(await front.get(f"{PAGE}?fact={later.id}&do=strike"))
    assert "à partir de 2019" in page and "Bilan 2012-2019" in page


async def test_a_past_period_says_it_before_its_days_are_given_and_when_they_are(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await published(service, a_review(), a_figure("members_by_college"))
    form = f"/do/NotePastMembership?structure={STRUCTURE}"
    page = said(await front.get(form))
    assert "selon les jours que vous direz" in page and "1 bilan publié concerné" in page and "à partir de" not in page
    assert "Bilan 2012-2017" in said(await front.get(f"{form}&since=2016-01-01"))
    assert "Aucun bilan publié" in said(await front.get(f"{form}&since=2018-01-01&until=2019-01-01"))
