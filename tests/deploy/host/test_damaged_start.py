"""Whatever is damaged of a data folder, a start serves, or says in one sentence why not. Secrets and the archive have
tests of their own (test_keys.py); here is all that a start opens besides, each file by its kind."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.host.data_folder import CannotStart
from deploy.host.embedded import Installation
from shared.base.settings import Settings
from tests.deploy.host.test_keys import data, made
from tests.fixtures.installation import maillage

__all__ = ["data", "made"]
pytestmark = [pytest.mark.slow]
Damage = Callable[[Path], object]
STREAM = "nats/store/jetstream/LOG/streams/reseau"
TRIED = (
    "installation.json",
    "lock",
    "running.json",
    "archive/reseau/lock",
    "nats/nats.conf",
    "nats/accounts.conf",
    "nats/nats.log",
    f"{STREAM}/meta.inf",
    f"{STREAM}/meta.sum",
    f"{STREAM}/msgs/1.blk",
    f"{STREAM}/msgs/index.db",
    f"{STREAM}/obs/directory-forgetting/meta.inf",
    f"{STREAM}/obs/directory-forgetting/o.dat",
)
ELSEWHERE = (
    r"keys/.*",  # test_keys.py, test_whose_keys.py
    r"nats/keys/\w+\.nk",
    r"archive/reseau/(public-key|checkpoint|checkpoints\.log|open\.segment|tree)",
    r"archive/reseau/README",  # of nobody but people
    r"views/.*",  # built again; tests/shared/kernel/stores
    r"mail/.*\.eml",  # read by nobody
    r"nats/store/jetstream/LOG/streams/CANARY-reseau/.*",  # holds one message, of the last readiness
    rf"{STREAM}/obs/[\w-]+/(meta\.inf|meta\.sum|o\.dat)",  # all alike
)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def junk(path: Path) -> None:
    path.write_bytes(b"\x07junk\xff" * 700)


def half(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def flipped(path: Path) -> None:
    found = bytearray(path.read_bytes())
    if found:
        found[len(found) // 2] ^= 0xFF
    path.write_bytes(bytes(found))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


async def tried(folder: Path) -> str | None:
    """What is said instead of a start; None where it serves."""
    try:
        async with Installation.open(Settings(data=folder), sample=False):
            return None
    except CannotStart as why:
        said = str(why)
    assert said.endswith(".") and "\n" not in said and "Error(" not in said, said
    for _ in range(200):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if not left:
            break
        await asyncio.sleep(0.05)
    assert not left, "whoever was refused leaves nothing that goes on, such as a connection that looks for a server"
    return said


@pytest.mark.parametrize("damage", [empty, junk, half, flipped, a_folder])
@pytest.mark.parametrize("name", TRIED)
async def test_whatever_is_damaged_a_start_serves_or_says_one_sentence(data: Path, name: str, damage: Damage) -> None:
    path = data / name
    path.touch()  # what a start leaves is not there after its end
    damage(path)
    said = await tried(data)
    if name == "installation.json" or (name in (f"{STREAM}/meta.inf", f"{STREAM}/meta.sum")):
        assert said is not None and ("restore" in said), "nothing begins anew beside what is there"


@pytest.mark.parametrize("name", ["archive", "keys", "nats", "views", "nats/store", "nats/keys", "archive/reseau"])
async def test_a_file_in_the_place_of_a_folder_is_named(data: Path, name: str) -> None:
    shutil.rmtree(data / name)
    (data / name).write_bytes(b"a file")
    said = await tried(data)
    assert said is not None and name.split("/")[0] in said


def test_each_file_of_a_data_folder_is_tried_here_or_has_tests_of_its_own(data: Path) -> None:
    known = "|".join((*map(re.escape, TRIED), *ELSEWHERE))
    names = [str(one.relative_to(data)) for one in sorted(data.rglob("*")) if not one.is_dir()]
    assert len(names) > 50 and [name for name in names if not re.fullmatch(known, name)] == []


@pytest.mark.parametrize("words", [["doctor"], ["clock"], ["person", "due"], ["check-history"], ["audit", "verify"]])
def test_other_commands_say_one_sentence_too(data: Path, words: list[str]) -> None:
    path = data / "archive" / "reseau" / "open.segment"
    path.unlink()
    path.mkdir()
    done = maillage(*words, data=data, timeout=120)
    assert done.returncode == 2 and "Traceback" not in done.stderr + done.stdout
    said = [line for line in done.stderr.splitlines() if line.startswith("maillage: ")]
    assert len(said) == 1 and "open.segment" in said[0] and "mistake of Maillage" not in said[0]
