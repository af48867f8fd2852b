"""Which keys an installation can't do without: those that something in its log was sealed, signed or sent out with.

A start makes what is missing of keys, as the first one does, and a release may give keys to a service that had none. So
keys that were lost look like keys that were never there, and only the log knows: where it holds no sealed value of a
service, no key of that service was ever needed to read it. It is asked where something is missing, and only then, since
that takes reading it; nothing is made before the answer (ADR 27). A restore asks the same of the archive that it has
proven, and of the manifest: where that counts persons of a service (their keys are made a moment before their events),
their keys must be there as well (ADR 26).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import structlog

from deploy.host.data_folder import CannotStart
from shared.base.secret_files import RESTORE, SecretUnfit
from shared.base.services import SERVICES
from shared.base.settings import Settings
from shared.contract.envelope import Message, Void, opened
from shared.kernel.eventlog.event_log import Log, Unavailable
from shared.kernel.projector import JUDGE
from shared.kernel.stores.sqlite import SqliteStore
from shared.ledger.archive_format import Archive, ArchiveDamaged, last_of
from shared.ledger.archiver import KEY_FILE, SIGNED_FILE, ledger_there, signed_in
from shared.persons.key_database import has_table, size
from shared.persons.key_folder import KeyFiles, fit, known_in
from shared.persons.key_marks import KeyMarks, Marks, log_mark, lost, said_once
from shared.persons.keyring import Keyring

log_ = structlog.get_logger()
MARK = b'"sealed"'
PASSWORDS = "directory.passwords.sqlite"
MOUNT = "mount the volume that holds the keys, or restore them from their backup"
NOTARY = "observatory"
"""The service whose notary has the archive"""


Shows = Callable[[Message], bool]


@dataclass(frozen=True)
class Needed:
    """A file of keys that is missing. `shown_by`: whether a message shows that it was there; `said`: what is missing, and
    what can't be done without it; `to_do`."""

    shown_by: Shows
    said: str
    to_do: str = RESTORE


TRIED = 50  # messages that are opened to see whether persons are found by their addresses
IN_USE = (
    ("directory", PASSWORDS, "account", "PasswordSet", "nobody can sign in by a password"),
    ("newsletter", "newsletter.link-key", "subscriber", "", "no link to unsubscribe that was ever sent is good"),
    ("observatory", "observatory.link-key", "survey", "SurveyOpened", "no link to a survey that was ever sent is good"),
)
"""Service, file, what in the log shows that it was in use (entity, type of event), what can't be done without it. What is not
here may be made anew without a loss: the operator's token, the key of sessions, the directory's own key of links."""


# -- an installation that starts ----------------------------------------------------------------------------------


def there_and_whole(data: Path, network: str, services: Sequence[str]) -> None:
    """Returns if the keys of these services are as they were written, as far as they are there, and if nothing is gone of
    the ledger. Asks nobody, makes nothing. Raises CannotStart."""
    keys, archive = data / "keys", Archive(data / "archive" / network)
    try:
        if NOTARY in services and archive.key_path.exists() and _empty(keys):
            raise CannotStart(
                f"{_no_key_in(keys, services)}, while there is an archive that the notary signed: {MOUNT}."
            )
        fit(keys, services)
        if NOTARY in services:
            ledger_there(archive, keys)
    except SecretUnfit as why:
        raise CannotStart(f"{why}.") from why
    except ArchiveDamaged as why:
        raise CannotStart(
            f"The ledger in {archive.folder} can't be gone on with ({why}); for a new one, move that folder, "
            f"{keys / KEY_FILE} and {keys / SIGNED_FILE} away."
        ) from why
    except CannotStart:
        raise
    except OSError as error:
        raise CannotStart(f"{error.filename or keys} can't be read ({error.strerror}): put that right.") from error


def unfit(settings: Settings) -> str | None:
    """What is wrong with the files of keys of an installation that runs, None where nothing is."""
    apart = settings.services_at is not None
    folders = [settings.data / name / "keys" for name in SERVICES] if apart else [settings.data / "keys"]
    try:
        for folder in folders:
            fit(folder, SERVICES)
            if (path := _open_to_others(folder)) is not None:
                return f"{path} can be read by others: `chmod 600` it, and `chmod 700` its folder"
            for service in SERVICES:
                if gone := KeyMarks(folder, service).missing():
                    return gone
    except (SecretUnfit, OSError) as why:
        return str(why)
    return None


