"""What was found wrong with views and mended: a file for each, so that it is told after a new start too, and when each
view was verified last. No report holds a value of a document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from shared.base.whole_files import KeptFile, replace_file

log = structlog.get_logger()
TOLD = timedelta(days=7)  # for so long `maillage doctor` asks somebody to look
MOST = 50  # reports of a service that are kept
How = Literal["damaged", "differed"]


class Differing(msgspec.Struct, frozen=True):
    """A document that is not what the log says. `key`: as the log makes it, "" for one that it does not make; `fields`:
    those that differ, by names that the log's document has."""

    key: str
    how: Literal["changed", "missing", "too many"]
    fields: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """One thing that was mended. `view`: which, "" where it was the whole file; `aside`: what the damaged file is
    called now, in `views/aside`; `differing`: how many documents, of which the first are named; `parked_lost`: the list
    of events that reactions had given up could not be read."""

    at: datetime
    how: How
    why: str
    view: str = ""
    aside: str = ""
    sequence: int = 0
    differing: int = 0
    documents: tuple[Differing, ...] = ()
    parked_lost: bool = False


class Verified(msgspec.Struct, frozen=True):
    """When views were verified, by their tables; `since`: when it was first noted that none was."""

    since: datetime | None = None
    views: dict[str, datetime] = msgspec.field(default_factory=dict)

    @property
    def last(self) -> datetime | None:
        return max(self.views.values(), default=None)


class Reports:
    """The reports of one service, in `<folder>/mended`. Blocks."""

    def __init__(self, folder: Path, service: str) -> None:
        self._folder, self._service = folder / "mended", service
        self.verified = KeptFile(folder / f"{service}.verified", Verified)

    def add(self, report: Report) -> None:
        """Keeps a report, on disk when it returns, and says it in the program's log. Where it can't be kept it is said
        there alone: no reason not to mend."""
        log.error(
            f"views.{report.how}",
            service=self._service,
            view=report.view or "all",
            why=report.why,
            aside=report.aside or None,
            differing=report.differing,
            parked_lost=report.parked_lost,
        )
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, name = 1, f"{self._service}.{stamp(report.at)}"
            while (path := self._folder / f"{name}.{number:03}.json").exists():
                number += 1
            replace_file(path, msgspec.json.format(msgspec.json.encode(report)))
            for old in self._paths()[:-MOST]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.error("views.report_not_kept", service=self._service, error=repr(error))

    def all(self) -> Sequence[Report]:
        """Those that are kept, the oldest first."""
        found = []
        for path in self._paths():
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=Report))
            except (OSError, msgspec.DecodeError, UnicodeDecodeError):  # damaged: what it told is lost
                log.warning("views.report_unreadable", service=self._service, file=path.name)
        return found

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._service}.*.json"))


def stamp(at: datetime) -> str:
    """A time as part of a file's name, which sorts."""
    return f"{at:%Y%m%dT%H%M%SZ}"
