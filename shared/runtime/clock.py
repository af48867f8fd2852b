"""Whether the clock of this machine can be believed. While it can't, what can't be undone waits; all else goes on.

Persons are forgotten, files erased and the log's head signed because time has passed, so a clock that is wrong must
not do it (docs/adr/0028). *Now* is held against its witnesses:

- the **heartbeat**: what time it was when the clock was last believed, written every minute into the folder of keys, by
  all who share it. While the process runs, the time since then is counted by a clock that nobody sets;
- the log's **last event** and the notary's last **checkpoint**;
- the **node** of the log, which answers with its own time.

Behind any of them by more than BEHIND, or ahead of the heartbeat (of the last event, where there is none yet) or of the
node by more than AHEAD: now is in doubt. A doubt outlives restarts, since a clock in doubt writes no heartbeat, and what
is recorded by it vouches for nothing. It ends by itself where the clock comes back to what its witnesses say, else by
an operator's word (`maillage clock confirm`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from shared.base.kept_file import KeptFile
from shared.base.outside import REAL, Outside
from shared.contract.envelope import Void, opened
from shared.contract.observatory import LogRestored
from shared.kernel.eventlog.event_log import Log, NotAllowed, Unavailable
from shared.ledger.archive_format import Archive

log = structlog.get_logger()
BEHIND = timedelta(minutes=5)
AHEAD = timedelta(days=7)
BEAT, SECOND = timedelta(minutes=1), timedelta(seconds=1)  # between two heartbeats; what may be lacking of it
LOOKED_AT = 3  # messages at the end of the log that are looked at for one that says when it was recorded
PATIENCE = 2.0  # seconds that the log may take to answer; without it the other witnesses are heard
WAITS = "forgetting at the end of terms, erasing by age, signing"
WAY_OUT = "`maillage clock confirm` ends that once the clock is right"
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
    """How the clock stands beside its witnesses. `doubt`: why it is not believed, in one sentence."""

    now: datetime
    witnesses: Sequence[Witness]
    doubt: str | None


def judged(now: datetime, witnesses: Sequence[Witness]) -> Standing:
    """Holds a clock against its witnesses; where there are none, it is believed."""
    doubt = None
    for one in witnesses:
        if one.at - now > BEHIND:
            doubt = f"the clock says {_said(now)}, {_long(one.at - now)} before {one.said} ({_said(one.at)})"
        elif one.ahead and now - one.at > AHEAD:
            doubt = f"the clock says {_said(now)}, {_long(now - one.at)} after {one.said} ({_said(one.at)})"
        if doubt is not None:
            break
    return Standing(now, witnesses, doubt)


def _said(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return (
        f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours" if minutes < 2880 else f"{span.days} days"
    )


class Later(msgspec.Struct, frozen=True):
    """An event that is dated later than a clock that was believed."""

    seq: int
    at: datetime


class Heartbeat(msgspec.Struct, frozen=True):
    """What is kept of the time. `at`: when the clock was believed last. `later`: what it stands behind. By an operator's
    word, `confirmed`: the sequence up to which neither event nor checkpoint is a witness; `node`: seconds by which the
    log's node is ahead."""

    at: datetime | None = None
    later: Later | None = None
    confirmed: int = 0
    node: float = 0.0


