"""The keyring: keys are on disk before anything is sealed with them, survive, and are only their service's."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.base.secret_files import secret_file
from shared.contract.directory.structures import ContactAdded, ContactRemoved
from shared.contract.personal import Personal
from shared.kernel.sealing import Forgotten
from shared.persons.key_folder import KeyMissing
from shared.persons.keyring import Keyring


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    ring = Keyring(tmp_path / "keys", "reseau", "directory")
    yield ring
    ring.close()


def contact(person: UUID | None, name: str = "Zénobie") -> ContactAdded:
    return ContactAdded(structure=uuid4(), name=Personal(name, person=person))


def sealed(ring: Keyring, person: UUID, event: UUID, name: str = "Zénobie") -> Personal:
    found = ring.seal(contact(person, name), event)
    assert isinstance(found, ContactAdded)
    return found.name


async def test_what_was_sealed_opens_again_and_after_a_restart(keyring: Keyring, tmp_path: Path) -> None:
    person, event = uuid4(), uuid4()
    await keyring.ensure([person])
    value = sealed(keyring, person, event)
    assert value.is_sealed and keyring.open(value, str(event), "name") == "Zénobie"
    keyring.close()
    again = Keyring(tmp_path / "keys", "reseau", "directory")
    assert again.open(value, str(event), "name") == "Zénobie"
    assert again.reveal({**value.as_json(), "event": str(event), "field": "name"}) == "Zénobie"
    again.close()


async def test_the_same_value_sealed_twice_looks_different(keyring: Keyring) -> None:
    person, event = uuid4(), uuid4()
    await keyring.ensure([person])
    assert sealed(keyring, person, event).sealed != sealed(keyring, person, event).sealed


async def test_those_who_ask_for_keys_at_once_get_one_key_a_person_in_few_transactions(
    tmp_path: Path,
) -> None:
    made: list[int] = []

    class Counted(Keyring):
        def make_keys(self, persons: Iterable[UUID], addresses: Iterable[tuple[UUID, str]] = ()) -> None:
            made.append(len(list(persons)))
            super().make_keys(persons, addresses)

    keyring = Counted(tmp_path / "counted", "reseau", "directory")
    persons, event = [uuid4() for _ in range(200)], uuid4()
    await asyncio.gather(*(keyring.ensure([p, persons[(n + 1) % 200]]) for n, p in enumerate(persons)))
    first = [sealed(keyring, p, event) for p in persons]
    await asyncio.gather(*(keyring.ensure([p]) for p in persons))
    assert len(made) <= 2
    assert [keyring.open(v, str(event), "name") for v in first] == ["Zénobie"] * 200
    keyring.close()


async def test_an_asker_who_goes_away_does_not_keep_the_others_from_their_keys(keyring: Keyring) -> None:
    one, two = uuid4(), uuid4()
    tasks = [asyncio.create_task(keyring.ensure([p])) for p in (one, two, one)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(*tasks[1:])
    for person in (one, two):
        sealed(keyring, person, uuid4())


async def test_a_failed_write_of_keys_is_told_and_the_next_one_goes_well(
    tmp_path: Path,
) -> None:
    class Failing(Keyring):
        failures = 1

        def make_keys(self, persons: Iterable[UUID], addresses: Iterable[tuple[UUID, str]] = ()) -> None:
            if self.failures:
                self.failures -= 1
                raise sqlite3.OperationalError("disk I/O error")
            super().make_keys(persons, addresses)

    person, keyring = uuid4(), Failing(tmp_path / "failing", "reseau", "directory")
    with pytest.raises(sqlite3.Error):
        await keyring.ensure([person])
    await keyring.ensure([person])
    sealed(keyring, person, uuid4())
    keyring.close()


CRASH = """
import asyncio, os, signal, sys
from pathlib import Path
from uuid import UUID
from shared.persons.keyring import Keyring
asyncio.run(Keyring(Path(sys.argv[1]), "reseau", "directory").ensure([UUID(sys.argv[2])]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_between_the_key_and_its_event_does_no_harm(tmp_path: Path) -> None:
    person, event = uuid4(), uuid4()
    ended = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path / "keys"), str(person)], check=False)
    assert ended.returncode == -signal.SIGKILL
    ring = Keyring(tmp_path / "keys", "reseau", "directory")
    asyncio.run(ring.ensure([person]))
    assert ring.open(sealed(ring, person, event), str(event), "name") == "Zénobie"
    ring.close()


