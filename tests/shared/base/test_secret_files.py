"""Each kind of secret × each kind of damage: what is read is whole, or refused with one sentence that names the
file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_bytes, token_urlsafe

import pytest
from pydantic import ValidationError

from shared.base.secret_files import (
    CODE,
    KEY,
    PASSWORD,
    RANDOM,
    SEED,
    Kind,
    SecretUnfit,
    mac,
    read_secret,
    same,
    secret_file,
)
from shared.base.settings import Settings
from shared.identity.operator_token import known_token, operator_token
from shared.persons.keys.key_folder import KeyFiles, KeyMissing, fit
from shared.persons.keys.keyring import Keyring
from shared.runtime.nats.server_config import make_seeds, public_key, seed_of

ROOT = Path(__file__).parents[3]


def a_seed(path: Path) -> None:
    make_seeds(path.parent, ["directory"])
    seed_of(path.parent, "directory").replace(path)


MADE: Mapping[str, tuple[Callable[[Path], object], Kind | None]] = {
    "operator-token": (lambda path: operator_token(path.parent), None),
    "directory.first-link": (lambda path: path.write_text(token_urlsafe(32)), CODE),
    "directory.link-key": (secret_file, None),
    "newsletter.link-key": (secret_file, None),
    "observatory.link-key": (secret_file, None),
    "directory.session-key": (secret_file, None),
    "membership.index-key": (secret_file, None),
    "membership.wrapping-key.3": (secret_file, None),
    "notary.key": (secret_file, None),
    "nats.nk": (a_seed, SEED),
    "mongo.password": (lambda path: path.write_text("un mot de passe à elle\n"), PASSWORD),
}


def bare(found: bytes) -> bytes:
    """Without the newline at the end of a text; a key may well end with one."""
    return found if len(found) == KEY else found.rstrip()


DAMAGES: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda found: b"",
    "cut by a byte": lambda found: bare(found)[:-1],
    "its first half": lambda found: found[: len(found) // 2],
    "its second half is zeros": lambda found: found[: len(found) // 2] + bytes(len(found) - len(found) // 2),
    "too long": lambda found: bare(found) + b"0",
    "twice": lambda found: found + found,
    "blanks": lambda found: b" \n\t\r\n",
    "blanks, as many as it had": lambda found: b" " * len(found),
    "zeros": lambda found: bytes(len(found)),
    "one letter again and again": lambda found: b"a" * len(found),
    "not ASCII": lambda found: "é".encode() * (len(found) // 2),
    "a byte order mark": lambda found: b"\xef\xbb\xbf" + found,
    "another file": lambda found: b"SQLite format 3\x00" + bytes(100),
}
NO_DAMAGE = {
    "cut by a byte",
    "its first half",
    "too long",
    "one letter again and again",
    "not ASCII",
    "a byte order mark",
}
"""What may be somebody's password, which has no form of its own"""


