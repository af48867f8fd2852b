"""Imports that are confirmed: carried out in the background, to their end, whatever process or machine ends meanwhile.

What is to be done lies in a file, the plan, and how far it is in the stream of a process (ADR 51): so many lines are a
step. Each line is a command whose id derives from the file and the line's number, so doing it twice is doing it once.
The log says when an import begins and when it is finished; the plan goes then, and a report of what was left out stays
for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.directory.imports.domain import start_id
from services.directory.imports.drafts import Checked, Drafts
from services.directory.imports.plan import IN_FLIGHT, Done, Plan, begin, finish, write_lines
from services.directory.structures.domain.structure import RegisterStructure
from shared.contract.fields import AS_STORED
from shared.kernel.decider import Refused, derived_id
from shared.persons.sealed_files import SealedFiles, replace, sweep
from shared.runtime.faces import Commands, Premises, Undertakings
from shared.runtime.jobs import Job
from shared.runtime.parts import Key
from shared.runtime.processes.process import Do, End, Process, Run, Told

ROUND = 60.0  # seconds between two looks at what is left to do, and at what is to be erased
HOUR = 3600.0
PATIENCE = 2.0
AT_ONCE = 500  # lines of one step
LEFT_OUT = 20_000  # lines that a report names


class Imports:
    """What one process does about imports. The folder is shared by all replicas of the directory, and in no backup.
    `in_flight`: commands of one import under way at once; `at_once`: lines of one step; `patience`: seconds that a page
    waits for one to end."""

    def __init__(self, service: Undertakings, in_flight: int = IN_FLIGHT, at_once: int = AT_ONCE) -> None:
        self._service, self.in_flight, self.at_once, self.patience = service, in_flight, at_once, PATIENCE
        self.folder = service.data / "uploads" / service.name
        self.drafts = Drafts(service, SealedFiles(self.folder))
        self._plans: dict[UUID, tuple[Plan, Sequence[Any]]] = {}

    async def stop(self) -> None:
        await self.drafts.close()

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
        await self._service.processes.begin(IMPORTING, import_id, {"file": plan.file}, actor=plan.actor)
        return import_id

    async def resume(self) -> None:
        """Takes up every plan that has no process yet: whoever wrote it has ended just then, or is of an older release.
        One that was refused waits for somebody to confirm it again."""
        for path in self.folder.glob("*.plan"):
            id = UUID(path.stem)
            known = await self._service.processes.document(id)
            if known is None or known["state"] in ("done", "failed"):
                said = await self._service.outside.in_thread(path.read_bytes)
                plan = orjson.loads(said)
                await self._service.processes.begin(IMPORTING, id, {"file": plan["file"]}, actor=plan["actor"])

    async def running(self, import_id: UUID | str) -> tuple[int, int] | None:
        """Lines done, and all that are to be done; None where nothing is left to do."""
        known = await self._service.processes.document(UUID(str(import_id)))
        if known is None or known["state"] != "running":
            return None
        return known["done"] or 0, known["total"] or 0

    async def wait(self, import_id: UUID | str) -> None:
        """Waits for an import that is under way, but no longer than `patience` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                while await self.running(import_id) is not None:
                    await self._service.processes.moved()

    def planned(self, import_id: UUID) -> tuple[Plan, Sequence[Any]] | None:
        """What is to be done, and what a report says of the lines that are left out; None where that is gone. Kept from
        one step to the next. Blocks."""
        if import_id not in self._plans:
            try:
                said = orjson.loads(self._path(import_id, "plan").read_bytes())
            except FileNotFoundError:
                return None
            self._plans = {import_id: (_plan_of(said), said["told"])}
        return self._plans[import_id]

    def done_with(self, import_id: UUID, report: Mapping[str, Any]) -> None:
        """Keeps the report of an import; its plan goes. Blocks."""
        path = self._path(import_id, "plan")
        replace(path.with_suffix(".report"), orjson.dumps(report))
        path.unlink(missing_ok=True)
        path.with_suffix(".done").unlink(missing_ok=True)  # of an older release
        self._plans.pop(import_id, None)

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
        await self.resume()
        await self.end_terms()

    def _path(self, import_id: UUID | str, part: str) -> Path:
        return self.folder / f"{import_id}.{part}"


