"""`python -m tests.bench.against BASE`: this working tree beside another commit, in processor time.

Commands that begin an entity, commands that change one, rebuild of a view and of the observatory's table, indicators.
A pair is two processes, one of each release, which stand ready side by side and do their rounds in turns, each first in
every other round: so what else the machine does hits both alike. What a pair says is the median of its rounds, and what
is said of all the median of their ratios, since some of it is the luck of one process. The server's time is not
counted, nor waiting. Exit code 1 where one takes more than MOST of what it took."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from tests.compare.trees import CLEAN, WORKING, NoTree, Tree, tree_of

TURN = Path(__file__).with_name("turn.py")
WHAT = ("command", "change", "rebuild", "table", "indicators")
MOST = 1.1
PAIRS = 7
ROUNDS = 5  # of each side of a pair
LOADS = 3  # tries to load the sample, each of which goes on where the last one ended


class Failed(Exception):
    """What a release could not do, and what it said."""


@dataclass(frozen=True)
class Beside:
    """One case: the seconds of processor time of a round, in pairs (base, other)."""

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


@dataclass(frozen=True)
class Side:
    """A process of one release that is ready for a case. `said`: what it prints beside its answers."""

    tree: Tree
    process: subprocess.Popen[str]
    said: IO[str]

    def answer(self) -> Any:
        """What it answers next. Raises Failed where it has ended."""
        assert self.process.stdout is not None
        if line := self.process.stdout.readline():
            return json.loads(line)
        self.process.wait()
        self.said.seek(0)
        raise Failed(f"{self.tree.name}: {self.process.args}: {self.said.read()[-2000:]}")

    def round(self) -> float:
        """The seconds of one round."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.answer())


@contextmanager
def side(tree: Tree, *what: str) -> Iterator[Side]:
    """A process of a release, which ends by itself once its input does."""
    asked = [sys.executable, "-P", str(TURN), *what]
    env = {**CLEAN, **tree.environment}
    pipe = subprocess.PIPE
    with (
        TemporaryFile("w+") as said,
        subprocess.Popen(asked, stdin=pipe, stdout=pipe, stderr=said, text=True, cwd=tree.folder, env=env) as one,
    ):
        yield Side(tree, one, said)


def names(tree: Tree) -> set[str]:
    """The indicators of a release."""
    with side(tree, "names") as one:
        return set(one.answer())


def sample(tree: Tree, folder: Path) -> str:
    """The archive of the sample, as a release loads it: both can read what the base wrote. On a busy machine an older
    release may be in its own way and break off; what it has loaded by then stays, and it goes on from there. Raises
    Failed."""
    asked = [*tree.program, "sample", "load", "--data", str(folder)]
    env = {**CLEAN, **tree.environment}
    for _ in range(LOADS):
        done = subprocess.run(asked, capture_output=True, text=True, cwd=tree.folder, env=env, check=False)
        if done.returncode == 0:
            (archive,) = (folder / "archive").iterdir()
            return str(archive)
    raise Failed(f"{tree.name}: sample load: {done.stdout[-1000:]}{done.stderr[-2000:]}")


def pair(base: Tree, other: Tree, what: Sequence[str], rounds: int) -> tuple[float, float]:
    """The median of the rounds of each."""
    with ExitStack() as both:
        sides = [both.enter_context(side(tree, *what)) for tree in (base, other)]
        for one in sides:
            one.answer()  # ready
        found: tuple[list[float], list[float]] = ([], [])
        for n in range(rounds):
            for at in (0, 1) if n % 2 == 0 else (1, 0):
                found[at].append(sides[at].round())
    return statistics.median(found[0]), statistics.median(found[1])


def beside(base: Tree, other: Tree, what: Sequence[str], pairs: int, rounds: int) -> Beside:
    found = []
    for n in range(pairs):
        one = pair(base, other, what, rounds) if n % 2 == 0 else pair(other, base, what, rounds)[::-1]
        found.append((one[0], one[1]))
        said = f"{what[0]}, {n + 1} of {pairs}: {one[0]:.3f} s, {one[1]:.3f} s, {one[1] / one[0]:.2f}"
        print(f"  {said}", file=sys.stderr, flush=True)
    return Beside(what[0], found)


def measured(base: Tree, other: Tree, asked: Sequence[str], pairs: int, rounds: int) -> list[Beside]:
    found = []
    with TemporaryDirectory() as folder:
        for what in asked:
            more: list[str] = []
            if what == "indicators":
                more = [sample(base, Path(folder) / "sample"), *sorted(names(base) & names(other))]
            found.append(beside(base, other, [what, *more], pairs, rounds))
    return found


def main() -> int:
    """The exit code."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.against", description=__doc__)
    asked.add_argument("base", help="a commit: what is compared with")
    asked.add_argument("what", nargs="*", help=f"some of {', '.join(WHAT)}; all of them")
    asked.add_argument("--other", default=WORKING, help="another commit; else the working tree as it lies there")
    asked.add_argument("--pairs", type=int, default=PAIRS, help=f"pairs of processes ({PAIRS})")
    asked.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each process ({ROUNDS})")
    given = asked.parse_args()
    if unknown := set(given.what) - set(WHAT):
        asked.error(f"there is no case {min(unknown)}; there are {', '.join(WHAT)}")
    try:
        with tree_of(given.base) as base, tree_of(given.other) as other:
            found = measured(base, other, given.what or WHAT, given.pairs, given.rounds)
    except (NoTree, Failed) as why:
        print(f"bench: {why}", file=sys.stderr)
        return 2
    print(f"{'processor time':12} {base.name} | {other.name} | ratio (at most {MOST}) | ratios of the pairs")
    print("\n".join(one.text for one in found))
    print(f"{given.pairs} pairs in turns, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    return 0 if all(one.ratio <= MOST for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
