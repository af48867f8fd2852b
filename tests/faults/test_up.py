"""`maillage up` whose NATS server is killed, hangs, or can't store: it is started again by itself and nothing is lost;
or all ends with one sentence. And it never says that it is ready while nothing can be written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from shared.runtime.nats.embedded_server import binary
from tests.drill.damages import records
from tests.faults.crowd import Crowd
from tests.fixtures.installation import PROMPT, Up, alive, get_json, maillage, open_bulletin, post_json

pytestmark = [pytest.mark.slow]
INJECTED = Path(__file__).parent / "injected"
BACK = 10.0  # seconds from a fault, and from its end, until it says so; and until a command is acknowledged again
GIVES_UP = 60.0  # seconds in which it has given up what can't be
DISK = 160  # MB


@dataclass
class House:
    """An installation whose NATS server's program can be taken away."""

    up: Up
    programs: Path
    url: str = ""

    def server(self, other_than: int = 0) -> int:
        """Its NATS server, as soon as there is one."""
        return self.found(lambda pid: pid != other_than and alive(pid))

    def found(self, what: Callable[[int], bool]) -> int:
        give_up = time.monotonic() + 30
        while True:
            for pid in self.up.children():
                with suppress(OSError):
                    if what(pid) and b"nats-server" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        return pid
            assert time.monotonic() < give_up, self.up.output()
            time.sleep(0.005)

    def take_program(self) -> None:
        (self.programs / "nats-server").rename(self.programs / "away")

    def give_program(self) -> None:
        (self.programs / "away").rename(self.programs / "nats-server")

    def ready(self) -> tuple[bool, str]:
        """What /readyz says, and of what it complains."""
        try:
            with urlopen(f"{self.url}/readyz", timeout=20) as answer:
                found = json.load(answer)
        except HTTPError as error:
            found = json.load(error)
        bad = {check["text"] for one in found["services"].values() for check in one.values() if not check["good"]}
        return found["ready"], "; ".join(sorted(bad))

    def until_ready(self, wanted: bool, seconds: float = BACK) -> str:
        begun = time.monotonic()
        while (found := self.ready())[0] is not wanted:
            assert time.monotonic() - begun < seconds, f"ready is not {wanted} after {seconds:g} s: {found[1]}"
            time.sleep(0.2)
        return found[1]

    def until_reacted(self) -> None:
        """Until the newsletter has made something of the one piece of news."""
        begun = time.monotonic()
        while "ItemAdded" not in {one["type"] for one in self.latest()}:
            assert time.monotonic() - begun < 30, "no reaction"
            time.sleep(0.2)

    def latest(self) -> list[dict[str, str]]:
        last = int(get_json(f"{self.url}/observatory/api/state")["last"])
        found: list[dict[str, str]] = []
        for after in range(0, last, 200):
            found += get_json(f"{self.url}/observatory/api/events?after={after}&limit=200")["events"]
        return found

    def ended(self, seconds: float = GIVES_UP) -> tuple[int, str]:
        """The exit code, and the last line that it said."""
        assert self.up.process is not None
        code = self.up.process.wait(seconds)
        return code, self.up.output().strip().splitlines()[-1]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path / "place", tmp_path / "programs") as one:
        yield one


@contextmanager
def opened(place: Path, programs: Path) -> Iterator[House]:
    with begun(place, programs) as house:
        house.url = house.up.wait()
        yield house


@contextmanager
def begun(place: Path, programs: Path) -> Iterator[House]:
    """One that starts."""
    place.mkdir(exist_ok=True)
    programs.mkdir()
    (programs / "nats-server").symlink_to(binary())
    ours = os.pathsep.join([str(INJECTED), *filter(None, [os.environ.get("PYTHONPATH")])])
    up = Up(place / "data", ["--no-sample"], {"PYTHONPATH": ours, "SCRIPTS": str(programs)})
    house = House(up.start(), programs)
    try:
        yield house
    finally:
        assert up.process is not None
        if up.process.poll() is None:
            up.kill(children=True)


def test_a_server_that_is_killed_or_has_no_program_for_a_while_comes_back_and_all_is_there_once(house: House) -> None:
    with Crowd(house.url) as crowd:
        crowd.acknowledged_after(time.monotonic(), BACK)
        killed = 0
        for times in (1, 3):  # the second and the third while it starts
            for _ in range(times):
                killed = house.server(killed)
                os.kill(killed, signal.SIGKILL)
            crowd.acknowledged_after(time.monotonic(), BACK)

        open_bulletin(house.url)
        news = {"structure": next(iter(crowd.made)), "structure_name": "Eau vive", "title": "Une école", "text": "Ici."}
        post_json(f"{house.url}/directory/api/commands/publish-news", news)  # the newsletter reacts to it
        house.take_program()
        os.kill(house.server(), signal.SIGKILL)
        house.until_ready(False)
        time.sleep(2)
        house.give_program()
        crowd.acknowledged_after(time.monotonic(), BACK)
        house.until_ready(True)
        assert len(house.up.children()) == 1, "no zombie is left"
        house.until_reacted()

        house.take_program()  # and Ctrl-C while it is tried again
        last = house.server()
        os.kill(last, signal.SIGKILL)
        house.until_ready(False)
        assert house.up.stop() < PROMPT
    assert house.up.process is not None and house.up.process.returncode == 0 and not alive(last)
    assert "leaked" not in house.up.output(), "it ended in order"
    house.give_program()
    types = crowd.judge(house.up)
    assert types["StructureRegistered"] > 20 and types["ItemAdded"] == 1
    assert "Traceback" not in house.up.output()


