"""Whether the keys in a folder are those with which a log was written, as far as files and log show it (ADR 36).

Marks say whose keys are (shared/persons/keys/key_marks.py). The log says whom something was sealed for: all of them
have a key or were forgotten. A start asks it of what was written since the last one, a folder without marks of all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import orjson
import structlog

from deploy.host.data_folder import CannotStart
from deploy.host.sealed_messages import SEALED, persons_in, sealed_by
from shared.base.secret_files import RESTORE, SecretUnfit
from shared.contract.envelope import Message, Void, opened
from shared.kernel.eventlog.event_log import Log, Unavailable
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projector import JUDGE
from shared.ledger.archive_format import Archive, ArchiveDamaged, last_of
from shared.ledger.archiver import signed_in
from shared.persons.keys.key_folder import KeyFiles, known_in
from shared.persons.keys.key_marks import KeyMarks, Marks, log_mark, lost, said_once
from shared.persons.keys.keyring import Keyring
from shared.runtime.views.damage import damage_of

log_ = structlog.get_logger()
TRIED = 50  # messages that are opened to see whether persons are found by their addresses


async def known_of_log(data: Path, network: str, services: Sequence[str]) -> tuple[int, str]:
    """Up to which event a data folder knows of a log, and by what; 0 where by nothing. Asks no log, and makes
    nothing."""
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
        if damage_of(path) is not None:  # nothing is written into what may be somebody's
            return 0
        store = SqliteStore(path)
        try:
            return (await store.checkpoint(JUDGE)).seq
        finally:
            await store.close()
    except Exception:  # whatever is wrong with it is said when it is used
        return 0


async def same_log(log: Log, keys: Path, services: Sequence[str], backup: Path | None = None) -> None:
    """Returns if `keys` are those with which this log was written, as far as it shows: all whom it names have one, or
    have been forgotten. Asked of what was written since the last time; notes up to where. `backup`: the keys' own, out
    of which a start takes what is missing. Raises CannotStart, SecretUnfit."""
    noted = {service: KeyMarks(keys, service).read() for service in services}
    first, last = await log.at(1, seen=any(one and one.log for one in noted.values())), await log.last()
    mark = log_mark(first) if first else None
    for service, one in noted.items():
        if one is None:
            continue
        if one.log and one.log != mark:
            raise CannotStart(
                f"{KeyMarks(keys, service).path} is of another log than {log.network} has now: bring back the log "
                f"(the folder or volume of its NATS server, or `maillage restore`), or all of {service}.* from the "
                "backup of its keys."
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
                    f"{keys} has no key of any of the {count} persons of {service} whom the log names: these keys are "
                    "another installation's; restore again, with the backup of its own."
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
    shown_by = {service: sealed_by(log.network, service) for service in after}
    async with aclosing(log.read(start, until=last)) as runs:
        async for run in runs:
            for message in run:
                if SEALED not in message.body:
                    continue
                for service, shows in shown_by.items():
                    if message.seq > after[service] and shows(message):
                        with contextlib.suppress(Void, ValueError, KeyError, TypeError):
                            opened(message)  # what is void nobody reads
                            data = orjson.loads(message.body)["data"]
                            found[service].persons |= dict.fromkeys(persons_in(data), message.seq)
                            found[service].last.append(message)
    return found


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
            f"{service}.* from a newer backup of the keys, or, where there is none, make an empty file "
            f"{path.name}.lost beside it to go on without them."
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
            f"{index} is not the key by which the persons of {service} were noted, so nobody is found by a mail "
            f"address: {RESTORE}."
        )
