"""Keys of an installation that were damaged or are gone: nothing starts, one sentence says what to do, nothing new is
made. What is tried was made by a real installation: contacts, an account with a password, a subscriber, a volunteer."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import Request

import msgspec
import pyotp
import pytest

from deploy.host.data_folder import CannotStart
from deploy.host.embedded import Installation
from shared.base.settings import Settings
from shared.ledger.archive_format import Archive
from shared.persons.keys.key_marks import KeyMarks
from tests.deploy.conftest import fetched, until
from tests.deploy.host.test_single_service import NETWORK, Served, Site, site
from tests.fixtures.installation import BULLETIN, Up, maillage, open_bulletin, post_json

__all__ = ["site"]
pytestmark = [pytest.mark.slow]  # real processes, some starts each
QUICKLY = {"MAILLAGE_CHECKPOINT_SECONDS": "1"}
Damage = Callable[[Path], object]


def fill(up: Up, url: str) -> None:
    """Some of everything that keys are for."""
    structure = post_json(
        f"{url}/directory/api/commands/register-structure", {"name": "Kynarou", "kind": "association"}
    )
    contact = {"structure": structure["entity"], "name": "Zénobie Quatrefages", "email": "zenobie@exemple.invalid"}
    post_json(f"{url}/directory/api/commands/add-contact", contact)
    open_bulletin(url)
    wish = {"email": "abonnee@exemple.invalid", "bulletins": ["echos"]}
    post_json(f"{url}/newsletter/api/commands/request-subscription", wish)
    volunteer = {"person": "Balthazar Peyrecave", "task": "stand"}
    post_json(f"{url}/membership/api/commands/note-volunteer", volunteer)
    form = {"password": "une phrase assez longue 42"}
    headers = {**up.signed_in("all:administrator"), "Content-Type": "application/x-www-form-urlencoded"}
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request("POST", "/directory/me/password", urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303
    set_up_second_factor(connection, headers)
    connection.close()


def set_up_second_factor(connection: HTTPConnection, headers: dict[str, str]) -> None:
    """As an app does that was shown the key."""
    page = "/directory/me/second-factor/new"
    connection.request("GET", page, headers=headers)
    text = connection.getresponse().read().decode()
    said = dict(re.findall(r'name="(command_id|secret)" value="([^"]+)"', text))
    key = re.findall(r'id="key"[^>]*>([A-Z2-7 ]+)<', text)[0].replace(" ", "")
    connection.request("POST", page, urlencode({**said, "code": pyotp.TOTP(key).now()}), headers)
    answer = connection.getresponse()
    assert "recovery-codes" in answer.read().decode() and answer.status == 200


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation that ended in order. Who changes it copies it."""
    up = Up(tmp_path_factory.mktemp("made") / "data", ["--no-sample"], QUICKLY)
    up.data.mkdir()
    url = up.start().wait()
    try:
        fill(up, url)
        for header, status in (("Bearer", 401), ("Bearer ", 401), ("Bearer  ", 401), ("bearer", 401), ("Basic", 401)):
            request = Request(f"{url}/directory/api/accounts", headers={"Authorization": header})
            assert fetched(request)[0] == status, header
        until(lambda: (up.data / "keys" / "notary.signed").exists())
    finally:
        up.stop()
    return up.data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def written(name: str, content: bytes) -> Damage:
    return lambda data: (data / name).write_bytes(content)


def cut(name: str) -> Damage:
    return lambda data: (data / name).write_bytes((data / name).read_bytes().rstrip()[:-1])


def gone(*patterns: str) -> Damage:
    def do(data: Path) -> None:
        for pattern in patterns:
            found = list(data.glob(pattern))
            assert found, pattern
            for path in found:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    return do


def a_folder(name: str) -> Damage:
    def do(data: Path) -> None:
        (data / name).unlink()
        (data / name).mkdir()

    return do


def a_socket(name: str) -> Damage:
    def do(data: Path) -> None:
        (data / name).unlink()
        with contextlib.chdir(data), socket.socket(socket.AF_UNIX) as one:  # its whole path may be too long
            one.bind(name)

    return do