async def known_of_log(data: Path, network: str, services: Sequence[str]) -> tuple[int, str]:
    """Up to which event a data folder knows of a log, and by what; 0 where by nothing. Asks no log, and makes nothing."""
    found = [(0, "")]
    with contextlib.suppress(ArchiveDamaged, OSError):  # the notary says so, and where
        archive = Archive(data / "archive" / network)
        if (end := last_of(archive)) is not None:
            found.append((end.seq, str(archive.folder)))
        found.append((signed_in(archive), str(archive.log_path)))
    for service in services:
        marks = KeyMarks(data / "keys", service)
        found.append((_compared(marks.read()), str(marks.path)))
        path = data / "views" / f"{service}.sqlite"
        if path.exists():
            found.append((await _shown(path), str(path)))
    return max(found)


async def _shown(path: Path) -> int:
    """Up to which event the views in a file have got; 0 where it does not say, since they can be built again."""
    try:
        store = SqliteStore(path)
        try:
            return (await store.checkpoint(JUDGE)).seq
        finally:
            await store.close()
    except Exception:  # whatever is wrong with it is said when it is used
        return 0


async def nothing_missed(log: Log, keys: Path, services: Sequence[str], *, begun: bool = False) -> None:
    """Returns if `keys` lacks nothing that these services have used. `begun`: their views show that they have run. Reads
    the log where something is missing. Raises CannotStart, SecretUnfit."""
    missing = _missing(keys, services, log.network)
    if begun and keys in missing:
        raise CannotStart(f"{missing[keys].said}, though it has run before: {missing[keys].to_do}.")
    if not missing:
        return
    async with aclosing(log.read(0, until=await log.last())) as runs:
        async for run in runs:
            for message in run:
                for path, one in missing.items():
                    # A replica may have made it since we looked, and have written what shows it.
                    if one.shown_by(message) and path in _missing(keys, services, log.network):
                        raise CannotStart(
                            f"{one.said} (event {message.seq} of the log shows that it was there): {one.to_do}."
                        )


def _open_to_others(folder: Path) -> Path | None:
    """A file of keys that others on this machine can read."""
    if not folder.exists() or not folder.stat().st_mode & 0o077:
        return None
    return next((path for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_mode & 0o077), None)


async def same_log(log: Log, keys: Path, services: Sequence[str], backup: Path | None = None) -> None:
    """Returns if `keys` are those with which this log was written, as far as it shows: all whom it names have one, or have
    been forgotten. Asked of what was written since the last time; notes up to where. `backup`: the keys' own, out of which a
    start takes what is missing. Raises CannotStart, SecretUnfit."""
    noted = {service: KeyMarks(keys, service).read() for service in services}
    first, last = await log.at(1, seen=any(one and one.log for one in noted.values())), await log.last()
    mark = log_mark(first) if first else None
    for service, one in noted.items():
        if one is None:
            continue
        if one.log and one.log != mark:
            raise CannotStart(
                f"{KeyMarks(keys, service).path} is of another log than {log.network} has now: bring back the log (the folder "
                f"or volume of its NATS server, or `maillage restore`), or all of {service}.* from the backup of its keys."
            )
        if one.seq > last:
            # An older copy of all but the keys, which was put back with those of now; else views or archive refuse it.
            log_.warning("keys.newer_than_log", service=service, last=last, written=one.seq)
    here = [service for service in services if KeyFiles(keys, service).begun()]
    named = await _named(log, last, {service: _compared(noted[service]) for service in here})
    for service in here:
        known = await asyncio.to_thread(_known, keys, backup, service)
        _all_known(keys, service, known, named[service].persons)
        if (one := noted[service]) is None or KeyFiles(keys, service).index.name not in one.files:
            await asyncio.to_thread(_same_index, keys, log.network, service, list(named[service].last))
    for service in services:
        if service not in here and not noted[service]:
            continue
        await asyncio.to_thread(
            partial(KeyMarks(keys, service).note, log=mark, seq=last, known=len(known_in(keys, service)), fresh=True)
        )
    said_once(keys, services)


