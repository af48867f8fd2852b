"""`maillage restore`: an installation from a backup and the backup of its keys, in a new folder; `--drill` rehearses
it.

In this order, so that nothing is shown before it may be: the files are compared with the manifest, the archive with its
signatures; the log is filled with the same sequences and read back, its root compared with the signed one; the keys
come from their own backup, and whoever the log says was forgotten is forgotten; the views are built, their digests
compared with the manifest's; last the log itself says that it was restored (`LogRestored`, docs/adr/0013), by which no
mail goes out again by itself. Cut off anywhere, it goes on when it is run again; until it is finished nothing starts on
the folder.
"""

from __future__ import annotations

import contextlib
import os
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from nats.errors import Error as NatsError
from nats.js.errors import APIError
from rich.progress import Progress
from rich.table import Table

from deploy.cli.archive.audit import plain_errors
from deploy.cli.archive.backup import (
    INSTALLATION,
    MANIFEST,
    Manifest,
    copy_file,
    files_of,
    kept,
    newest_in,
    read_manifest,
)
from deploy.cli.console import DataOption, JsonOption, bar, out, run, settings_of
from deploy.host.all_services import DEFINITIONS
from deploy.host.data_folder import UNFINISHED, CannotStart, locked
from deploy.host.embedded import access, prepare
from deploy.host.keys_needed import keys_are_there
from deploy.host.keys_of_log import taken
from deploy.host.single_service import NotYet, connected
from shared.base.secret_files import SecretUnfit, read_secret
from shared.base.settings import Settings
from shared.base.whole_files import replace_file
from shared.contract import load_all
from shared.contract.envelope import NEVER, Provenance, Void, address, opened, sealed_body
from shared.contract.observatory.ledger import LogRestored, ledger_id
from shared.kernel.broker.connection import OPERATOR, Connection, NotAllowed
from shared.kernel.command_handler import utc_now
from shared.kernel.decider import derived_id
from shared.kernel.eventlog.atomic_batch import NoAnswer, Rejected, Unit, Write, publish
from shared.kernel.eventlog.event_log import Log, LogDamaged, LogUnfit, Unavailable
from shared.kernel.views.projector import JUDGE, Runner
from shared.ledger.archive_format import Archive
from shared.ledger.archive_verifier import verify
from shared.ledger.archiver import KEY_FILE, SIGNED_FILE, write_whole
from shared.ledger.log_restore import RestoreFailed, finished, refill, trees_of
from shared.ledger.merkle import SigningKey, VerifierKey
from shared.persons.keys.key_folder import KeyFiles, fit
from shared.persons.keys.keyring import Keyring, restored
from shared.runtime.nats.embedded_server import NatsFailed, NatsServer
from shared.runtime.service import COMMON_VIEWS, Definition
from shared.runtime.times.clock import last_dated
from shared.runtime.views.stores import store_for

LONG = 3600.0  # seconds that the views may take


@dataclass
class Restored:
    """What a restore came to. `checks`: what was compared, and whether it agreed. `seconds`: step → how long it
    took."""

    network: str
    events: int
    signed: int
    checks: dict[str, bool] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    forgotten: int = 0
    lacking: int = 0  # services whose keys' backup lacks keys of persons
    views: int = 0
    compared: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return all(self.checks.values())


def add_to(app: typer.Typer) -> None:
    """Puts this command under `maillage`."""
    app.command("restore")(restore_)


def restore_(
    source: Annotated[
        Path, typer.Option("--from", help="The backup's folder, or that of several: the newest.", show_default=False)
    ],
    keys: Annotated[Path, typer.Option("--keys", help="The folder of the keys' own backup.", show_default=False)],
    data: DataOption = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="Rehearse it in a scratch folder, which goes afterwards.")
    ] = False,
    replicas: Annotated[
        int,
        typer.Option(
            min=1, max=5, help="On how many NATS nodes each event lies, where the installation has nodes of its own."
        ),
    ] = 3,
    json: JsonOption = False,
) -> None:
    """Bring an installation back from its backup, into a folder that holds nothing yet. Nothing is sent again by
    itself.

    With MAILLAGE_NATS_URL the log goes to those servers, whose stream must be empty. Run again after an interruption,
    it goes on.
    """
    settings = settings_of(data)
    source = newest_in(source)
    with plain_errors(), bar() as progress:
        if drill:
            with TemporaryDirectory(prefix="maillage-drill-") as name:
                alone = settings.model_copy(
                    update={"nats_url": None, "mongo_url": None, "keys_backup": None, "smtp_host": None}
                )
                done = run(restore(source.absolute(), keys.absolute(), Path(name) / "data", alone, 1, progress))
        else:
            if data is None:
                raise CannotStart("Name the new data folder: maillage restore --from … --keys … --data FOLDER.")
            replicas = replicas if settings.nats_url else 1
            done = run(restore(source.absolute(), keys.absolute(), data.absolute(), settings, replicas, progress))
    _show(done, json=json, what="rehearsed" if drill else "restored")
    if not done.good:
        raise typer.Exit(1)


