"""Whether the clock of this machine can be believed. While it can't, what can't be undone waits; all else goes on.

Persons are forgotten, files erased, figures released and the log's head signed because time has passed, so a clock that
is wrong must not do it (docs/adr/0028, 0035). *Now* is held against its witnesses:

- the **heartbeat**: what time it was when the clock was last believed, written every minute into the folder of keys, by
  all who share it, and by the name of the log that they keep. While the process runs, the time since then is counted by
  a clock that nobody sets;
- the log's **last event**, and the notary's last **checkpoint**;
- the **node** of the log, which answers with its own time.

Behind any of them by more than BEHIND, ahead of heartbeat and event by more than AHEAD, ahead of the node by more than
that: now is in doubt; so it is where nothing says what time it was. A doubt outlives restarts, since nothing that is
left by a clock in doubt is a witness: it writes no heartbeat, nothing is signed, and its events say of themselves what
time it was at least. It ends by itself where the clock comes back to what its witnesses say, else by an operator's word
(`maillage clock confirm`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from shared.base.outside import REAL, Outside
from shared.base.whole_files import KeptFile
from shared.contract.envelope import NEVER, Void, opened
from shared.contract.observatory.ledger import LogRestored
from shared.kernel.eventlog.event_log import Log, NotAllowed, Unavailable
from shared.ledger.archive_format import Archive

log = structlog.get_logger()
BEHIND = timedelta(minutes=5)
AHEAD = timedelta(days=7)
BEAT, SECOND = timedelta(minutes=1), timedelta(seconds=1)  # between two heartbeats; what may be lacking of it
LOOKED_AT = 20  # messages at the end of the log that are looked at for one that says when it was recorded
PATIENCE, FIRST = 2.0, 10.0  # seconds that the log may take to answer, and for the first time; else others are heard
WAITS = "forgetting at the end of terms, erasing by age, releases of open data, signing"
WAY_OUT = "`maillage clock confirm` ends that once the clock is right"
UNKNOWN = "nothing says what time it was: there is no heartbeat, and no event tells"
Name = Literal["heartbeat", "event", "checkpoint", "node"]


@dataclass(frozen=True)
class Witness:
    """Something that knows what time it was, or is. `ahead`: a clock that is far ahead of it is in doubt."""

    name: Name
    at: datetime
    said: str
    ahead: bool = False


@dataclass(frozen=True)
class Standing:
    """How the clock stands beside its witnesses. `doubt`: why it is not believed, in one sentence; `against`: the
    witness that knows better, None also where nothing vouches."""

    now: datetime
    witnesses: Sequence[Witness]
    doubt: str | None
    against: Witness | None = None


def judged(now: datetime, witnesses: Sequence[Witness]) -> Standing:
    """Holds a clock against its witnesses. Ahead it may be of none that says so."""
    for one in witnesses:
        if one.at - now > BEHIND:
            off = f"{_long(one.at - now)} before"
        elif one.ahead and now - one.at > AHEAD:
            off = f"{_long(now - one.at)} after"
        else:
            continue
        return Standing(now, witnesses, f"the clock says {_said(now)}, {off} {one.said} ({_said(one.at)})", one)
    return Standing(now, witnesses, None)


def _said(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return (
        f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours" if minutes < 2880 else f"{span.days} days"
    )


class Dated(msgspec.Struct, frozen=True):
    """What lies in the log up to a sequence, and when: a time that had surely come; `least`, another one, where its
    clock was known to be behind."""

    seq: int
    at: datetime
    least: datetime

    def told(self, now: datetime) -> datetime:
        """What it says to a clock: that it is behind, or else how far ahead it is."""
        return self.least if self.least - now > BEHIND else self.at


class Heartbeat(msgspec.Struct, frozen=True):
    """What is kept of the time. `at`: when the clock was believed last; `log`: beside which log, by its first message,
    "" for an empty one. By an operator's word, `confirmed`: the sequence up to which neither event nor checkpoint is a
    witness; `node`: seconds by which the log's node is ahead."""

    at: datetime | None = None
    confirmed: int = 0
    node: float = 0.0
    log: str = ""


def uptime() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps (where it has one)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))  # noqa: TID251 - an argument


async def last_dated(log_: Log, seq: int) -> Dated | None:
    """The last event up to a sequence that says when it was recorded. A restore vouches for nothing: it writes its own
    last event by the clock that is to be judged. Nor does a clock of which nothing was known. Raises Unavailable."""
    for before in range(min(seq, LOOKED_AT)):
        message = await log_.at(seq - before)
        try:
            event = None if message is None else opened(message)
        except Void:
            continue
        if event is not None and event.type != LogRestored.type_name() and event.believed != NEVER:
            return Dated(event.seq, event.surely, event.believed or event.recorded)
    return None


