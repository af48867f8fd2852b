"""The kernel in worlds where everything goes wrong, each from a seed: what must hold holds in all of them, and a
mistake that somebody plants is found."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.simulation.many import played, quiet
from tests.simulation.planted import PLANTED
from tests.simulation.world import World

WORLDS = 60  # that they are played at all; `make simulate`, a step of `.ci/run`, plays 10,000
SAME = 12
LONG = 1000  # worlds that a planted mistake may take to be found in every gate; beyond it, in `make drill`
pytestmark = pytest.mark.slow


def replayed(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": "random"}
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation", *arguments], capture_output=True, text=True, env=environment
    )


def test_what_must_hold_holds_in_every_world() -> None:
    found = played(0, WORLDS)
    assert found.failed == []
    assert found.events > 8 * WORLDS and found.late > found.events / 100 and found.corrections > found.events / 20


@pytest.mark.parametrize(
    "planted", [pytest.param(one, marks=pytest.mark.drill if PLANTED[one][1] > LONG else ()) for one in PLANTED]
)
def test_a_mistake_that_is_planted_is_found(planted: str) -> None:
    parts, within = PLANTED[planted]
    with quiet():
        found = next((seed for seed in range(within) if World(seed, parts).run().failed is not None), None)
    assert found is not None, f"{within} worlds, and nobody noticed"


def test_the_same_seed_gives_the_same_trace_twice() -> None:
    digests = set()
    for seed in range(SAME):
        first, second = World(seed).run(), World(seed).run()
        assert first.trace == second.trace and first.digest == second.digest, seed
        digests.add(first.digest)
    assert len(digests) == SAME


def test_a_seed_is_played_again_alike_by_one_command() -> None:
    first, second = replayed("17"), replayed("17")
    assert first.returncode == second.returncode == 0, first.stderr
    assert first.stdout == second.stdout and "all that must hold held" in first.stdout


def test_a_seed_that_fails_is_printed_and_fails_again() -> None:
    planted = ["--planted", "acknowledged before it is written"]
    many = replayed("--worlds", "3", "--processes", "1", *planted)
    assert many.returncode == 1 and "python -m tests.simulation 0" in many.stdout, many.stdout + many.stderr
    again = replayed("0", *planted)
    assert again.returncode == 1 and "VIOLATED" in again.stdout