def told(done: Restored) -> dict[str, Any]:
    """What it came to, for programs."""
    return {
        "network": done.network,
        "events": done.events,
        "signed": done.signed,
        "good": done.good,
        "checks": done.checks,
        "remarks": done.remarks,
        "forgotten": done.forgotten,
        "views": done.views,
        "views_compared": done.compared,
        "seconds": {step: round(seconds, 2) for step, seconds in done.seconds.items()},
    }


def _show(done: Restored, *, json: bool, what: str) -> None:
    if json:
        out.print_json(data=told(done))
        return
    table = Table("compared", "outcome", title=f"{done.network}: {done.events} events, {done.signed} of them signed")
    for check, good in done.checks.items():
        table.add_row(check, "equal" if good else "DIFFERENT", style=None if good else "red")
    out.print(table)
    for remark in done.remarks:
        out.print(f"note  {remark}", highlight=False, soft_wrap=True, markup=False)
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in done.seconds.items())
    word = "good" if done.good else "BAD "
    out.print(
        f"{word}  {what} in {sum(done.seconds.values()):.1f} s ({steps}); {done.views} views built, {done.compared} "
        f"compared with the backup; {done.forgotten} persons forgotten.",
        highlight=False,
        soft_wrap=True,
    )


# -- the work -----------------------------------------------------------------------------------------------------


async def restore(
    source: Path, keys: Path, data: Path, settings: Settings, replicas: int = 1, progress: Progress | None = None
) -> Restored:
    """Brings back what `source` and `keys` hold, in `data` and on the servers of `settings`. Raises CannotStart."""
    load_all()
    settings = settings.model_copy(update={"data": data})
    manifest = read_manifest(source)
    network = manifest.network
    done = Restored(network, manifest.events, manifest.signed)
    step = _Steps(done, progress or bar())
    lock = -1
    try:
        with step("proof", manifest.events) as told:
            damaged = _proven(source, keys, manifest, told)
            done.checks["every file, with the manifest"] = not damaged
            done.remarks += [f"{name} is not what was backed up" for name in sorted(damaged)]
        again = (data / UNFINISHED).exists()
        lock = own_folder(data, manifest)
        with step("copy", len(manifest.files)) as told:
            _copy_data(source, data, damaged, told)
        async with _servers(data, settings, network) as nc:
            with step("log", manifest.events) as told:
                await refill(nc, network, Archive(data / "archive" / network), replicas, told, again=again)
            log = Log(nc, network)
            await log.start(restoring=True)
            try:
                with step("read back", manifest.events) as told:
                    await _compare_roots(log, manifest, done, told)
                with step("keys", len(DEFINITIONS)) as told:
                    done.forgotten = await _keys(log, keys, data, network, told)
                    lacking = await _marked(log, data)
                    done.remarks, done.lacking = [*done.remarks, *lacking], len(lacking)
                with step("views", len(DEFINITIONS)) as told:
                    for n, definition in enumerate(DEFINITIONS, 1):
                        await _views(definition, log, settings, manifest, done)
                        told(n)
                with step("last word", 1):
                    await _say(nc, log, manifest)
            finally:
                await log.stop()
            with step("consumers", 1):
                await finished(nc, network)
                await prepare(nc, network, replicas)
        write_whole(data / INSTALLATION, orjson.dumps({"network": network}))
        (data / UNFINISHED).unlink()
    except (LogDamaged, LogUnfit, RestoreFailed, NatsFailed, SecretUnfit, NotAllowed, Unavailable) as why:
        raise CannotStart(f"{str(why)[:1].upper()}{str(why)[1:]}.") from why
    except (NatsError, APIError, TimeoutError) as why:
        raise CannotStart(f"The NATS server did not do it ({why or type(why).__name__}). Run it again.") from why
    finally:
        if lock >= 0:
            os.close(lock)
    return done


