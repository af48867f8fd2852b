"""`python -m tests.simulation SEED` plays one world again and prints what happened in it.

`python -m tests.simulation --worlds N [--from SEED] [--processes P]` plays many, and ends with the seeds that failed."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.simulation.many import CHUNK, played, quiet
from tests.simulation.world import World

HASHES = "0"
"""Sets of texts are walked through in an order that depends on it; a trace must be the same in every process"""
def main() -> int:
    told = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    told.add_argument("seed", nargs="?", type=int)
    told.add_argument("--worlds", type=int, default=0)
    told.add_argument("--from", dest="first", type=int, default=0)
    told.add_argument("--processes", type=int, default=2)
    given = told.parse_args()
    if os.environ.get("PYTHONHASHSEED") != HASHES:
        os.execve(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]],
                  os.environ | {"PYTHONHASHSEED": HASHES})  # fmt: skip
    if given.seed is not None:
        quiet()
        world = World(given.seed).run()
        print("\n".join(world.trace))
        print(f"seed {given.seed}: {world.failed or 'all that must hold held'}; trace {world.digest}")
        return 1 if world.failed else 0
    began = time.monotonic()
    firsts = range(given.first, given.first + given.worlds, CHUNK)
    numbers = [min(CHUNK, given.first + given.worlds - first) for first in firsts]
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(played, firsts, numbers))
    events, late, corrections = (sum(one[n] for one in found) for n in range(3))  # type: ignore[misc]
    failed = [each for one in found for each in one[3]]
    print(
        f"{given.worlds} worlds in {time.monotonic() - began:.0f} s: {events} events, {late} late, "
        f"{corrections} corrections; {len(failed)} failed"
    )
    for seed, why in failed:
        print(f"seed {seed}: {why}\n  python -m tests.simulation {seed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