def a_link_to_nothing(name: str) -> Damage:
    def do(data: Path) -> None:
        (data / name).unlink()
        (data / name).symlink_to(data / "nowhere")

    return do


def a_pipe(name: str) -> Damage:
    def do(data: Path) -> None:
        (data / name).unlink()
        os.mkfifo(data / name)

    return do


def fresh_keyring(data: Path) -> None:
    """A file of keys that knows nobody, as an older release made one in the place of one that was lost."""
    path = data / "keys" / "directory.keys.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript("DELETE FROM persons; DELETE FROM addresses; DELETE FROM reached; PRAGMA user_version=0;")
    db.close()


async def refused(data: Path) -> str:
    """What is said instead of a start, which has made nothing."""
    before = {path.relative_to(data): path.lstat().st_mtime_ns for path in (data / "keys").rglob("*")}
    with pytest.raises(CannotStart) as why:
        async with Installation.open(Settings(data=data), sample=False):
            pass
    after = {path.relative_to(data): path.lstat().st_mtime_ns for path in (data / "keys").rglob("*")}
    assert after == before, "no key was made"
    said = str(why.value)
    assert said.endswith(".") and "\n" not in said
    return said


async def starts(data: Path) -> None:
    async with Installation.open(Settings(data=data), sample=False):
        pass


NAMES = (
    "keys/operator-token", "keys/directory.link-key", "keys/newsletter.link-key", "keys/observatory.link-key",
    "keys/directory.session-key", "keys/directory.index-key", "keys/membership.wrapping-key", "keys/notary.key",
    "keys/directory.first-link", "nats/keys/directory.nk",
)  # fmt: skip
EMPTY = b""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "damage",
    [
        lambda name: written(name, EMPTY),
        lambda name: written(name, b" \n\t"),
        cut,
        lambda name: written(name, bytes(32)),
        a_folder,
        a_link_to_nothing,
        a_pipe,
    ],
    ids=["empty", "blank", "cut", "zeros", "a folder", "a link to nothing", "a pipe"],
)
async def test_a_secret_that_was_damaged_refuses_the_start(
    data: Path, name: str, damage: Callable[[str], Damage]
) -> None:
    (data / "keys" / "directory.first-link").write_text("k" * 20 + "abcdefghijklmnopqrstuvw")
    damage(name)(data)
    said = await refused(data)
    assert said.startswith(str(data / name)) and ("restore it" in said or "delete it" in said)


BESIDE = [
    "observatory.marks",
    "directory.marks",
    "newsletter.foretold",
    "heartbeat",
    "heartbeat.lock",
    "directory.lock",
    "directory.marks-lock",
    "directory.keys.sqlite",
    "directory.passwords.sqlite",
    "directory.second-factors.sqlite",
    "membership.keys.sqlite-journal",
    "notary.signed",
]


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("damage", [a_folder, a_link_to_nothing, a_pipe, a_socket])
async def test_what_has_the_name_of_a_file_beside_the_keys_and_is_none_refuses_the_start(
    data: Path, name: str, damage: Callable[[str], Damage]
) -> None:
    (data / "keys" / name).touch()
    damage(f"keys/{name}")(data)
    said = await refused(data)
    assert said.startswith(str(data / "keys" / name)) and ("restore it" in said or "delete it" in said)


@pytest.mark.parametrize("name", ["public-key", "checkpoint", "checkpoints.log", "open.segment", "tree"])
@pytest.mark.parametrize("damage", [a_folder, a_link_to_nothing, a_pipe])
async def test_what_has_the_name_of_a_file_of_the_archive_and_is_none_refuses_the_start(
    data: Path, name: str, damage: Callable[[str], Damage]
) -> None:
    damage(f"archive/reseau/{name}")(data)
    said = await refused(data)
    assert said.startswith(str(data / "archive" / "reseau" / name)) and "restore it" in said


async def test_what_may_be_made_anew_is_once_it_was_deleted_and_other_names_are_nobody_s_matter(data: Path) -> None:
    for name in ("heartbeat", "heartbeat.lock", "newsletter.foretold", "directory.lock", "directory.marks-lock"):
        (data / "keys" / name).unlink(missing_ok=True)
    (data / "keys" / "lost+found").mkdir()
    await starts(data)


