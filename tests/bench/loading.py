"""Loading one entity: what every command on an entity that exists begins with. It must not grow with the log."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from time import perf_counter

from tests.bench.history import LONG, fill, spread
from tests.bench.measure import Figure, Watch, fast, in_turns
from tests.bench.place import Place, opened, place

SMALL, LARGE = 10_000, 300_000
ENTITY = 20  # events of the entity
LOADS = 300
ROUNDS = 5


def cases(watch: Watch) -> Iterator[Figure]:
    """Milliseconds for `Log.load` of one structure of 20 events, which are spread over the whole log: the median of
    300 loads, one after the other, in a log of 300,000 events and in one of 10,000 on the same server, in turns.

    It may well be faster in the large log: there each event of the entity is the only one in its block of the server's
    file, in the small one the server compares what lies between. The first load after a restart (or after some
    quiet minutes) is another thing, since the server then reads its file again to know what lies where; it is measured
    once for each log, with a server started anew.
    """
    with place("load") as here:
        networks = {}
        for size in (SMALL, LARGE):
            networks[size] = here.new_network()
            watch.say(f"writing {size:,} events")
            fast(_fill(here, networks[size], size))
        found = in_turns(
            watch,
            ROUNDS,
            {
                f"log of {SMALL:,}": lambda: fast(_load(here, networks[SMALL])),
                f"log of {LARGE:,}": lambda: fast(_load(here, networks[LARGE])),
            },
        )
        first = {size: fast(_first_load(here, network)) for size, network in networks.items()}
    small, large = found.values()
    what = f"load of an entity of {ENTITY} events in a log of {LARGE:,}"
    yield Figure("load_entity", what, large, "ms", f"the same in a log of {SMALL:,}", small, 1.5, at_most=True)
    what = f"the first such load after a restart, log of {LARGE:,}"
    yield Figure("load_entity_first", what, first[LARGE], "ms", f"the same in a log of {SMALL:,}", first[SMALL])


async def _fill(here: Place, network: str, size: int) -> None:
    nc = await here.server.connect("bench")
    log = await fill(nc, network, spread(size, ENTITY), size)
    await log.stop()
    await nc.close()


async def _first_load(here: Place, network: str) -> float:
    await here.server.stop()
    await here.server.start()
    return await _load(here, network, loads=1)


async def _load(here: Place, network: str, loads: int = LOADS) -> float:
    times = []
    async with opened(here, network) as log:
        for _ in range(loads):
            start = perf_counter()
            history = await log.load("directory", "structure", LONG)
            times.append(perf_counter() - start)
            assert history.version == ENTITY
    return statistics.median(times) * 1000
