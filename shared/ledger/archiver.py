"""Writes the archive of a log (`shared/ledger/archive_format.py` says what lies where). One writer at a time: it holds
a lock.

All of it blocks; the notary calls it in one thread. After an error the writer is to be closed and opened again, which
finds out what is on disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import structlog

from shared.base.gc_pause import uncollected
from shared.base.secret_files import RESTORE, read_secret
from shared.base.whole_files import Unreadable, read_whole, replace_file, sync_folder, unreadable
from shared.contract.envelope import Message
from shared.ledger.archive_format import (
    MAGIC,
    SEGMENT,
    SEGMENT_BYTES,
    Archive,
    ArchiveDamaged,
    Segment,
    last_of,
    read_notes,
    read_segment,
    record_of,
    table_of,
)
from shared.ledger.merkle import (
    HASH,
    NotVerified,
    SigningKey,
    Tree,
    TreeHead,
    VerifierKey,
    edge_of,
    leaf_hash,
    leaf_of,
    nodes_of,
    place,
    root_of,
    verified,
)
from shared.persons.keys.key_marks import KeyMarks

log = structlog.get_logger()
KEY_FILE = "notary.key"
SIGNED_FILE = "notary.signed"
"""Beside the notary's key once there was a checkpoint, with the public key: so an archive is missed that is gone. The
marks of its service's keys say it too."""
SERVICE = "observatory"
"""Whose keys the notary's is among"""
README = """\
The archive of the log `{name}`, written by Maillage. It is complete in itself: with this folder and the public key
anybody can check, without us and without a network, that no event was changed, removed, added or moved since it \
was signed:

    maillage audit verify FOLDER --key 'PUBLIC KEY'

Take the public key from somewhere else than from this folder. `checkpoint` is the latest signed head of the log
(c2sp.org/tlog-checkpoint); keep copies of it elsewhere, they prove later that nothing was cut off.
The tree is that of RFC 6962. Leaf n-1 is event n: its sequence (8 bytes, big-endian), the length of its subject (4
bytes), its subject (UTF-8), its body. segments/*.parquet are ordinary Parquet files: seq, subject, recorded, body.
Personal values in the bodies are sealed; their keys are not here.
"""


class ArchiveBusy(Exception):
    """Another writer has the archive."""


def ledger_there(archive: Archive, keys: Path) -> None:
    """Returns if nothing is gone of a ledger that had begun. Raises ArchiveDamaged, SecretUnfit, OSError."""
    for path in (archive.key_path, archive.log_path, archive.latest_path, archive.open_path, archive.tree_path):
        if (what := unreadable(path)) is not None:
            raise Unreadable(path, what)
    traces = (archive.key_path, archive.log_path, archive.latest_path)
    if not (keys / KEY_FILE).exists() and any(path.exists() for path in traces):
        raise ArchiveDamaged(f"keys/{KEY_FILE}", f"it is missing, while there is an archive that it signed: {RESTORE}")
    if (keys / KEY_FILE).exists():
        _signed_by(archive, keys)
        if not (_readme(archive).exists() or archive.key_path.exists()) and not (keys / SIGNED_FILE).exists():
            raise ArchiveDamaged(
                "README", "nothing of the archive is there, though its notary has a key: restore it from the backup"
            )
    if _was_signed(archive, keys) and not _any_note(archive.log_path):
        raise ArchiveDamaged(
            "checkpoints.log",
            "no checkpoint is there any more, though there was one: restore the archive from the backup",
        )
    try:
        end, damage = last_of(archive), archive.opened().damage
    except ArchiveDamaged:
        return  # the notary says so, and where
    if damage is not None:
        return
    if (kept := end.seq if end else 0) < (signed := signed_in(archive)):
        raise ArchiveDamaged(
            "open.segment" if archive.segments() else "segments",
            f"the archive ends with event {kept}, but {signed} were signed: restore the archive from the backup",
        )


def _was_signed(archive: Archive, keys: Path) -> bool:
    """Whether there was a checkpoint. Whoever moves the key away with the archive begins a new ledger, and nothing was
    signed in that. An archive of events without any word of it is of a release that left none: that held nothing back
    from signing, while later ones have marks before they archive."""
    if (keys / SIGNED_FILE).exists() or archive.latest_path.exists():
        return True
    if not (keys / KEY_FILE).exists():
        return False
    noted = KeyMarks(keys, SERVICE).read()
    return bool(archive.segments() or archive.opened().messages) if noted is None else noted.signed