def import_of(service: Premises, plan: Plan) -> UUID:
    """The id of the import that a plan is, and of its process."""
    return derived_id(start_id(service.network, plan.file, list(plan.columns)), "import")


def step(run: Run, now: datetime) -> Do | End:
    """Begun, so many lines at a time, finished, reported."""
    if run.last("begin") is None:
        return Do("begin")
    lines = run.last("lines") or run.last("begin")
    assert lines is not None
    if lines.said["left"] != "0":
        return Do("lines")
    if run.last("finish") is None:
        return Do("finish")
    return End() if run.last("report") else Do("report")


async def _begin(service: Commands, run: Run) -> Told:
    begun = await begin(service, await _plan(service, run))
    return Told({"left": str(len(begun.lines))}, 0, len(begun.lines))


async def _lines(service: Commands, run: Run) -> Told:
    """The next lines: those after all that the steps before have done."""
    imports, plan = imports_of(service), await _plan(service, run)
    begun, before = await begin(service, plan), done_in(run).lines
    lines = begun.lines[before : before + imports.at_once]
    done = await write_lines(service, plan, begun, lines, in_flight=imports.in_flight)
    total = len(begun.lines)
    left = max(0, total - before - len(lines))
    counted = {name: str(getattr(done, name)) for name in ("new", "there", "completed")}
    refused = orjson.dumps({str(n): code for n, code in done.refused.items()}).decode()
    return Told({**counted, "refused": refused, "left": str(left)}, total - left, total)


def done_in(run: Run) -> Done:
    """What became of all lines so far."""
    done = Done()
    for one in run.steps:
        if one.name == "lines":
            done.new += int(one.said["new"])
            done.there += int(one.said["there"])
            done.completed += int(one.said["completed"])
            done.refused |= {int(n): code for n, code in orjson.loads(one.said["refused"]).items()}
    return done


async def _finish(service: Commands, run: Run) -> Told:
    plan = await _plan(service, run)
    if (await begin(service, plan)).finished is None:
        await finish(service, plan, done_in(run))
    return Told()


async def _report(service: Premises, run: Run) -> Told:
    imports = imports_of(service)
    known = await service.outside.in_thread(lambda: imports.planned(run.id))
    if known is None:
        return Told()  # it was written, and whoever did it ended before saying so
    (plan, told), done, began = known, done_in(run), run.began
    report = {
        "told": told,
        "refused": {str(n): code for n, code in done.refused.items()},
        "seconds": (service.now() - began).total_seconds(),
        "new": done.new,
        "registered": sorted(plan.register),
        "completed": {str(n): str(record) for n, (record, _) in plan.complete.items()},
    }
    await service.outside.in_thread(lambda: imports.done_with(run.id, report))
    return Told()


async def _plan(service: Premises, run: Run) -> Plan:
    """The plan. Raises Refused where it is gone: the same file, sent again, goes on."""
    imports = imports_of(service)
    known = await service.outside.in_thread(lambda: imports.planned(run.id))
    if known is None:
        raise Refused("import-plan-gone")
    return known[0]


IMPORTING: Process[Commands] = Process(
    "import", step, works={"begin": _begin, "lines": _lines, "finish": _finish, "report": _report}
)
"""One import, from its confirmation to its end, however often it fails."""


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


def imports_of(service: Premises) -> Imports:
    """The imports of this running directory."""
    return service.parts.of(IMPORTS)


async def opening(service: Undertakings) -> None:
    service.parts.put(IMPORTS, Imports(service))


async def closing(service: Premises) -> None:
    imports = service.parts.take(IMPORTS)
    if imports is not None:
        await imports.stop()


async def _round(service: Premises) -> None:
    await imports_of(service).go_round()


ROUNDS: Job[Premises] = Job("imports", _round, every=ROUND)
