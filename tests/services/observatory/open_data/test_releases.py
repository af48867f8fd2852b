"""Open data: files under addresses that stay, for everybody; what counts persons is released once a year, and
masked."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
import yaml

from deploy.host.root_app import root_of
from services.observatory.charts.drawing import Context, name
from services.observatory.figures.observatory import of as observatory_of
from services.observatory.indicators import HERE, INDICATORS, LISTED
from services.observatory.indicators.paths import TOTAL
from services.observatory.open_data.releases import LICENCE, release_days, rows
from shared.base.translations import Lexicon, translated
from shared.contract.directory.structures import ContactAdded, StructureRegistered
from shared.contract.events.gatherings import AgoraAttended, GatheringHeld
from shared.contract.membership.members import CollegeOpened, MemberJoined
from shared.contract.membership.team import CivicServiceRecruited, VolunteerContributed
from shared.contract.observatory.reviews import FigurePublished, ReviewPublished
from shared.runtime.service import Service
from shared.web.words.messages import WORDS as KERNEL
from tests.fixtures.observatory_history import History, named, someone
from tests.services.observatory.test_pages import front, service, write

pytestmark = pytest.mark.slow

__all__ = ["front", "service"]  # fixtures
OPEN = "/observatory/open-data"


@pytest.fixture
async def anybody(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who is not signed in."""
    transport = httpx2.ASGITransport(app=root_of({"observatory": service}, service.settings))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


def network(published: int | None = None) -> History:
    """Structures of two departments with contacts: 12 and 7 in 2018, one more and one of a third department in 2019.
    `published`: how many an editor said they were, in July 2018."""
    h = History()
    for code in ("31", "34", "65"):
        h.say(StructureRegistered(name=code, kind="association", department=code), code, "2018-01-10")
    for n in range(12):
        h.say(ContactAdded(structure=named("structure/31"), name=someone()), f"a{n}", "2018-02-01")
    for n in range(7):
        h.say(ContactAdded(structure=named("structure/34"), name=someone()), f"b{n}", "2018-02-01")
    h.say(CollegeOpened(college="qualified_persons", title="Q"), "q", "2018-03-01")
    h.say(CollegeOpened(college="associative", title="A"), "w", "2018-03-01")
    for n in range(3):
        h.say(
            MemberJoined(college="qualified_persons", charter_version=1, person=someone(f"p{n}")), f"q{n}", "2018-03-02"
        )
    for n in range(20):
        h.say(
            MemberJoined(college="associative", charter_version=1, structure=named(f"{n}"), name="A"),
            f"a{n}",
            "2018-03-02",
        )
    h.say(VolunteerContributed(year=2018), "v", "2018-05-01")
    if published:
        _review(
            h, "early", "2018-07-01", "directory.contacts_total.value", "contacts_total", published, date(2018, 6, 30)
        )
    h.say(ContactAdded(structure=named("structure/31"), name=someone()), "a12", "2019-03-01")
    h.say(ContactAdded(structure=named("structure/65"), name=someone()), "c", "2019-04-01")
    return h


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