def _readme(archive: Archive) -> Path:
    return archive.folder / "README"


def begin(archive: Archive, name: str) -> None:
    """Leaves a trace of an archive before its notary gets a key, so that a key without any trace is missed. Raises
    OSError."""
    if not _readme(archive).exists() and not archive.key_path.exists():
        archive.segments_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(_readme(archive), README.format(name=name).encode())


def _signed_by(archive: Archive, keys: Path) -> None:
    """Returns if the archive, and the word beside the key, are of the notary whose key is there. Raises ArchiveDamaged,
    SecretUnfit."""
    secret = read_secret(keys / KEY_FILE)
    for path, name in ((archive.key_path, "public-key"), (keys / SIGNED_FILE, f"keys/{SIGNED_FILE}")):
        try:
            key = VerifierKey.read(read_whole(path).decode(errors="replace"))
        except FileNotFoundError:
            begun = archive.log_path.exists() or archive.open_path.exists() or any(archive.segments())
            if path == archive.key_path and begun:
                raise ArchiveDamaged(name, "it is missing: restore the archive from the backup") from None
            continue
        except NotVerified as why:
            to_do = "restore it from the backup" if path == archive.key_path else "delete it, and it is made again"
            raise ArchiveDamaged(name, f"{why}: {to_do}") from why
        if SigningKey.of(key.name, secret).verifier != key:
            raise ArchiveDamaged(
                name,
                f"it is not of the key in keys/{KEY_FILE}: the archive or the key is another installation's; restore "
                "the right one from the backup",
            )


def signed_in(archive: Archive) -> int:
    """How many events the last checkpoints of an archive cover, as its own public key says; 0 where there are none."""
    sizes = [0]
    for note in filter(None, (archive.latest(), _last_note(archive.log_path))):
        with contextlib.suppress(NotVerified, OSError):
            key = VerifierKey.read(archive.key_path.read_text(errors="replace"))
            sizes.append(verified(note, key).size)
    return max(sizes)


