"""`maillage backup keep` and `maillage backup status`: backups that run by themselves, and how they are."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated

import structlog
import typer

from deploy.cli.archive.backup import backup, same_or_within
from deploy.cli.backups import figures
from deploy.cli.backups.rounds import Keeper, Plan
from deploy.cli.console import DataOption, JsonOption, err, out, settings_of
from deploy.host.backups_standing import backups_of
from deploy.host.data_folder import CannotStart
from shared.base.whole_files import alone

log = structlog.get_logger()
LOOK = 60.0  # seconds between two looks at what is due
HOURS = (1, 2, 3, 4, 6, 8, 12, 24)


class Ended(BaseException):
    """SIGTERM or Ctrl-C: wherever it is, what was begun is taken away."""


def add_to(app: typer.Typer) -> None:
    """These commands are under `maillage backup`, which is there already."""


@backup.command("keep")
def keep(
    to: Annotated[Path, typer.Option("--to", help="The folder of the backups, best on another disk.")],
    keys: Annotated[Path, typer.Option("--keys", help="The folder of the keys' own backup, apart from that.")],
    data: DataOption = None,
    apart: Annotated[
        bool, typer.Option("--apart", help="The data folder holds the services' own side by side, as in containers.")
    ] = False,
    every: Annotated[int, typer.Option(help="Hours between two backups: a part of 24.")] = 24,
    at: Annotated[int, typer.Option(min=0, max=23, help="The hour of Paris at which one is made.")] = 1,
    number: Annotated[int, typer.Option("--keep", min=1, help="How many are kept; older ones are destroyed.")] = 14,
    drill: Annotated[int, typer.Option(min=1, max=14, help="Days between two drills.")] = 7,
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due, a backup at least, and end: for a timer.")
    ] = False,
) -> None:
    """Back up by itself: data and keys, each in its place, older ones destroyed, a restore rehearsed each week.

    With --once exit code 1 where something failed. Else it runs until it is ended.
    """
    settings = settings_of(data)
    if every not in HOURS:
        raise CannotStart(f"--every is one of {', '.join(map(str, HOURS))} hours.")
    if same_or_within(to, keys) or same_or_within(keys, to):
        raise CannotStart(f"{to} and {keys} lie in one another; keys are kept apart from the data.")
    place = settings.data.absolute()
    plan = Plan(hours=every, at=at, keep=number, drill_days=drill)
    keeper = Keeper(place, to.absolute(), keys.absolute(), plan, settings, apart)
    with contextlib.suppress(Ended), _ended_by_signals(), _alone(place):
        if once:
            _say(keeper.step(now=True))
            if any(not line.good for line in backups_of(place)):
                raise typer.Exit(1)
            return
        with figures.served(keeper.notes, settings):
            while True:
                _say(_stepped(keeper))
                threading.Event().wait(LOOK)


@backup.command("status")
def status(data: DataOption = None, json: JsonOption = False) -> None:
    """How old the last backup, that of the keys and the last drill are. Exit code 1 where one is too old or failed."""
    lines = backups_of(settings_of(data).data.absolute())
    if json:
        out.print_json(data=[{"what": one.what, "good": one.good, "look": one.look, "text": one.text} for one in lines])
    for one in () if json else lines:
        word = "BAD " if not one.good else "LOOK" if one.look else "good"
        out.print(f"{word}  {one.what:<14} {one.text}", highlight=False, soft_wrap=True, markup=False)
    if not all(one.good for one in lines):
        raise typer.Exit(1)


def _say(lines: list[str]) -> None:
    for line in lines:
        bad = line.startswith(("No ", "The drill failed"))
        err.print(line, style="bold red" if bad else None, highlight=False, soft_wrap=True, markup=False)
        (log.error if bad else log.info)("backup.step", said=line)


def _stepped(keeper: Keeper) -> list[str]:
    """What it did; it goes on where even that can't be noted, and its age tells."""
    try:
        return keeper.step()
    except OSError as error:
        return [f"No backup can be noted: {error.filename or keeper.data} can't be written ({error.strerror})."]


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    def end(number: int, frame: FrameType | None) -> None:
        raise Ended

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One that keeps the backups of an installation. Raises CannotStart."""
    data.mkdir(parents=True, exist_ok=True)
    try:
        with alone(data / "backups.lock", wait=False):
            yield
    except BlockingIOError:
        raise CannotStart(f"Somebody keeps the backups of {data} already.") from None