async def test_a_folder_in_which_no_key_can_be_written_refuses_the_start(data: Path) -> None:
    """As one that is mounted to be read only, or another's: whoever is root here may write everywhere."""
    (data / "keys" / "room.start").mkdir()
    assert await refused(data) == f"{data / 'keys'} can't be written (Is a directory): put that right."
    (data / "keys" / "room.start").rmdir()
    await starts(data)


async def test_a_trial_that_was_cut_off_is_no_key(data: Path) -> None:
    shutil.rmtree(data / "keys")
    (data / "keys").mkdir()
    written("keys/room.directory", bytes(100))(data)
    assert "holds no key of" in await refused(data)


@pytest.mark.parametrize("words", [["up", "--no-sample", "--port", "0"], ["doctor"]], ids=" ".join)
@pytest.mark.parametrize(("name", "damage"), [("observatory.marks", a_pipe), ("directory.foretold", a_folder)])
def test_a_pipe_for_marks_hangs_no_command(
    data: Path, name: str, damage: Callable[[str], Damage], words: list[str]
) -> None:
    (data / "keys" / name).touch()
    damage(f"keys/{name}")(data)
    done = maillage(*words, data=data)
    assert done.returncode == 2
    assert (done.stdout + done.stderr).count(f"{name} ") <= 1 and "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "name", ["directory.keys.sqlite", "directory.second-factors.sqlite", "directory.passwords.sqlite"]
)
@pytest.mark.parametrize("content", [b"junk", b"junk" * 2000, b"SQLite format 3\x00" + bytes(8000)])
async def test_a_file_of_keys_that_is_none_refuses_the_start(data: Path, name: str, content: bytes) -> None:
    written(f"keys/{name}", content)(data)
    assert (await refused(data)).startswith(str(data / "keys" / name))


@pytest.mark.parametrize(
    "content", [b"", b"\0\0", b"[]", b"{}", b'{"network": 3}', b'{"network": "a b"}', b'{"network"']
)
async def test_an_installation_json_that_names_no_network_refuses_the_start(data: Path, content: bytes) -> None:
    written("installation.json", content)(data)
    assert "does not say which network" in await refused(data)


def emptied_of_factors(data: Path) -> None:
    with sqlite3.connect(data / "keys" / "directory.second-factors.sqlite") as db:
        db.execute("DELETE FROM factors")


GONE: dict[str, tuple[Damage, str]] = {
    "the keys of persons": (gone("keys/directory.keys.sqlite"), "no personal data of directory"),
    "the keys of persons, emptied": (written("keys/newsletter.keys.sqlite", b""), "no personal data of newsletter"),
    "the keys of persons, made anew": (fresh_keyring, "directory.keys.sqlite lacks . of what"),
    "all keys of membership": (gone("keys/membership.*"), "no personal data of membership"),
    "all keys of newsletter": (gone("keys/newsletter.*"), "newsletter.*restore it"),
    "the wrapping key": (gone("keys/directory.wrapping-key"), "wrapping-key is missing"),
    "the index key": (gone("keys/directory.index-key"), "index-key is missing"),
    "passwords": (gone("keys/directory.passwords.sqlite"), "nobody can sign in by a password"),
    "second factors": (gone("keys/directory.second-factors.sqlite"), "nobody who has one comes in"),
    "the key of second factors": (gone("keys/directory.second-factor-key"), "nobody who has one comes in"),
    "a second factor": (emptied_of_factors, "directory.second-factors.sqlite lacks 1 of what"),
    "the key of links": (gone("keys/newsletter.link-key"), "no link to unsubscribe"),
    "all keys": (gone("keys"), "holds no key.*mount the volume"),
    "what is in the folder of keys": (gone("keys/*"), "holds no key.*mount the volume"),
    "all keys and the archive": (gone("keys", "archive"), "holds no key.*mount the volume"),
    "the notary's key": (gone("keys/notary.key"), r"notary\.key: it is missing"),
    "the checkpoints": (gone("archive/*/checkpoints.log", "archive/*/checkpoint"), "no checkpoint is there any more"),
    "the checkpoints, emptied": (written("archive/reseau/checkpoints.log", b""), "no checkpoint is there any more"),
    "the archive": (gone("archive"), "no checkpoint is there any more.*for a new one"),
    "the archive's files": (gone("archive/reseau/*"), "no checkpoint is there any more"),
    "the checkpoints and the word beside the key": (
        gone("archive/*/checkpoint*", "keys/notary.signed"),
        "no checkpoint is there any more",
    ),
    "the archive and the word beside the key": (gone("archive", "keys/notary.signed"), "nothing of the archive"),
    "the archive, in a folder of a release without any word": (
        gone("archive", "keys/notary.signed", "keys/*.marks", "keys/heartbeat"),
        "nothing of the archive",
    ),
    "the archive's files, in a folder of such a release": (
        gone("archive/*/*", "keys/notary.signed", "keys/*.marks"),
        "nothing of the archive",
    ),
    "the checkpoints, in a folder of such a release": (
        gone("archive/*/checkpoint*", "keys/notary.signed", "keys/*.marks"),
        "no checkpoint is there any more",
    ),
    "the checkpoints and the public key": (
        gone("archive/*/checkpoint*", "archive/*/public-key", "keys/notary.signed"),
        "public-key: it is missing",
    ),
}


