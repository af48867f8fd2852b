"""What is due of backups is done, and noted: a backup at its hour, the keys after each forgetting, a drill each week.

    keeper = Keeper(data, root, keys, Plan())
    keeper.step()      # each minute: returns what it did, in sentences

A try that failed changes nothing and is made again, after a minute, then after twice as long each time, up to an hour.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import orjson
from rich.progress import Progress

from deploy.cli.archive.audit import NothingYet, plain_errors
from deploy.cli.archive.backup import back_up, copy_keys, generations
from deploy.cli.archive.restore import restore, told
from deploy.cli.backups.generations import made
from deploy.cli.console import bar, run
from deploy.cli.hosting.deploy import gathered
from deploy.host.backups_standing import Standing, standing_file
from deploy.host.data_folder import CannotStart
from shared.base.paris_days import PARIS
from shared.base.secret_files import SecretUnfit
from shared.base.settings import Settings
from shared.ledger.archiver import write_whole

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)  # until a try that failed is made again, doubled each time
DRILL_AGAIN = timedelta(days=1)
REPORT = "backup-drill.json"


@dataclass(frozen=True)
class Plan:
    """When. `hours`: between two backups, a part of 24; `at`: the hour of Paris of one of them; `keep`: how many;
    `drill_days`: between two drills."""

    hours: int = 24
    at: int = 1
    keep: int = 14
    drill_days: int = 7

    def slot(self, now: datetime) -> datetime:
        """The latest moment for which a backup is planned."""
        here = now.astimezone(PARIS)
        first = here.replace(hour=self.at, minute=0, second=0, microsecond=0)
        if first > here:
            first -= timedelta(days=1)
        every = timedelta(hours=self.hours)
        return (first + every * ((here - first) // every)).astimezone(UTC)


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Keeper:
    """Whoever makes the backups of one installation. `apart`: `data` holds the services' data folders side by side, as
    containers have them."""

    data: Path
    root: Path
    keys: Path
    plan: Plan
    settings: Settings = field(default_factory=Settings)
    apart: bool = False
    clock: Callable[[], datetime] = _clock
    _copied: object = None  # the wrapping keys that the keys' backup was made of

    def __post_init__(self) -> None:
        self.notes = standing_file(self.data)

    def step(self, *, now: bool = False) -> list[str]:
        """Does what is due. `now`: a backup is, whatever its hour."""
        moment = self.clock()
        found = self._note(hours=self.plan.hours, to=str(self.root))
        if found.since is None or found.since > moment:
            found = self._note(since=moment)
        said: list[str] = []
        if now or self._due(found, moment):
            said += self._back_up(moment)
            found = self.notes.read()
            if found.trouble is None and self._drill_due(found, moment):
                said += self.drill()
        elif self._wrapping() != self._copied:  # somebody was forgotten, or we begin
            said += self._copy_keys(moment)
        return said

    def _note(self, **what: Any) -> Standing:
        return self.notes.change(lambda before: msgspec.structs.replace(before, **what))

    def _due(self, found: Standing, now: datetime) -> bool:
        if found.failures and found.tried is not None and found.tried <= now:
            return now >= found.tried + min(LONGEST, FIRST * (1 << min(found.failures - 1, 10)))
        return found.made is None or found.made > now or found.made < self.plan.slot(now)

    def _drill_due(self, found: Standing, now: datetime) -> bool:
        """Never with the first backup: at an installation's first hour there is little to rehearse and much to do."""
        if found.kept < 2:
            return False
        if found.drill_trouble is not None and found.drill_tried is not None and found.drill_tried <= now:
            return now >= found.drill_tried + DRILL_AGAIN - timedelta(hours=1)
        drilled = found.drilled
        return drilled is None or drilled > now or now >= drilled + timedelta(days=self.plan.drill_days, hours=-1)

    def _back_up(self, now: datetime) -> list[str]:
        before = self.notes.read()
        try:
            with _plainly(self.root), self._whole() as whole, bar() as progress:
                told_ = _progress(progress)
                _, done = run(made(self.root, now, self.plan.keep, lambda to: back_up(whole, to, told_)))
        except CannotStart as why:
            if isinstance(why, NothingYet) and before.made is None:  # an installation that begins; soon, then
                self._note(since=now, tried=now, failures=1)
                return []
            self._note(tried=now, trouble=str(why), failures=before.failures + 1)
            return [f"No backup: {why}"]
        kept = len(generations(self.root))
        self._note(made=now, tried=now, trouble=None, failures=0, events=done.manifest.events, kept=kept)
        said = f"Backup: {done.manifest.events} events, {done.bytes / 1e6:.1f} MB new, {kept} kept in {self.root}."
        return [said, *self._copy_keys(now)]

    def _copy_keys(self, now: datetime) -> list[str]:
        """Of now, in place of those before: what was forgotten since opens no more with them."""
        wrapping = self._wrapping()
        try:
            with _plainly(self.keys), self._whole() as whole:
                services = copy_keys(whole, self.keys)
        except CannotStart as why:
            self._note(keys_trouble=str(why))
            return [f"No backup of the keys: {why}"]
        self._copied = wrapping
        self._note(keys=now, keys_trouble=None)
        return [f"Backup of the keys of {', '.join(services)} in {self.keys}."]

    def drill(self) -> list[str]:
        """A restore of the newest backup with the keys of now, in a scratch folder that goes."""
        now = self.clock()
        self._note(drill_tried=now)
        try:
            with _plainly(self.root), TemporaryDirectory(prefix="maillage-drill-") as scratch, bar() as progress:
                newest = _newest(self.root)
                alone = self.settings.model_copy(
                    update={"nats_url": None, "mongo_url": None, "keys_backup": None, "smtp_host": None}
                )
                done = run(restore(newest, self.keys, Path(scratch) / "data", alone, 1, progress))
        except CannotStart as why:
            self._note(drill_trouble=str(why))
            return [f"The drill failed: {why}"]
        report = {**told(done), "backup": newest.name, "at": now.isoformat(timespec="seconds")}
        write_whole(self.data / REPORT, orjson.dumps(report, option=orjson.OPT_INDENT_2))
        wrong = [check for check, good in done.checks.items() if not good]
        if done.lacking:
            wrong.append(f"{done.lacking} services lack keys of persons")
        trouble = f"{'; '.join([*wrong, *done.remarks])} ({self.data / REPORT})" if wrong else None
        self._note(drill_trouble=trouble, drill_events=done.events, **({} if wrong else {"drilled": now}))
        if trouble:
            return [f"The drill failed: {trouble}"]
        return [
            f"Drill: {newest.name} came back, {done.events} events, {done.views} views, {done.forgotten} forgotten."
        ]

    def _wrapping(self) -> object:
        """What changes whenever somebody is forgotten (ADR 8)."""
        keys = sorted(self.data.glob("*/keys/*.wrapping-key*" if self.apart else "keys/*.wrapping-key*"))
        found = []
        for path in keys:
            with contextlib.suppress(FileNotFoundError):  # replaced at this moment
                there = path.stat()
                found.append((str(path), there.st_ino, there.st_mtime_ns))
        return found

    @contextlib.contextmanager
    def _whole(self) -> Iterator[Path]:
        """The data folder as one."""
        if not self.apart:
            yield self.data
            return
        with TemporaryDirectory(prefix="maillage-gathered-") as name:
            if not gathered(self.data, Path(name) / "all"):
                raise CannotStart(f"No service has begun in {self.data}.")
            yield Path(name) / "all"


def _newest(root: Path) -> Path:
    there = generations(root)
    if not there:
        raise CannotStart(f"There is no backup in {root} yet.")
    return there[-1]


def _progress(progress: Progress) -> Callable[[int, int], None]:
    task = progress.add_task("Backing up", total=None)
    return lambda done, of: progress.update(task, completed=done, total=of)


@contextlib.contextmanager
def _plainly(where: Path) -> Iterator[None]:
    """Whatever stands in the way is one sentence, as CannotStart."""
    with plain_errors():
        try:
            yield
        except SecretUnfit as why:
            raise CannotStart(f"{why}.") from why
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise CannotStart(f"There is no room left on the disk of {error.filename or where}.") from error
            if error.filename is None:
                raise CannotStart(f"{where}: {error.strerror or error}.") from error
            raise
