"""Checks an archive against its signed checkpoints, with the public key and nothing else.

What is damaged is named by its place. Where the file `tree` still leads to the signed roots, it tells which event was
changed; without it, the two checkpoints between which that happened.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.base.gc_pause import uncollected
from shared.contract.envelope import Message
from shared.ledger.archive_format import Archive, ArchiveDamaged, read_segment
from shared.ledger.merkle import NotVerified, Tree, TreeHead, VerifierKey, leaf_hash, leaf_of, verified

NAMED = 100  # faults that are told one by one


class Fault(NamedTuple):
    """Something in the archive that is not what was signed. `place`: a file and where in it."""

    place: str
    what: str


@dataclass
class Report:
    """What was found. `events` are in the archive, `signed` of them are covered by a checkpoint that fits."""

    events: int = 0
    signed: int = 0
    checkpoints: int = 0
    bytes: int = 0
    root: str = ""
    faults: list[Fault] = field(default_factory=list)
    more: int = 0
    remarks: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.faults

    def fault(self, place: str, what: str) -> None:
        if len(self.faults) < NAMED:
            self.faults.append(Fault(place, what))
        else:
            self.more += 1


class _Head(NamedTuple):
    size: int
    root: bytes
    place: str


class _Run(NamedTuple):
    """The messages of one file as far as they can be read. `first` … `last` is what should be there."""

    place: str
    first: int
    last: int
    messages: Sequence[Message]
    hashes: list[bytes] | None

    def row(self, seq: int) -> str:
        return f"{self.place}, {'row' if self.place != 'open.segment' else 'record'} {seq - self.first + 1}"


def verify(
    archive: Archive,
    key: VerifierKey,
    kept: Iterable[tuple[str, str]] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Reads every message, hash and checkpoint. `kept`: checkpoints that the auditor kept, as (where from, text).
    `progress` gets how many events are done, of how many."""
    report = Report()
    heads = _heads(archive, key, kept, report)
    runs, total, torn = _runs(archive, report)
    walk = _Walk(archive, heads, report)
    with uncollected():
        for run in runs:
            walk.take(run)
            progress(walk.position, total)
    walk.end(torn)
    if walk.position and not heads:
        report.fault("checkpoints.log", "there is no checkpoint that this key signed: nothing of the archive is proven")
    report.events = walk.position
    report.root = b64encode(walk.tree.root).decode() if walk.known else ""
    if report.good and report.events > report.signed:
        report.remarks.append(f"{report.events - report.signed} events at the end are covered by no checkpoint yet")
    return report


def _heads(archive: Archive, key: VerifierKey, kept: Iterable[tuple[str, str]], report: Report) -> list[_Head]:
    """All heads that were signed, by size; what is wrong with checkpoints is a fault."""
    latest = archive.latest()  # before the list of all, which has it already when it appears
    notes, torn = archive.notes()
    found: list[_Head] = []
    before: TreeHead | None = None
    for note in notes:
        report.checkpoints += 1
        try:
            head = verified(note.text, key)
        except NotVerified as why:
            report.fault(note.place, str(why))
            continue
        if before is not None and head.size <= before.size:
            report.fault(note.place, f"it is of {head.size} events, and stands after one of {before.size}")
        before = head
        found.append(_Head(head.size, head.root, note.place))
    if torn:
        report.remarks.append(f"{torn} bytes at the end of checkpoints.log are no whole checkpoint")
    if latest is None and notes:
        report.fault("checkpoint", "it is missing")
    elif latest is not None and not any(note.text == latest for note in notes):
        report.fault("checkpoint", "it is not in checkpoints.log")
    for where, text in [*([("checkpoint", latest)] if latest is not None else []), *kept]:
        try:
            head = verified(text, key)
            found.append(_Head(head.size, head.root, where))
        except NotVerified as why:
            report.fault(where, str(why))
    return sorted(head for head in found if head.size)


def _runs(archive: Archive, report: Report) -> tuple[Iterable[_Run], int, ArchiveDamaged | None]:
    """The files of the archive, how many events they promise, and where the open one is not whole."""
    open_ = archive.opened()  # before the list of files: what is closed meanwhile stands in one of them
    try:
        segments = archive.segments()
    except ArchiveDamaged as damage:
        report.fault(damage.place, damage.what)
        segments = []
    closed = segments[-1].last if segments else 0
    rest = [(m, h) for m, h in zip(open_.messages, open_.hashes, strict=True) if m.seq > closed]
    total = rest[-1][0].seq if rest else closed

    def each() -> Iterable[_Run]:
        for segment in segments:
            report.bytes += segment.path.stat().st_size
            try:
                messages: Sequence[Message] = read_segment(segment)
            except ArchiveDamaged as damage:
                report.fault(damage.place, damage.what)
                messages = []
            yield _Run(segment.place, segment.first, segment.last, messages, None)
        if rest:
            messages, hashes = zip(*rest, strict=True)
            yield _Run("open.segment", messages[0].seq, messages[-1].seq, messages, list(hashes))

    return each(), total, open_.damage


