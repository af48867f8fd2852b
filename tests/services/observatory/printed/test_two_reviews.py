"""A network that printed two reviews: a list of them, each with its own page, figures and events; the addresses of one
lead to the first. The second is tests/fixtures/printed, of a network of other colleges, which says its texts itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from services.observatory.network.printed_review import published
from shared.base.network_files import beside
from shared.contract import Event
from shared.contract.events.gatherings import GatheringHeld
from shared.contract.membership.members import CollegeOpened, MemberJoined
from shared.contract.membership.network import PrintedReviewsNamed
from shared.contract.membership.vocabularies import TermDefined
from shared.notions.network import NETWORK_ID
from shared.notions.vocabularies import vocabulary_id
from shared.runtime.service import Service
from tests.fixtures.observatory_history import History, named
from tests.services.observatory.test_pages import front, service, write

__all__ = ["front", "service"]  # fixtures
pytestmark = pytest.mark.slow
FIRST, SECOND = "occitanie-2017", "grand-est-2021"
PRINTED = Path(__file__).parents[3] / "fixtures" / "printed"
REVIEW = "/observatory/review"
EVENING = "apero_grand_est"


@pytest.fixture(autouse=True)
def printed() -> Iterator[None]:
    with beside(PRINTED):
        yield


def joined(college: str, member: str) -> Event:
    return MemberJoined(college=college, charter_version=1, structure=named(f"s/{member}"), name="A")


def history(*names: str) -> History:
    h = History()
    h.say(PrintedReviewsNamed(reviews=list(names)), NETWORK_ID, "2020-01-06")
    h.say(CollegeOpened(college="towns", title="Towns and local authorities"), "towns", "2020-01-06")
    h.say(CollegeOpened(college="charities", title="Charities"), "charities", "2021-01-06")
    h.say(joined("towns", "one"), "one", "2020-03-01")
    h.say(joined("towns", "two"), "two", "2021-03-01")
    h.say(joined("charities", "three"), "three", "2021-03-01")
    evening = TermDefined(vocabulary="gathering", code=EVENING, titles={"fr": "Apéro", "en": "Evening"})
    h.say(evening, vocabulary_id("gathering"), "2020-01-06")
    for town in ("Metz", "Nancy"):
        h.say(GatheringHeld(kind=EVENING, title=town, town=town), town, "2021-05-01")
    return h


async def test_two_reviews_are_recounted_each_for_itself(front: httpx2.AsyncClient, service: Service) -> None:
    await write(service, history(FIRST, SECOND))

    async def get(path: str) -> str:
        answer = await front.get(f"{path}{'&' if '?' in path else '?'}lang=en")
        assert answer.status_code == 200, (path, answer.text[:300])
        assert "Undefined" not in answer.text and "{{" not in answer.text
        return answer.text

    found = (await front.get("/observatory/api/review", params={"review": SECOND})).json()
    assert (found["review"], found["reviews"], found["as_of"]) == (SECOND, [FIRST, SECOND], "2021-12-31")
    assert {row["path"]: row["value"] for row in found["figures"]} == {
        "members.by_college.towns.2020": 1,
        "members.by_college.towns.2021": 2,
        "members.by_college.charities.2020": None,
        "members.by_college.charities.2021": 1,
        "members.total.2020": 1,
        "members.total.2021": 3,
        "gatherings.evenings.2021": 2,
        "gatherings.towns": 2,
    }
    assert all(row["equal"] for row in found["figures"])
    first = (await front.get("/observatory/api/review")).json()
    assert (first["review"], len(first["figures"]), first["as_of"]) == (FIRST, 120, "2017-10-31")
    listed = await get(REVIEW)
    assert f'href="{REVIEW}/{FIRST}"' in listed and f'href="{REVIEW}/{SECOND}"' in listed and "Two years" in listed
    page = await get(f"{REVIEW}/{SECOND}")
    assert "What the network did in two years." in page and 'id="g-members"' in page
    assert "Towns and local authorities" in page and "Charities" in page, "colleges as the network calls them"
    assert f"{REVIEW}/{SECOND}/events?" in page and "2\u00a0towns" in page and "Agora" not in page
    assert "Map outlines" not in page and 'id="g-map"' in await get(f"{REVIEW}/{FIRST}")
    assert "Evenings" in await get(f"{REVIEW}/{SECOND}/figures")
    behind = await get(f"{REVIEW}/{SECOND}/events?path=gatherings.towns")
    assert "Towns of the evenings" in behind and f"{REVIEW}/{SECOND}/figures" in behind
    assert "Two years" in await get(f"/observatory/reviews/printed/{SECOND}")
    own = f"events.gatherings.{EVENING}.towns_2020_2021"
    assert "2" in await get(f"/observatory/reviews/printed/{SECOND}/difference?path={own}")
    for path in ("/reviews/printed", "/review/figures", "/review/events?path=directory.structures_total.value"):
        await get(f"/observatory{path}")  # as it was when there was one: of the first
    for path in (f"{REVIEW}/elsewhere", "/observatory/api/review?review=elsewhere", f"{REVIEW}/elsewhere/figures"):
        assert (await front.get(path)).status_code == 404, path


async def test_one_is_shown_straight_also_if_it_is_another(front: httpx2.AsyncClient, service: Service) -> None:
    await write(service, history(SECOND))
    page = (await front.get(f"{REVIEW}?lang=fr")).text
    assert "Ce que le réseau a fait en deux ans." in page and "Bilan 2020-2021" in page
    assert f"{REVIEW}/events?" in page and f'"{REVIEW}/{SECOND}' not in page
    board = (await front.get("/observatory/dashboard?as_of=2021-12-31&lang=en")).text
    assert 'id="g-gatherings_held"' in board and "Evening" in board, "a kind that the network added"
    assert "g-agora" not in board and "indicator=agora_attendance" not in board, "it printed nothing of an Agora"


def test_what_the_data_of_a_review_say_holds_together() -> None:
    review = published(SECOND)
    assert review.figure(f"events.gatherings.{EVENING}.2021") == next(
        one for one in review.figures if one.path == "gatherings.evenings.2021"
    )