@pytest.mark.parametrize("what", GONE)
async def test_what_the_log_shows_to_have_been_there_is_missed(data: Path, what: str) -> None:
    damage, said = GONE[what]
    damage(data)
    was = (data / "keys").exists()
    assert re.search(said, await refused(data))
    assert (data / "keys").exists() == was


def unsigned(data: Path) -> None:
    """As a notary leaves it that archives and, while its clock is in doubt, signs nothing."""
    gone("archive/*/checkpoint*", "keys/notary.signed")(data)
    marks = KeyMarks(data / "keys", "observatory")
    noted = marks.read()
    assert noted is not None and noted.signed, "the notary has left word there as well"
    marks.path.write_bytes(msgspec.json.encode(msgspec.structs.replace(noted, signed=False)))


def just_begun(data: Path) -> None:
    """As a notary leaves it that was killed between its key and its archive."""
    unsigned(data)
    gone("archive/*/public-key", "archive/*/segments", "archive/*/open.segment", "archive/*/tree")(data)


HEALED: dict[str, Damage] = {
    "nothing": lambda data: None,
    "what may be made anew": gone("keys/operator-token", "keys/directory.session-key", "keys/directory.link-key"),
    "the seeds of the server within": gone("nats/keys"),
    "the keys of services that never had any persons": gone("keys/observatory.*", "keys/events.*"),
    "a release that left no word of what was signed": gone("keys/notary.signed"),
    "a log that is held back unsigned": unsigned,
    "an archive that has just begun": just_begun,
    "a new ledger, as the refusal says": gone("archive/reseau", "keys/notary.key", "keys/notary.signed"),
}


@pytest.mark.parametrize("what", HEALED)
async def test_what_loses_nothing_is_made_anew(data: Path, what: str) -> None:
    (data / "keys" / "operator-token").write_text((data / "keys" / "operator-token").read_text() + "\n")
    HEALED[what](data)
    await starts(data)
    await starts(data)


async def test_what_is_lost_for_good_is_made_anew_once_the_operator_says_so(data: Path) -> None:
    gone("keys/directory.*")(data)
    assert "directory.keys.sqlite" in await refused(data)
    (data / "keys" / "directory.keys.sqlite.lost").touch()
    assert "directory.passwords.sqlite" in await refused(data)
    (data / "keys" / "directory.passwords.sqlite.lost").touch()
    assert "directory.second-factors.sqlite" in await refused(data)
    (data / "keys" / "directory.second-factors.sqlite.lost").touch()
    assert "directory.second-factor-key" in await refused(data)
    (data / "keys" / "directory.second-factor-key.lost").touch()
    await starts(data)
    await starts(data)
    assert list((data / "keys").glob("*.lost")) == [], "it was said once"
    gone("keys/directory.keys.sqlite")(data)
    assert "directory.keys.sqlite" in await refused(data)


