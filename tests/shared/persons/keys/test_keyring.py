"""The keyring: keys are on disk before anything is sealed with them, survive, and are only their service's."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.base.secret_files import SecretUnfit, secret_file
from shared.contract import Event
from shared.contract.directory.structures import ContactAdded, ContactRemoved
from shared.contract.envelope import Message, Recorded, opened
from shared.contract.personal import Personal
from shared.kernel.sealing import Forgotten, KeysAway
from shared.persons.keys.key_folder import KeyMissing
from shared.persons.keys.key_marks import KeyMarks
from shared.persons.keys.keyring import CACHED_KEYS, Keyring
from tests.fixtures.log_writing import write


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
from shared.persons.keys.key_marks import KeyMarks
from shared.persons.keys.keyring import CACHED_KEYS, Keyring
from tests.fixtures.log_writing import write
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


def recorded(event: Event, id: UUID) -> Recorded:
    """An event as the log would hold it."""
    made = write("reseau", uuid4(), event=event, id=id)
    return opened(Message(1, made.subject, made.body))


def test_a_value_that_is_in_clear_or_absent_is_told_as_it_is(keyring: Keyring) -> None:
    assert keyring.open(Personal("Zénobie"), "event", "name") == "Zénobie"
    assert keyring.reveal(None) is None
    unreadable = {"person": str(uuid4()), "sealed": "not base64", "event": "e", "field": "name"}
    assert keyring.reveal(unreadable) is None


def test_who_is_lacking_has_neither_a_key_nor_been_forgotten(keyring: Keyring) -> None:
    known, gone, unheard = uuid4(), uuid4(), uuid4()
    keyring.make_keys([known])
    keyring.forget([gone])
    assert keyring.lacking([known, gone, unheard]) == {unheard}
    assert keyring.known() == 2 and keyring.was_forgotten(gone) and not keyring.was_forgotten(unheard)


def test_a_cache_that_is_full_forgets_whom_it_opened_first(keyring: Keyring) -> None:
    event, persons = uuid4(), [uuid4() for _ in range(CACHED_KEYS + 2)]
    keyring.make_keys(persons)
    values = [sealed(keyring, person, event) for person in persons]
    assert keyring.open(values[0], str(event), "name") == keyring.open(values[-1], str(event), "name") == "Zénobie"


def away(ring: Keyring) -> str:
    """What is said of keys that can't be used, alike when something is to be sealed and when a page asks."""
    said = ring.trouble()
    with pytest.raises(KeysAway) as no:
        ring.make_keys([uuid4()])
    assert said == str(no.value) and said is not None
    return said


def test_keys_that_are_taken_away_while_they_are_used_are_told_and_good_again_once_they_are_back(
    keyring: Keyring, tmp_path: Path
) -> None:
    keyring.make_keys([uuid4()])
    assert keyring.trouble() is None
    for name in ("directory.index-key", "directory.wrapping-key"):
        path = tmp_path / "keys" / name
        content = path.read_bytes()
        path.unlink()
        assert f"{name} is missing" in away(keyring)
        path.write_bytes(content[::-1])
        assert f"{name} was replaced" in away(keyring)
        path.write_bytes(content[:-1])
        assert name in away(keyring)
        path.write_bytes(content)
        assert keyring.trouble() is None
        keyring.make_keys([uuid4()])


