"""Archives for tests: as the notary writes them, small files, invented messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import Message
from shared.ledger.archiver import Archivist
from shared.ledger.merkle import SigningKey, signed
from tests.observatory.history import History

KEY = SigningKey.of("exemple.invalid/journal", bytes(range(32)))
FILE = 10  # messages of a closed file


def messages(count: int, *, first: int = 1) -> list[Message]:
    """Events of a log, every seventh of them void."""
    history = History()
    for n in range(1, first + count):
        if n % 7 == 0:
            history.put("test.directory", b"\xff not an event")
        else:
            history.say(StructureRegistered(name=f"Structure {n}", kind="association"), f"{n}", "2016-03-01")
    return history.messages[first - 1 :]


def opened(folder: Path, segment: int = FILE, **more: int) -> Archivist:
    """A writer whose files are closed after a few messages."""
    archivist = Archivist(folder, KEY.verifier, segment, **more)
    archivist.open()
    return archivist


def sign(archivist: Archivist) -> str:
    note = signed(archivist.sync(), KEY)
    archivist.keep(note)
    return note


def write(folder: Path, runs: Sequence[int], unsigned: int = 0, segment: int = FILE) -> list[Message]:
    """An archive to which these numbers of messages were added, a checkpoint after each; returns all messages."""
    everything = messages(sum(runs) + unsigned)
    archivist = opened(folder, segment)
    for count in runs:
        archivist.append(everything[archivist.size : archivist.size + count])
        sign(archivist)
    archivist.append(everything[archivist.size :])
    archivist.close()
    return everything