@pytest.mark.parametrize(
    "words",
    [["up", "--no-sample", "--port", "0"], ["doctor"], ["account", "ls"], ["person", "find", "a@exemple.invalid"]],
    ids=" ".join,
)
def test_every_command_says_it_in_one_sentence_and_ends_with_2(data: Path, words: list[str]) -> None:
    written("keys/operator-token", b" \n")(data)
    done = maillage(*words, data=data)
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2 and len(lines) == 1, done.stderr
    assert lines[0] == (
        f"maillage: {data}/keys/operator-token is empty: delete it, and the next start makes another; nothing is lost."
    )


def test_backups_are_not_made_of_keys_that_were_damaged_nor_restored(data: Path, tmp_path: Path) -> None:
    backup, keys = tmp_path / "backup", tmp_path / "keys"
    assert maillage("backup", "--to", str(backup), data=data).returncode == 0
    assert maillage("backup", "keys", "--to", str(keys), data=data).returncode == 0
    good = {path.name: path.read_bytes() for path in keys.iterdir()}
    cut("keys/newsletter.link-key")(data)
    done = maillage("backup", "keys", "--to", str(keys), data=data)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "31 bytes instead of 32" in done.stderr
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == good
    gone("keys/membership.keys.sqlite")(data)
    (data / "keys" / "newsletter.link-key").write_bytes(good["newsletter.link-key"])
    done = maillage("backup", "keys", "--to", str(tmp_path / "others"), data=data)
    assert done.returncode == 2 and "holds no keys of membership; without them" in done.stderr
    assert not (tmp_path / "others").exists()
    for name, content in (("directory.index-key", b""), ("membership.keys.sqlite", b"junk" * 999)):
        (keys / name).write_bytes(content)
        done = maillage("restore", "--from", str(backup), "--keys", str(keys), "--data", str(tmp_path / "new"))
        assert done.returncode == 2 and f"{keys / name} is " in done.stderr and "Traceback" not in done.stderr
        assert not (tmp_path / "new").exists()
        (keys / name).write_bytes(good[name])


def test_doctor_says_how_many_persons_nobody_can_read_and_what_was_damaged_meanwhile(
    data: Path, tmp_path: Path
) -> None:
    older = (data / "keys" / "directory.keys.sqlite").read_bytes()
    up = Up(data, ["--no-sample"], QUICKLY)
    url = up.start().wait()
    try:
        found = post_json(
            f"{url}/directory/api/commands/register-structure", {"name": "Eau vive", "kind": "association"}
        )
        for n in range(2):
            contact = {"structure": found["entity"], "name": f"Personne {n}", "email": f"personne-{n}@exemple.invalid"}
            post_json(f"{url}/directory/api/commands/add-contact", contact)
    finally:
        up.stop()
    (data / "keys" / "directory.keys.sqlite").write_bytes(older)
    up.start()
    assert up.process is not None and up.process.wait(60) == 2
    assert "directory.keys.sqlite lacks 2 of what" in up.output()
    (data / "keys" / "directory.keys.sqlite.lost").touch()
    up.start().wait()
    try:
        written("keys/directory.session-key", b"")(data)
        done = maillage("doctor", "--json", data=data)
        checks = {one["check"]: one for one in json.loads(done.stdout)}
        assert done.returncode == 1
        assert {name for name, one in checks.items() if not one["good"]} == {"directory: keys", "keys: files"}
        assert checks["directory: keys"]["text"].startswith("2 of 4 persons have no key")
        assert checks["keys: files"]["text"].startswith(f"{data}/keys/directory.session-key is empty")
    finally:
        up.stop()


# -- a service as a process of its own ----------------------------------------------------------------------------


@pytest.fixture
def prepared(site: Site, tmp_path: Path) -> Iterator[Site]:
    site.start_nats()
    made = maillage("prepare", "--replicas", "1", data=tmp_path / "operator", env=site.env("operator"))
    assert made.returncode == 0, made.stderr
    yield site


def bulletin(one: Served, headers: dict[str, str]) -> None:
    body = json.dumps(BULLETIN).encode()
    assert fetched(Request(f"{one.url}/newsletter/api/commands/open-bulletin", body, headers))[0] == 200


