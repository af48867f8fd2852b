"""A whole installation whose machine tells a wrong time: nobody is lost, everybody works on, an operator ends it.

The clock of the process is shifted (tests/faults/injected/clock.c); its NATS server, which C can't reach, is right.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from shared.base.services import SERVICES
from tests.fixtures.forking import Parent
from tests.fixtures.installation import Up, get_json, maillage, open_bulletin, post_json
from tests.fixtures.shifted_clock import shift
from tests.shared.persons.test_everywhere import command, until

pytestmark = [pytest.mark.slow]

INJECTED = Path(__file__).parents[2] / "faults" / "injected"
HER, HIS = "zenobie@ville-inventee.invalid", "balthazar@ville-inventee.invalid"
DAY, YEAR = 24 * 3600, 365 * 24 * 3600
NEW = {"name": "Eau vive", "kind": "association"}
SOON = 8  # seconds in which the first look at the terms is over


@dataclass
class Machine:
    """A machine whose clock can be set, and an installation on it."""

    up: Up
    file: Path
    env: dict[str, str] = field(default_factory=dict)

    def set(self, seconds: int) -> None:
        """The clock is so many seconds ahead from now on."""
        shift(self.file, seconds)

    def start(self, seconds: int = 0) -> str:
        self.set(seconds)
        self.up.env = self.env
        return self.up.start().wait()

    def asked(self, *words: str) -> Any:
        """What a command answers for programs, on this machine."""
        done = maillage(*words, "--json", data=self.up.data, env=self.env, parent=self.up.parent)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    def bad(self) -> dict[str, str]:
        """What `maillage doctor` finds wrong."""
        return {one["check"]: one["text"] for one in self.asked("doctor") if not one["good"]}

    def keys(self) -> list[str]:
        """The wrapping keys of all services."""
        return sorted(path.name for path in (self.up.data / "keys").glob("*.wrapping-key*"))

    def found(self, address: str) -> dict[str, bool]:
        """The services that know somebody at an address, and whether they can still read them."""
        answers = [
            post_json(f"{self.url}/{name}/api/persons/find", {"address": address})
            for name in ("directory", "newsletter")
        ]
        return {one["service"]: not one["persons"][0]["forgotten"] for one in answers if one["persons"]}

    @property
    def url(self) -> str:
        return str(json.loads((self.up.data / "running.json").read_text())["url"])


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        pytest.skip("there is no C compiler")
    made = tmp_path_factory.mktemp("clock") / "clock.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", made, INJECTED / "clock.c", "-ldl"], check=True)
    return made


@pytest.fixture
def machine(clock: Path, tmp_path: Path) -> Iterator[Machine]:
    file = tmp_path / "shift"
    shift(file, 0)
    env = {"LD_PRELOAD": str(clock), "SHIFTED_CLOCK": str(file)}
    parent = Parent(env)
    up = Up(tmp_path / "data", ["--no-sample"], parent=parent)
    yield Machine(up, file, env)
    if up.process is not None and up.process.poll() is None:
        up.stop()
    parent.end()


def lived(url: str) -> None:
    """Somebody was a contact and is none any more; somebody asked for a newsletter and never confirmed."""
    structure = command(url, "directory", "register-structure", {"name": "Kynarou", "kind": "association"})
    contact = command(
        url, "directory", "add-contact", {"structure": structure, "name": "Zénobie Quatrefages", "email": HER}
    )
    command(url, "directory", "remove-contact", {"contact": contact})
    open_bulletin(url)
    post_json(f"{url}/newsletter/api/commands/request-subscription", {"email": HIS, "bulletins": ["echos"]})
    until(lambda: post_json(f"{url}/newsletter/api/persons/find", {"address": HIS})["persons"])


def types(url: str) -> list[str]:
    return [one["type"] for one in get_json(f"{url}/observatory/api/events?after=0&limit=200")["events"]]


def held(what: Callable[[], bool], seconds: float) -> bool:
    """Whether it stays true for so long."""
    until_ = time.monotonic() + seconds
    while time.monotonic() < until_:
        if not what():
            return False
        time.sleep(0.25)
    return True


def test_a_clock_five_years_ahead_forgets_nobody_whatever_it_leaves_and_ends_by_itself(machine: Machine) -> None:
    lived(machine.start())
    keys = machine.keys()
    machine.up.stop()
    url = machine.start(5 * YEAR)
    assert held(lambda: not any("Forgotten" in one for one in types(url)), SOON)
    assert machine.keys() == keys
    assert machine.found(HER) == {"directory": True} and machine.found(HIS) == {"newsletter": True}
    assert "maillage clock confirm" in machine.up.output(), "said where it was started"
    bad = machine.bad()
    assert set(bad) == {f"{name}: clock" for name in SERVICES}
    assert "after its last heartbeat" in bad["directory: clock"] and "maillage clock confirm" in bad["directory: clock"]
    editor = machine.up.signed_in("all:editor")  # a session begins, and a command is carried out by it
    done = post_json(f"{url}/directory/api/commands/register-structure", NEW, **editor)
    assert get_json(f"{url}/directory/api/structures/{done['entity']}")["name"] == NEW["name"]
    signed = get_json(f"{url}/observatory/api/ledger")["signed"]
    machine.up.stop()

    (machine.up.data / "keys" / "heartbeat").unlink()  # all that is left are events of 2031
    url = machine.start(5 * YEAR)
    assert held(lambda: not any("Forgotten" in one for one in types(url)), SOON)
    assert machine.keys() == keys
    bad = machine.bad()
    assert set(bad) == {f"{name}: clock" for name in SERVICES}
    assert "was recorded" in bad["directory: clock"], "not by the node alone, which has its own clock here"
    machine.up.stop()

    url = machine.start()  # the right clock: it is believed whatever was recorded meanwhile
    assert machine.bad() == {}
    assert machine.found(HER) == {"directory": True} and machine.found(HIS) == {"newsletter": True}
    told = post_json(f"{url}/directory/api/persons/export", {"address": HER})
    assert "Zénobie Quatrefages" in json.dumps(told, ensure_ascii=False)
    assert get_json(f"{url}/observatory/api/ledger")["log"] > signed
    until(
        lambda: get_json(f"{url}/observatory/api/ledger")["signed"] == get_json(f"{url}/observatory/api/ledger")["log"]
    )

    machine.set(40 * DAY)  # an address that was never confirmed is kept for 30 days
    assert all(one["doubt"] for one in machine.asked("clock"))
    machine.asked("clock", "confirm", "--yes")
    assert types(url).count("ClockConfirmed") == len(SERVICES), "who said so is in the log"
    until(lambda: machine.found(HIS) == {} or machine.found(HIS) == {"newsletter": False})
    assert machine.found(HER) == {"directory": True}


def test_a_clock_that_jumps_while_it_runs_and_one_that_is_only_some_days_off(machine: Machine) -> None:
    machine.start()
    machine.up.stop()
    machine.start(-2 * DAY)
    assert set(machine.bad()) == {f"{name}: clock" for name in SERVICES}
    machine.up.stop()
    url = machine.start(3 * DAY)  # off for three days
    assert machine.bad() == {}

    def doubted() -> bool:
        every = [get_json(f"{url}/{name}/api/clock")["doubt"] for name in SERVICES]
        assert len({one is None for one in every}) == 1
        return every[0] is not None

    for seconds, doubt in ((6 * DAY, False), (-2 * DAY, True), (6 * DAY - 6 * 60, True), (6 * DAY - 60, False)):
        machine.set(seconds)
        assert doubted() == doubt, seconds
    machine.set(15 * DAY)
    command(url, "directory", "register-structure", NEW)  # before it is judged, and after
    assert doubted()
    command(url, "directory", "register-structure", {**NEW, "name": "Eau calme"})
    assert doubted()
    machine.set(6 * DAY)
    assert not doubted(), "it came back by itself"
