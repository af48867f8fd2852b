"""Which keys an installation can't do without: those that something in its log was sealed, signed or sent out with.

A start makes what is missing of keys, as the first one does, and a release may give keys to a service that had none. So
keys that were lost look like keys that were never there, and only the log knows: where it holds no sealed value of a
service, no key of that service was ever needed to read it. It is asked where something is missing, and only then, since
that takes reading it; nothing is made before the answer (ADR 27). A restore asks the same of the archive that it has
proven, and of the manifest: where that counts persons of a service (their keys are made a moment before their events),
their keys must be there as well (ADR 26).
"""

from __future__ import annotations

import errno
from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from deploy.host.data_folder import CannotStart
from deploy.host.sealed_messages import Shows, sealed_by, written_by
from shared.base.secret_files import RESTORE, SecretUnfit
from shared.base.services import SERVICES
from shared.base.settings import Settings
from shared.base.whole_files import Unreadable, has_room
from shared.kernel.eventlog.event_log import Log
from shared.ledger.archive_format import Archive, ArchiveDamaged
from shared.ledger.archiver import KEY_FILE, SIGNED_FILE, ledger_there
from shared.persons.keys.key_database import has_table, size
from shared.persons.keys.key_folder import KeyFiles, fit
from shared.persons.keys.key_marks import KeyMarks, log_mark, lost

PASSWORDS = "directory.passwords.sqlite"
MOUNT = "mount the volume that holds the keys, or restore them from their backup"
NOTARY = "observatory"
"""The service whose notary has the archive"""


@dataclass(frozen=True)
class Needed:
    """A file of keys that is missing. `shown_by`: whether a message shows that it was there; `said`: what is missing,
    and what can't be done without it; `to_do`."""

    shown_by: Shows
    said: str
    to_do: str = RESTORE


IN_USE = (
    ("directory", PASSWORDS, "account", "PasswordSet", "nobody can sign in by a password"),
    ("directory", "directory.second-factors.sqlite", "account", "SecondFactorSet", "nobody who has one comes in"),
    ("directory", "directory.second-factor-key", "account", "SecondFactorSet", "nobody who has one comes in"),
    ("newsletter", "newsletter.link-key", "subscriber", "", "no link to unsubscribe that was ever sent is good"),
    ("observatory", "observatory.link-key", "survey", "SurveyOpened", "no link to a survey that was ever sent is good"),
)
"""Service, file, what in the log shows that it was in use (entity, type of event), what can't be done without it. What
is not here may be made anew without a loss: the operator's token, the key of sessions, the directory's own key of
links."""


# -- an installation that starts ----------------------------------------------------------------------------------


def there_and_whole(data: Path, network: str, services: Sequence[str]) -> None:
    """Returns if the keys of these services are as they were written, as far as they are there, and if nothing is gone
    of the ledger; and if more keys can be written. Asks nobody, leaves nothing. Raises CannotStart."""
    keys, archive = data / "keys", Archive(data / "archive" / network)
    try:
        if NOTARY in services and archive.key_path.exists() and _empty(keys):
            raise CannotStart(
                f"{_no_key_in(keys, services)}, while there is an archive that the notary signed: {MOUNT}."
            )
        fit(keys, services)
        if NOTARY in services:
            ledger_there(archive, keys)
        _takes_keys(keys)
    except SecretUnfit as why:
        raise CannotStart(f"{why}.") from why
    except ArchiveDamaged as why:
        raise CannotStart(
            f"The ledger in {archive.folder} can't be gone on with ({why}); for a new one, move that folder, "
            f"{keys / KEY_FILE} and {keys / SIGNED_FILE} away."
        ) from why
    except CannotStart:
        raise
    except Unreadable as why:
        raise CannotStart(f"{why.filename} {why.what}: put that right, or restore it from the backup.") from why
    except OSError as error:
        raise CannotStart(f"{error.filename or keys} can't be read ({error.strerror}): put that right.") from error


def keys_apart(settings: Settings) -> None:
    """Returns if the keys' own backup lies elsewhere than what it is a backup of, by whatever way it is named: else
    each copy would take the place of the keys in use. Raises CannotStart."""
    if settings.keys_backup is None:
        return
    data, folder = settings.data.resolve(), settings.keys_backup.resolve()
    if folder == data or data in folder.parents:
        raise CannotStart(
            f"MAILLAGE_KEYS_BACKUP is {settings.keys_backup}, in the data folder {settings.data}: name a folder on "
            "another disk, which is lost with neither."
        )


def _takes_keys(keys: Path) -> None:
    """Returns if a folder of keys, where there is one, can be written: else nobody could be sealed, nor forgotten.
    Raises CannotStart."""
    try:
        if keys.exists():
            has_room(keys, "start")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise CannotStart(f"The disk of {keys} is full: make room, and start again.") from error
        raise CannotStart(f"{keys} can't be written ({error.strerror}): put that right.") from error


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


async def nothing_missed(log: Log, keys: Path, services: Sequence[str], *, begun: bool = False) -> None:
    """Returns if `keys` lacks nothing that these services have used. `begun`: their views show that they have run.
    Reads the log where something is missing. Raises CannotStart, SecretUnfit."""
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


def _missing(keys: Path, services: Sequence[str], network: str) -> dict[Path, Needed]:
    """What is not there of keys, or empty; unless the operator has said that it is lost."""
    if _empty(keys):
        return {keys: Needed(written_by(network, services), _no_key_in(keys, services), MOUNT)}
    found = {}
    for service in services:
        path = KeyFiles(keys, service).keys
        if not KeyFiles(keys, service).looked_at() and not lost(path):
            said = f"{path} is missing or empty, and without it no personal data of {service} can be read"
            found[path] = Needed(sealed_by(network, service), said)
    for service, name, entity, kind, without in IN_USE:
        path = keys / name
        there = has_table(path, "passwords") if name == PASSWORDS else size(path) > 0
        if service in services and not there and not lost(path):
            said = f"{path} is missing or empty, and without it {without}"
            found[path] = Needed(_about(network, service, entity, kind), said)
    return found


def _empty(keys: Path) -> bool:
    """Trials of the disk (`has_room`) are nothing: one that was cut off stays."""
    return not keys.exists() or not any(path.is_file() and path.stem != "room" for path in keys.iterdir())


def _no_key_in(keys: Path, services: Sequence[str]) -> str:
    return f"{keys} holds no key of {', '.join(services)}"


def _about(network: str, service: str, entity: str, kind: str) -> Shows:
    start, end = f"{network}.{service}.{entity}.", f".{kind}" if kind else ""
    return lambda message: message.subject.startswith(start) and message.subject.endswith(end)


# -- a restore ----------------------------------------------------------------------------------------------------


def keys_are_there(
    keys: Path, network: str, persons: Mapping[str, int] | None, archive: Archive, services: Collection[str]
) -> None:
    """Returns if `keys` has what a backup needs of these services; `persons`: service → how many had a key then. Raises
    CannotStart, which names the service and what needs its keys."""
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
    shows = {name: sealed_by(network, name) for name in sorted(services)}
    for run in archive.read() if shows else ():
        for message in run:
            for name, shown_by in shows.items():
                if shown_by(message):
                    raise CannotStart(
                        f"{keys} holds no keys of {name}; without them its persons can't be read (event {message.seq})."
                    )
