"""The data folder of an installation: who uses it, where that is reached, which network it holds.

What every command needs and none of the services, so that a command that only asks is quick.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from re import fullmatch

import orjson

from deploy.sample import SAMPLE_NETWORK
from shared.base.settings import Settings
from shared.base.whole_files import Unreadable, read_whole

EMPTY_NETWORK = "reseau"
NETWORK = r"[a-z][a-z0-9-]{0,30}"
BEGUN = ("archive/*", "keys/*.sqlite", "nats/*", "views/*")
"""What only an installation that has a name writes"""
UNFINISHED = "restoring.json"
"""Is there from the beginning of a restore to its end; nothing starts on such a folder."""


class CannotStart(Exception):
    """Why an installation can't run here, in one sentence for the operator."""


def locked(data: Path) -> int:
    """The open lock of a data folder, which nobody else may hold."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(13, "not readable and writable")
        list(data.iterdir())
    except (FileExistsError, NotADirectoryError) as error:
        raise CannotStart(
            f"The data folder {data} can't be used: {_no_folder(data)}; choose another with --data."
        ) from error
    except OSError as error:
        where = "" if error.filename in (None, str(data), data) else f"{error.filename}: "
        raise CannotStart(f"The data folder {data} can't be used: {where}{error.strerror or error}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise CannotStart(
            f"The data folder {data} is in use by another instance; stop it or choose another with --data."
        ) from error
    return lock


def _no_folder(path: Path) -> str:
    """What is in the way of a folder."""
    for one in (*reversed(path.parents), path):
        if one.is_symlink() and not one.exists():
            return f"{one} leads to nothing"
        if one.exists() and not one.is_dir():
            return f"{one} is no folder"
    return "it is no folder"


def network_of(data: Path, settings: Settings, sample: bool) -> str:
    """The network's name, fixed at the first start of a data folder."""
    path = data / "installation.json"
    if path.exists():
        kept = _network_in(path)
        if settings.network not in (None, kept):
            raise CannotStart(
                f"The data folder {data} holds the network {kept}, not {settings.network} (MAILLAGE_NETWORK)."
            )
        return kept
    if settings.network is None and (there := nameless(data)):
        raise CannotStart(
            f"{path} is gone, while {there} is there: restore it from the backup, or write the network's name into "
            "it, such as "
            '{"network": "reseau"}.'
        )
    network = settings.network or (SAMPLE_NETWORK if sample else EMPTY_NETWORK)
    draft = path.with_suffix(".new")
    draft.write_bytes(orjson.dumps({"network": network}))
    draft.replace(path)
    return network


def nameless(data: Path) -> Path | None:
    """What an installation has written in a folder that does not say its name; None where there is nothing."""
    if (data / "installation.json").exists():
        return None
    return next((found for one in BEGUN for found in data.glob(one)), None)


def _network_in(path: Path) -> str:
    """Raises CannotStart for a file that does not name a network."""
    try:
        found = orjson.loads(read_whole(path))
        if isinstance(found, dict) and fullmatch(NETWORK, str(found.get("network"))):
            return str(found["network"])
        what = "no network's name is in it"
    except OSError as error:
        what = str(error.strerror)
    except ValueError:
        what = "it is not what was written there"
    raise CannotStart(
        f"{path} does not say which network this is ({what}): restore it from the backup, or write the name into it, "
        'such as {"network": "reseau"}.'
    )


def running_at(data: Path) -> str | None:
    """Where the instance that uses a data folder can be reached, if one runs."""
    path = data.absolute() / "running.json"
    try:
        lock = os.open(data.absolute() / "lock", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None  # nobody holds it
    except OSError:
        pass  # somebody does
    finally:
        os.close(lock)
    try:
        return _url_in(path)
    except (Unreadable, ValueError, KeyError, TypeError) as error:
        raise CannotStart(f"{path} does not say where the instance is that runs here: start that one again.") from error


def _url_in(path: Path) -> str | None:
    try:
        return str(orjson.loads(read_whole(path))["url"])
    except FileNotFoundError:
        return None


def write_running(data: Path, url: str) -> None:
    """Leaves word for other commands where this instance is reached."""
    draft = data.absolute() / "running.json.new"  # whoever looks meanwhile finds all of it, or what was there before
    draft.write_bytes(orjson.dumps({"url": url, "pid": os.getpid()}))
    draft.replace(data.absolute() / "running.json")