def test_all_files_of_keys_are_readable_by_their_owner_alone(keyring: Keyring, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Keyring(tmp_path / "others", "reseau", "directory").close()
    finally:
        os.umask(before)
    for folder in (tmp_path / "keys", tmp_path / "others"):
        keyring.make_keys([uuid4()])
        files = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
        assert {"directory.wrapping-key", "directory.index-key", "directory.keys.sqlite"} <= set(files)
        assert set(files.values()) == {0o600}, files
        assert folder.stat().st_mode & 0o077 == 0


def test_a_lost_wrapping_key_is_told_and_not_replaced_in_silence(keyring: Keyring, tmp_path: Path) -> None:
    keyring.make_keys([uuid4()])
    (tmp_path / "keys" / "directory.wrapping-key").unlink()
    with pytest.raises(KeyMissing, match="restore it"):
        Keyring(tmp_path / "keys", "reseau", "directory")
    assert not (tmp_path / "keys" / "directory.wrapping-key").exists()


def test_a_secret_is_made_once_and_a_crash_amid_its_making_does_not_stand_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    (tmp_path / f"secret.{os.getpid()}.new").write_bytes(b"half")
    first = secret_file(path)
    assert len(first) == 32 and secret_file(path) == first and path.stat().st_mode & 0o777 == 0o600


async def test_a_value_that_does_not_say_whose_it_is_or_whose_key_is_missing_is_not_sealed(keyring: Keyring) -> None:
    with pytest.raises(ValueError, match="does not say whose"):
        keyring.seal(contact(None), uuid4())
    with pytest.raises(Forgotten):
        keyring.seal(contact(uuid4()), uuid4())
    person = uuid4()
    await keyring.ensure([person])
    event = keyring.seal(contact(person), uuid4())
    with pytest.raises(ValueError, match="sealed already"):
        keyring.seal(event, uuid4())


async def test_a_wrapped_key_cannot_be_given_to_another_person(keyring: Keyring, tmp_path: Path) -> None:
    one, two, event = uuid4(), uuid4(), uuid4()
    await keyring.ensure([one, two])
    value = sealed(keyring, one, event)
    keyring._db.execute("UPDATE persons SET wrapped = (SELECT wrapped FROM persons WHERE person = ?)", (str(two),))
    keyring.close()
    again = Keyring(tmp_path / "keys", "reseau", "directory")
    with pytest.raises(Forgotten):
        again.open(value, str(event), "name")
    assert again.reveal({**value.as_json(), "event": str(event), "field": "name"}) is None
    again.close()


def test_a_mail_address_leads_to_one_person_and_is_not_kept(keyring: Keyring, tmp_path: Path) -> None:
    person = keyring.person_at("Zenobie@Exemple.invalid ")
    assert keyring.person_at("zenobie@exemple.invalid") == person == keyring.find("ZENOBIE@exemple.invalid")
    assert keyring.find("autre@exemple.invalid") is None
    for path in (tmp_path / "keys").iterdir():
        assert b"enobie" not in path.read_bytes()


async def test_what_is_to_be_sealed_says_whose_it_is_and_is_sealed_once(keyring: Keyring) -> None:
    person, event = uuid4(), uuid4()
    await keyring.ensure([person])
    with pytest.raises(ValueError, match="does not say whose it is"):
        keyring.seal(contact(None), event)
    done = keyring.seal(contact(person), event)
    with pytest.raises(ValueError, match="sealed already"):
        keyring.seal(done, uuid4())
    nothing = ContactRemoved(reason="parti")
    assert keyring.seal(nothing, event) is nothing
    assert keyring.open(Personal("en clair"), str(event), "name") == "en clair"
    assert keyring.reveal(None) is None
