"""`python -m tests.bench.against BASE`: this working tree beside another commit, in processor time.

Command, rebuild of a view and of the observatory's table, indicators: each in a process of its own for each turn, the
two releases one after the other and in the other order the next time, so that what else the machine does hits both. The
server's time is not counted, nor waiting. Exit code 1 where one takes more than MOST of what it took."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.compare.trees import CLEAN, WORKING, NoTree, Tree, tree_of

TURN = Path(__file__).with_name("turn.py")
WHAT = ("command", "rebuild", "table", "indicators")
MOST = 1.1
PAIRS = 7
PATIENCE = 1800  # seconds of one turn


@dataclass(frozen=True)
class Beside:
    """One case: the seconds of processor time of each turn, in pairs (base, other)."""

    what: str
    pairs: Sequence[tuple[float, float]]

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios: a pair is disturbed together."""
        return statistics.median(other / base for base, other in self.pairs)

    @property
    def text(self) -> str:
        base, other = (statistics.median(side) for side in zip(*self.pairs, strict=True))
        ratios = sorted(other / base for base, other in self.pairs)
        return f"{self.what:12} {base:8.2f} s {other:8.2f} s   {self.ratio:5.2f}   {ratios[0]:.2f} to {ratios[-1]:.2f}"


def turn(tree: Tree, *what: str) -> Any:
    """What one turn of a release prints. Raises AssertionError where it can't."""
    env = {**CLEAN, **tree.environment}
    asked = [sys.executable, "-P", str(TURN), *what]
    done = subprocess.run(
        asked, capture_output=True, text=True, cwd=tree.folder, env=env, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, f"{tree.name}: {what[0]}: {done.stderr[-2000:]}"
    return json.loads(done.stdout.splitlines()[-1])


def sample(tree: Tree, folder: Path) -> str:
    """The archive of the sample, as a release loads it: both can read what the base wrote."""
    asked = [*tree.program, "sample", "load", "--data", str(folder)]
    env = {**CLEAN, **tree.environment}
    done = subprocess.run(asked, capture_output=True, text=True, cwd=tree.folder, env=env, check=False)
    assert done.returncode == 0, f"{tree.name}: sample load: {done.stdout[-1000:]}{done.stderr[-1000:]}"
    (archive,) = (folder / "archive").iterdir()
    return str(archive)


def beside(base: Tree, other: Tree, what: str, more: Sequence[str], pairs: int) -> Beside:
    found = []
    for n in range(pairs):
        sides = (base, other) if n % 2 == 0 else (other, base)
        seconds = {tree.name: turn(tree, what, *more) for tree in sides}
        found.append((seconds[base.name], seconds[other.name]))
        print(f"  {what}, {n + 1} of {pairs}: {found[-1][0]:.2f} s, {found[-1][1]:.2f} s", file=sys.stderr, flush=True)
    return Beside(what, found)


def main() -> int:
    """The exit code."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.against", description=__doc__)
    asked.add_argument("base", help="a commit: what is compared with")
    asked.add_argument("what", nargs="*", help=f"some of {', '.join(WHAT)}; all of them")
    asked.add_argument("--other", default=WORKING, help="another commit; else the working tree as it lies there")
    asked.add_argument("--pairs", type=int, default=PAIRS, help=f"how often each has its turn ({PAIRS})")
    given = asked.parse_args()
    if unknown := set(given.what) - set(WHAT):
        asked.error(f"there is no case {min(unknown)}; there are {', '.join(WHAT)}")
    try:
        with tree_of(given.base) as base, tree_of(given.other) as other, TemporaryDirectory() as folder:
            found = []
            for what in given.what or WHAT:
                more: list[str] = []
                if what == "indicators":
                    both = set(turn(base, "names")) & set(turn(other, "names"))
                    more = [sample(base, Path(folder) / "sample"), *sorted(both)]
                found.append(beside(base, other, what, more, given.pairs))
    except NoTree as why:
        print(f"bench: {why}", file=sys.stderr)
        return 2
    print(f"{'processor time':12} {base.name} | {other.name} | ratio (at most {MOST}) | ratios of the pairs")
    print("\n".join(one.text for one in found))
    print(f"{given.pairs} pairs in turns, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    return 0 if all(one.ratio <= MOST for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