def test_a_first_start_whose_server_dies_and_hangs_meanwhile_waits_and_serves(tmp_path: Path) -> None:
    """As it is on a machine that has much to do: whoever starts asks, and is not answered."""
    with begun(tmp_path / "place", tmp_path / "programs") as house:
        log = house.up.data / "nats" / "store" / "jetstream" / "LOG" / "streams"
        killed = house.found(lambda pid: log.exists() and alive(pid))
        os.kill(killed, signal.SIGKILL)
        hangs = house.server(killed)
        time.sleep(1)  # it may be asked for the health of its start by now, or for the log
        os.kill(hangs, signal.SIGSTOP)
        house.url = house.up.wait()
        house.until_ready(True, GIVES_UP)  # it may serve while the server is hanging, and has yet to be found so
        done = post_json(
            f"{house.url}/directory/api/commands/register-structure", {"name": "Eau vive", "kind": "association"}
        )
        assert done["events"] == ["StructureRegistered"] and len(house.up.children()) == 1
        assert "Traceback" not in house.up.output()
        house.up.stop()


@pytest.mark.drill
def test_a_server_that_hangs_for_ever_is_started_anew(house: House) -> None:
    with Crowd(house.url) as crowd:
        crowd.acknowledged_after(time.monotonic(), BACK)
        hangs = house.server()
        os.kill(hangs, signal.SIGSTOP)
        crowd.acknowledged_after(time.monotonic(), 2 * BACK)
        assert not alive(hangs)
        for seconds in (2, 12):  # and one that wakes, before and after it was given up
            hangs = house.server()
            os.kill(hangs, signal.SIGSTOP)
            time.sleep(seconds)
            with suppress(OSError):
                os.kill(hangs, signal.SIGCONT)
            crowd.acknowledged_after(time.monotonic(), BACK)
        house.until_ready(True)
        assert len(house.up.children()) == 1
    house.up.stop()
    assert crowd.judge(house.up)["StructureRegistered"] > 20


def test_a_log_that_comes_back_shorter_ends_it_with_one_sentence(house: House) -> None:
    for n in range(20):
        done = post_json(
            f"{house.url}/directory/api/commands/register-structure", {"name": f"S {n}", "kind": "association"}
        )
    house.take_program()
    os.kill(house.server(), signal.SIGKILL)
    folder = house.up.data / "nats" / "store" / "jetstream" / "LOG" / "streams" / "reseau" / "msgs"
    (block,) = folder.glob("*.blk")
    whole = block.read_bytes()
    block.write_bytes(whole[: records(whole)[-10].end])
    (folder / "index.db").unlink(missing_ok=True)
    house.give_program()
    code, said = house.ended()
    assert code == 2 and said.startswith("maillage: the log ends at sequence ") and said.endswith(": restore it.")
    assert f"but {done['sequence']} " in said


def test_a_disk_that_was_full_is_written_to_again_and_nobody_said_that_all_is_well_meanwhile(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "faults", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine mounts no tmpfs: what a full disk does was NOT tried")
    try:
        with opened(place, tmp_path / "programs") as house:
            with Crowd(house.url) as crowd:
                crowd.acknowledged_after(time.monotonic(), BACK)
                with suppress(OSError), (place / "ballast").open("wb", buffering=0) as file:
                    while file.write(bytes(64 * 1024)):
                        pass
                said = house.until_ready(False)
                doctor = maillage("doctor", data=house.up.data)
                assert doctor.returncode == 1 and "BAD" in doctor.stdout, doctor.stdout + doctor.stderr
                assert not house.ready()[0], "it stays so"
                (place / "ballast").unlink()
                end = time.monotonic()
                crowd.acknowledged_after(end, BACK)
                house.until_ready(True, max(0.0, end + BACK - time.monotonic()))
            assert said
            while (doctor := maillage("doctor", data=house.up.data)).returncode:  # the notary tries it again
                assert time.monotonic() - end < 3 * BACK, doctor.stdout
            assert "BAD" not in doctor.stdout, doctor.stdout
            house.up.stop()
            crowd.judge(house.up)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


@pytest.mark.drill
def test_a_program_that_is_gone_ends_it_with_one_sentence(house: House) -> None:
    house.take_program()
    os.kill(house.server(), signal.SIGKILL)
    code, said = house.ended()
    assert code == 2 and said.startswith("maillage: ") and "nats-server is missing" in said


@pytest.mark.drill
def test_a_port_that_somebody_else_has_taken_ends_it_with_one_sentence(house: House) -> None:
    config = (house.up.data / "nats" / "nats.conf").read_text()
    port = int(config.partition('listen: "127.0.0.1:')[2].partition('"')[0])
    house.take_program()
    os.kill(house.server(), signal.SIGKILL)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        give_up = time.monotonic() + BACK
        while True:  # the killed server lets go of it a moment later
            try:
                taken.bind(("127.0.0.1", port))
                break
            except OSError:
                assert time.monotonic() < give_up
                time.sleep(0.02)
        taken.listen()
        house.give_program()
        code, said = house.ended()
    assert code == 2 and said.startswith("maillage: ") and f"has taken port {port}" in said


@pytest.mark.drill
def test_a_log_that_is_gone_ends_it_with_one_sentence(house: House) -> None:
    house.take_program()
    os.kill(house.server(), signal.SIGKILL)
    shutil.rmtree(house.up.data / "nats" / "store")
    house.give_program()
    code, said = house.ended()
    assert (code, said) == (2, "maillage: the event log reseau is gone: restore it.")
