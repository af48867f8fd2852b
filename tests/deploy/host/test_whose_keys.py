"""Keys, a log, an archive that are there and are not the right ones: of another installation, of another service, from
another time, or with a part of them gone. Each is refused with one sentence, and nothing is made in its place."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request

import pytest

from shared.base.services import SERVICES
from tests.deploy.conftest import fetched, until
from tests.deploy.host.test_keys import QUICKLY, Damage, fill, gone, made, refused, starts, written
from tests.fixtures.installation import Up, bearer, maillage, post_json

__all__ = ["made"]
pytestmark = [pytest.mark.slow]  # real processes, some starts each
Swap = Callable[[Path, Path], object]
"""What is done to a data folder, with another installation's beside it"""
PERSONS = ("directory.keys.sqlite", "directory.wrapping-key", "directory.index-key")


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of another installation, of the same network's name, that has the same."""
    up = Up(tmp_path_factory.mktemp("another") / "data", ["--no-sample"], QUICKLY)
    up.data.mkdir()
    url = up.start().wait()
    try:
        fill(up, url)
        until(lambda: (up.data / "keys" / "notary.signed").exists())
    finally:
        up.stop()
    return up.data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def of_another(*patterns: str) -> Swap:
    def do(data: Path, another: Path) -> None:
        for pattern in patterns:
            found = list(another.glob(pattern))
            assert found, pattern
            for path in found:
                there = data / path.relative_to(another)
                shutil.rmtree(there, ignore_errors=True)
                shutil.copytree(path, there) if path.is_dir() else shutil.copy2(path, there)

    return do


def as_another_services(*names: str) -> Swap:
    def do(data: Path, another: Path) -> None:
        for name in names:
            shutil.copy2(data / "keys" / name, data / "keys" / name.replace("directory.", "membership."))

    return do


def less(name: str, query: str) -> Swap:
    def do(data: Path, another: Path) -> None:
        with sqlite3.connect(data / "keys" / name) as db:
            assert db.execute(query).rowcount > 0
        db.close()

    return do


def emptied(name: str) -> Swap:
    """An SQLite database, with nothing in it."""

    def do(data: Path, another: Path) -> None:
        (data / "keys" / name).unlink()
        with sqlite3.connect(data / "keys" / name) as db:
            db.executescript("PRAGMA user_version=1; CREATE TABLE one (two); DROP TABLE one;")
        db.close()

    return do


def only(damage: Damage) -> Swap:
    return lambda data, another: damage(data)


