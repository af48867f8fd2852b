"""Which keys a backup can't be restored without: those of every service that had sealed something by then.

A release may give keys of persons to a service that had none. A backup that was made before is good without them; one
whose keys were lost is not, and the two look alike in the folder of the keys. The log decides, which is proven before:
where it holds no sealed value of a service, no key of that service was ever needed to read it. And where the manifest
counts persons of that service (their keys are made a moment before their events), their keys must be there as well.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson

from services.backup import Manifest
from services.data_folder import CannotStart
from services.definitions import DEFINITIONS
from shared.archive import Archive
from shared.key_files import KeyFiles

MARK = b'"sealed"'


def keys_are_there(keys: Path, manifest: Manifest, archive: Archive) -> None:
    """Returns if `keys` has what the backup needs. Raises CannotStart, which names the service and what needs its keys."""
    missing = {d.name for d in DEFINITIONS if d.persons is not None and not KeyFiles(keys, d.name).keys.exists()}
    for name in sorted(missing):
        if count := (manifest.persons or {}).get(name):
            raise CannotStart(f"{keys} holds no keys of {name}, which had {count} persons when this backup was made.")
    if sealed := _sealed(archive, missing):
        name, seq = min(sealed.items())
        raise CannotStart(f"{keys} holds no keys of {name}; without them its persons can't be read (event {seq}).")


def _sealed(archive: Archive, services: Collection[str]) -> dict[str, int]:
    """Of these services, those of whose events one has a sealed value → the first such sequence."""
    found: dict[str, int] = {}
    if not services:
        return found
    for run in archive.read():
        for message in run:
            service = message.subject.partition(".")[2].partition(".")[0]
            wanted = service in services and service not in found
            if wanted and MARK in message.body and _holds_sealed(message.body):
                found[service] = message.seq
    return found


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