class _Walk:
    """Goes through the messages, and compares the tree with each head on its way.

    `tree` has what is believed: where a message does not hash to what the file `tree` says, that other hash is tried
    instead (`other`), and if a signed root comes out, the message was changed.
    """

    def __init__(self, archive: Archive, heads: list[_Head], report: Report) -> None:
        self._archive, self._heads, self._report = archive, heads, report
        self._next = 0
        self.tree, self.known, self.position = Tree(), True, 0
        self._other: Tree | None = None
        self._doubts: list[Fault] = []
        self._fits = 0  # the size of the last head that fitted
        self._failed = 0  # heads that did not, after the first

    def take(self, run: _Run) -> None:
        if run.first <= self.position:
            self._report.fault(run.place, f"it begins with event {run.first}, which stood in the file before")
            return
        if run.first > self.position + 1:
            self._report.fault(run.place, f"events {self.position + 1} to {run.first - 1} are missing before it")
            self._go(_Run(run.place, self.position + 1, run.first - 1, [], None))
        self._go(run)

    def _go(self, run: _Run) -> None:
        kept = self._archive.kept_hashes(run.first, run.last)
        hashes = run.hashes
        if hashes is None and run.messages:
            hashes = [leaf_hash(leaf_of(message)) for message in run.messages]
        if hashes is None:
            if kept is None:
                self.known = False
                self.position = run.last
                self._skip()
                return
            hashes = kept  # the faulty file is told already; what follows can still be checked
        at = run.first
        while at <= run.last:
            end = min(run.last, self._heads[self._next].size) if self._next < len(self._heads) else run.last
            self._extend(
                run,
                at,
                hashes[at - run.first : end - run.first + 1],
                kept and kept[at - run.first : end - run.first + 1],
            )
            self.position = end
            at = end + 1
            while self._next < len(self._heads) and self._heads[self._next].size == end:
                self._compare(self._heads[self._next])
                self._next += 1

    def _extend(self, run: _Run, first: int, hashes: list[bytes], kept: list[bytes] | None) -> None:
        if not self.known:
            return
        if kept is not None and hashes != kept:
            if self._other is None:
                self._other = self.tree.copy()
            for seq, (found, said) in enumerate(zip(hashes, kept, strict=True), first):
                if found != said:
                    self._doubts.append(Fault(run.row(seq), f"event {seq} is not the one that was signed"))
        if self._other is not None:
            if kept is None:
                self._other = None
            else:
                self._other.extend(kept)
        self.tree.extend(hashes)

    def _compare(self, head: _Head) -> None:
        if not self.known:
            return
        if self.tree.root == head.root:
            # Only the file `tree` is wrong then.
            self._other, self._doubts = None, []
        elif self._other is not None and self._other.root == head.root:
            for doubt in self._doubts:
                self._report.fault(*doubt)
            self.tree, self._other, self._doubts = self._other, None, []
        elif self._failed:
            self._failed += 1
            return
        else:
            self._failed = 1
            self._report.fault(
                head.place,
                f"its root of {head.size} events is not that of the archive: one of the events {self._fits + 1} to "
                f"{head.size} is not the one that was signed",
            )
            return
        self._fits = head.size
        self._report.signed = max(self._report.signed, head.size)

    def _skip(self) -> None:
        while self._next < len(self._heads) and self._heads[self._next].size <= self.position:
            self._next += 1

    def end(self, torn: ArchiveDamaged | None) -> None:
        """What is left to say. `torn`: where the open file is not whole; that is a crash's doing, unless it was
        signed."""
        beyond = self._heads[self._next] if self._next < len(self._heads) else None
        if beyond is not None and torn is not None:
            self._report.fault(torn.place, f"{torn.what}, while {beyond.size} events were signed")
        elif beyond is not None:
            self._report.fault(
                beyond.place, f"it was signed of {beyond.size} events, but the archive ends with event {self.position}"
            )
        elif torn is not None:
            self._report.remarks.append(f"{torn.place}: {torn.what}; no checkpoint covers it")
        if self._failed > 1:
            self._report.remarks.append(f"{self._failed - 1} later checkpoints fit no more for the same reason")
        if not self.known:
            self._report.remarks.append(
                "what follows on a file that can't be read could not be checked, without `tree`"
            )


def described(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "good": report.good,
        "events": report.events,
        "signed": report.signed,
        "checkpoints": report.checkpoints,
        "root": report.root,
        "faults": [fault._asdict() for fault in report.faults],
        "more_faults": report.more,
        "remarks": report.remarks,
    }
