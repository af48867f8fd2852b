"""The way to an installation: the service whose folder it is, or all where it is said where they are; and a question
that a command asks while it works with a server, which Ctrl-C ends at once."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.cli.console import known_names, reached, run, settings_of
from deploy.cli.http_client import Place
from deploy.host.data_folder import CannotStart
from shared.base.settings import Settings
from shared.identity.operator_token import operator_token

ASKING = """
from deploy.cli.console import confirmed, run

async def work():
    try:
        return confirmed("Sure?")
    finally:
        print("cleaned up", flush=True)

run(work())
"""


def test_what_is_given_goes_before_what_the_machine_says(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, 7)
    assert (settings.data, settings.port) == (tmp_path, 7) and settings_of(None).port != 7


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("KEYS_BAKCUP", "KEYS_BACKUP"),
        ("KEY_BACKUP", "KEYS_BACKUP"),
        ("KEEP_CONTACT", "KEEP_CONTACTS"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("SECONDFACTOR", "SECOND_FACTOR"),
        ("title_", "TITLE"),
    ],
)
def test_a_setting_that_was_typed_wrong_is_not_passed_over(typed: str, meant: str) -> None:
    for name in (f"MAILLAGE_{typed}", f"maillage_{typed.lower()}"):
        with pytest.raises(CannotStart, match=f"MAILLAGE_{typed.upper()} is no setting; is it MAILLAGE_{meant}"):
            known_names([name, "PATH"])


def test_every_command_looks_at_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILLAGE_" + "KEYS_BAKCUP", "/srv/apart")
    with pytest.raises(CannotStart, match="is it MAILLAGE_"):
        settings_of(None)


def test_what_other_programs_call_alike_is_theirs() -> None:
    names = [f"MAILLAGE_{name.upper()}" for name in Settings.model_fields]
    theirs = [f"MAILLAGE_{name}" for name in ("TEST_MONGO_URL", "HOME", "SERVICE_HOST", "VERSION", "USER")]
    known_names([*names, *theirs, "maillage_data", "PATH"])


def test_work_comes_to_what_it_gives() -> None:
    async def work() -> int:
        return 3

    assert run(work()) == 3


async def test_a_folder_without_an_installation_is_a_sentence(tmp_path: Path) -> None:
    for settings in (Settings(data=tmp_path), Settings(data=tmp_path, nats_url="nats://x")):
        with pytest.raises(CannotStart, match=str(tmp_path)):
            async with reached(settings):
                pass


async def test_each_service_of_several_has_its_own_token_and_one_without_a_folder_none(tmp_path: Path) -> None:
    own = operator_token(tmp_path / "events" / "keys")
    at = "events=http://e:1,directory=http://d:1"
    async with reached(Settings(data=tmp_path, nats_url="nats://x", services_at=at)) as client:
        assert client.places == {"events": Place("http://e:1", own), "directory": Place("http://d:1", None)}


async def test_a_service_that_serves_alone_is_asked_on_this_machine(tmp_path: Path) -> None:
    own = operator_token(tmp_path / "keys")
    for host, at in (("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("10.0.0.1", "10.0.0.1")):
        async with reached(Settings(data=tmp_path, nats_url="nats://x", host=host, port=9)) as client:
            assert (client.url, client.token) == (f"http://{at}:9", own)


def test_ctrl_c_at_a_question_ends_the_command_and_what_it_opened() -> None:
    root = Path(__file__).parents[3]
    master, slave = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKING], stdin=slave, stdout=slave, stderr=slave, cwd=root, start_new_session=True
    )
    os.close(slave)
    said = b""
    while b"Sure?" not in said:
        said += os.read(master, 1024)
    time.sleep(0.2)  # until it waits for the answer
    asking.send_signal(signal.SIGINT)
    assert asking.wait(30) == 1  # a long guard: before, it went on waiting
    said += os.read(master, 4096)
    os.close(master)
    assert b"cleaned up" in said