def served(service: str, site: Site, folder: Path, does: Callable[[Served, dict[str, str]], object]) -> None:
    """Lets a service serve, and does something with it as its operator."""
    one = Served(service, site, folder)
    try:
        until(lambda: one.get("/readyz")[0] == 200)
        token = (folder / service / "keys" / "operator-token").read_text()
        does(one, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        assert one.end() == 0
    finally:
        one.process.kill()
        one.process.wait(60)


def said_by(service: str, site: Site, folder: Path, **env: str) -> str:
    """What a service says that can't start. It has made no key."""
    keys = folder / service / "keys"
    before = sorted(keys.iterdir()) if keys.exists() else None
    settings = {**site.env(service), "MAILLAGE_LOG_LEVEL": "error", **env}
    done = maillage("serve", service, "--port", "0", data=folder / service, timeout=120, env=settings)
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert (sorted(keys.iterdir()) if keys.exists() else None) == before
    (line,) = done.stderr.strip().splitlines()
    return line


def test_a_service_that_serves_alone_misses_its_keys_and_no_others(prepared: Site, tmp_path: Path) -> None:
    def volunteer(one: Served, headers: dict[str, str]) -> None:
        body = json.dumps({"person": "Balthazar Peyrecave", "task": "stand"}).encode()
        request = Request(f"{one.url}/membership/api/commands/note-volunteer", data=body, headers=headers)
        assert fetched(request)[0] == 200

    served("membership", prepared, tmp_path, volunteer)
    keys = tmp_path / "membership" / "keys"
    keys.rename(tmp_path / "aside")
    assert "holds no key of membership" in said_by("membership", prepared, tmp_path)
    keys.mkdir()  # the volume is there, and it is another
    assert "mount the volume" in said_by("membership", prepared, tmp_path)
    keys.rmdir()
    shutil.copytree(tmp_path / "aside", keys)
    (keys / "membership.keys.sqlite").unlink()
    assert "no personal data of membership can be read (event 1 of the log" in said_by("membership", prepared, tmp_path)
    written("keys/operator-token", b"")(tmp_path / "membership")
    assert "operator-token is empty" in said_by("membership", prepared, tmp_path)


def test_an_observatory_that_serves_alone_misses_its_ledger_and_who_begins_later_misses_nothing(
    prepared: Site, tmp_path: Path
) -> None:
    served("newsletter", prepared, tmp_path, bulletin)  # a bulletin is in the log
    served(
        "observatory", prepared, tmp_path, lambda one, headers: time.sleep(2)
    )  # its first start, on the log of another
    shutil.rmtree(tmp_path / "observatory" / "keys")
    assert "holds no key of observatory, while there is an archive" in said_by("observatory", prepared, tmp_path)
    shutil.rmtree(tmp_path / "observatory" / "archive")
    assert "holds no key of observatory, though it has run before" in said_by("observatory", prepared, tmp_path)


def test_a_seed_that_was_damaged_is_not_waited_for(site: Site, tmp_path: Path) -> None:
    seed = site.folder / "events.nk"
    whole = seed.read_text()
    for content in ("", " \n", whole[:-3], whole.lower()):
        seed.write_text(content)
        assert str(seed) in said_by("events", site, tmp_path)
    password = tmp_path / "mongo.password"
    password.write_text("\n")
    env = {"MAILLAGE_MONGO_URL": "mongodb://events@127.0.0.1:1/", "MAILLAGE_MONGO_PASSWORD_FILE": str(password)}
    seed.write_text(whole)
    site.start_nats()
    made = maillage("prepare", "--replicas", "1", data=tmp_path / "operator", env=site.env("operator"))
    assert made.returncode == 0, made.stderr
    assert f"{password} is empty" in said_by("events", site, tmp_path, **env)


def test_a_network_that_begins_asks_nothing(tmp_path: Path) -> None:
    """Not even where it was killed before it signed anything, or has made some of its keys only."""
    up = Up(tmp_path / "data", ["--no-sample"], {"MAILLAGE_CHECKPOINT_SECONDS": "3600"})
    up.data.mkdir()
    up.start().wait()
    up.kill(children=True)
    assert not Archive(up.data / "archive" / NETWORK).notes()[0] and not (up.data / "keys" / "notary.signed").exists()
    for name in ("directory.keys.sqlite", "events.index-key", "newsletter.link-key"):
        (up.data / "keys" / name).unlink()
    up.start().wait()
    up.stop()
