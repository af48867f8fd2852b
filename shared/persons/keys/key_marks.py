"""Whose the files of keys of a service are: `<service>.marks`, beside them.

Keys of another installation, of another service, from an older backup look like the right ones. So a service notes of
each of its secrets a mark, an HMAC under that very secret, which tells nothing of it; the number of each of its files
of keys; and by which event its log begins, up to which event all persons were found to have a key, and how many were
known then. Each start compares. A folder without marks, of an older release, is compared with its log
(deploy/host/keys_of_log.py), and what that can't tell is taken as it is, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from shared.base.secret_files import SecretUnfit, mac, read_secret, to_do
from shared.base.whole_files import Unreadable, alone, read_whole, replace_file
from shared.contract.envelope import Message
from shared.persons.keys.key_database import begun, count_what_is_left, whose

MARK = 16  # bytes
ALSO = {"observatory": ("notary.key",)}
"""What else than files of its name a service has"""
REPLACED = "is not the one that was here, but of another installation or another time"


class Marks(msgspec.Struct, frozen=True):
    """What is noted. `log`: the hash of the first event; `seq`: up to where all who are named have a key; `known`:
    persons with a key or forgotten, then; `files`: name → marks, the current one last; `databases`: name → number;
    `signed`: whether the notary has signed something with its key."""

    service: str
    log: str | None = None
    seq: int = 0
    known: int = 0
    files: dict[str, list[str]] = {}
    databases: dict[str, str] = {}
    signed: bool = False


class KeyMarks:
    """The marks of one service in a folder of keys. Everything blocks and raises OSError; SecretUnfit where the file of
    marks is not as it was written."""

    def __init__(self, folder: Path, service: str) -> None:
        self.folder, self.service = folder, service
        self.path = folder / f"{service}.marks"

    def read(self) -> Marks | None:
        """None where nothing was noted yet."""
        try:
            found = msgspec.json.decode(read_whole(self.path), type=Marks)
        except FileNotFoundError:
            return None
        except Unreadable as why:
            raise self._unfit(why.what) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._unfit("is not as it was written") from None
        if found.service != self.service:
            raise self._unfit(f"is that of {found.service}")
        return found

    def _unfit(self, what: str) -> SecretUnfit:
        return SecretUnfit(
            f"{self.path} {what}: restore it from the backup of the keys with all of {self.service}.*, or delete it, "
            "and the keys are compared with the log again"
        )

    def names(self) -> set[str]:
        """The secrets of this service that are there, wrapping keys apart: these change, and the keys tell whether they
        fit."""
        found = [*self.folder.glob(f"{self.service}.*-key"), *map(self.folder.joinpath, ALSO.get(self.service, ()))]
        there = {path.name for path in found if path.exists() and not path.name.endswith(".wrapping-key")}
        return there | {name for name in ("operator-token",) if (self.folder / name).exists()}

    def databases(self) -> set[str]:
        """Its files of keys and of passwords that are there."""
        return {path.name for path in self.folder.glob(f"{self.service}.*.sqlite") if begun(path)}

    # -- comparing ------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Returns if what is there is what was noted, and nothing is gone from it. What is not there is no matter of
        this. Raises SecretUnfit."""
        noted = self.read() or Marks(self.service)
        for name in sorted(self.names() & noted.files.keys()):
            if not lost(self.folder / name) and self.mark_of(name) not in noted.files[name]:
                raise SecretUnfit(f"{self.folder / name} {REPLACED}: {to_do(name)}")
        for name in sorted(self.databases()):
            self._database(self.folder / name, noted)

    def _database(self, path: Path, noted: Marks) -> None:
        if lost(path):
            return
        found = whose(path)
        if path.name in noted.databases and (found is None or found.id != noted.databases[path.name]):
            raise SecretUnfit(f"{path} {REPLACED}: {self._way_out(path)}")
        least = noted.known if path.name == f"{self.service}.keys.sqlite" else 0
        if found is not None and (gone := max(found.gone, least - found.counted)) > 0:
            raise SecretUnfit(f"{path} lacks {gone} of what it has held, or is an older copy: {self._way_out(path)}")

    def _way_out(self, path: Path) -> str:
        return (
            f"restore all of {self.service}.* from the backup of the keys, or, where there is none, make an empty file "
            f"{path.name}.lost beside it to go on with this one"
        )

    def missing(self, *, grave: bool = False) -> str | None:
        """Which of the files that were noted is not there now, in words. For an installation that runs. `grave`: only
        of those that can't be made anew without a loss."""
        noted = self.read()
        if noted is None:
            return None
        for name in sorted({*noted.files, *noted.databases}):
            if not (self.folder / name).exists() and not (grave and _made_anew(name)):
                return f"{self.folder / name} is missing: {to_do(name)}"
        return None

    # -- noting ---------------------------------------------------------------------------------------------------

    def note(
        self,
        *,
        log: str | None = None,
        seq: int = 0,
        known: int = 0,
        fresh: bool = False,
        signed: bool = False,
        only: Mapping[str, bytes] | None = None,
    ) -> Marks:
        """Notes what is there and was not yet, and how far the keys were compared with the log. `fresh`: what is there
        now counts, after it was compared, and nothing else; nothing was signed with a key that was moved away. `only`:
        name → content, of a copy's secrets."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(self.folder / f"{self.service}.marks-lock"):
            before = self.read() or Marks(self.service)
            names = self.names() if only is None else only.keys()
            files = {name: [self.mark_of(name, only[name] if only else None)] for name in sorted(names)}
            databases = {name: found.id for name in sorted(self.databases()) if (found := whose(self.folder / name))}
            if not fresh:
                files, databases = {**files, **before.files}, {**databases, **before.databases}
            after = Marks(
                self.service,
                log or before.log,
                seq if fresh else max(seq, before.seq),
                known if fresh else max(known, before.known),
                files,
                databases,
                signed or (before.signed and not (fresh and "notary.key" not in names)),
            )
            self._write(before, after)
            return after

    def follows(self, name: str, secret: bytes) -> None:
        """From now on this is also a file's secret: it is about to be replaced by it."""
        with alone(self.folder / f"{self.service}.marks-lock"):
            before = self.read()
            if before is not None:
                new, known = mark(self.service, name, secret), before.files.get(name, [])
                files = {**before.files, name: [*(one for one in known[-2:] if one != new), new]}
                self._write(before, msgspec.structs.replace(before, files=files))

    def _write(self, before: Marks, after: Marks) -> None:
        if after != before or not self.path.exists():
            replace_file(self.path, msgspec.json.encode(after))

    def mark_of(self, name: str, secret: bytes | None = None) -> str:
        """The mark of a secret. Raises SecretUnfit."""
        return mark(self.service, name, read_secret(self.folder / name) if secret is None else secret)