def uptime() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps (where it has one)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock:
    """The clock of one service. `start` judges it before anything is done by it; `doubt` judges it again, right before
    each thing that can't be undone. `standing`: as it was judged last."""

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
        self._last, self._dated = 0, None  # type: int, Later | None
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
            await self._judge(None, beat=True)  # how long it was off is counted from here

    async def doubt(self) -> str | None:
        """Why what can't be undone has to wait, None where it may be done now."""
        return (await self.judge()).doubt

    @property
    def doubted(self) -> str | None:
        """The same, as it was judged last."""
        return self.standing.doubt

    async def judge(self) -> Standing:
        """Holds the clock against its witnesses. Where it is believed, that is a heartbeat."""
        return await self._judge(await self._asked())

    async def confirm(self) -> Standing:
        """An operator says that the clock is right: that is a heartbeat, and what was recorded or signed before knows
        no better, nor does the log's node, as long as it is off by as much. Raises Unavailable, OSError."""
        last, node = await self._log.end()
        await self._outside.in_thread(self.believe, last, node)
        return await self.judge()

    def believe(self, seq: int, node: datetime | None) -> None:
        """The same, where the end of the log and the time of its node are known. On disk when it returns."""
        now = self._now()
        apart = timedelta(0) if node is None or abs(node - now) <= BEHIND else node - now
        self._file.change(lambda kept: Heartbeat(now, None, max(seq, kept.confirmed), apart.total_seconds()))
        self._counted = (now, self._passed())

    async def _asked(self) -> datetime | None:
        """What time it is where the log lies, None where it does not answer; looks at the last event, too."""
        try:
            async with asyncio.timeout(PATIENCE):
                last, at = await self._log.end()
                if last != self._last:
                    self._dated = await self._dated_at(last)
                    self._last = last
                return at
        except (TimeoutError, Unavailable, NotAllowed):
            return None

    async def _dated_at(self, seq: int) -> Later | None:
        """The last event up to a sequence that says when it was recorded. A restore vouches for nothing: it writes its
        own last event by the clock that is to be judged."""
        for before in range(min(seq, LOOKED_AT)):
            message = await self._log.at(seq - before)
            try:
                event = None if message is None else opened(message)
            except Void:
                continue
            if event is not None and event.type != LogRestored.type_name():
                return Later(event.seq, event.recorded)
        return None

    async def _judge(self, node: datetime | None, *, beat: bool = False) -> Standing:
        async with self._judging:
            kept, now = self._file.read(), self._now()
            least, counted = self._counted_since(kept)
            before = self.standing.doubt
            self.standing = judged(now, self._witnesses(kept, now, least, counted, node))
            self._tell(before)
            if self.standing.doubt is None:
                self._counted = (max(now, least or now), self._passed())
                after = msgspec.structs.replace(kept, at=max(now, kept.at or now), later=None)
                wanted = beat or kept.at is None or now - kept.at > BEAT - SECOND or kept.later is not None
            else:
                at = least or (min(self._dated.at, now) if self._dated else node)
                after = msgspec.structs.replace(kept, at=at, later=self._later(kept, now, counted))
                wanted = after != kept
            if wanted:
                await self._outside.in_thread(self._keep, kept, after)
            return self.standing

    def _counted_since(self, kept: Heartbeat) -> tuple[datetime | None, datetime | None]:
        """What time it is by the heartbeat: at least, and counted from then on. While the clock is believed, both are
        the same. In doubt time may stand still, so that a clock which was put back is believed when it gets there."""
        if kept.at is None:
            return None, None
        passed = self._passed()
        counted = kept.at if self._counted is None else self._counted[0] + timedelta(seconds=passed - self._counted[1])
        if self._counted is None or kept.at > counted:  # somebody else was running meanwhile
            self._counted, counted = (kept.at, passed), kept.at
        return (counted if self.standing.doubt is None else kept.at), counted

    def _witnesses(
        self, kept: Heartbeat, now: datetime, least: datetime | None, counted: datetime | None, node: datetime | None
    ) -> list[Witness]:
        found = []
        if least is not None and counted is not None:
            nearest = min(max(now, least), counted)
            found.append(Witness("heartbeat", nearest, "its last heartbeat", ahead=True))
        dated = [one for one in (self._dated, kept.later) if one is not None and one.seq > kept.confirmed]
        if dated:
            last = max(dated, key=lambda one: one.at)
            found.append(Witness("event", last.at, f"event {last.seq} was recorded", ahead=kept.at is None))
        signed = self._signed()
        if signed is not None and signed.seq > kept.confirmed:
            found.append(Witness("checkpoint", signed.at, f"the checkpoint of {signed.seq} events was signed"))
        if node is not None:
            known = timedelta(seconds=kept.node)
            found.append(Witness("node", node - known, "the time of the log's node", ahead=True))
        return found

    def _later(self, kept: Heartbeat, now: datetime, counted: datetime | None) -> Later | None:
        """The event that the clock stands behind, or will stand behind once it is right again."""
        one = self._dated
        if one is None or one.seq <= kept.confirmed:
            return kept.later
        if one.at - now <= BEHIND and (counted is None or one.at - counted <= AHEAD):
            return kept.later
        return one if kept.later is None or one.at > kept.later.at else kept.later

    def _signed(self) -> Later | None:
        """How many events the notary's latest checkpoint covers, and when it was written; where its archive is here."""
        try:
            at = datetime.fromtimestamp(self._archive.latest_path.stat().st_mtime, UTC)
            return Later(int((self._archive.latest() or "").split("\n")[1]), at)
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
