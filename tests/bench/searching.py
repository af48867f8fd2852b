"""Searching the directory at 2,600 structures and at 100,000: the page as a browser gets it, and what it asks the
index."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter
from typing import NamedTuple

from httpx2 import ASGITransport, AsyncClient
from nats.aio.client import Client

from deploy.host.root_app import root_of
from services.directory.app import DIRECTORY
from services.directory.projects.query import PROJECT_SOURCE
from services.directory.search.finder import Finder
from shared.base.settings import Settings
from shared.contract.directory.structures import StructureRegistered
from shared.geo import communes_of
from shared.kernel.decider import derived_id
from shared.kernel.eventlog.event_log import Log
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.service import Service, Surroundings
from tests.bench.history import SPACE, Happening, fill
from tests.bench.measure import Figure, Watch, fast, quantile
from tests.bench.place import Place, place
from tests.fixtures.signing_in import operator

Query = Mapping[str, str | list[str]]
FEW, MANY = 2_600, 100_000
ROUNDS = 7
SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "ou", "er")]
COMMON = ("Association", "Comité", "Solidarité", "Collectif", "Amis", "École", "Internationale", "Développement")
THEMES = (
    "Eau et assainissement",
    "Éducation",
    "Santé",
    "Agriculture",
    "Culture",
    "Jeunesse",
    "Énergie",
    "Environnement",
)
COUNTRIES = ("SN", "MG", "BF", "ML", "MA", "IN", "KH", "VN", "HT", "PE", "CM", "TG", "BJ", "NE", "PS", "GN", "TN", "LB")
DEPARTMENTS = ("09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82", "75", "69", "33", "13")
KINDS = ("association", "association", "association", "public_body", "company", "school", "higher_education")


@cache
def _communes(department: str) -> list[str]:
    return [one.code for one in communes_of(department)]


def structures(number: int) -> Iterator[Happening]:
    """So many structures with names of their own, as a directory has them."""
    draw = random.Random(number)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))).capitalize() for _ in range(number // 4)]
    for n in range(number):
        name = f"{draw.choice(COMMON)} {draw.choice(COMMON)} {draw.choice(words)} {draw.choice(words)}"
        department = draw.choice(DEPARTMENTS)
        yield (
            derived_id(SPACE, f"found/{n}"),
            StructureRegistered.model_validate(
                {
                    "name": name,
                    "kind": draw.choice(KINDS),
                    "department": department,
                    "commune": draw.choice(_communes(department)),
                    "themes": draw.sample(THEMES, 2),
                    "countries": draw.sample(COUNTRIES, 2),
                    "sdgs": [draw.randint(1, 17)],
                }
            ),
        )


QUESTIONS: tuple[Query, ...] = (
    {},
    {"q": "solidarité"},
    {"q": "eau sénégal"},
    {"q": "asociation eau", "kind": "association"},
    {"department": "31", "themes": "Santé"},
    {"q": "comité inde", "countries": "IN", "department": ["34", "81"]},
    {"sort": "-seen", "page": "40"},
)
"""The whole; a word; two of which one is a country; one mistyped; one department from nearby; several facets; a late
page"""


def cases(watch: Watch) -> Iterator[Figure]:
    """Milliseconds of a page of the search, from the request to the last byte, in a directory (SQLite, signed in) whose
    views were built from a log, with all its facets counted, the map drawn and 25 records read; the median of seven
    questions asked of both directories in turn. Of the same questions the share that the finder takes. Also the seconds
    until an index of 100,000 is built, once a process."""
    with place("search") as here:
        few, many = fast(_asked(here, watch))
    what, beside = f"among {MANY:,} structures", f"the same among {FEW:,}"
    yield Figure("search_page", f"a page of the search {what}", many.page, "ms", beside, few.page, 2, True)
    yield Figure("search", f"the finder's part of it, {what}", many.finder, "ms", beside, few.finder, None, True)
    yield Figure("search_index", f"the index of {MANY:,} structures is built", many.built, "s")


class Measured(NamedTuple):
    """Medians in milliseconds, and the seconds until the index stood."""

    page: float
    finder: float
    built: float


async def _asked(here: Place, watch: Watch) -> list[Measured]:
    """The smaller directory, then the larger."""
    async with AsyncExitStack() as stack:
        both = []
        for number in (FEW, MANY):
            watch.say(f"a directory of {number:,} structures")
            both.append(await stack.enter_async_context(_directory(here, number)))
        watch.say("asking both in turn")
        for round in range(ROUNDS):
            for query in QUESTIONS:
                for one in both:
                    await one.ask(query, keep=round > 0)  # the first round reads communes, templates and outlines
    return [Measured(quantile(one.pages, 0.5), quantile(one.questions, 0.5), one.built) for one in both]


@dataclass
class Directory:
    """One that runs, with the milliseconds that its pages and its finder took."""

    service: Service
    browser: AsyncClient
    finder: Finder
    built: float
    pages: list[float] = field(default_factory=list)
    questions: list[float] = field(default_factory=list)

    async def ask(self, query: Query, *, keep: bool) -> None:
        start = perf_counter()
        answer = await self.browser.get("/directory/", params=query, headers=operator(self.service))
        page = perf_counter() - start
        assert answer.status_code == 200 and "/directory/structures/" in answer.text
        said = {name: [value] if isinstance(value, str) else value for name, value in query.items()}
        where = {name: values for name, values in said.items() if name not in ("q", "sort", "page")}
        start = perf_counter()
        assert (await self.finder.find(said.get("q", [""])[0], where)).total
        if keep:
            self.pages.append(page * 1000)
            self.questions.append((perf_counter() - start) * 1000)


@asynccontextmanager
async def _directory(here: Place, number: int) -> AsyncIterator[Directory]:
    network = here.new_network()
    nc: Client = await here.server.connect("directory")
    log: Log = await fill(nc, network, structures(number), number)
    await log.stop()
    folder = here.folder / network
    store = SqliteStore(folder / "views" / "directory.sqlite")
    settings = Settings(data=folder)
    service = Service(DIRECTORY, Surroundings(network, nc, settings, folder, store, here.server.broker()))
    await service.start()
    try:
        assert await service.runner.wait_for(number, timeout=600), service.runner.damage
        start = perf_counter()
        finder = Finder(store, PROJECT_SOURCE)
        assert (await finder.find()).total == number
        built = perf_counter() - start
        transport = ASGITransport(app=root_of({"directory": service}, settings))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as browser:
            yield Directory(service, browser, finder, built)
    finally:
        await service.stop()
        await nc.close()
