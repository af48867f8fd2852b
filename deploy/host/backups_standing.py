"""How the backups of an installation stand, as whatever makes them notes it in the data folder: for `maillage doctor`,
for `maillage backup status`, for the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from shared.base.whole_files import KeptFile

FILE = "backups.json"
DRILL_OLD = timedelta(days=14)
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A file that has one without its offset was written by somebody else, and says nothing"""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Moments are in UTC; None where it has not happened. `hours`: between two backups; `trouble`: why the last try
    failed, in a sentence, None after one that went well; `failures`: tries in a row that failed."""

    since: Moment | None = None
    hours: int = 24
    to: str = ""
    made: Moment | None = None
    tried: Moment | None = None
    trouble: str | None = None
    failures: int = 0
    events: int = 0
    kept: int = 0
    keys: Moment | None = None
    keys_trouble: str | None = None
    drilled: Moment | None = None
    drill_tried: Moment | None = None
    drill_trouble: str | None = None
    drill_events: int = 0


@dataclass(frozen=True)
class Line:
    """What is said of one thing. `good`: nothing is wrong; `look`: nothing yet."""

    what: str
    good: bool
    text: str
    look: bool = False


def standing_file(data: Path) -> KeptFile[Standing]:
    """Where it is noted."""
    return KeptFile(data / FILE, Standing)


def seconds_since(moment: datetime | None, otherwise: datetime | None, now: datetime) -> float:
    """How long ago something was; where it never was, how long that has been asked for. A moment that is to come, by a
    clock that was wrong, is as if it had never been."""
    then = otherwise if moment is None or moment > now else moment
    return 0.0 if then is None else max(0.0, (now - then).total_seconds())


def backups_of(data: Path, now: datetime | None = None) -> list[Line]:
    """How they are, for whoever runs the installation."""
    found, now = standing_file(data).read(), now or datetime.now(UTC)
    if found.since is None:
        return [Line("backup", True, "none runs by itself: `maillage backup keep` (docs/operating.md)", look=True)]
    return [_backup(found, now), _keys(found, now), _drill(found, now)]


def _backup(found: Standing, now: datetime) -> Line:
    age = seconds_since(found.made, found.since, now)
    old = age > 1.5 * found.hours * 3600
    what = "never" if found.made is None else f"{ago(age)}, {found.events} events, {found.kept} kept in {found.to}"
    if found.trouble is not None:
        return Line("backup: last", False, f"{what}; the last try failed: {found.trouble}")
    return Line("backup: last", not old, f"{what}; it is to be made every {found.hours} hours" if old else what)


def _keys(found: Standing, now: datetime) -> Line:
    age = seconds_since(found.keys, found.since, now)
    what = "never" if found.keys is None else ago(age)
    if found.keys_trouble is not None:
        return Line("backup: keys", False, f"{what}; the last try failed: {found.keys_trouble}")
    return Line("backup: keys", age <= 1.5 * found.hours * 3600, what)


def _drill(found: Standing, now: datetime) -> Line:
    age = seconds_since(found.drilled, found.since, now)
    what = "none yet" if found.drilled is None else f"{ago(age)}, {found.drill_events} events came back"
    if found.drill_trouble is not None:
        return Line("backup: drill", False, f"{what}; the last one failed: {found.drill_trouble}")
    old = age > DRILL_OLD.total_seconds()
    return Line("backup: drill", not old, what, look=found.drilled is None)


def ago(seconds: float) -> str:
    """In words: `5 min ago`, `3 h ago`, `2 days ago`."""
    if seconds < 5400:
        return f"{seconds / 60:.0f} min ago"
    return f"{seconds / 3600:.0f} h ago" if seconds < 172_800 else f"{seconds / 86_400:.0f} days ago"
