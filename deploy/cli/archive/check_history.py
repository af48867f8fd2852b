"""`maillage check-history`: an archived log, or the one on the NATS servers, through the code of this release, before
it is deployed. `maillage views drop-old`: what releases that are gone left in MongoDB.

Nothing is written and nothing leaves the process: every message is judged, every event decoded against its type, folded
into its entity and given to every view. What a place says of an error is never a value, which may be personal.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from pydantic import ValidationError
from rich.table import Table

from deploy.cli.archive.audit import archive_of
from deploy.cli.console import DataOption, JsonOption, bar, out, run, settings_of
from deploy.cli.remote.query import views
from deploy.host.all_services import DEFINITIONS
from deploy.host.data_folder import CannotStart
from deploy.host.single_service import connected, network_served
from services.observatory.event_table.columns import row_of
from shared.base.gc_pause import uncollected
from shared.base.settings import Settings
from shared.contract import EVENTS, load_all
from shared.contract.envelope import GUARD, Message, Recorded, Void, knows, opened
from shared.contract.observatory.ledger import LogRestored
from shared.kernel.broker.connection import OPERATOR
from shared.kernel.decider import Decider
from shared.kernel.eventlog.event_log import Log, LogDamaged
from shared.kernel.stores import InUse
from shared.kernel.views.projection import Document, View, folded
from shared.ledger.archive_format import ArchiveDamaged
from shared.runtime.service import COMMON_VIEWS, Definition
from shared.runtime.views.stores import store_for

SHOWN = 50  # errors that are said one by one
AT_ONCE = 500  # events checked before others have their turn
UNDECIDED = frozenset({LogRestored})
"""The types of what the system says by itself: nobody may be refused it, so no service decides about it"""


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.command("check-history")(check_history)
    views.command("drop-old")(drop_old)


@dataclass(frozen=True)
class Fault:
    """What went wrong with one event. `where` is the contract, a fold, a view or the observatory's table."""

    seq: int
    type: str
    where: str
    what: str


@dataclass
class Checked:
    """What a history came to. `faults` are the first of them; `failed` counts all."""

    events: int = 0
    types: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    void: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    faults: list[Fault] = field(default_factory=list)
    entities: int = 0
    documents: int = 0

    def good(self, allow_unknown: bool = False) -> bool:
        return self.failed == 0 and (allow_unknown or not self.unknown)

    def as_json(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "types": dict(self.types.most_common()),
            "unknown": dict(self.unknown),
            "void": dict(self.void),
            "entities": self.entities,
            "documents": self.documents,
            "failed": self.failed,
            "faults": [vars(fault) for fault in self.faults],
        }


class Checking:
    """Reads a history, message by message, from its first on. Holds all states and documents in memory."""

    def __init__(self, definitions: Sequence[Definition]) -> None:
        self.found = Checked()
        self._deciders: dict[tuple[str, str], Decider[Any]] = {
            (definition.name, decider.entity): decider for definition in definitions for decider in definition.deciders
        }
        self._views: list[tuple[str, View]] = [
            (f"view {definition.name}.{view.name}", view)
            for definition in definitions
            for view in (*definition.views, *COMMON_VIEWS)
        ]
        self._versions: dict[str, int] = {}
        self._states: dict[str, Any] = {}
        self._documents: dict[str, dict[str, Document]] = {where: {} for where, _ in self._views}

    def take(self, messages: Sequence[Message]) -> None:
        with uncollected():
            for message in messages:
                self._take(message)

    def finish(self) -> Checked:
        self.found.entities = len(self._versions)
        self.found.documents = sum(len(documents) for documents in self._documents.values())
        return self.found

    def _take(self, message: Message) -> None:
        entity = message.subject.rpartition(".")[0]
        try:
            event = opened(message)
            if event.version != self._versions.get(entity, 0) + 1:
                raise Void("out-of-turn")
        except Void as void:
            if void.reason != GUARD:
                self.found.void[void.reason] += 1
            return
        self._versions[entity] = event.version
        self.found.events += 1
        self.found.types[event.type] += 1
        with self._noted(event, "the observatory's table"):
            row_of(event)
        if not knows(event.kind):
            self.found.unknown[event.kind] += 1
            return
        try:
            data = EVENTS[event.type].read(event.content)
        except ValidationError as wrong:
            said = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'data'}: {e['type']}" for e in wrong.errors())
            self._fault(event, "contract", said)
            return
        decider = self._deciders.get((event.service, event.entity))
        if decider is None and type(data) not in UNDECIDED:
            self._fault(event, "fold", f"no service decides about {event.service}.{event.entity}")
        if decider is not None:
            with self._noted(event, f"fold {event.entity}"):
                self._states[entity] = decider.evolve(self._states.get(entity, decider.initial), data)
        for where, view in self._views:
            if event.type in view.types:
                with self._noted(event, where):
                    self._evolve(where, view, event)

    def _evolve(self, where: str, view: View, event: Recorded) -> None:
        documents = self._documents[where]
        for key in view.keys(event):
            after = view.evolve(documents.get(key), event)
            if after is None:
                documents.pop(key, None)
                continue
            after["key"] = key
            orjson.dumps(after)
            if view.text:
                folded(view.text(after))
            documents[key] = after

    def _noted(self, event: Recorded, where: str) -> _Noted:
        return _Noted(self, event, where)

    def _fault(self, event: Recorded, where: str, what: str) -> None:
        self.found.failed += 1
        if len(self.found.faults) < SHOWN:
            self.found.faults.append(Fault(event.seq, event.type, where, what))


