"""The notary: keeps the archive of the log, and signs what is in it.

It reads the log as every reader does, adds each message to the archive (`shared/ledger/archiver.py`), and signs the
head of the tree after `checkpoint_events` events or `checkpoint_seconds`, at most once a second. Whatever does not
agree stops it for good and loudly: an archive that is not what was signed, a log that lost or changed what was
archived. It compares the end of the archive with the log before it begins, and the whole of it once a day.

While the clock is in doubt it archives and does not sign (`held`): a head that is signed can't be taken back.

One notary at a time signs (a lock in the archive's folder, which all replicas share); the others wait for their turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import structlog

from shared.base.cancellation import end
from shared.base.outside import REAL, Outside
from shared.base.secret_files import SecretUnfit, read_secret, secret_file
from shared.base.whole_files import read_whole, replace_file
from shared.contract.envelope import Message
from shared.kernel.eventlog.event_log import Log, LogDamaged, Unavailable
from shared.ledger.archive_format import SEGMENT, Archive, ArchiveDamaged
from shared.ledger.archiver import KEY_FILE, SERVICE, SIGNED_FILE, ArchiveBusy, Archivist, begin, ledger_there
from shared.ledger.inclusion_proofs import Proof, proof_of
from shared.ledger.merkle import (
    NotVerified,
    SigningKey,
    TreeHead,
    VerifierKey,
    consistency_path,
    consistent,
    leaf_hash,
    leaf_of,
    signed,
    verified,
)
from shared.persons.keys.key_marks import KeyMarks
from shared.runtime.faces import Chronicle, Premises
from shared.runtime.jobs import Job, Over
from shared.runtime.parts import Key

log = structlog.get_logger()
T = TypeVar("T")
State = Literal["starting", "waiting", "signing", "held", "failing", "stopped"]
STEP = 5000  # messages that are read and not archived yet, at most
AWAY = 0.5  # seconds until a log that was away is asked again
DAY = 24 * 3600.0  # seconds from one comparison to the next


@dataclass(frozen=True)
class Pace:
    """`tick`: seconds in which messages gather before they are archived, since a step costs as much as some hundreds of
    them. `pause`: seconds between two checkpoints, at least. `again`: seconds until a failed start, one whose turn it
    is not, or a signature that the clock forbids is tried again. `compared`: events a second that are compared with the
    log, at most."""

    tick: float = 0.2
    pause: float = 1.0
    again: float = 5.0
    compared: float = 20_000


class TreeWrong(Exception):
    """The file `tree` is not what the archive gives; it is made again."""


async def no_doubt() -> str | None:
    return None


class Notary:
    """The notary of one log. `state` says how it is, `problem` why it does not sign."""

    def __init__(
        self,
        log_: Log,
        folder: Path,
        keys: Path,
        name: str,
        seconds: float,
        events: int,
        outside: Outside = REAL,
        pace: Pace | None = None,
        segment: int = SEGMENT,
    ) -> None:
        self._outside, self._pace, self._segment = outside, pace or Pace(), segment
        self._log, self._keys, self._name = log_, keys, name
        self._seconds, self._events = seconds, events
        self.archive = Archive(folder)
        self.keys_backup: Path | None = None
        self.doubt: Callable[[], Awaitable[str | None]] = no_doubt
        """Why nothing is to be signed now, by the clock of the service"""
        self.state: State = "starting"
        self.problem: str | None = None
        self.key: VerifierKey | None = None
        self.compared, self.compared_at = 0, None  # type: int, datetime | None
        self._signing_key: SigningKey | None = None
        self._archivist: Archivist | None = None
        self._said = False  # whether it lies beside the key, in its marks and its backup that something was signed
        self._read: list[Message] = []
        self._news = asyncio.Event()
        self._archiving = asyncio.Lock()
        self._thread = outside.threads(1, "notary")

    async def finish(self) -> None:
        """Signs what is archived, and ends; after the last round."""
        if self.state in ("signing", "held") and self._archivist is not None:
            try:
                await self._archive(self._archivist)
                await self._sign_unless_in_doubt()
            except Exception as error:  # what is not signed now is signed after the next start
                log.warning("notary.not_signed_at_end", error=repr(error))
        await self._work(self._close)
        self._thread.shutdown()

    # -- what it says ---------------------------------------------------------------------------------------------

    @property
    def head(self) -> TreeHead | None:
        """What was signed last, by this notary or by the one whose turn it is."""
        if self._archivist is not None:
            return self._archivist.head
        return self._shared()[1]

    @property
    def note(self) -> str | None:
        """The latest checkpoint."""
        return self._archivist.note if self._archivist is not None else self._shared()[0]

    def _shared(self) -> tuple[str | None, TreeHead | None]:
        """The latest checkpoint as it lies in the archive, if our key signed it."""
        note = self.archive.latest()
        if note is None or self.key is None:
            return None, None
        try:
            return note, verified(note, self.key)
        except NotVerified:
            return None, None

    @property
    def alarm(self) -> str | None:
        """What the log or the archive is accused of; None while all agrees."""
        return self.problem if self.state == "stopped" else None

    @property
    def archived(self) -> int:
        """How many events are in the archive, signed or not."""
        return self._archivist.size if self._archivist is not None else 0

    @property
    def signed_at(self) -> datetime | None:
        """When the latest checkpoint was written, by this machine's clock; it is in no checkpoint."""
        try:
            return datetime.fromtimestamp(self.archive.latest_path.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def archive_bytes(self) -> int:
        """What the archive takes on disk."""
        return sum(path.stat().st_size for path in self.archive.folder.rglob("*") if path.is_file())

    async def proof(self, seq: int) -> Proof | None:
        """That an event stands in the log, without the event; None for one that is not signed yet."""
        archivist, key = self._archivist, self.key
        if archivist is None or key is None or archivist.head is None or archivist.note is None:
            return None
        if not 0 < seq <= archivist.head.size:
            return None
        return await self._work(partial(self._proof, seq))

    def _proof(self, seq: int) -> Proof:
        archivist, key = self._archivist, self.key
        assert archivist is not None and key is not None and archivist.note is not None
        try:
            return proof_of(seq, archivist.note, key, archivist.node)
        except ArchiveDamaged:
            log.error("notary.tree_wrong")
            archivist.make_tree_again()
            return proof_of(seq, archivist.note, key, archivist.node)

    # -- its work -------------------------------------------------------------------------------------------------

    async def _work(self, function: Callable[[], T]) -> T:
        """A function that blocks, in the notary's one thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def go_round(self) -> float:
        """Archives and signs until something is wrong; the seconds until it is to be tried again. Raises Over where
        that is for good."""
        pause = self._pace.again
        try:
            await self._follow()
        except ArchiveBusy:
            self.state, self.problem = "waiting", None
        except Unavailable:
            pause = AWAY
        except TreeWrong:
            log.error("notary.tree_wrong")
            self.archive.tree_path.unlink(missing_ok=True)
            pause = 0
        except (ArchiveDamaged, LogDamaged, NotVerified) as damage:
            self.state, self.problem = "stopped", str(damage)
            log.error("notary.stopped", problem=self.problem)
            await self._work(self._close)
            raise Over from damage
        except OSError as error:
            self.state = "failing"
            self.problem = f"the archive can't be written: {error.strerror or 'no reason given'}"
            log.error("notary.failing", error=repr(error))
        except Exception:
            self.state, self.problem = "failing", "an error of the program; its own log has it"
            log.exception("notary.failed")
        await self._work(self._close)
        return pause

    async def _follow(self) -> None:
        """Opens the archive, compares it with the log, and goes on until something is wrong."""
        await self._work(self._open)
        self._read = []
        archivist = self._archivist
        assert archivist is not None
        await self._compare_end(archivist)
        self.state, self.problem = "signing", None
        tasks = [asyncio.create_task(work()) for work in (self._read_all, self._sign_all, self._compare_all)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                await end(task)
            await asyncio.gather(*tasks, return_exceptions=True)

    def _open(self) -> None:
        try:
            ledger_there(self.archive, self._keys)
        except SecretUnfit as why:
            raise self._unfit(why) from why
        name = self._name
        if self.archive.key_path.exists():
            try:
                name = VerifierKey.read(self.archive.key_path.read_text(errors="replace")).name
            except NotVerified as why:
                raise ArchiveDamaged("public-key", str(why)) from why
        begin(self.archive, name)
        self._keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._signing_key = SigningKey.of(name, secret_file(self._keys / KEY_FILE))
        except SecretUnfit as why:
            raise self._unfit(why) from why
        self.key = self._signing_key.verifier
        self._marked()
        archivist = Archivist(self.archive.folder, self.key, self._segment)
        archivist.open()
        self._archivist = archivist
        self._said = False
        self._keep_key()
        self._note_signed()

    def _keep_key(self) -> None:
        """Into the keys' own backup, where there is one, with the word that it has signed: without it a restore could
        not go on with this ledger."""
        if self.keys_backup is None:
            return
        try:
            self.keys_backup.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self.keys_backup / KEY_FILE, read_secret(self._keys / KEY_FILE))
            with contextlib.suppress(FileNotFoundError):
                replace_file(self.keys_backup / SIGNED_FILE, read_whole(self._keys / SIGNED_FILE))
        except (OSError, SecretUnfit) as error:
            log.error("notary.key_not_kept", error=repr(error))

    def _marked(self, *, signed: bool = False) -> None:
        """Notes the key among those of its service before anything is archived, and whether it has signed. Raises
        ArchiveDamaged."""
        try:
            KeyMarks(self._keys, SERVICE).note(signed=signed)
        except SecretUnfit as why:
            raise self._unfit(why) from why

    def _unfit(self, why: SecretUnfit) -> ArchiveDamaged:
        name, _, what = str(why).removeprefix(f"{self._keys}/").partition(" ")
        return ArchiveDamaged(f"keys/{name}", f"it {what}")

    def _note_signed(self) -> None:
        """Leaves word beside the key that something was signed: from now on its checkpoints are missed if they go."""
        path = self._keys / SIGNED_FILE
        if self._said or self._archivist is None or self._archivist.head is None:
            return
        if not path.exists():
            replace_file(path, f"{self.key}\n".encode())
        self._marked(signed=True)
        self._keep_key()
        self._said = True

    def _close(self) -> None:
        if self._archivist is not None:
            self._archivist.close()
            self._archivist = None

    async def _compare_end(self, archivist: Archivist) -> None:
        last = await self._log.last(seen=archivist.size)
        if last < archivist.size:
            raise LogDamaged(
                f"the log ends at sequence {last}, but {archivist.size} events are in its archive: restore it"
            )
        if archivist.last is not None and await self._log.at(archivist.size, seen=True) != archivist.last:
            raise LogDamaged(f"sequence {archivist.size} of the log is not the event that was archived: restore it")

    async def _read_all(self) -> None:
        archivist = self._archivist
        assert archivist is not None
        async for run in self._log.read(archivist.size, follow=True):
            self._read += run
            self._news.set()
            if len(self._read) >= STEP:
                await self._archive(archivist)

    async def _archive(self, archivist: Archivist) -> None:
        """Adds what was read to the archive."""
        async with self._archiving:
            run, self._read = self._read, []
            if run:
                await self._work(partial(archivist.append, run))

    @property
    def _unsigned(self) -> int:
        archivist = self._archivist
        return 0 if archivist is None else archivist.size - (archivist.head.size if archivist.head else 0)

    async def _sign_all(self) -> None:
        archivist = self._archivist
        assert archivist is not None
        monotonic = self._outside.monotonic
        waits_since = signed_at = -math.inf
        while True:
            if not self._unsigned and not self._read:
                self._news.clear()
                await self._news.wait()
                waits_since = monotonic()
            await self._outside.sleep(self._pace.tick)
            await self._archive(archivist)
            now = monotonic()
            due = self._unsigned >= self._events or now - waits_since >= self._seconds
            if (
                due
                and self._unsigned
                and now - signed_at >= (self._pace.again if self.state == "held" else self._pace.pause)
            ):
                signed_at = monotonic()
                if await self._sign_unless_in_doubt():
                    signed_at = waits_since = monotonic()

    async def _sign_unless_in_doubt(self) -> bool:
        """Signs what is archived, if the clock lets it."""
        self.problem = await self.doubt()
        self.state = "held" if self.problem else "signing"
        if self.state == "signing":
            await self._work(self._sign)
        return self.state == "signing"

    def _sign(self) -> None:
        """Signs what is archived: first it is on disk, then the new head is shown to continue the last."""
        archivist, key = self._archivist, self._signing_key
        assert archivist is not None and key is not None
        head, before = archivist.sync(), archivist.head
        if (before is not None and head.size == before.size) or not head.size:
            return
        if before is not None:
            path = consistency_path(before.size, head.size, archivist.node)
            if not consistent(before.size, before.root, head.size, head.root, path):
                raise TreeWrong
        archivist.keep(signed(head, key))
        self._note_signed()

    async def _compare_all(self) -> None:
        """Reads the log again up to what is archived, and compares each message with its leaf."""
        archivist = self._archivist
        assert archivist is not None
        while True:
            self.compared, size = 0, archivist.size
            if size:
                async for run in self._log.read(0, until=size):
                    await self._work(partial(self._compare, run))
                    self.compared = run[-1].seq
                    await self._outside.sleep(len(run) / self._pace.compared)
            self.compared_at = self._outside.now()
            await self._outside.sleep(DAY)

    def _compare(self, run: Sequence[Message]) -> None:
        kept = self.archive.kept_hashes(run[0].seq, run[-1].seq) or []
        found = [leaf_hash(leaf_of(message)) for message in run]
        if found == kept:
            return
        at = next((n for n, (one, other) in enumerate(zip(found, kept, strict=False)) if one != other), None)
        archived = None if at is None else next(iter(self.archive.read(run[at].seq - 1)))[0]
        if at is None or archived == run[at]:
            raise TreeWrong
        raise LogDamaged(f"sequence {run[at].seq} of the log is not the event that was archived: restore it")


NOTARY: Key[Notary] = Key("observatory.notary")


def notary_of(service: Premises) -> Notary:
    """The notary of a service that runs."""
    return service.parts.of(NOTARY)


PACE: Key[Pace] = Key("observatory.notary-pace")
"""How often it does what, where that was put there before the opening."""


async def opening(service: Chronicle) -> None:
    """The notary is there from now on; its job begins with the others."""
    data, settings = service.data, service.settings
    notary = Notary(
        service.log,
        data / "archive" / service.network,
        data / "keys",
        settings.ledger_name or f"maillage/{service.network}",
        settings.checkpoint_seconds,
        settings.checkpoint_events,
        service.outside,
        service.parts.get(PACE),
    )
    notary.keys_backup, notary.doubt = settings.keys_backup, service.clock.doubt
    service.parts.put(NOTARY, notary)


async def closing(service: Premises) -> None:
    service.parts.take(NOTARY)


async def _round(service: Premises) -> float:
    return await notary_of(service).go_round()


async def _finish(service: Premises) -> None:
    await notary_of(service).finish()


SIGNING: Job[Premises] = Job("notary", _round, ending=_finish)
"""On every replica: the lock in the archive's folder says whose turn it is, also where replicas differ in release."""