def _made_anew(name: str) -> bool:
    return (
        name == "operator-token"
        or name.endswith(".command-key")
        or name in ("directory.session-key", "directory.link-key")
    )


def mark(service: str, name: str, secret: bytes) -> str:
    """What tells that a secret is the same, and nothing of it."""
    key = secret if name.endswith("key") else sha256(secret).digest()  # the operator's token is 256 bits as text
    return mac(key, f"maillage mark|{service}|{name}".encode())[:MARK].hex()


def log_mark(first: Message) -> str:
    """By what a log is known: the hash of its first event."""
    return sha256(first.subject.encode() + b"\n" + first.body).hexdigest()[: 2 * MARK]


def lost(path: Path) -> bool:
    """Whether the operator has said that a file is lost for good, by an empty one beside it, `<its name>.lost`: another
    may be made in its place (docs/operating.md)."""
    return path.with_name(f"{path.name}.lost").exists()


def said_once(folder: Path, services: Iterable[str]) -> None:
    """Takes away what says that files of these services are lost, where they are there again."""
    for service in services:
        for said in folder.glob(f"{service}.*.lost"):
            there = said.with_suffix("")
            if there.suffix == ".sqlite":
                count_what_is_left(there)
            if there.exists():
                said.unlink(missing_ok=True)