@pytest.mark.parametrize("name", MADE)
def test_a_secret_that_was_damaged_is_refused_by_its_name_and_nothing_is_made_anew(name: str, tmp_path: Path) -> None:
    make, kind = MADE[name]
    for damage, change in DAMAGES.items():
        path = tmp_path / damage.replace(" ", "-") / name
        path.parent.mkdir()
        make(path)
        good = read_secret(path, kind)
        assert good and good.strip() == path.read_bytes().strip()
        if kind is PASSWORD and damage in NO_DAMAGE:
            continue
        path.write_bytes(change(path.read_bytes()))
        before = path.read_bytes()
        with pytest.raises(SecretUnfit) as refused:
            read_secret(path, kind)
        said = str(refused.value)
        assert said.startswith(f"{path} ") and ": " in said and "\n" not in said, damage
        assert before[:8].decode(errors="replace") not in said or not before.strip(b"\0 \n\t\r"), "no secret is said"
        assert path.read_bytes() == before and [found.name for found in path.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", MADE)
def test_a_folder_in_its_place_and_a_link_to_nowhere_are_refused(name: str, tmp_path: Path) -> None:
    path, kind = tmp_path / name, MADE[name][1]
    path.mkdir()
    with pytest.raises(SecretUnfit, match=re.escape(f"{path} can't be read (Is a directory)")):
        read_secret(path, kind)
    path.rmdir()
    path.symlink_to(tmp_path / "nowhere")
    if kind is None:
        with pytest.raises(SecretUnfit, match="leads to a file that is not there"):
            operator_token(tmp_path) if name == "operator-token" else secret_file(path)


def test_space_around_a_text_does_not_count_and_around_a_key_it_does(tmp_path: Path) -> None:
    token, path = operator_token(tmp_path), tmp_path / "operator-token"
    path.write_text(f"{token}\r\n")
    assert operator_token(tmp_path) == known_token(tmp_path) == token
    key = secret_file(tmp_path / "directory.link-key")
    (tmp_path / "directory.link-key").write_bytes(key + b"\n")
    with pytest.raises(SecretUnfit, match="has 33 bytes instead of 32"):
        secret_file(tmp_path / "directory.link-key")


def test_no_key_that_is_made_is_ever_refused() -> None:
    assert [key for key in (token_bytes(32) for _ in range(100_000)) if RANDOM.wrong(key)] == []


def test_a_seed_with_another_letter_is_refused_by_its_checksum(tmp_path: Path) -> None:
    make_seeds(tmp_path, ["directory"])
    path = seed_of(tmp_path, "directory")
    seed = path.read_text()
    path.write_text(seed[:20] + ("A" if seed[20] != "A" else "B") + seed[21:])
    with pytest.raises(SecretUnfit, match="not as it was written"):
        public_key(path)


def test_whoever_only_asks_makes_no_token(tmp_path: Path) -> None:
    with pytest.raises(SecretUnfit, match="is missing: start the service again"):
        known_token(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_hash_under_an_empty_key_and_nothing_equals_an_empty_secret() -> None:
    for key in (b"", b"short", bytes(33)):
        with pytest.raises(ValueError, match="a key has 32 bytes"):
            mac(key, b"message")
    assert not same(b"", b"") and not same(b"x", b"") and not same(b"", b"x") and same(b"x", b"x")
    told = [
        path.relative_to(ROOT)
        for folder in ("shared", "services", "deploy")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"hmac\.new|compare_digest", path.read_text())
    ]
    assert told == [Path("shared/base/secret_files.py")], "secrets are compared and hashes keyed in one place"


# -- the file of the keys of persons ------------------------------------------------------------------------------


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ring = Keyring(tmp_path / "keys", "reseau", "directory")
    ring.person_at("zenobie@exemple.invalid")
    ring.close()
    return tmp_path / "keys"


def test_keys_that_are_whole_are_fit_also_without_anybody_in_them(keys: Path, tmp_path: Path) -> None:
    Keyring(tmp_path / "fresh", "reseau", "directory").close()
    fit(keys, ["directory", "membership"])
    fit(tmp_path / "fresh", ["directory"])
    fit(tmp_path / "none", ["directory"])


@pytest.mark.parametrize("content", [b"junk" * 1000, b"SQLite format 3\x00" + bytes(4080), b"\n"])
def test_junk_in_the_place_of_the_keys_of_persons_is_refused(keys: Path, content: bytes) -> None:
    path = keys / "directory.keys.sqlite"
    path.write_bytes(content)
    for read in (lambda: fit(keys, ["directory"]), lambda: Keyring(keys, "reseau", "directory").close()):
        with pytest.raises(SecretUnfit, match=re.escape(str(path))):
            read()
    assert path.read_bytes() == content


def test_keys_of_persons_that_were_cut_are_refused(keys: Path) -> None:
    path = keys / "directory.keys.sqlite"
    whole = path.read_bytes()
    for size in (100, len(whole) // 2, len(whole) - 4096):
        path.write_bytes(whole[:size])
        with pytest.raises(SecretUnfit, match=re.escape(str(path))):
            fit(keys, ["directory"])


def test_a_wrapping_key_that_is_another_ones_is_refused(keys: Path) -> None:
    (keys / "directory.wrapping-key").write_bytes(token_bytes(32))
    with pytest.raises(KeyMissing, match="is not the key that"):
        fit(keys, ["directory"])


def test_a_lost_index_key_is_told_and_not_replaced_until_the_operator_says_so(keys: Path) -> None:
    index = KeyFiles(keys, "directory").index
    index.unlink()
    with pytest.raises(KeyMissing, match="nobody is found by a mail address"):
        Keyring(keys, "reseau", "directory")
    assert not index.exists()
    (keys / "directory.index-key.lost").touch()
    Keyring(keys, "reseau", "directory").close()
    assert index.exists()


def test_what_is_damaged_never_replaces_what_is_good_in_the_backup(keys: Path, tmp_path: Path) -> None:
    links = secret_file(keys / "directory.link-key")
    ring = Keyring(keys, "reseau", "directory")
    ring.backup(tmp_path / "kept")
    (keys / "directory.link-key").write_bytes(b"")
    with pytest.raises(SecretUnfit, match=r"link-key is empty"):
        ring.backup(tmp_path / "kept")
    ring.close()
    assert (tmp_path / "kept" / "directory.link-key").read_bytes() == links


def test_a_damaged_backup_of_the_keys_is_told_and_may_be_taken_away(keys: Path, tmp_path: Path) -> None:
    ring = Keyring(keys, "reseau", "directory")
    ring.backup(tmp_path / "kept")
    (tmp_path / "kept" / "directory.keys.sqlite").write_bytes(b"junk" * 1000)
    with pytest.raises(SecretUnfit, match="take this backup of the keys away"):
        ring.merge(tmp_path / "kept")
    ring.close()


@pytest.mark.parametrize("password", [None, "", "  "])
def test_an_account_on_the_mail_server_needs_its_password(password: str | None) -> None:
    with pytest.raises(ValidationError, match="it is empty, while MAILLAGE_SMTP_USER names an account"):
        Settings(smtp_user="reseau", smtp_password=password)
    assert Settings(smtp_password=password).smtp_user is None
    assert Settings(smtp_user="reseau", smtp_password="un mot").smtp_password == "un mot"


@pytest.mark.parametrize("password", ["un\nmot", "un mot\n", "un\x00mot", "\udcff\udcfe"])
def test_a_password_of_the_mail_server_is_one_line_of_text(password: str) -> None:
    with pytest.raises(ValidationError, match="more than one line of text"):
        Settings(smtp_user="reseau", smtp_password=password)


@pytest.mark.parametrize("user", ["", "  "])
def test_a_password_is_no_bodys(user: str) -> None:
    with pytest.raises(ValidationError, match="names no account"):
        Settings(smtp_user=user, smtp_password="un mot")


def test_the_password_of_the_mail_server_is_in_a_file_or_in_a_setting_and_not_in_both(tmp_path: Path) -> None:
    assert Settings(smtp_user="reseau", smtp_password_file=tmp_path / "mot").smtp_password is None
    with pytest.raises(ValidationError, match="leave one out"):
        Settings(smtp_user="reseau", smtp_password_file=tmp_path / "mot", smtp_password="un mot")


@pytest.mark.parametrize("name", ["data", "nats_seed_file", "mongo_password_file", "smtp_password_file", "keys_backup"])
@pytest.mark.parametrize("path", ["", "  "])
def test_an_empty_path_is_not_the_folder_in_which_we_were_started(
    monkeypatch: pytest.MonkeyPatch, name: str, path: str
) -> None:
    monkeypatch.setenv(f"MAILLAGE_{name.upper()}", path)
    with pytest.raises(ValidationError, match="it is empty"):
        Settings()
