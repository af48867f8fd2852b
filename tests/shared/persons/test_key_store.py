"""Forgetting in the keyring: what was deleted is in no file and opens in no older copy, wherever it was cut off."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import pytest

from shared.base.secret_files import secret_file
from shared.contract.directory.structures import ContactAdded
from shared.contract.personal import Personal
from shared.kernel.sealing import Forgotten
from shared.persons.keys.key_folder import KeyMissing, forgotten_in
from shared.persons.keys.keyring import LOOK, Keyring, restored

GONE, STAYS = uuid5(UUID(int=0), "gone"), uuid5(UUID(int=0), "stays")
EVENT = uuid5(UUID(int=0), "event")
ADDRESS = "Zenobie@Exemple.invalid"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keyring(keys: Path) -> Iterator[Keyring]:
    ring = ring_of(keys)
    yield ring
    ring.close()


def ring_of(folder: Path, look: float = LOOK) -> Keyring:
    return Keyring(folder, "reseau", "directory", look)


def sealed(ring: Keyring, person: UUID) -> Personal:
    ring.make_keys([person])
    found = ring.seal(ContactAdded(structure=uuid4(), name=Personal("Zénobie", person=person)), EVENT)
    assert isinstance(found, ContactAdded)
    return found.name


def opened(ring: Keyring, value: Personal) -> str | None:
    try:
        return ring.open(value, str(EVENT), "name")
    except Forgotten:
        return None


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def wrapped_key(ring: Keyring, person: UUID) -> bytes:
    return bytes(ring._db.execute("SELECT wrapped FROM persons WHERE person = ?", (str(person),)).fetchone()[0])


def test_who_is_forgotten_is_read_no_more_and_everybody_else_is(keyring: Keyring, keys: Path) -> None:
    gone, stays = sealed(keyring, GONE), sealed(keyring, STAYS)
    assert keyring.forget([GONE])
    assert (opened(keyring, gone), opened(keyring, stays)) == (None, "Zénobie")
    assert not keyring.has(GONE) and set(keyring.forgotten()) == {GONE} == forgotten_in(keys, "directory")
    keyring.close()
    again = ring_of(keys)
    assert (opened(again, gone), opened(again, stays)) == (None, "Zénobie")
    assert not again.forget([GONE]) and not again.forget([uuid4()])  # nothing to delete, so nothing is replaced
    assert [n for n in files(keys) if "wrapping" in n] == ["directory.wrapping-key.1"]
    again.close()


def test_no_file_holds_the_key_or_the_address_any_more(keyring: Keyring, keys: Path) -> None:
    sealed(keyring, STAYS)
    sealed(keyring, GONE)
    keyring.person_at(ADDRESS, GONE)
    keyring.make_keys([GONE], [(GONE, ADDRESS)])
    secret, wrapped = (keys / "directory.wrapping-key").read_bytes(), wrapped_key(keyring, GONE)
    raw = keyring._wrapping.unwrap(str(GONE), wrapped)
    hidden = keyring._wrapping.hide(keyring._digest(ADDRESS))
    before = b"".join(files(keys).values())
    assert secret in before and wrapped in before and hidden in before and raw not in before
    keyring.forget([GONE])
    assert not keyring.persons_at(ADDRESS) and keyring.find(ADDRESS) is None
    for name, content in files(keys).items():
        for trace in (secret, wrapped, raw, hidden, keyring._digest(ADDRESS)):
            assert trace not in content, name


def test_a_copy_from_before_opens_nothing_with_the_wrapping_key_of_today(keyring: Keyring, keys: Path) -> None:
    gone, stays = sealed(keyring, GONE), sealed(keyring, STAYS)
    old = (keys / "directory.keys.sqlite").read_bytes()
    keyring.forget([GONE])
    keyring.close()
    new = files(keys)
    (keys / "directory.keys.sqlite").write_bytes(old)
    with pytest.raises(KeyMissing, match="restore it"):
        ring_of(keys)
    (keys / "directory.wrapping-key").write_bytes(new["directory.wrapping-key.1"])
    forced = ring_of(keys)
    assert (opened(forced, gone), opened(forced, stays)) == (None, None)
    forced.close()


async def test_there_is_never_a_new_key_for_who_was_forgotten(keyring: Keyring) -> None:
    value = sealed(keyring, GONE)
    keyring.forget([GONE])
    with pytest.raises(Forgotten):
        await keyring.ensure([GONE])
    with pytest.raises(Forgotten):
        await keyring.ensure([], [(GONE, ADDRESS)])
    with pytest.raises(Forgotten):
        keyring.person_at(ADDRESS, GONE)
    keyring.make_keys([GONE], [(GONE, ADDRESS)])
    assert not keyring.has(GONE) and not keyring.persons_at(ADDRESS) and opened(keyring, value) is None


async def test_a_forgotten_person_does_not_keep_others_who_ask_at_once_from_their_keys(keyring: Keyring) -> None:
    sealed(keyring, GONE)

    async def forget_meanwhile() -> None:
        keyring.forget([GONE])

    asked = await asyncio.gather(
        keyring.ensure([STAYS]),
        forget_meanwhile(),
        keyring.ensure([GONE]),
        keyring.ensure([EVENT]),
        return_exceptions=True,
    )
    assert [type(one) for one in asked] == [type(None), type(None), Forgotten, type(None)]
    assert keyring.has(STAYS) and keyring.has(EVENT) and not keyring.has(GONE)


def test_who_comes_back_under_the_same_address_is_a_new_person(keyring: Keyring) -> None:
    first = keyring.person_at(ADDRESS)
    keyring.forget([first])
    second = keyring.person_at(ADDRESS)
    assert second != first and keyring.find(ADDRESS.lower()) == second and keyring.persons_at(ADDRESS) == {second}


async def test_everybody_who_was_ever_reached_under_an_address_is_found_by_it(keyring: Keyring) -> None:
    own = keyring.person_at(ADDRESS)
    await keyring.ensure([], [(GONE, f" {ADDRESS.upper()}"), (STAYS, ADDRESS), (STAYS, "autre@exemple.invalid")])
    assert keyring.persons_at(ADDRESS) == {own, GONE, STAYS} and keyring.find(ADDRESS) == own
    keyring.forget([GONE])
    assert keyring.persons_at(ADDRESS) == {own, STAYS}
    assert keyring.persons_at("autre@exemple.invalid") == {STAYS}


def test_another_replica_on_the_same_folder_forgets_too_and_goes_on(
    keys: Path,
) -> None:
    keyring, other = ring_of(keys, look=0.0), ring_of(keys, look=0.0)
    gone, stays = sealed(keyring, GONE), sealed(keyring, STAYS)
    assert (opened(other, gone), opened(other, stays)) == ("Zénobie", "Zénobie")  # both are in its memory now
    keyring.forget([GONE])
    assert (opened(other, gone), opened(other, stays)) == (None, "Zénobie")
    late = sealed(other, EVENT)  # wrapped with the new key, not with the one that it began with
    other.person_at(ADDRESS, STAYS)
    other.forget([STAYS])
    assert (opened(keyring, stays), opened(keyring, late)) == (None, "Zénobie")
    assert keyring.find(ADDRESS) is None
    other.close()
    keyring.close()
    again = ring_of(keys)
    assert opened(again, late) == "Zénobie" and set(again.forgotten()) == {GONE, STAYS}
    again.close()


CRASHES = """
import os, shutil, signal, sys
from pathlib import Path
from uuid import UUID
import shared.base.secure_delete, shared.persons.keys.keyring
from shared.persons.keys.keyring import Keyring
gone, place, what = UUID(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
def run(folder, last):
    steps = 0
    def step(*_):
        nonlocal steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
    def around(call):
        def stepping(*given, **named):
            step()
            done = call(*given, **named)
            step()
            return done
        return stepping
    ring = Keyring(folder / "keys", "reseau", "directory")
    if what == "backup":
        ring.forget([gone])
    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, around(getattr(os, name)))
    Path.unlink = around(Path.unlink)
    ring._db.set_trace_callback(step)
    ring.backup(folder / "kept") if what == "backup" else ring.forget([gone])
    os._exit(0)