def _last_note(path: Path) -> str | None:
    """The last whole checkpoint of the file of all of them."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - (1 << 16)))
            tail = file.read()
    except FileNotFoundError:
        return None
    notes, _ = read_notes(tail)
    return notes[-1].text if notes else None


def _any_note(path: Path) -> bool:
    """Whether a checkpoint stands at the beginning of the file of all of them, which may be long."""
    try:
        with path.open("rb") as file:
            return bool(read_notes(file.read(1 << 16))[0])
    except FileNotFoundError:
        return False


class Archivist:
    """The writer of the archive in `folder`. `size` and `last` are what it holds, `head` what was signed of it."""

    def __init__(
        self, folder: Path, key: VerifierKey, segment: int = SEGMENT, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self.archive, self._key = Archive(folder), key
        self._segment, self._segment_bytes = segment, segment_bytes
        self.size, self.bytes = 0, 0
        self.last: Message | None = None
        self.head: TreeHead | None = None
        self.note: str | None = None
        self._tree = Tree()
        self._open: list[Message] = []
        self._open_hashes: list[bytes] = []
        self._open_bytes = 0
        self._lock: int | None = None
        self._file: IO[bytes] | None = None
        self._nodes: IO[bytes] | None = None

    # -- opening --------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Finds out what is there, and takes away what a crash left half written. What a checkpoint covers is never
        taken away. Raises ArchiveBusy, and ArchiveDamaged where it is not there any more."""
        folder = self.archive.folder
        self.archive.segments_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.close()
            raise ArchiveBusy(f"another notary writes {folder}") from error
        try:
            self._same_key()
            self._last_checkpoint()
            self._messages()
            self._grow_tree()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for file in (self._file, self._nodes):
            if file is not None:
                with contextlib.suppress(OSError):  # a full disk; what is not whole is found at the next opening
                    file.close()
        self._file = self._nodes = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _same_key(self) -> None:
        path = self.archive.key_path
        if path.exists():
            found = path.read_text(errors="replace").strip()
            if found != str(self._key):
                raise ArchiveDamaged("public-key", f"it is not the notary's own key, {self._key}")
        elif self.archive.log_path.exists():
            raise ArchiveDamaged("public-key", "it is missing")
        else:
            write_whole(self.archive.folder / "README", README.format(name=self._key.name).encode())
            write_whole(path, f"{self._key}\n".encode())

    def _last_checkpoint(self) -> None:
        """Reads the latest checkpoint. A torn one was never shown to anybody, so it goes."""
        path = self.archive.log_path
        notes, torn = self.archive.notes()
        latest = self.archive.latest()
        if notes:
            self.note = notes[-1].text
            try:
                self.head = verified(self.note, self._key)
                if latest is not None and latest != self.note and verified(latest, self._key).size >= self.head.size:
                    raise ArchiveDamaged("checkpoints.log", "it does not end with the latest checkpoint")
            except NotVerified as why:
                raise ArchiveDamaged(notes[-1].place, str(why)) from why
        elif latest is not None:
            raise ArchiveDamaged("checkpoints.log", "it is missing or empty, while there is a checkpoint")
        if torn:
            with path.open("rb+") as file:
                file.truncate(path.stat().st_size - torn)
                os.fsync(file.fileno())
        if self.note is not None and latest != self.note:
            write_whole(self.archive.latest_path, self.note.encode())

    def _messages(self) -> None:
        covered = self.head.size if self.head else 0
        for draft in self.archive.segments_folder.glob(".*.new"):
            draft.unlink()
        segments = self.archive.segments()
        closed = 0
        for segment in segments:
            if segment.first != closed + 1:
                raise ArchiveDamaged(segment.place, f"it begins with event {segment.first}, not {closed + 1}")
            closed = segment.last
        self.bytes = sum(segment.path.stat().st_size for segment in segments)
        last = read_segment(segments[-1]) if segments else []
        open_ = self.archive.opened()
        if open_.damage and (open_.messages[-1].seq if open_.messages else closed) < covered:
            raise open_.damage
        if open_.messages and open_.messages[-1].seq <= closed:
            # It was closed, and a crash came before the next was begun. What is in both must be the same.
            first = open_.messages[0].seq
            if (
                segments[-1].first > first
                or last[first - segments[-1].first :][: len(open_.messages)] != open_.messages
            ):
                raise ArchiveDamaged("open.segment", "it holds other events than the files of the same numbers")
            self._begin_open()
        elif open_.messages and open_.messages[0].seq != closed + 1:
            raise ArchiveDamaged("open.segment", f"it begins with event {open_.messages[0].seq}, not {closed + 1}")
        else:
            self._open, self._open_hashes = open_.messages, open_.hashes
            self._open_bytes = sum(len(message.body) for message in open_.messages)
        self.last = self._open[-1] if self._open else last[-1] if last else None
        self.size = self.last.seq if self.last else 0
        if self.size < covered:
            raise ArchiveDamaged("open.segment", f"the archive ends with event {self.size}, but {covered} were signed")
        if not self.archive.open_path.exists() or open_.whole < len(MAGIC):
            self._begin_open()
        if self._file is None:
            self._file = self.archive.open_path.open("rb+")
            if open_.damage:
                log.warning("archive.torn", place=open_.damage.place)
                self._file.truncate(open_.whole)
                os.fsync(self._file.fileno())
            self._file.seek(0, os.SEEK_END)

    def _begin_open(self) -> None:
        """An empty open file in the place of the one that was closed."""
        if self._file is not None:
            self._file.close()
        write_whole(self.archive.open_path, MAGIC)
        self._file = self.archive.open_path.open("rb+")
        self._file.seek(0, os.SEEK_END)
        self._open, self._open_hashes, self._open_bytes = [], [], 0

    def _grow_tree(self) -> None:
        """The tree of all that is here, from the file `tree` as far as that leads to the signed root."""
        number = os.open(self.archive.tree_path, os.O_RDWR | os.O_CREAT, 0o600)
        self._nodes = os.fdopen(number, "rb+")
        if self.head is not None:
            try:
                self._tree = Tree(self.head.size, edge_of(self.head.size, self.node))
            except ArchiveDamaged:
                self._tree = Tree()
            if self._tree.root != self.head.root:
                log.warning("archive.tree_made_again")
                self._tree = Tree()
        self._nodes.truncate(nodes_of(self._tree.size) * HASH)
        self._nodes.seek(0, os.SEEK_END)
        with uncollected():
            for run in self.archive.read(self._tree.size):
                self._extend([leaf_hash(leaf_of(message)) for message in run])
        if self.head is not None and root_of(self.head.size, self.node) != self.head.root:
            raise ArchiveDamaged("segments", f"the first {self.head.size} events are not the ones that were signed")

    def make_tree_again(self) -> None:
        """From every message, where the file `tree` turned out to be wrong. Raises ArchiveDamaged as `open` does."""
        assert self._nodes is not None
        self._nodes.close()
        self.archive.tree_path.unlink(missing_ok=True)
        self._tree = Tree()
        self._grow_tree()

    # -- writing --------------------------------------------------------------------------------------------------

    def append(self, messages: Sequence[Message]) -> None:
        """Adds the next messages. They are safe after `sync`."""
        assert self._file is not None
        with uncollected():
            records: list[bytes] = []
            hashes: list[bytes] = []
            for message in messages:
                assert message.seq == self.size + 1
                leaf = leaf_of(message)
                hash_ = leaf_hash(leaf)
                records.append(record_of(leaf, hash_))
                hashes.append(hash_)
                self._open.append(message)
                self._open_hashes.append(hash_)
                self._open_bytes += len(message.body)
                self.size, self.last = message.seq, message
                if len(self._open) >= self._segment or self._open_bytes >= self._segment_bytes:
                    self._file.write(b"".join(records))
                    self._extend(hashes)
                    self._close_segment()
                    records, hashes = [], []
            self._file.write(b"".join(records))
            self._file.flush()
            self._extend(hashes)

    def _extend(self, hashes: Sequence[bytes]) -> None:
        assert self._nodes is not None
        self._nodes.write(b"".join(self._tree.extend(hashes)))
        self._nodes.flush()

    def sync(self) -> TreeHead:
        """Everything that was added is on disk; the head that may be signed now."""
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        return TreeHead(self._key.name, self.size, self._tree.root)

    def keep(self, note: str) -> None:
        """Keeps a new checkpoint. Nobody may see it before this returns."""
        head = verified(note, self._key)
        assert head.size <= self.size and (self.head is None or head.size > self.head.size)
        with self.archive.log_path.open("ab") as file:
            file.write(f"{note}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        write_whole(self.archive.latest_path, note.encode())  # its fsync of the folder is the log's as well
        self.note, self.head = note, head

    def _close_segment(self) -> None:
        """The open file becomes a closed one, which is read back before the open one goes."""
        import pyarrow.parquet as pq  # whoever only looks whether there is a ledger need not read it

        first, last = self._open[0].seq, self._open[-1].seq
        folder = self.archive.segments_folder
        path, draft = folder / f"{first:012}-{last:012}.parquet", folder / f".{first:012}-{last:012}.parquet.new"
        with draft.open("wb") as file:
            pq.write_table(
                table_of(self._open),
                file,
                compression="zstd",
                compression_level=1,
                use_dictionary=False,
                write_statistics=False,
                write_page_checksum=True,
                store_schema=False,
                row_group_size=SEGMENT,
            )
            file.flush()
            os.fsync(file.fileno())
        written = read_segment(Segment(draft, first, last))
        if [leaf_hash(leaf_of(message)) for message in written] != self._open_hashes:
            raise ArchiveDamaged(f"segments/{draft.name}", "it does not hold what was written to it")
        draft.rename(path)
        sync_folder(folder)
        self.bytes += path.stat().st_size
        self._begin_open()

    # -- reading the tree -----------------------------------------------------------------------------------------

    def node(self, level: int, index: int) -> bytes:
        """A node of the tree, from its file. Raises ArchiveDamaged beyond its end."""
        assert self._nodes is not None
        found = os.pread(self._nodes.fileno(), HASH, place(level, index) * HASH)
        if len(found) != HASH:
            raise ArchiveDamaged("tree", "it is cut off")
        return found


def write_whole(path: Path, content: bytes) -> None:
    """A file that is there whole or as it was before, also after a power cut."""
    draft = path.with_name(f".{path.name}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)