class Clock:
    """The clock of one service. `start` judges it before anything is done by it; `doubt` and `believed` judge it again,
    right before each thing that can't be undone. `standing`: as it was judged last."""

    def __init__(
        self,
        log_: Log,
        data: Path,
        service: str,
        now: Callable[[], datetime],
        passed: Callable[[], float] = uptime,
        outside: Outside = REAL,
    ) -> None:
        self._outside = outside
        self._log, self._service, self._now, self._passed = log_, service, now, passed
        self._file = KeptFile(data / "keys" / "heartbeat", Heartbeat)
        self._archive = Archive(data / "archive" / log_.network)
        self._counted: tuple[datetime, float] | None = None  # a time that was believed, and the uptime then
        self._until: datetime | None = None  # when the clock was believed last
        self._node: tuple[datetime, float] | None = None  # what the node said last, and the uptime then
        self._first: str | None = None  # which log it is, as soon as it has said so
        self._from_its_first = False  # whether the log was empty when it was first seen
        self._last, self._dated = 0, None  # type: int, Dated | None
        self._confirmed = 0  # what was confirmed when it looked last
        self._judging = asyncio.Lock()
        self._begun = False
        self.standing = Standing(now(), (), None)

    async def start(self) -> None:
        """Judges the clock; a job of the service goes on to do so every minute."""
        await self.judge()
        self._begun = True

    async def stop(self) -> None:
        if self._begun:
            self._begun = False
            if not self._first:
                await self._ask()  # a heartbeat is of use beside its log alone
            await self._judge(beat=True)  # how long it was off is counted from here

    async def doubt(self) -> str | None:
        """Why what can't be undone has to wait, None where it may be done now."""
        return (await self.judge()).doubt

    async def believed(self) -> datetime | None:
        """Now, if what can't be undone may be done by it. It is to be done by this very time: a later look at the clock
        may find another one."""
        standing = await self.judge()
        return standing.now if standing.doubt is None else None

    @property
    def doubted(self) -> str | None:
        """Why it was not believed when it was judged last."""
        return self.standing.doubt

    def doubted_at(self, now: datetime) -> datetime | None:
        """For a time that it has just told, without asking anybody: None where it is believed, else what time it is at
        least (NEVER where nothing is known). A clock that jumps is seen here before it is judged again."""
        counted = self._count()
        if self.standing.doubt is None and (counted is None or (counted - now <= BEHIND and now - counted <= AHEAD)):
            return None
        if counted is not None:
            return counted
        return NEVER if self._dated is None else self._dated.told(now)

    def surely(self) -> datetime:
        """What time it is, for what must not be shown before its day: in doubt, what time it is at least."""
        now = self._now()
        return self.doubted_at(now) or now

    async def judge(self) -> Standing:
        """Holds the clock against its witnesses. Where it is believed, that is a heartbeat."""
        await self._ask()
        return await self._judge()

    async def confirm(self) -> Standing:
        """An operator says that the clock is right: that is a heartbeat, and what was recorded or signed before knows
        no better, nor does the log's node, as long as it is off by as much. Raises Unavailable, OSError."""
        await self._ask()
        last, node = await self._log.end()
        await self._outside.in_thread(self.believe, last, node)
        return await self.judge()

    def believe(self, seq: int, node: datetime | None) -> None:
        """The same, where the end of the log and the time of its node are known. On disk when it returns."""
        now = self._now()
        apart = timedelta(0) if node is None or abs(node - now) <= BEHIND else node - now

        def change(there: Heartbeat) -> Heartbeat:
            confirmed = max(seq, self._of_this_log(there).confirmed)
            return Heartbeat(now, confirmed, apart.total_seconds(), self._first or "")

        self._confirmed = self._file.change(change).confirmed
        self._counted, self._until = (now, self._passed()), now

    async def _ask(self) -> None:
        """Looks at the log: which it is, its last event, what time it is there. Nothing changes where it does not
        answer."""
        with suppress(TimeoutError, Unavailable, NotAllowed):
            async with asyncio.timeout(FIRST if self._first is None else PATIENCE):
                last, at = await self._log.end()
                if not self._first:
                    named = await self._named(last)
                    if self._first is None:  # what was kept of some log is of none
                        self._counted = self._until = None
                    self._from_its_first = not named or self._first is not None
                    self._first = named
                if last != self._last:
                    self._dated = await last_dated(self._log, last)
                    self._last = last
                if at is not None:
                    self._node = (at, self._passed())

    async def _named(self, last: int) -> str:
        """What the log is known by: its first message, the same on all nodes and after a restore. "": it is empty.
        Raises Unavailable."""
        if not last:
            return ""
        message = await self._log.at(1)
        if message is None:
            raise Unavailable("the log does not say how it begins")
        return sha256(message.subject.encode() + b"\n" + message.body).hexdigest()[:32]

    def _of_this_log(self, kept: Heartbeat) -> Heartbeat:
        """What is kept, unless it was brought here from beside another log: that knows nothing of this one. Whoever saw
        it begin knows which one it was when it had no name yet."""
        mine = kept.log == (self._first or "") or (self._from_its_first and not kept.log)
        return kept if mine else Heartbeat()

    async def _judge(self, *, beat: bool = False) -> Standing:
        async with self._judging:
            there, now = self._file.read(), self._now()
            kept = self._of_this_log(there)
            least, counted = self._counted_since(kept)
            before = self.standing.doubt
            self.standing = self._held(now, kept, least, counted)
            self._tell(before)
            if self.standing.doubt is None:
                self._until = max(now, least or now)
                self._counted = (self._until, self._passed())
                at: datetime | None = max(now, kept.at or now)
                wanted = beat or kept.at is None or now - kept.at > BEAT - SECOND
            else:
                at = self._until = least
                wanted = at != kept.at
            name = self._first or ""
            if wanted or (at is not None and kept.log != name):
                after = msgspec.structs.replace(kept, at=at, log=name)
                await self._outside.in_thread(self._keep, there, after)
            return self.standing

    def _held(self, now: datetime, kept: Heartbeat, least: datetime | None, counted: datetime | None) -> Standing:
        found = judged(now, self._witnesses(kept, now, least, counted))
        if found.doubt is None and counted is None and self._event(kept) is None and not self._nothing_to_lose():
            return Standing(now, found.witnesses, UNKNOWN)
        return found

    def _nothing_to_lose(self) -> bool:
        """Whether an installation begins here: an empty log, or, where that does not answer, a folder without keys."""
        if self._first is not None:
            return not self._first
        beside = (self._file.path, self._file.path.with_name(f"{self._file.path.name}.lock"))
        return all(one in beside for one in self._file.path.parent.glob("*"))

    def _count(self) -> datetime | None:
        """What time it is since a time that was believed, by the clock that nobody sets."""
        return self._counted and self._counted[0] + timedelta(seconds=self._passed() - self._counted[1])

    def _counted_since(self, kept: Heartbeat) -> tuple[datetime | None, datetime | None]:
        """What time it is by the heartbeat: at least, and counted from then on. While the clock is believed, both are
        the same. In doubt time may stand still, so that a clock which was put back is believed when it gets there."""
        if (
            kept.at is not None and kept.confirmed != self._confirmed
        ):  # an operator said to another replica what time it is
            self._confirmed, self._counted = kept.confirmed, None
        counted = self._count()
        if kept.at is not None and (counted is None or kept.at > counted):  # somebody else was running meanwhile
            self._counted, counted = (kept.at, self._passed()), kept.at
            self._until = kept.at
        return (counted if self.standing.doubt is None else self._until), counted

    def _event(self, kept: Heartbeat) -> Dated | None:
        """The last event that is a witness."""
        return self._dated if self._dated is not None and self._dated.seq > kept.confirmed else None

    def _witnesses(
        self, kept: Heartbeat, now: datetime, least: datetime | None, counted: datetime | None
    ) -> list[Witness]:
        found, event, signed = [], self._event(kept), self._signed()
        nearest = None if least is None or counted is None else min(max(now, least), counted)
        later = event is not None and (nearest is None or event.at > nearest)  # ahead of all it must be
        if nearest is not None:
            found.append(Witness("heartbeat", nearest, "its last heartbeat", ahead=not later))
        if event is not None:
            found.append(Witness("event", event.told(now), f"event {event.seq} was recorded", ahead=later))
        known = max((one.at for one in found), default=None)
        if signed is not None and signed.seq > kept.confirmed and (known is None or signed.at - known <= AHEAD):
            # One that is later still was no clock's that was believed; files that are copied have the time of that.
            found.append(Witness("checkpoint", signed.at, f"the checkpoint of {signed.seq} events was signed"))
        if self._node is not None:
            node = self._node[0] + timedelta(seconds=self._passed() - self._node[1])
            nearer = min(node, node - timedelta(seconds=kept.node), key=lambda at: abs(at - now))
            found.append(Witness("node", nearer, "the time of the log's node", ahead=True))
        return found

    def _signed(self) -> Dated | None:
        """How many events the notary's latest checkpoint covers, and when it was written; where its archive is here."""
        try:
            at = datetime.fromtimestamp(self._archive.latest_path.stat().st_mtime, UTC)
            return Dated(int((self._archive.latest() or "").split("\n")[1]), at, at)
        except (OSError, ValueError, IndexError):
            return None

    def _keep(self, before: Heartbeat, after: Heartbeat) -> None:
        """Unless another process, or an operator, has said something else meanwhile. A failure is tried again."""
        try:
            self._file.change(lambda there: after if there == before else there)
        except OSError as error:
            log.error("clock.no_heartbeat", service=self._service, error=repr(error))

    def _tell(self, before: str | None) -> None:
        if self.standing.doubt is not None and before is None:
            log.warning("clock.doubted", service=self._service, why=self.standing.doubt, waits=WAITS, way_out=WAY_OUT)
        elif self.standing.doubt is None and before is not None:
            log.warning("clock.believed_again", service=self._service)