async def test_every_public_indicator_is_a_page_a_csv_and_a_json_for_anybody(
    anybody: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    index = (await anybody.get(OPEN)).text
    for one in LISTED:
        listed = f'href="{OPEN}/{one.name}"' in index
        assert listed == (one.public and not one.earlier), one.name
        answers = [await anybody.get(f"{OPEN}/{one.name}{ending}") for ending in ("", ".csv", ".json")]
        assert {answer.status_code for answer in answers} == {200 if one.public else 404}, one.name
        if one.public:
            page, as_csv, as_json = answers
            assert "<script" not in page.text and LICENCE[1] in page.text
            assert as_csv.headers["access-control-allow-origin"] == "*" and LICENCE[1] in as_csv.headers["link"]
            said = as_json.json()
            assert (said["version"], said["licence"]["name"], said["definition"]["en"]) == (
                one.version,
                LICENCE[0],
                translated(one.definition, "en"),
            )
            assert [row["path"] for row in table(as_csv.text)] == [row["path"] for row in said["figures"]]


def codes(text: str) -> bool:
    """Whether it is a word of a program."""
    return re.search(r"[a-z]_[a-z]|\bvalues?\b|^[0-9][0-9AB]$", text) is not None


async def test_every_row_is_named_in_words_by_whoever_has_printed_no_review(
    anybody: httpx2.AsyncClient, service: Service
) -> None:
    lexicon = Lexicon(KERNEL, service.definition.words)
    for one in LISTED:
        expected = yaml.safe_load((HERE / f"{one.name}.yaml").read_text(encoding="utf-8"))["expect"]
        for lang in ("fr", "en"):
            where = Context(date(2016, 12, 31), range(0), lang, lexicon)
            paths = {path for asked in expected for path in asked.get("figures", ())}
            names = [name(one, path, where) for path in paths]
            assert len({*names}) == len(paths), (one.name, names)
            assert not [found for found in names if not found.strip() or codes(found)], (one.name, names)
            assert not codes(lexicon.say(f"unit.{one.unit}", lang))
    await write(service, network())
    for address in ("structures_total", "structures_by_department", "contacts_total", "members_by_college"):
        for by in ("department", "kind"):
            answer = await anybody.get(f"{OPEN}/{address}.json?by={by}")
            for row in answer.json()["figures"] if answer.status_code == 200 else []:
                said = [row["label"], row["part_label"], row["unit_label"]]
                assert all(word.strip() and not codes(word) for word in said), row


async def test_the_table_of_contacts_lists_all_departments_that_have_structures(service: Service) -> None:
    """Where only those were listed that somebody is in, a masked row told that somebody is."""
    await write(service, network())
    observatory, today = observatory_of(service), date(2021, 6, 1)
    moment = await observatory.moment("2021-06-01", None, today)
    contacts = INDICATORS["contacts_total"]
    parted = await rows(observatory, contacts, moment, today, "department")
    assert {row.part for row in parted if row.as_of.year == 2018} == {"", "31", "34", "65", TOTAL}
    whole = await rows(observatory, contacts, moment, today)
    alone = {row.as_of: row.value for row in whole if row.state != "published"}
    assert {row.as_of: row.value for row in parted if row.part == TOTAL} == alone, "one figure, masked once"


async def test_a_file_is_of_the_day_and_the_knowledge_that_it_is_asked_for(
    anybody: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    address = f"{OPEN}/structures_total.csv"
    for query, value in (
        ("as_of=2018-12-31", "3"),
        ("as_of=2017-12-31", "0"),
        ("as_of=2018-12-31&known_at=2018-01-09", "0"),
    ):
        (row,) = table((await anybody.get(f"{address}?{query}")).text)
        assert row["value"] == value and row["as_of"] == query[6:16]
    parted = table((await anybody.get(f"{OPEN}/structures_total.csv?by=department")).text)
    assert [(row["part"], row["part_label"], row["value"]) for row in parted] == [
        ("31", "Haute-Garonne", "1"),
        ("34", "Hérault", "1"),
        ("65", "Hautes-Pyrénées", "1"),
    ]
    (row,) = table((await anybody.get(f"{OPEN}/individual_support.csv?as_of=2018-06-30")).text)
    assert row["path"].endswith("total.value") and row["partial"] == "no"


async def test_persons_are_released_once_a_year_and_masked_against_subtraction(
    anybody: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    observatory, today = observatory_of(service), date(2021, 6, 1)
    moment = await observatory.moment("2021-06-01", None, today)
    days = await release_days(observatory, moment.as_of, today)
    assert [(str(day.as_of), str(day.known_at)) for day in days] == [
        ("2018-12-31", "2019-01-31"),
        ("2019-12-31", "2020-01-31"),
        ("2020-12-31", "2021-01-31"),
    ]
    contacts = INDICATORS["contacts_total"]
    found = {
        (row.as_of.year, row.part): row.value for row in await rows(observatory, contacts, moment, today, "department")
    }
    assert (found[2018, "31"], found[2018, "34"], found[2018, TOTAL]) == (12, 7, 19)
    assert [found[2019, part] for part in ("31", "34", "65", TOTAL)] == [None] * 4, "two came: nobody is to see where"
    alone = {
        row.as_of.year: row.value
        for row in await rows(observatory, contacts, moment, today)
        if row.state != "published"
    }
    assert alone == {2018: 19, 2019: None, 2020: None}
    members = {row.path: row.value for row in await rows(observatory, INDICATORS["members_by_college"], moment, today)}
    assert members["membership.colleges_by_year.qualified_persons.2018"] is None
    assert members["membership.colleges_by_year.associative.2018"] == 20, "structures are open, on any day"
    assert members["membership.colleges_by_year.total.values.2018"] is None, "less these it would tell the persons"


async def test_a_day_that_is_asked_for_between_two_releases_gives_the_one_before(
    anybody: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    before, after = [
        (await anybody.get(f"{OPEN}/contacts_total.json?as_of={day}")).json()["figures"]
        for day in ("2019-02-28", "2019-03-02")
    ]
    assert [(row["as_of"], row["value"]) for row in before if row["state"] != "published"] == [("2018-12-31", 19)]
    assert before == after


async def test_what_the_network_has_published_is_not_masked(anybody: httpx2.AsyncClient, service: Service) -> None:
    await write(service, network())
    said: list[dict[str, Any]] = (await anybody.get(f"{OPEN}/civic_service_recruits.json")).json()["figures"]
    printed = {row["path"]: (row["value"], row["state"]) for row in said}
    assert printed["membership.civic_service.recruits_by_year.2013"] == (1, "published")
    (mine,) = [
        row for row in (await anybody.get(f"{OPEN}/volunteers.json")).json()["figures"] if row["path"].endswith("2018")
    ]
    assert (mine["value"], mine["state"]) == (None, "masked")


async def test_a_wrong_clock_releases_nothing_and_changes_no_release(
    anybody: httpx2.AsyncClient, service: Service
) -> None:
    """Neither one that is ahead, which would release the years to come as they are known today, nor what one has
    left."""
    h = network()
    await write(service, h)
    address = f"{OPEN}/contacts_total.json?as_of=2040-12-31"

    async def released() -> dict[str, Any]:
        figures = (await anybody.get(address)).json()["figures"]
        return {f"{row['path']} {row['as_of']}": (row["value"], row["state"], row["known_at"]) for row in figures}

    made = await released()
    assert any(" 2020-12-31" in row for row in made)
    right = service.around.clock
    for years in (5, -50):
        service.around.clock = lambda: right() + timedelta(days=365 * years)  # noqa: B023
        assert await released() == made, "also before it is judged"
        assert await service.clock.doubt() is not None
        assert await released() == made
    service.around.clock = right
    assert await service.clock.doubt() is None
    first = len(h.messages)
    contact = ContactAdded(structure=named("structure/31"), name=someone())
    today = (right().date() - timedelta(days=1)).isoformat()
    h.say(contact, "later", "2031-11-29", believed=today)
    h.say(contact, "earlier", "1970-01-01", believed=today)
    h.say(contact, "right again", today)
    more = History()
    more.messages = h.messages[first:]
    await write(service, more)
    assert await released() == made
    observatory = observatory_of(service)
    assert observatory.table.known_on(right().date()) == observatory.table.position, (
        "what is known today is not known in 2031 only"
    )


async def released_at(service: Service, name: str, as_of: str, today: date) -> dict[tuple[str, str], Any]:
    """(path, day) → (value, state)."""
    observatory = observatory_of(service)
    found = await rows(observatory, INDICATORS[name], await observatory.moment(as_of, None, today), today)
    return {(row.path, str(row.as_of)): (row.value, row.state) for row in found}


async def test_a_release_is_judged_beside_what_was_published_before_it_was_made(service: Service) -> None:
    h = network(published=17)
    _review(h, "late", "2019-06-01", "directory.contacts_total.value", "contacts_total", 2000, date(2019, 5, 31))
    h.say(ContactAdded(structure=named("structure/31"), name=someone()), "z", "2022-03-01", known="2022-03-01")
    await write(service, h)
    found = await released_at(service, "contacts_total", "2019-12-31", date(2021, 6, 1))
    assert found["directory.contacts_total.value", "2018-12-31"] == (None, "masked"), (
        "17 were published in July: two came"
    )
    assert found["directory.contacts_total.value", "2019-12-31"] == (None, "masked"), "21 beside 17"


async def test_a_release_is_judged_beside_the_review_that_was_printed(service: Service) -> None:
    """47 volunteers were printed of 2016, 56 of 2014, 42 of 2015."""
    h = History()
    for year, n in ((2016, 48), (2014, 56), (2015, 60)):
        for one in range(n):
            h.say(VolunteerContributed(year=year), f"{year}/{one}", f"{year}-05-01", known="2018-01-05")
    await write(service, h)
    found = await released_at(service, "volunteers", "2018-12-31", date(2021, 6, 1))
    path = "membership.volunteers_by_year.values."
    assert found[f"{path}2016", "2016-12-31"] == (47, "published"), "48 would tell that one was noted later"
    assert found[f"{path}2014", "2014-12-31"] == (56, "measured")
    assert found[f"{path}2015", "2015-12-31"] == (60, "measured"), "42 were printed, and 18 more are no few"


async def test_a_sum_of_years_does_not_tell_the_year_that_is_masked(service: Service) -> None:
    """Twenty were recruited in 2018, two in 2019, eighteen in 2020: forty since, less these, would be the two."""
    h = History()
    for year, n in ((2018, 20), (2019, 2), (2020, 18)):
        for one in range(n):
            h.say(CivicServiceRecruited(), f"{year}/{one}", f"{year}-05-01")
    await write(service, h)
    years = await released_at(service, "civic_service_recruits", "2021-12-31", date(2022, 6, 1))
    mine = {path[-4:]: value for (path, _), (value, state) in years.items() if state != "published"}
    assert mine == {"2018": 20, "2019": None, "2020": 18}
    since = await released_at(service, "civic_service_hosted", "2021-12-31", date(2022, 6, 1))
    assert {day[:4]: value for (_, day), (value, state) in since.items() if state != "published"} == {
        "2018": 20,
        "2019": None,
        "2020": None,
        "2021": None,
    }


async def test_people_at_the_agora_are_released_once_a_year(anybody: httpx2.AsyncClient, service: Service) -> None:
    """Their mean on any day, as known on any day, told of each person who was checked in."""
    h = History()
    h.say(GatheringHeld(kind="agora", title="Agora"), "agora", "2016-11-07")
    for n in range(30):
        came = AgoraAttended(registration=named(f"r{n}"), audience="students")
        h.say(came, "agora", "2016-11-07", known=f"2016-11-{8 + n // 29:02}")
    await write(service, h)
    address = f"{OPEN}/agora_attendance.json"
    for known in ("2016-11-08", "2016-11-09"):
        assert (await anybody.get(f"{address}?as_of=2016-11-30&known_at={known}")).json()["figures"] == [], (
            "29, then 30"
        )
    (row,) = (await anybody.get(f"{address}?as_of=2016-12-31")).json()["figures"]
    assert (row["value"], row["known_at"], row["state"]) == (30, "2017-01-31", "measured")


async def test_of_a_college_is_shown_what_was_printed_and_not_what_came_since(service: Service) -> None:
    """The review says that there was no qualified person in October 2017, when the year was not over."""
    h = History()
    h.say(CollegeOpened(college="qualified_persons", title="Q"), "q", "2017-03-01")
    h.say(CollegeOpened(college="associative", title="A"), "w", "2016-03-01")
    for n in range(3):
        h.say(
            MemberJoined(college="qualified_persons", charter_version=1, person=someone(f"p{n}")), f"q{n}", "2017-12-02"
        )
    for n in range(158):
        h.say(
            MemberJoined(college="associative", charter_version=1, structure=named(f"{n}"), name="A"),
            f"a{n}",
            "2017-03-02",
        )
    await write(service, h)
    found = await released_at(service, "members_by_college", "2017-12-31", date(2019, 6, 1))
    colleges = "membership.colleges_by_year."
    assert found[f"{colleges}associative.2017", "2017-12-31"] == (158, "measured"), "as it was printed"
    assert found[f"{colleges}qualified_persons.2017", "2017-12-31"][0] in (None, 0.0)
    assert found[f"{colleges}total.values.2017", "2017-12-31"][0] in (None, 179.0), "161 would tell the three"
    since = [value for (_, day), (value, _) in found.items() if day == "2017-12-31"]
    assert 3 not in since and 161 not in since


def _review(h: History, name: str, day: str, path: str, indicator: str, value: float, as_of: date) -> None:
    """A review with one figure, published whatever it tells."""
    h.say(
        ReviewPublished(title=name, since=as_of.replace(month=1, day=1), until=as_of, as_of=as_of, upto=1, figures=1),
        name,
        day,
    )
    h.say(
        FigurePublished(
            path=path, indicator=indicator, definition=1, sort="state", value=value, day=as_of, upto=1, events=1
        ),
        name,
        day,
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/none", 404), ("/none.csv", 404), ("/agora_publics.csv", 404), ("/structures_total.xml", 404),
        ("?as_of=hier", 422),
        ("/structures_total.csv?by=theme", 422), ("/structures_total?by=age", 422),
        ("/members_by_college.csv?by=college", 422), ("/volunteers.json?by=department", 422),
        ("/structures_total.json?as_of=2018-02-31", 422),
    ],
)  # fmt: skip
async def test_a_bad_question_about_open_data_is_answered_with_a_sentence(
    anybody: httpx2.AsyncClient, path: str, status: int
) -> None:
    assert (await anybody.get(OPEN + path)).status_code == status