async def taken(log: Log, keys: Path, services: Sequence[str]) -> dict[str, int]:
    """Notes that `keys` are those of this log from now on, whatever they lack; of how many persons, by service. For a
    restore, which has what its backups have. Raises SecretUnfit, OSError."""
    first, last = await log.at(1), await log.last()
    here = [service for service in services if KeyFiles(keys, service).begun()]
    named, lacking = await _named(log, last, dict.fromkeys(here, 0)), {}
    for service in here:
        known = await asyncio.to_thread(known_in, keys, service)
        if count := len(named[service].persons.keys() - known):
            if count == len(named[service].persons):
                raise CannotStart(
                    f"{keys} has no key of any of the {count} persons of {service} whom the log names: these keys are another "
                    "installation's; restore again, with the backup of its own."
                )
            lacking[service] = count
        marks = KeyMarks(keys, service)
        marks.path.unlink(missing_ok=True)
        marks.note(log=log_mark(first) if first else None, seq=last, known=len(known), fresh=True)
    return lacking


def _compared(noted: Marks | None) -> int:
    return noted.seq if noted else 0


@dataclass
class _Named:
    """Of whom something sealed lies in the log: person → sequence; and the last messages that hold it."""

    persons: dict[str, int] = field(default_factory=dict)
    last: deque[Message] = field(default_factory=lambda: deque(maxlen=TRIED))


async def _named(log: Log, last: int, after: Mapping[str, int]) -> dict[str, _Named]:
    """What lies in the log after a sequence, by service. Reads that part of it."""
    found = {service: _Named() for service in after}
    start = min(after.values(), default=last)
    if start >= last:
        return found
    shown_by = {service: _sealed_by(log.network, service) for service in after}
    async with aclosing(log.read(start, until=last)) as runs:
        async for run in runs:
            for message in run:
                if MARK not in message.body:
                    continue
                for service, shows in shown_by.items():
                    if message.seq > after[service] and shows(message):
                        with contextlib.suppress(Void, ValueError, KeyError, TypeError):
                            opened(message)  # what is void nobody reads
                            data = orjson.loads(message.body)["data"]
                            found[service].persons |= dict.fromkeys(_persons(data), message.seq)
                            found[service].last.append(message)
    return found


def _persons(part: Any) -> Iterator[str]:
    """Whose the sealed values are that lie in the data of an event."""
    if isinstance(part, dict):
        if set(part) == {"person", "sealed"}:
            yield str(part["person"])
        else:
            for one in part.values():
                yield from _persons(one)
    elif isinstance(part, list):
        for one in part:
            yield from _persons(one)


def _known(keys: Path, backup: Path | None, service: str) -> set[str]:
    known = known_in(keys, service)
    if backup is not None and backup.exists():
        with contextlib.suppress(SecretUnfit):  # said when it is used
            known |= known_in(backup, service)
    return known


def _all_known(keys: Path, service: str, known: set[str], named: Mapping[str, int]) -> None:
    """Raises CannotStart where somebody is named who is not known, unless the operator has said that this is lost."""
    lacking = named.keys() - known
    path = KeyFiles(keys, service).keys
    if lacking and not lost(path):
        raise CannotStart(
            f"{path} has no key of {len(lacking)} of {len(named)} persons whom the log names (event "
            f"{min(named[one] for one in lacking)}), so it is older than the log, or of another one: restore all of "
            f"{service}.* from a newer backup of the keys, or, where there is none, make an empty file {path.name}.lost beside "
            "it to go on without them."
        )


def _same_index(keys: Path, network: str, service: str, messages: Sequence[Message]) -> None:
    """Raises CannotStart where none of those who have an address is found by it: the key is another by which they were
    noted. For a folder without marks."""
    index = KeyFiles(keys, service).index
    if lost(index) or not index.exists():
        return
    ring = Keyring(keys, network, service, looking=True)
    found: list[bool | None] = []
    try:
        with contextlib.suppress(Unavailable):  # a file of a release that did not note addresses
            found = [ring.finds(opened(message)) for message in messages]
    finally:
        ring.close()
    if any(one is False for one in found) and not any(found):
        raise CannotStart(
            f"{index} is not the key by which the persons of {service} were noted, so nobody is found by a mail address: "
            f"{RESTORE}."
        )


