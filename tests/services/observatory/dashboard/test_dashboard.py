"""The dashboard: every indicator is on it, every state has an address, figures lead to events, pictures are files."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest
from PIL import Image

from deploy.host.root_app import root_of
from services.observatory.dashboard.dashboard import ordered
from services.observatory.indicators import INDICATORS, LISTED
from shared.base.translations import translated
from shared.contract.directory.casework import SupportGiven
from shared.contract.directory.structures import StructureListed, StructureRegistered
from shared.contract.envelope import Provenance, address, sealed_body
from shared.contract.membership.members import CollegeOpened, MemberJoined
from shared.contract.newsletter.bulletins import IssueStarted
from shared.runtime.service import Service
from tests.fixtures.observatory_history import History, named, noon
from tests.fixtures.signing_in import operator
from tests.services.observatory.test_pages import front, service, write

pytestmark = pytest.mark.slow

__all__ = ["front", "service"]  # fixtures
BOARD = "/observatory/dashboard"


def network() -> History:
    """Two structures of Haute-Garonne and one of Hérault, two of them members; support in 2015 and 2016."""
    h = History()
    h.say(StructureRegistered(name="A", kind="association", department="31", themes=["Eau"]), "a", "2014-01-01")  # 1
    h.say(StructureRegistered(name="B", kind="school", department="31"), "b", "2014-01-01")  # 2
    h.say(
        StructureRegistered(name="C", kind="association", department="34", themes=["Eau", "Santé"]), "c", "2015-05-01"
    )  # 3
    h.say(CollegeOpened(college="associative", title="Associatif"), "x", "2014-01-01")  # 4
    h.say(CollegeOpened(college="public", title="Public"), "y", "2014-01-01")  # 5
    for name, college in (("a", "associative"), ("b", "public")):
        joined = MemberJoined(college=college, charter_version=1, structure=named(f"structure/{name}"), name=name)
        h.say(joined, name, "2014-06-01")  # 6, 7
    for n, (name, day) in enumerate((("a", "2015-03-01"), ("c", "2016-03-01"), ("c", "2016-04-01"))):
        h.say(SupportGiven(structure=named(f"structure/{name}"), kind="networking"), f"{n}", day)  # 8, 9, 10
    return h


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def key_figures(page: str) -> list[str]:
    return [text_of(one).strip() for one in re.findall(r'<dd class="value">(.*?)</dd>', page)]


async def test_every_indicator_is_on_the_dashboard_without_being_named(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    page = (await front.get(f"{BOARD}?as_of=2016-06-30")).text
    assert ordered() and {one.name for one in ordered()} == {one.name for one in LISTED}
    for one in LISTED:
        drawn = one.chart != "figure" and f'id="g-{one.name}"' in page
        if drawn or not (one.key or one.chart == "figure"):
            assert drawn, one.name
        elif f"indicator={one.name}&amp;" not in page:  # without events there is no link: it is said by its title
            assert (
                translated(one.title, "fr").partition(" par ")[0] in page
                or one.counts == "measure"
                or "non mesuré" in page
            ), one.name
    assert "<script" not in page and "Undefined" not in page


async def test_a_filter_narrows_what_it_can_and_each_figure_still_leads_to_its_events(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    everywhere = (await front.get(f"{BOARD}?as_of=2016-06-30")).text
    assert key_figures(everywhere)[:4] == ["3", "2", "0", "3"]  # structures, members, contacts, support
    for query, expected in (
        ("department=31", ["2", "2", "0", "1"]),
        ("kind=association", ["2", "1", "0", "3"]),
        ("theme=Santé", ["1", "0", "0", "2"]),
        ("college=public", ["1", "1", "0", "0"]),
        ("department=31&kind=association", ["1", "1", "0", "1"]),
        ("department=48", ["0", "0", "0", "0"]),
    ):
        page = (await front.get(f"{BOARD}?as_of=2016-06-30&{query}")).text
        assert key_figures(page) == expected, query
    found = re.search(
        r'href="(/observatory/review/events\?[^"]*indicator=individual_support[^"]*)"',
        page := (await front.get(f"{BOARD}?as_of=2016-06-30&department=34")).text,
    )
    assert found, page
    behind = (await front.get(found[1].replace("&amp;", "&"))).text
    assert 'href="/observatory/journal/9"' in behind and 'href="/observatory/journal/10"' in behind
    assert 'href="/observatory/journal/8"' not in behind and "Hérault" in behind


async def test_a_partial_year_never_looks_like_a_full_one(front: httpx2.AsyncClient, service: Service) -> None:
    await write(service, network())
    partial, full = [(await front.get(f"{BOARD}?as_of={day}")).text for day in ("2016-06-30", "2016-12-31")]
    assert 'class="partial"' in partial and "au 30/06" in partial and "hachuré : année incomplète" in text_of(partial)
    assert 'class="partial"' not in full and 'class="hatch"' not in full


async def test_the_slider_works_as_a_form_and_every_state_has_one_address(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    page = (await front.get(f"{BOARD}?department=31&as_of=2016-06-30")).text
    assert re.search(r'<input type="range" id="year" name="year" min="2014"', page)
    assert '<input type="hidden" name="department" value="31">' in page
    answer = await front.get(f"{BOARD}?year=2015&department=31&college=")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BOARD}?department=31&as_of=2015-12-31")
    assert (await front.get(answer.headers["location"])).status_code == 200
    assert (await front.get(f"{BOARD}?theme=")).headers["location"] == f"{BOARD}?"


async def test_known_at_and_the_day_compared_with_are_said_and_used(
    front: httpx2.AsyncClient, service: Service
) -> None:
    h = network()
    h.say(StructureRegistered(name="D", kind="company"), "d", "2014-02-01", known="2017-03-01")  # 11
    h.say(StructureListed(), "d", "2014-02-01", known="2017-03-02")  # 12
    await write(service, h)
    now, then = [
        (await front.get(f"{BOARD}?as_of=2016-06-30&since=2014-12-31{more}")).text
        for more in ("", "&known_at=2017-02-28")
    ]
    assert key_figures(now)[0] == "4" and "+1 depuis 31/12/2014" in text_of(now).replace("depuis le", "depuis")
    assert key_figures(then)[0] == "3" and "28/02/2017" in then and 'class="when travel"' in then
    assert "2015 à 2016" in text_of(now), "years of the period only"


async def test_a_picture_is_a_file_that_needs_nothing_else(front: httpx2.AsyncClient, service: Service) -> None:
    await write(service, network())
    for name in ("members_by_college", "structures_by_department", "individual_support", "volunteers", "board_seats"):
        address = f"{BOARD}/chart/{name}"
        drawn = await front.get(f"{address}.svg?as_of=2016-06-30")
        assert drawn.headers["content-type"] == "image/svg+xml" and "attachment" in drawn.headers["content-disposition"]
        root = ElementTree.fromstring(drawn.text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and not [e for e in root.iter() if e.get("class")]
        assert translated(INDICATORS[name].title, "fr") in drawn.text and "30/06/2016" in drawn.text
        with Image.open(BytesIO((await front.get(f"{address}.png?as_of=2016-06-30")).content)) as picture:
            assert picture.format == "PNG" and picture.width == 1920
            assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10, "it is not blank"
    table = (await front.get(f"{BOARD}/chart/individual_support.csv?as_of=2016-06-30&since=2014-12-31")).text
    assert table == "\ufeffAnnée;Appuis individuels\r\n2015;1\r\n2016;2\r\n", "as a French spreadsheet reads it"


async def test_what_a_service_does_by_itself_makes_no_year_that_pictures_go_to(
    front: httpx2.AsyncClient, service: Service
) -> None:
    """A draft that the newsletter began of itself in 2021 is no life of a network that is at rest since 2015."""
    h = History()
    h.say(CollegeOpened(college="associative", title="A"), "associative", "2014-03-01")
    member = MemberJoined(college="associative", charter_version=1, structure=named("a"), name="A")
    h.say(member, "a", "2015-03-01")
    event, id, command = IssueStarted(bulletin="echos", number=1), named("issue/1"), named("command/issue")
    by = Provenance("service:newsletter", command, command)
    at = noon("2021-03-01")
    body = sealed_body("test", event, id, id=named("event/issue"), version=1, at=at, now=at, by=by)
    h.put(address("test", event, id), body)
    await write(service, h)
    rows = (await front.get(f"{BOARD}/chart/members_by_college.csv")).text.splitlines()
    assert [row[:4] for row in rows[1:]] == [str(year) for year in range(2010, 2016)]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?department=999", 422), ("?college=none", 422), ("?kind=robot", 422), ("?as_of=hier", 422),
        ("?since=2016-02-30", 422),
        ("?year=MMXV", 422), ("?theme=" + "x" * 200, 422), ("/chart/none.svg", 404), ("/chart/volunteers.gif", 404),
        ("/chart/volunteers.svg?department=31", 422), ("/chart/structures_total.svg", 404),
    ],
)  # fmt: skip
async def test_a_bad_question_to_the_dashboard_is_answered_with_a_sentence(
    front: httpx2.AsyncClient, query: str, status: int
) -> None:
    answer = await front.get(BOARD + query)
    assert answer.status_code == status and "<h1" in answer.text


async def test_a_new_event_is_seen_on_an_open_page_without_a_script(service: Service) -> None:
    h = network()
    await write(service, h)
    async with Live(service) as frames:
        first = key_figures(await frames(1))
        h.say(StructureRegistered(name="Toute neuve", kind="association"), "new", "2016-01-01")
        late = History()
        late.messages = h.messages[-1:]
        await write(service, late)
        page = await frames(2)
        assert int(key_figures(page)[-6]) == int(first[0]) + 1 and "Toute neuve" in page
        assert "<script" not in page and page.count('<div class="frame">') == 2


async def test_who_asks_for_no_page_gets_one_state_of_the_live_page(
    front: httpx2.AsyncClient, service: Service
) -> None:
    await write(service, network())
    page = (await front.get(f"{BOARD}/live", headers={"Accept": "*/*"})).text
    assert page.count('<div class="frame">') == 1 and page.rstrip().endswith("</html>")


class Live:
    """A reader of the live page, by ASGI: `frames(n)` waits until the page holds n states and gives all of it so
    far."""

    def __init__(self, service: Service) -> None:
        self._app = root_of({"observatory": service}, service.settings)
        self._headers = [(b"accept", b"text/html"), (b"host", b"localhost")] + [
            (name.lower().encode(), value.encode()) for name, value in operator(service).items()
        ]
        self._text, self._more, self._gone = "", asyncio.Event(), asyncio.Event()
        self._task: asyncio.Future[None]

    async def __aenter__(self) -> Callable[[int], Awaitable[str]]:
        asked = False

        async def receive() -> MutableMapping[str, Any]:
            nonlocal asked
            if asked:
                await self._gone.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            self._text += message.get("body", b"").decode()
            self._more.set()

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": f"{BOARD}/live",
            "raw_path": f"{BOARD}/live".encode(), "query_string": b"", "root_path": "", "headers": self._headers,
            "client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {},
        }  # fmt: skip
        self._task = asyncio.ensure_future(self._app(scope, receive, send))
        return self._frames

    async def _frames(self, n: int) -> str:
        async with asyncio.timeout(60):
            while self._text.count("</div>\n<!-- end of frame -->") < n:
                assert not self._task.done(), self._text
                self._more.clear()
                await self._more.wait()
        return self._text

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        self._task.cancel()
        await asyncio.wait([self._task])