def test_a_file_of_keys_that_was_replaced_or_taken_away_is_written_no_more(keyring: Keyring, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "directory.keys.sqlite"
    content = path.read_bytes()
    path.rename(tmp_path / "elsewhere")
    assert "was taken away or replaced" in away(keyring)
    path.write_bytes(content)
    assert "was taken away or replaced" in away(keyring)
    path.unlink()
    (tmp_path / "elsewhere").rename(path)
    assert keyring.trouble() is None


def test_a_file_of_keys_that_is_overwritten_is_told(keyring: Keyring, tmp_path: Path) -> None:
    keyring.make_keys([uuid4() for _ in range(300)])
    path = tmp_path / "keys" / "directory.keys.sqlite"
    with path.open("r+b") as file:
        file.write(b"\x00" * path.stat().st_size)
    assert "can't be used" in away(keyring)


def test_keys_that_are_closed_say_so(tmp_path: Path) -> None:
    ring = Keyring(tmp_path / "closed", "reseau", "directory")
    ring.close()
    assert ring.trouble() == "the keys are closed"


def test_a_disk_on_which_no_key_can_be_written_is_told(keyring: Keyring, tmp_path: Path) -> None:
    person = uuid4()
    keyring.make_keys([person])
    (tmp_path / "keys" / "directory.wrapping-key.1").mkdir()  # where the next one would be
    with pytest.raises(KeysAway, match="can't be written"):
        keyring.forget([person])
    assert keyring.has(person)


def test_a_disk_that_takes_no_more_is_told_before_somebody_is_to_be_sealed(keyring: Keyring, tmp_path: Path) -> None:
    keyring.make_keys([uuid4()])
    with no_file_longer_than(8192):  # as a disk that is full: the file of keys is longer already
        with pytest.raises(KeysAway):
            keyring.make_keys([uuid4()])
        said = keyring.trouble()
    assert said is not None and "can't be written" in said
    assert keyring.trouble() is None
    assert not list((tmp_path / "keys").glob("room*"))
    keyring.make_keys([uuid4()])


@contextmanager
def no_file_longer_than(most: int) -> Iterator[None]:
    """What this process writes beyond so many bytes of a file is refused, meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_whoever_only_reads_makes_nothing(keyring: Keyring, tmp_path: Path) -> None:
    person = uuid4()
    keyring.make_keys([person])
    reader = Keyring(tmp_path / "keys", "reseau", "directory", looking=True)
    assert reader.has(person)
    with pytest.raises(KeysAway):
        reader.make_keys([uuid4()])
    reader.close()
    with pytest.raises(FileNotFoundError):
        Keyring(tmp_path / "nowhere", "reseau", "directory", looking=True)
    assert not (tmp_path / "nowhere").exists()


async def test_an_event_is_found_by_its_address_or_says_why_not(keyring: Keyring) -> None:
    person, event = uuid4(), uuid4()
    value = ContactAdded(
        structure=uuid4(), name=Personal("Zénobie", person=person), email=Personal("z@ex.fr", person=person)
    )
    await keyring.ensure([person])
    unnoted = recorded(keyring.seal(value, event), event)
    assert keyring.finds(unnoted) is None, "nothing is noted of them"
    await keyring.ensure([person], [(person, "z@ex.fr")])
    assert keyring.finds(unnoted) is True
    other = value.model_copy(update={"email": Personal("autre@ex.fr", person=person)})
    assert keyring.finds(recorded(keyring.seal(other, event), event)) is False
    assert keyring.finds(recorded(keyring.seal(contact(person), event), event)) is None, "it gives none"
    keyring.forget([person])
    assert keyring.finds(unnoted) is None


def with_log(folder: Path, log: str) -> Keyring:
    ring = Keyring(folder, "reseau", "directory")
    KeyMarks(folder, "directory").note(log=log)
    return ring


def test_a_backup_of_another_installation_or_a_damaged_one_is_not_taken_over(tmp_path: Path) -> None:
    ring, other = with_log(tmp_path / "one", "1"), with_log(tmp_path / "other", "2")
    person = uuid4()
    other.make_keys([person])
    other.backup(tmp_path / "kept")
    with pytest.raises(SecretUnfit, match="another installation"):
        ring.merge(tmp_path / "kept")
    (tmp_path / "kept" / "directory.marks").unlink()
    (tmp_path / "kept" / "directory.index-key").write_bytes(b"")
    with pytest.raises(SecretUnfit, match="take this backup of the keys away"):
        ring.merge(tmp_path / "kept")
    (tmp_path / "kept" / "directory.index-key").unlink()
    ring.merge(tmp_path / "kept")
    assert not ring.has(person), "what is not whole is passed over"
    ring.close()
    other.close()


def test_a_backup_under_another_key_of_addresses_is_taken_over_without_them(tmp_path: Path) -> None:
    ring, other = (Keyring(tmp_path / name, "reseau", "directory") for name in ("one", "other"))
    person = uuid4()
    other.person_at("z@ex.fr", person)
    other.backup(tmp_path / "kept")
    ring.merge(tmp_path / "kept")
    ring.backup(tmp_path / "kept")  # it holds everything of that backup now, and may replace it
    assert ring.has(person) and ring.find("z@ex.fr") is None
    ring.close()
    other.close()