ONE_LESS = "DELETE FROM persons WHERE person = (SELECT max(person) FROM persons)"
LOG = "nats/store"
REFUSED: dict[str, tuple[Swap, str]] = {
    "all keys of another": (of_another("keys"), "another installation.*restore"),
    "the keys of persons of another": (
        of_another(*(f"keys/{name}" for name in PERSONS)), "index-key is not the one that was here.*restore it"
    ),
    "the keyring and its wrapping key of another": (
        of_another("keys/directory.keys.sqlite", "keys/directory.wrapping-key"),
        "keys.sqlite is not the one.*restore all of"
    ),
    "all of a service's keys of another": (of_another("keys/directory.*"),
                                           "directory.marks is of another installation"),
    "another service's keyring": (as_another_services("directory.keys.sqlite"), "membership.*restore"),
    "another service's keyring and wrapping key": (
        as_another_services("directory.keys.sqlite", "directory.wrapping-key"), "membership.keys.sqlite is not the one"
    ),
    "another service's marks": (as_another_services("directory.marks"), "membership.marks is that of directory"),
    "a keyring that is an empty database": (emptied("directory.keys.sqlite"), "directory.keys.sqlite"),
    "passwords that are an empty database": (emptied("directory.passwords.sqlite"), "directory.passwords.sqlite"),
    "a keyring with one person less": (less("directory.keys.sqlite", ONE_LESS), "lacks 1 of what it has held"),
    "passwords with one less": (less("directory.passwords.sqlite", "DELETE FROM passwords"), "lacks 1 of what"),
    "a keyring without addresses": (less("directory.keys.sqlite", "DELETE FROM addresses"), "lacks . of what"),
    "passwords of another": (of_another("keys/directory.passwords.sqlite"), "passwords.sqlite is not the one"),
    "the wrapping key of another": (of_another("keys/directory.wrapping-key"), "is not the key that"),
    "the index key of another": (of_another("keys/directory.index-key"), "directory.index-key is not the one"),
    "the key of sessions of another": (of_another("keys/directory.session-key"),
                                       "session-key is not the one.*or delete it"),
    "the key of links of another": (of_another("keys/newsletter.link-key"), "newsletter.link-key is not the one"),
    "the operator's token of another": (of_another("keys/operator-token"), "operator-token is not the one.*delete it"),
    "the notary's key of another": (of_another("keys/notary.key"), "notary.key.*another installation"),
    "the notary's key and word of another": (of_another("keys/notary.key", "keys/notary.signed"), "notary.key"),
    "marks that are damaged": (only(written("keys/directory.marks", b"{")), "directory.marks is not as it was written"),
    "no name of the network": (only(gone("installation.json")), "installation.json is gone, while"),
    "no log": (only(gone(LOG)), "event log reseau .* is gone, while .* knows of"),
    "no folder of the server": (only(gone("nats")), "event log reseau .* is gone, while .* knows of"),
    "no log, views and archive": (only(gone(LOG, "views", "archive")), "no checkpoint is there any more"),
    "no log and views": (only(gone(LOG, "views")), "event log reseau .* is gone, while .* knows of"),
    "the log of another": (of_another(LOG), "restore"),
    "the log and archive of another": (of_another(LOG, "archive"), "another installation's"),
    "the log, archive and views of another": (of_another(LOG, "archive", "views"), "another installation's"),
    "the archive of another": (of_another("archive"), "public-key: it is not of the key in keys/notary.key"),
    "checkpoints without an archive": (only(gone("archive/*/segments", "archive/*/open.segment")),
                                       "but [0-9]+ were signed"),
    "an archive without its public key": (only(gone("archive/*/public-key")), "public-key: it is missing"),
    "a head that is newer than the log": (
        only(gone("archive/*/segments", "archive/*/open.segment", "archive/*/tree", LOG, "views")), "were signed"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_there_and_not_the_right_one_is_refused(data: Path, another: Path, what: str) -> None:
    swap, said = REFUSED[what]
    swap(data, another)
    assert re.search(said, await refused(data))
    assert re.search(said, await refused(data)), "nothing was made by the first try"


def older(data: Path) -> None:
    """As the release before left it, which made no marks."""
    gone("keys/*.marks")(data)
    for path in (data / "keys").glob("*.sqlite"):
        with sqlite3.connect(path) as db:
            db.execute("DROP TABLE whose")
        db.close()


OLDER = (
    "all keys of another", "the keys of persons of another", "another service's keyring", "the index key of another",
    "another service's keyring and wrapping key", "a keyring with one person less", "the wrapping key of another",
    "a keyring that is an empty database", "passwords that are an empty database", "no log", "the log of another",
    "the archive of another", "checkpoints without an archive",
)  # fmt: skip


@pytest.mark.parametrize("what", OLDER)
async def test_in_a_folder_without_marks_what_the_log_can_tell_is_refused(data: Path, another: Path, what: str) -> None:
    older(data)
    older_another = Path(shutil.copytree(another, data.with_name("another")))
    older(older_another)
    REFUSED[what][0](data, older_another)
    assert "restore" in await refused(data)


async def test_a_folder_without_marks_has_them_after_one_start(data: Path, another: Path) -> None:
    older(data)
    await starts(data)
    assert len(list((data / "keys").glob("*.marks"))) == 5
    of_another("keys/newsletter.link-key")(data, another)
    assert "newsletter.link-key is not the one" in await refused(data)


async def test_what_is_lost_of_a_keyring_is_given_up_once_the_operator_says_so(data: Path, another: Path) -> None:
    less("directory.keys.sqlite", ONE_LESS)(data, another)
    said = await refused(data)
    assert "make an empty file directory.keys.sqlite.lost beside it" in said
    (data / "keys" / "directory.keys.sqlite.lost").touch()
    await starts(data)
    assert not (data / "keys" / "directory.keys.sqlite.lost").exists(), "it was said once"
    await starts(data)
    less("directory.keys.sqlite", ONE_LESS)(data, another)
    assert "lacks 1" in await refused(data)


async def test_keys_of_before_are_missed_by_what_the_log_says_since(data: Path, tmp_path: Path) -> None:
    """The whole folder of keys, marks too, is one of before."""
    before = Path(shutil.copytree(data / "keys", tmp_path / "before"))
    up = Up(data, ["--no-sample"], QUICKLY)
    url = up.start().wait()
    try:
        volunteer = {"person": "Ildefonse Carpentras", "task": "stand"}
        post_json(f"{url}/membership/api/commands/note-volunteer", volunteer)
    finally:
        up.stop()
    for path in before.glob("membership.*"):
        shutil.copy2(path, data / "keys" / path.name)
    assert "membership.keys.sqlite has no key of 1 of" in await refused(data)


# -- while it runs ------------------------------------------------------------------------------------------------


@pytest.fixture
def running(data: Path) -> Iterator[tuple[Up, str]]:
    up = Up(data, ["--no-sample"], QUICKLY)
    url = up.start().wait()
    try:
        yield up, url
    finally:
        up.stop()


TAKEN = {
    "directory.keys.sqlite": "taken away or replaced",
    "directory.wrapping-key": "is missing",
    "directory.index-key": "is missing",
}


@pytest.mark.parametrize("name", TAKEN)
def test_keys_that_go_while_it_runs_seal_nothing_and_everybody_says_so(running: tuple[Up, str], name: str) -> None:
    up, url = running
    structure = post_json(f"{url}/directory/api/commands/register-structure", {"name": "Ruche", "kind": "association"})
    last = int(json.loads(fetched(Request(f"{url}/observatory/api/state", headers=bearer(url)))[1])["last"])
    path, aside = up.data / "keys" / name, up.data / "aside"
    path.rename(aside)
    contact = {"structure": structure["entity"], "name": "Anatole Quefelec", "email": "anatole@exemple.invalid"}
    body = json.dumps(contact).encode()
    headers = {
        **bearer(url),
        "Content-Type": "application/json",
        "Idempotency-Key": "018f2f8e-0000-7000-8000-000000000001",
    }
    status, text = fetched(Request(f"{url}/directory/api/commands/add-contact", data=body, headers=headers))
    told = json.loads(text)
    assert (status, told["error"]) == (503, "keys-away") and told["message"].count(".") >= 1
    status, text = fetched(Request(f"{url}/readyz"))
    assert status == 503 and TAKEN[name] in json.loads(text)["services"]["directory"]["keys"]["text"]
    doctor = maillage("doctor", "--json", data=up.data)
    assert doctor.returncode == 1
    assert "directory: sealing" in {one["check"] for one in json.loads(doctor.stdout) if not one["good"]}
    state = json.loads(fetched(Request(f"{url}/observatory/api/state", headers=bearer(url)))[1])
    assert state["last"] == last, "nothing was written"
    aside.rename(path)
    status, text = fetched(Request(f"{url}/directory/api/commands/add-contact", data=body, headers=headers))
    assert status == 200, "it is put back as it was, and goes on"
    assert "Traceback" not in up.output()


def test_doctor_tells_of_keys_that_others_can_read(running: tuple[Up, str]) -> None:
    keys = running[0].data / "keys"
    assert maillage("doctor", data=running[0].data).returncode == 0
    keys.chmod(0o755)
    (keys / "directory.session-key").chmod(0o644)
    done = maillage("doctor", "--json", data=running[0].data)
    (found,) = (one for one in json.loads(done.stdout) if not one["good"])
    assert done.returncode == 1 and found["text"].startswith(f"{keys}/directory.session-key can be read by others")


def test_doctor_tells_of_a_backup_of_the_keys_that_can_t_be_written(data: Path, tmp_path: Path) -> None:
    for folder, bad in (("/proc/none", set(SERVICES)), (str(tmp_path / "apart"), set())):
        up = Up(data, ["--no-sample"], {**QUICKLY, "MAILLAGE_KEYS_BACKUP": folder})
        up.start().wait()
        try:
            done = maillage("doctor", "--json", data=data)
        finally:
            up.stop()
        found = {one["check"].removesuffix(": keys' backup"): one["good"] for one in json.loads(done.stdout)}
        assert {name for name, good in found.items() if not good} == bad and done.returncode == bool(bad)
        assert found.keys() >= set(SERVICES)


def test_a_password_is_not_kept_where_its_file_is_gone(running: tuple[Up, str]) -> None:
    up, url = running
    headers = {**up.signed_in("all:administrator"), "Content-Type": "application/x-www-form-urlencoded"}
    (up.data / "keys" / "directory.passwords.sqlite").rename(up.data / "aside")
    form = b"password=une+phrase+assez+longue+43"
    assert fetched(Request(f"{url}/directory/me/password", data=form, headers=headers))[0] == 503
    status, text = fetched(Request(f"{url}/readyz"))
    assert status == 503 and "directory.passwords.sqlite is missing" in text
    assert "Traceback" not in up.output()
    (up.data / "aside").rename(up.data / "keys" / "directory.passwords.sqlite")


def test_a_rotated_key_of_sessions_is_no_others(running: tuple[Up, str]) -> None:
    up = running[0]
    up.signed_in("all:administrator")
    before = (up.data / "keys" / "directory.session-key").read_bytes()
    done = maillage("account", "rotate-key", data=up.data)
    assert done.returncode == 0, done.stderr
    assert (up.data / "keys" / "directory.session-key").read_bytes() != before
    up.stop()
    up.start().wait()


def test_a_wrong_token_is_told_at_every_address_of_the_root(running: tuple[Up, str]) -> None:
    up, url = running
    for path in ("/", "/nowhere", "/api/nowhere", "/directory/nowhere", "/static/nowhere"):
        for token in ("Bearer", "Bearer ", "Bearer x", f"Bearer mlg_operator_{'0' * 64}", f"Bearer {'a' * 5000}"):
            status = fetched(Request(f"{url}{path}", headers={"Authorization": token}))[0]
            assert status in (303, 401, 404, 429), (path, token[:30], status)
    assert "Traceback" not in up.output()


# -- backups ------------------------------------------------------------------------------------------------------


def test_a_backup_of_the_keys_has_their_marks_and_no_others_are_put_over_it(
    data: Path, another: Path, tmp_path: Path
) -> None:
    backup, keys = tmp_path / "backup", tmp_path / "keys"
    assert maillage("backup", "--to", str(backup), data=data).returncode == 0
    assert maillage("backup", "keys", "--to", str(keys), data=data).returncode == 0
    assert (keys / "notary.signed").read_bytes() == (data / "keys" / "notary.signed").read_bytes()
    assert '"signed":true' in (keys / "observatory.marks").read_text()
    done = maillage("backup", "keys", "--to", str(keys), data=Path(shutil.copytree(another, tmp_path / "another")))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "are of another installation" in done.stderr
    new = tmp_path / "new"
    done = maillage("restore", "--from", str(backup), "--keys", str(keys), "--data", str(new))
    assert done.returncode == 0, done.stderr
    assert maillage("doctor", data=new).returncode == 0
    assert (new / "keys" / "notary.signed").exists()
    for path in (another / "keys").glob("membership.*"):
        shutil.copy2(path, keys / path.name)
    done = maillage("restore", "--from", str(backup), "--keys", str(keys), "--data", str(tmp_path / "second"))
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "membership.marks is of another installation" in done.stderr.strip().splitlines()[-1]


def test_the_keys_of_all_services_fit_when_each_has_its_own_folder(data: Path, tmp_path: Path) -> None:
    """As containers see them (`maillage deploy gather` and `spread`)."""
    whole = Path(shutil.copytree(data, tmp_path / "whole"))
    done = maillage("deploy", "spread", str(whole), str(tmp_path / "apart"))
    assert done.returncode == 0, done.stderr
    for service in ("directory", "membership"):
        assert (tmp_path / "apart" / service / "keys" / f"{service}.marks").exists()
    gathered = maillage("deploy", "gather", str(tmp_path / "apart"), str(tmp_path / "all"))
    assert gathered.returncode == 0, gathered.stderr
    kept = maillage("backup", "keys", "--to", str(tmp_path / "keys"), data=tmp_path / "all")
    assert kept.returncode == 0, kept.stderr
    assert (tmp_path / "keys" / "directory.marks").exists()
