"""`python -m tests.simulation SEED` plays one world again and prints what happened in it.

`python -m tests.simulation --worlds N [--from SEED] [--processes P]` plays many, and ends with the seeds that failed.
`--planted NAME` plants one of the mistakes of `planted.py`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.simulation.many import CHUNK, begun, played, quiet
from tests.simulation.planted import PLANTED
from tests.simulation.process import Parts
from tests.simulation.world import World

HASHES = "0"
"""Sets of texts are walked through in an order that depends on it; a trace must be the same in every process"""


def main() -> int:
    told = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    told.add_argument("seed", nargs="?", type=int)
    told.add_argument("--worlds", type=int, default=0)
    told.add_argument("--from", dest="first", type=int, default=0)
    told.add_argument("--processes", type=int, default=2)
    told.add_argument("--planted", choices=sorted(PLANTED))
    given = told.parse_args()
    if os.environ.get("PYTHONHASHSEED") != HASHES:
        again = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": HASHES})
    if given.seed is not None:
        return one(given.seed, given.planted)
    return many(given.first, given.worlds, given.processes, given.planted)


def one(seed: int, planted: str | None) -> int:
    with quiet():
        world = World(seed, PLANTED[planted][0] if planted else Parts()).run()
    print("\n".join(world.trace))
    print(f"seed {seed}: {world.failed or 'all that must hold held'}; trace {world.digest}")
    return 1 if world.failed else 0


def many(first: int, worlds: int, processes: int, planted: str | None) -> int:
    began = time.monotonic()
    firsts = range(first, first + worlds, CHUNK)
    numbers = [min(CHUNK, first + worlds - one) for one in firsts]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=begun) as pool:
        found = list(pool.map(played, firsts, numbers, [planted] * len(numbers)))
    failed = [each for one in found for each in one.failed]
    print(
        f"{worlds} worlds in {time.monotonic() - began:.0f} s: {sum(one.events for one in found)} events, "
        f"{sum(one.late for one in found)} late, {sum(one.corrections for one in found)} corrections; "
        f"{len(failed)} failed"
    )
    more = f" --planted '{planted}'" if planted else ""
    for seed, why in failed:
        print(f"seed {seed}: {why}\n  python -m tests.simulation {seed}{more}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
