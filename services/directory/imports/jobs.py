"""Imports that are confirmed: carried out in the background, to their end, whatever process or machine ends meanwhile.

What is to be done lies in a file, the plan; whoever of all replicas holds its lock does it. Each line is a command
whose id derives from the file and the line's number, so doing it twice is doing it once. The log says when an import
begins and when it is finished; the plan goes then, and a report of what was left out stays for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import structlog

from services.directory.imports.domain import start_id
from services.directory.imports.drafts import Checked, Drafts, written
from services.directory.imports.files.uploads import alone
from services.directory.imports.plan import IN_FLIGHT, Plan, carry_out
from services.directory.structures.domain.structure import RegisterStructure
from shared.base.cancellation import end
from shared.contract.fields import AS_STORED
from shared.kernel.decider import derived_id
from shared.persons.sealed_files import SealedFiles, replace, sweep
from shared.runtime.jobs import Job
from shared.runtime.parts import Key
from shared.runtime.service import Service

log = structlog.get_logger()
ROUND = 60.0  # seconds between two looks at what is left to do, and at what is to be erased
HOUR = 3600.0
PATIENCE = 2.0
LEFT_OUT = 20_000  # lines that a report names


class Imports:
    """What one process does about imports. The folder is shared by all replicas of the directory, and in no backup.
    `in_flight`: commands of one import under way at once; `patience`: seconds that a page waits for one to end."""

    def __init__(self, service: Service, in_flight: int = IN_FLIGHT) -> None:
        self._service, self.in_flight, self.patience = service, in_flight, PATIENCE
        self.folder = service.around.data / "uploads" / service.name
        self.drafts = Drafts(service, SealedFiles(self.folder))
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def stop(self) -> None:
        """Whatever is under way goes on at the next start, or in another replica."""
        await self.drafts.close()
        for task in list(self._tasks.values()):
            await end(task)

    async def begin(self, plan: Plan, lines: Sequence[Checked]) -> UUID:
        """Carries a plan out from now on; the import's id. On disk before it returns."""
        import_id = import_of(self._service, plan)
        out = set(plan.left_out)
        left_out = [
            (line.number, line.name, [one[1:] for one in line.problems], [key for key, _, _ in line.like], line.twin)
            for line in lines
            if line.number in out
        ]
        said = {
            "file": plan.file,
            "columns": list(plan.columns),
            "lines": plan.lines,
            "left_out": list(plan.left_out),
            "register": {
                str(n): one.model_dump(mode="json", exclude_defaults=True) for n, one in plan.register.items()
            },
            "complete": {
                str(n): [str(record), one.model_dump(mode="json", exclude_defaults=True)]
                for n, (record, one) in plan.complete.items()
            },
            "source": plan.source,
            "actor": plan.actor,
            "told": left_out[:LEFT_OUT],
        }
        path = self._path(import_id, "plan")
        await self._service.outside.in_thread(lambda: replace(path, orjson.dumps(said)))
        self.resume()
        return import_id

    def resume(self) -> None:
        """Takes up every plan that nobody works on."""
        for path in self.folder.glob("*.plan"):
            task = self._tasks.get(path.name)
            if task is None or task.done():
                self._tasks[path.name] = asyncio.create_task(self._carry_out(path))

    def running(self, import_id: UUID | str) -> tuple[int, int] | None:
        """Lines done, and all that are to be done; None where nothing is left to do."""
        plan = self._path(import_id, "plan")
        if not plan.exists():
            return None
        with suppress(OSError, ValueError):
            done, total = self._path(import_id, "done").read_text().split()
            return int(done), int(total)
        return 0, 0

    async def wait(self, import_id: UUID | str) -> None:
        """Waits for an import that this process carries out, but no longer than `patience` seconds."""
        task = self._tasks.get(self._path(import_id, "plan").name)
        if task is not None:
            await asyncio.wait({task}, timeout=self.patience)

    def report(self, import_id: UUID | str) -> dict[str, Any] | None:
        """What was left out and why, as long as that is kept."""
        try:
            found: dict[str, Any] = orjson.loads(self._path(import_id, "report").read_bytes())
        except FileNotFoundError:
            return None
        return found

    async def end_terms(self) -> int:
        """Erases what has come to its term (`sweep`), unless the clock is in doubt; how many files."""
        now = await self._service.clock.believed()
        return 0 if now is None else await self._service.outside.in_thread(self.sweep, now)

    def sweep(self, at: datetime | None = None) -> int:
        """Erases uploads that nobody confirmed and reports that have come to their term; how many files. Blocks."""
        settings, now = self._service.settings, (at or self._service.now()).timestamp()
        count = sweep(self.folder, "*.report", now, settings.keep_import_reports * 24 * HOUR)
        for part in ("draft", "table", "upload", "checked", "progress"):
            count += sweep(self.folder, f"*.{part}", now, settings.keep_uploads * 24 * HOUR)
        count += sweep(self.folder, ".*.new", now, HOUR)
        return count

    async def go_round(self) -> None:
        """Goes on with what was begun, and erases what has come to its term."""
        self.resume()
        await self.end_terms()

    async def _carry_out(self, path: Path) -> None:
        with alone(path) as mine:
            if not mine:
                return
            try:
                said = await self._service.outside.in_thread(lambda: orjson.loads(path.read_bytes()))
                plan = await self._service.outside.in_thread(_plan_of, said)
                done = await carry_out(self._service, plan, written(path.with_suffix(".done")), self.in_flight)
                report = {
                    "told": said["told"],
                    "refused": {str(n): code for n, code in done.refused.items()},
                    "seconds": done.seconds,
                    "new": done.new,
                    "registered": sorted(plan.register),
                    "completed": {str(n): str(record) for n, (record, _) in plan.complete.items()},
                }
                await self._service.outside.in_thread(
                    lambda: replace(path.with_suffix(".report"), orjson.dumps(report))
                )
                path.unlink(missing_ok=True)
                path.with_suffix(".done").unlink(missing_ok=True)
            except Exception as error:  # it stays, and is taken up at the next round
                log.error("import.failed", error=type(error).__name__, exc_info=error)

    def _path(self, import_id: UUID | str, part: str) -> Path:
        return self.folder / f"{import_id}.{part}"


def import_of(service: Service, plan: Plan) -> UUID:
    """The id of the import that a plan is."""
    return derived_id(start_id(service.network, plan.file, list(plan.columns)), "import")


def _plan_of(said: Mapping[str, Any]) -> Plan:
    return Plan(
        said["file"],
        said["columns"],
        said["lines"],
        {int(n): RegisterStructure.model_validate(one, context=AS_STORED) for n, one in said["register"].items()},
        {
            int(n): (UUID(record), RegisterStructure.model_validate(one, context=AS_STORED))
            for n, (record, one) in said["complete"].items()
        },
        said["left_out"],
        said["source"],
        said["actor"],
    )


IMPORTS: Key[Imports] = Key("imports")


def imports_of(service: Service) -> Imports:
    """The imports of this running directory."""
    return service.parts.of(IMPORTS)


async def opening(service: Service) -> None:
    service.parts.put(IMPORTS, Imports(service))


async def closing(service: Service) -> None:
    imports = service.parts.take(IMPORTS)
    if imports is not None:
        await imports.stop()


async def _round(service: Service) -> None:
    await imports_of(service).go_round()


ROUNDS: Job[Service] = Job("imports", _round, every=ROUND)
