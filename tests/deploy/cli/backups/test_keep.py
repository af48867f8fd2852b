"""`maillage backup keep` as whoever supervises it sees it: one at a time, its metrics, its end; and its sentences."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from deploy.cli.backups.generations import MAKING
from tests.drill.conftest import Place
from tests.fixtures.installation import MAILLAGE, maillage
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("kept"))

    async def make() -> None:
        async with place.up() as one:
            await one.subscribed("personne@exemple.invalid")
            await one.signed()

    asyncio.run(make())
    return place


def words(place: Place, *more: str) -> list[str]:
    folders = ["--data", str(place.data()), "--to", str(place.backup), "--keys", str(place.keys)]
    return ["backup", "keep", *folders, *more]


def test_it_works_is_alone_tells_prometheus_and_ends_when_it_is_told_to(place: Place, tmp_path: Path) -> None:
    port, scratch = free_port(), tmp_path / "scratch"
    scratch.mkdir()
    env = {**os.environ, "MAILLAGE_METRICS_PORT": str(port), "TMPDIR": str(scratch)}
    with (tmp_path / "said").open("wb") as said:
        keeper = subprocess.Popen([*MAILLAGE, *words(place)], env=env, stderr=said, stdout=said)
    try:
        ends = time.monotonic() + 120
        while (
            not (place.data() / "backups.json").exists()
            or b'"keys":"' not in (place.data() / "backups.json").read_bytes()
        ):
            assert time.monotonic() < ends and keeper.poll() is None, (tmp_path / "said").read_text()
            time.sleep(0.2)
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            told = answer.read().decode()
        assert "maillage_backup_kept 1.0" in told and "maillage_backup_failing 0.0" in told
        second = maillage(*words(place, "--once"))
        assert second.returncode == 2 and "keeps the backups of" in second.stderr
        status = maillage("backup", "status", "--data", str(place.data()), "--json")
        assert status.returncode == 0 and [one["good"] for one in json.loads(status.stdout)] == [True] * 3
        doctor = maillage("doctor", "--data", str(place.data()))
        assert "good  backup: last" in doctor.stdout, doctor.stdout + doctor.stderr
    finally:
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(60) == 0
    assert list(scratch.iterdir()) == [] and not (place.backup / MAKING).exists()


def test_once_is_for_a_timer_and_says_by_its_exit_code_what_came_of_it(place: Place) -> None:
    before = len(list(place.backup.glob("*Z*")))
    done = maillage(*words(place, "--once"))
    assert done.returncode == 0 and "Backup: " in done.stderr, done.stderr
    assert len(list(place.backup.glob("*Z*"))) == before + 1
    (place.keys.parent / "full").write_text("no folder")
    failed = maillage(
        "backup",
        "keep",
        "--data",
        str(place.data()),
        "--to",
        str(place.keys.parent / "full"),
        "--keys",
        str(place.keys),
        "--once",
    )
    assert failed.returncode == 1 and "No backup: " in failed.stderr and "Traceback" not in failed.stderr
    told = maillage("backup", "status", "--data", str(place.data()))
    assert told.returncode == 1 and "BAD   backup: last" in told.stdout


@pytest.mark.parametrize("wrong", [["--every", "5"], ["--keys", "INSIDE"], ["--keys", "LINK"]])
def test_what_can_t_be_is_one_sentence(place: Place, tmp_path: Path, wrong: list[str]) -> None:
    link = tmp_path / "link"
    link.symlink_to(place.backup)
    named = {"INSIDE": str(place.backup / "keys"), "LINK": str(link / "keys")}
    done = maillage(*words(place, *(named.get(word, word) for word in wrong)))
    assert done.returncode == 2 and done.stderr.startswith("maillage: ") and "Traceback" not in done.stderr