@dataclass
class _Noted:
    """Notes what is raised, and where in the code, without the values in its text."""

    checking: Checking
    event: Recorded
    where: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool:
        if not isinstance(error, Exception):
            return False
        while trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        self.checking._fault(self.event, self.where, f"{type(error).__name__} at {place}")
        return True


async def _check(messages: AsyncIterator[list[Message]]) -> Checked:
    checking, sofar = Checking(DEFINITIONS), 0
    with bar() as progress:
        task = progress.add_task("Checking", total=None)
        async for some in messages:
            for start in range(0, len(some), AT_ONCE):
                checking.take(some[start : start + AT_ONCE])
                await asyncio.sleep(0)
            sofar += len(some)
            progress.update(task, completed=sofar)
    return checking.finish()


async def _archived(runs: Iterator[list[Message]]) -> AsyncIterator[list[Message]]:
    for some in runs:
        yield some


async def _live(settings: Settings) -> Checked:
    network = network_served(settings)
    nc = await connected(settings, OPERATOR)
    log = Log(nc, network)
    await log.start()
    try:
        async with aclosing(log.read(0)) as messages:
            return await _check(messages)
    finally:
        await log.stop()
        await nc.close()


def check_history(
    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive", help="The archive's folder; without it, that of the data folder.", show_default=False
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="The log on the NATS servers (MAILLAGE_NATS_URL) instead.")
    ] = False,
    allow_unknown: Annotated[
        bool,
        typer.Option(
            "--allow-unknown",
            help="Types that this release does not know are no error, as on the way back to an older one.",
        ),
    ] = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Read a whole history with the code of this release, before it is deployed. Exit code 1 where it can't be read."""
    load_all()
    try:
        found = run(_live(settings_of(data)) if live else _check(_archived(archive_of(archive, data).read())))
    except (ArchiveDamaged, LogDamaged) as damage:
        raise CannotStart(f"{str(damage)[:1].upper()}{str(damage)[1:]}.") from damage
    good = found.good(allow_unknown)
    if json:
        out.print_json(data={"good": good, **found.as_json()})
    else:
        _show(found, good)
    if not good:
        raise typer.Exit(1)


def _show(found: Checked, good: bool) -> None:
    table = Table("type", "events", "")
    for name, number in found.types.most_common():
        table.add_row(name, str(number), "unknown to this release" if name in found.unknown else "")
    out.print(table)
    for fault in found.faults:
        said = f"BAD   event {fault.seq}, {fault.type}, {fault.where}: {fault.what}"
        out.print(said, style="red", highlight=False, soft_wrap=True, markup=False)
    if found.failed > len(found.faults):
        out.print(f"BAD   and {found.failed - len(found.faults)} more", style="red", highlight=False)
    void = ", ".join(f"{number} {reason}" for reason, number in found.void.items()) or "none"
    out.print(
        f"{'good' if good else 'BAD '}  {found.events} events of {found.entities} entities in {found.documents} "
        f"documents; {found.failed} failed, {sum(found.unknown.values())} of unknown types; void: {void}",
        highlight=False,
        soft_wrap=True,
    )


def drop_old(
    days: Annotated[float, typer.Option(min=0, help="Views that no release has used for so many days.")] = 0,
    data: DataOption = None,
) -> None:
    """Drop views and versions of views in MongoDB that no running release uses. Each service does it by itself after 7
    days; until then an older release can come back."""
    settings = settings_of(data)
    if settings.mongo_url is None:
        out.print("SQLite keeps no old views: each start drops them.", highlight=False)
        return
    for service, tables in run(_drop_old(settings, timedelta(days=days))).items():
        out.print(f"{service}: {', '.join(tables) or 'nothing'}", highlight=False, soft_wrap=True)


RUNNING = timedelta(minutes=1)
"""A release that has not said a word for so long is not running: its writer says one every other second."""


async def _drop_old(settings: Settings, unused: timedelta) -> dict[str, list[str]]:
    load_all()
    network = network_served(settings)
    swept = {}
    for definition in DEFINITIONS:
        try:
            store = store_for(settings, settings.data.absolute(), network, definition.name)
        except (InUse, ValueError) as why:
            raise CannotStart(f"MAILLAGE_MONGO_URL: {why}.") from None
        try:
            views = [*definition.views, *COMMON_VIEWS]
            swept[definition.name] = await store.sweep(views, max(unused, RUNNING))
        finally:
            await store.close()
    return swept
