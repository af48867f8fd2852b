"""Searching the directory at 2,600 structures and at 100,000: what a page of the search asks for, on real views."""

from __future__ import annotations

import random
from collections.abc import Iterator
from time import perf_counter
from uuid import UUID

from nats.aio.client import Client

from services.directory.cooperation_views import PROJECTS
from services.directory.finding import Finder
from services.directory.register_views import MEMBERSHIPS
from services.directory.views import STRUCTURES
from shared.contract.directory import StructureRegistered
from shared.decider import derived_id
from shared.log import Log
from shared.runner import Runner
from shared.stores.sqlite import SqliteStore
from tests.bench.history import SPACE, Happening, fill
from tests.bench.measure import Figure, Watch, fast, quantile
from tests.bench.place import Place, place

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


def structures(number: int) -> Iterator[Happening]:
    """So many structures with names of their own, as a directory has them."""
    draw = random.Random(number)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))).capitalize() for _ in range(number // 4)]
    for n in range(number):
        name = f"{draw.choice(COMMON)} {draw.choice(COMMON)} {draw.choice(words)} {draw.choice(words)}"
        yield derived_id(SPACE, f"found/{n}"), StructureRegistered.model_validate(
            {
                "name": name, "kind": draw.choice(KINDS), "department": draw.choice(DEPARTMENTS),
                "themes": draw.sample(THEMES, 2), "countries": draw.sample(COUNTRIES, 2), "sdgs": [draw.randint(1, 17)],
            }
        )  # fmt: skip


QUESTIONS: tuple[tuple[str, dict[str, list[str]]], ...] = (
    ("", {}),
    ("solidarité", {}),
    ("eau sénégal", {}),
    ("asociation eau", {"kind": ["association"]}),
    ("", {"department": ["31"], "themes": ["Santé"]}),
    ("comité inde", {"countries": ["IN"], "department": ["34", "81"]}),
)


def cases(watch: Watch) -> Iterator[Figure]:
    """Milliseconds of one question to the finder with all its facets counted and the 25 records of the page read from the
    views (SQLite), after the views have been built from a log; the median of six questions asked in turn. Also the
    seconds until an index of 100,000 is built, once a process."""
    found: dict[int, float] = {}
    built = 0.0
    for number in (FEW, MANY):
        with place("search") as here:
            watch.say(f"{number:,} structures")
            found[number], built = fast(_asked(here, number))
    yield Figure(
        "search",
        f"a search among {MANY:,} structures",
        found[MANY],
        "ms",
        f"the same among {FEW:,}",
        found[FEW],
        None,
        True,
    )
    yield Figure("search_index", f"the index of {MANY:,} structures is built", built, "s")


async def _asked(here: Place, number: int) -> tuple[float, float]:
    nc: Client = await here.server.connect("bench")
    log: Log = await fill(nc, here.new_network(), structures(number), number)
    store = SqliteStore(here.folder / "views.sqlite")
    runner = Runner(log, store, [STRUCTURES, MEMBERSHIPS, PROJECTS], "directory")
    try:
        await runner.start()
        assert await runner.wait_for(number, timeout=300), runner.damage
        finder = Finder(store)
        start = perf_counter()
        assert (await finder.find()).total == number
        built = perf_counter() - start
        times = []
        for n in range(ROUNDS * len(QUESTIONS)):
            text, where = QUESTIONS[n % len(QUESTIONS)]
            start = perf_counter()
            results = await finder.find(text, where)
            times.append((perf_counter() - start) * 1000)
            assert results.total and all(UUID(one["key"]) for one in results.documents)
        return quantile(times[len(QUESTIONS) :], 0.5), built
    finally:
        await runner.stop()
        await store.close()
        await log.stop()
        await nc.close()