class _Steps:
    """Shows how far each step is, and notes how long it took."""

    def __init__(self, done: Restored, progress: Progress) -> None:
        self._done, self._progress = done, progress

    @contextlib.contextmanager
    def __call__(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        start = time.perf_counter()
        task = self._progress.add_task(name.capitalize(), total=total)
        yield lambda n: self._progress.update(task, completed=n)
        self._progress.update(task, completed=total)
        self._done.seconds[name] = time.perf_counter() - start


def _proven(source: Path, keys: Path, manifest: Manifest, told: Callable[[int], None]) -> set[str]:
    """Returns if the log of the backup is what was signed, and its keys are there; the names of other files that are
    not what was backed up. Raises CannotStart."""
    archive = Archive(source / "archive" / manifest.network)
    if not archive.key_path.exists():
        raise CannotStart(f"{archive.folder} is not whole: there is no public key in it.")
    key = VerifierKey.read(archive.key_path.read_text(errors="replace"))
    report = verify(archive, key, [(MANIFEST, manifest.checkpoint)], lambda n, of: told(n))
    if not report.good or report.root != manifest.root:
        what = "; ".join(f"{fault.place}: {fault.what}" for fault in report.faults[:3])
        raise CannotStart(
            f"The archive in this backup is not what was signed: {what or 'it ends elsewhere than its manifest says'}."
        )
    fit(keys, [definition.name for definition in DEFINITIONS])
    secret = keys / KEY_FILE
    if not secret.exists() or SigningKey.of(key.name, read_secret(secret)).verifier != key:
        raise CannotStart(f"{secret} is not the key that signed this archive; is this the right backup of keys?")
    services = [d.name for d in DEFINITIONS if d.persons is not None]
    keys_are_there(keys, manifest.network, manifest.persons, archive, services)
    return {
        name
        for name, wanted in manifest.files.items()
        if not (source / name).is_file() or kept(source / name) != wanted
    }


def own_folder(data: Path, manifest: Manifest) -> int:
    """The lock of a folder that is ours: new, or of a restore of the same backup that was cut off. Raises
    CannotStart."""
    if data.exists() and not (data / UNFINISHED).exists() and any(path.name != "lock" for path in data.iterdir()):
        raise CannotStart(f"{data} holds something; a restore needs a folder of its own.")
    lock = locked(data)
    mark = orjson.dumps({"network": manifest.network, "root": manifest.root})
    if (data / UNFINISHED).exists() and (data / UNFINISHED).read_bytes() != mark:
        os.close(lock)
        raise CannotStart(f"{data} holds half of another restore; take it away first.")
    data.chmod(0o700)
    write_whole(data / UNFINISHED, mark)
    return lock


def _copy_data(source: Path, data: Path, damaged: set[str], told: Callable[[int], None]) -> None:
    """The archive and the files of services, but what is damaged: the file `tree` is made again, a picture is
    missing."""
    for network in (source / "archive").iterdir():
        (data / "archive" / network.name / "segments").mkdir(parents=True, exist_ok=True, mode=0o700)
    for n, folder in enumerate(("archive", "files")):
        for path in files_of(source / folder):
            name = path.relative_to(source)
            if str(name) not in damaged:
                copy_file(path, data / name)
        told(n)


@contextlib.asynccontextmanager
async def _servers(data: Path, settings: Settings, network: str) -> AsyncIterator[Connection]:
    """A connection of the operator's to the installation's own servers, or to one of the new folder."""
    if settings.nats_url is not None:
        try:
            nc = await connected(settings, OPERATOR)
        except NotYet as why:
            raise CannotStart(f"{str(why)[:1].upper()}{str(why)[1:]}.") from why
        try:
            yield nc
        finally:
            await nc.close()
        return
    server = NatsServer(data / "nats", access=access(network))
    try:
        await server.start()
        nc = await server.connect(OPERATOR)
        try:
            yield nc
        finally:
            await nc.close()
    finally:
        await server.stop()


async def _compare_roots(log: Log, manifest: Manifest, done: Restored, told: Callable[[int], None]) -> None:
    """Raises CannotStart where the log, read back, is not what was signed."""
    signed, whole = await trees_of(log, [manifest.signed, manifest.events], told)
    head = manifest.checkpoint.split("\n")[2]
    done.checks[f"root of {manifest.signed} events, with the checkpoint"] = b64encode(signed).decode() == head
    done.checks[f"root of {manifest.events} events, with the backup"] = b64encode(whole).decode() == manifest.root
    if not done.good and not done.remarks:
        raise CannotStart("The log that came back is not the one that was signed. Nothing starts on this folder.")


async def _keys(log: Log, keys: Path, data: Path, network: str, told: Callable[[int], None]) -> int:
    """Brings the keys back, without those of whom the log says that they were forgotten; how many these were."""
    forgotten = 0
    for n, definition in enumerate(DEFINITIONS, 1):
        if KeyFiles(keys, definition.name).begun():
            with contextlib.suppress(ValueError):  # they came back before, and somebody was forgotten already
                restored(keys, data / "keys", definition.name)
        if definition.persons is not None:
            found = await _forgotten(log, definition)
            ring = Keyring(data / "keys", network, definition.name)
            try:
                forgotten += sum(map(ring.has, found))
                ring.forget(found, utc_now())
            finally:
                ring.close()
        told(n)
    replace_file(data / "keys" / KEY_FILE, read_secret(keys / KEY_FILE))
    public = Archive(data / "archive" / network).key_path.read_bytes()  # proven, so something was signed by it
    replace_file(data / "keys" / SIGNED_FILE, public)
    return forgotten


async def _marked(log: Log, data: Path) -> list[str]:
    """Notes that these keys are this log's; what is to be said of persons who have none, since the keys' backup is
    older."""
    lacking = await taken(log, data / "keys", [definition.name for definition in DEFINITIONS])
    return [
        (
            f"{count} persons of {service} have no key in this backup of the keys, which is older: what is theirs "
            "stays closed"
        )
        for service, count in lacking.items()
    ]


async def _forgotten(log: Log, definition: Definition) -> set[UUID]:
    assert definition.persons is not None
    found = set()
    for message in await log.under(f"{definition.name}.person.*.{definition.persons.event.type_name()}"):
        with contextlib.suppress(Void):
            found.add(UUID(opened(message).entity_id))
    return found


async def _views(definition: Definition, log: Log, settings: Settings, manifest: Manifest, done: Restored) -> None:
    """Builds the views of a service, and compares them with the digests of the backup."""
    store = store_for(settings, settings.data, manifest.network, definition.name)
    try:
        before = (await store.checkpoint(JUDGE)).seq
        if before > manifest.events + 1:
            raise CannotStart(
                f"The views of {definition.name} show event {before}, later than this backup: take their database "
                "away first."
            )
        runner = Runner(log, store, [*definition.views, *COMMON_VIEWS], definition.name)
        try:
            await runner.start()
            if not await runner.wait_for(manifest.events, LONG):
                raise CannotStart(f"The views of {definition.name} could not be built: {runner.damage or 'too slow'}.")
            wanted = {(v.service, v.view, v.version): v.digest for v in manifest.views}
            for view in runner.views:
                done.views += 1
                digest = wanted.get((definition.name, view.name, view.version))
                if digest is not None and LogRestored.type_name() not in view.listens:
                    done.compared += 1
                    equal = await store.digest(view) == digest
                    done.checks["views, by digest"] = done.checks.get("views, by digest", True) and equal
                    if not equal:
                        done.remarks.append(f"the view {definition.name}/{view.name} is not what it was")
        finally:
            await runner.stop()
    finally:
        await store.close()


async def _say(nc: Connection, log: Log, manifest: Manifest) -> None:
    """Writes that the log was restored, once."""
    network, id = manifest.network, ledger_id(manifest.network)
    command = derived_id(id, f"restored/{manifest.events}/{manifest.root}")
    event_id = derived_id(command, "event/1")
    there = await log.at(manifest.events + 1)
    if there is not None:
        if opened(there).id != str(event_id):
            raise RestoreFailed(f"somebody else wrote event {there.seq}")
        return
    history, now = await log.load(LogRestored.service, LogRestored.entity, id), utc_now()
    event = LogRestored(events=manifest.events, signed=manifest.signed, root=manifest.root)
    by = Provenance(actor="operator", command=command, correlation=command)
    before = await last_dated(log, manifest.events)  # of the clock of this machine nothing more is known
    body = sealed_body(
        network,
        event,
        id,
        id=event_id,
        version=history.version + 1,
        at=now,
        now=now,
        by=by,
        believed=NEVER if before is None else before.at,
    )
    write = Write(address(network, event, id), str(event_id), body)
    try:
        await publish(nc, network, [Unit([write], {write.entity: history.seq})])
    except (Rejected, NoAnswer) as why:
        raise RestoreFailed(f"the last event could not be written ({why})") from why