def _missing(keys: Path, services: Sequence[str], network: str) -> dict[Path, Needed]:
    """What is not there of keys, or empty; unless the operator has said that it is lost."""
    if _empty(keys):
        return {keys: Needed(_of(network, services), _no_key_in(keys, services), MOUNT)}
    found = {}
    for service in services:
        path = KeyFiles(keys, service).keys
        if not KeyFiles(keys, service).looked_at() and not lost(path):
            said = f"{path} is missing or empty, and without it no personal data of {service} can be read"
            found[path] = Needed(_sealed_by(network, service), said)
    for service, name, entity, kind, without in IN_USE:
        path = keys / name
        there = has_table(path, "passwords") if name == PASSWORDS else size(path) > 0
        if service in services and not there and not lost(path):
            said = f"{path} is missing or empty, and without it {without}"
            found[path] = Needed(_about(network, service, entity, kind), said)
    return found


def _empty(keys: Path) -> bool:
    return not keys.exists() or not any(path.is_file() for path in keys.iterdir())


def _no_key_in(keys: Path, services: Sequence[str]) -> str:
    return f"{keys} holds no key of {', '.join(services)}"


def _of(network: str, services: Collection[str]) -> Shows:
    prefixes = tuple(f"{network}.{service}." for service in services)
    return lambda message: message.subject.startswith(prefixes)


def _sealed_by(network: str, service: str) -> Shows:
    written = _of(network, [service])
    return lambda message: MARK in message.body and written(message) and _holds_sealed(message.body)


def _about(network: str, service: str, entity: str, kind: str) -> Shows:
    start, end = f"{network}.{service}.{entity}.", f".{kind}" if kind else ""
    return lambda message: message.subject.startswith(start) and message.subject.endswith(end)


# -- a restore ----------------------------------------------------------------------------------------------------


def keys_are_there(
    keys: Path, network: str, persons: Mapping[str, int] | None, archive: Archive, services: Collection[str]
) -> None:
    """Returns if `keys` has what a backup needs of these services; `persons`: service → how many had a key then. Raises CannotStart, which names the service and what
    needs its keys."""
    missing = {name for name in services if not KeyFiles(keys, name).begun()}
    for name in sorted(missing):
        if count := (persons or {}).get(name):
            raise CannotStart(f"{keys} holds no keys of {name}, which had {count} persons when this backup was made.")
    first = next((run[0] for run in archive.read()), None)
    for name in services:
        noted = KeyMarks(keys, name).read()
        if noted and noted.log and first and noted.log != log_mark(first):
            raise CannotStart(
                f"{keys} holds the keys of {name} of another installation; is this the right backup of keys?"
            )
    none_sealed(keys, network, archive, missing)


def none_sealed(keys: Path, network: str, archive: Archive, services: Collection[str]) -> None:
    """Returns if the archive holds nothing that these services have sealed, of which `keys` has no keys. Raises
    CannotStart, ArchiveDamaged."""
    shows = {name: _sealed_by(network, name) for name in sorted(services)}
    for run in archive.read() if shows else ():
        for message in run:
            for name, shown_by in shows.items():
                if shown_by(message):
                    raise CannotStart(
                        f"{keys} holds no keys of {name}; without them its persons can't be read (event {message.seq})."
                    )


# -- what is sealed -----------------------------------------------------------------------------------------------


def _holds_sealed(body: bytes) -> bool:
    """Whether a personal value lies anywhere in the data of an event; of what can't be read, it is taken to."""
    try:
        data = orjson.loads(body)["data"]
    except (ValueError, KeyError, TypeError):
        return True
    return _within(data)


def _within(part: Any) -> bool:
    if isinstance(part, dict):
        return set(part) == {"person", "sealed"} or any(map(_within, part.values()))
    return isinstance(part, list) and any(map(_within, part))