for last in range(1, 1000):
    folder = Path(shutil.copytree(place / "before", place / str(last)))
    child = os.fork()
    if child == 0:
        run(folder, last)
    status = os.waitpid(child, 0)[1]
    if status == 0:
        break
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (last, status)
print(last)
"""


def crashes(place: Path, what: str) -> list[Path]:
    """Forgets, or backs up after a forgetting, in copies of `place / "before"`, in processes of which each is killed
    one step later than the one before; the last came to its end. The copies, in this order."""
    words = [sys.executable, "-c", CRASHES, str(GONE), str(place), what]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return [place / str(step) for step in range(1, int(ended.stdout) + 1)]


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_keys_that_open_and_a_forgetting_that_can_be_ended(tmp_path: Path) -> None:
    ring = ring_of(tmp_path / "before" / "keys")
    gone, stays = sealed(ring, GONE), sealed(ring, STAYS)
    ring.person_at(ADDRESS, GONE)
    ring.person_at("autre@exemple.invalid", STAYS)
    ring.close()
    secret = (tmp_path / "before" / "keys" / "directory.wrapping-key").read_bytes()
    outcomes = []
    for folder in crashes(tmp_path, "forget"):
        keys = folder / "keys"
        ring = ring_of(keys)
        forgot = opened(ring, gone) is None
        assert opened(ring, stays) == "Zénobie" and ring.find("autre@exemple.invalid") == STAYS
        assert forgot == (ring.find(ADDRESS) is None) == (GONE in ring.forgotten()), folder
        if forgot:  # opening it again has ended what was left to do
            assert all(secret not in content for content in files(keys).values()), folder
        ring.forget([GONE])
        assert opened(ring, gone) is None and opened(ring, stays) == "Zénobie"
        assert all(secret not in content for content in files(keys).values()), folder
        ring.close()
        outcomes.append(forgot)
    assert len(outcomes) > 20
    assert outcomes == sorted(outcomes) and not outcomes[0] and outcomes[-1]  # one moment parts before from after


def test_the_keys_own_backup_follows_a_forgetting_and_an_older_copy_of_it_opens_no_more(
    keyring: Keyring, keys: Path, tmp_path: Path
) -> None:
    kept, copy = tmp_path / "kept", tmp_path / "copy"
    links = secret_file(keys / "directory.link-key")
    gone, stays = sealed(keyring, GONE), sealed(keyring, STAYS)
    keyring.backup(kept)
    shutil.copytree(kept, copy)
    keyring.forget([GONE])
    keyring.backup(kept)
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}
    assert [n for n in files(kept) if "wrapping" in n] == ["directory.wrapping-key.1"]
    (
        copy / "directory.wrapping-key"
    ).unlink()  # what it copied was erased in the backup; its own copy is the operator's

    restored(kept, tmp_path / "new", "directory")
    assert (tmp_path / "new" / "directory.link-key").read_bytes() == links
    ring = ring_of(tmp_path / "new")
    assert (opened(ring, gone), opened(ring, stays)) == (None, "Zénobie") and set(ring.forgotten()) == {GONE}
    ring.close()
    with pytest.raises(KeyMissing):
        restored(copy, tmp_path / "other", "directory")


def test_a_backup_from_before_a_forgetting_is_not_put_over_newer_keys(
    keyring: Keyring, keys: Path, tmp_path: Path
) -> None:
    gone, stays = sealed(keyring, GONE), sealed(keyring, STAYS)
    keyring.backup(tmp_path / "kept")
    keyring.forget([GONE])
    keyring.close()
    with pytest.raises(ValueError, match="newer"):
        restored(tmp_path / "kept", keys, "directory")
    again = ring_of(keys)
    assert (opened(again, gone), opened(again, stays)) == (None, "Zénobie")
    again.close()


def test_a_restore_forgets_again_whom_the_keys_here_knew_for_forgotten(
    keyring: Keyring, keys: Path, tmp_path: Path
) -> None:
    keyring.forget([GONE])  # before it ever had a key, so the wrapping key stayed
    other = ring_of(tmp_path / "other")
    gone, stays = sealed(other, GONE), sealed(other, STAYS)
    other.backup(tmp_path / "kept")
    other.close()
    keyring.close()
    restored(tmp_path / "kept", keys, "directory")
    again = ring_of(keys)
    assert (opened(again, gone), opened(again, stays)) == (None, "Zénobie")
    again.close()


@pytest.mark.slow
def test_a_backup_that_is_cut_off_at_any_step_can_be_restored(tmp_path: Path) -> None:
    ring = ring_of(tmp_path / "before" / "keys")
    gone, stays = sealed(ring, GONE), sealed(ring, STAYS)
    ring.backup(tmp_path / "before" / "kept")
    ring.close()
    outcomes = []
    for folder in crashes(tmp_path, "backup"):
        restored(folder / "kept", folder / "new", "directory")
        ring = ring_of(folder / "new")
        assert opened(ring, stays) == "Zénobie", folder
        outcomes.append(opened(ring, gone) is None)
        ring.close()
        ring = ring_of(folder / "keys")  # a start replaces the backup
        ring.backup(folder / "kept")
        ring.close()
        restored(folder / "kept", folder / "newer", "directory")
        ring = ring_of(folder / "newer")
        assert opened(ring, gone) is None and opened(ring, stays) == "Zénobie", folder
        ring.close()
    assert len(outcomes) > 10 and outcomes == sorted(outcomes) and not outcomes[0] and outcomes[-1]


def test_all_files_stay_readable_by_their_owner_alone_after_a_forgetting(keyring: Keyring, keys: Path) -> None:
    before = os.umask(0)
    try:
        sealed(keyring, GONE)
        keyring.forget([GONE])
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}


def test_an_older_copy_of_the_keys_that_was_put_back_learns_from_the_backup_what_it_missed(
    keyring: Keyring, keys: Path, tmp_path: Path
) -> None:
    gone, stays = sealed(keyring, GONE), sealed(keyring, STAYS)
    keyring.person_at(ADDRESS, STAYS)
    shutil.copytree(keys, tmp_path / "old")
    keyring.forget([GONE])
    late = sealed(keyring, EVENT)
    keyring.person_at("autre@exemple.invalid", EVENT)
    keyring.backup(tmp_path / "kept")

    old = ring_of(tmp_path / "old")
    assert (opened(old, gone), opened(old, late)) == ("Zénobie", None)
    old.merge(tmp_path / "kept")
    old.merge(tmp_path / "nowhere")
    assert [opened(old, one) for one in (gone, stays, late)] == [None, "Zénobie", "Zénobie"]
    assert old.find(ADDRESS) == STAYS and old.find("autre@exemple.invalid") == EVENT
    old.backup(tmp_path / "kept")
    assert len([name for name in files(tmp_path / "kept") if "wrapping" in name]) == 1
    old.close()
