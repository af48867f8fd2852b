"""`maillage audit …`: what an auditor does with the archive alone: verify it, prove one event, replay it.

None of these commands needs a server, a data folder or a network: the archive's folder and the public key are enough.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
import typer
from rich.table import Table

from deploy.cli.console import JsonOption, bar, err, out, run, settings_of
from deploy.cli.refusals import of_the_machine
from deploy.host.all_services import DEFINITIONS
from deploy.host.data_folder import CannotStart
from deploy.sample.plan import ACTOR, OWN
from services.observatory.event_table.table import EventTable
from services.observatory.figures import recount
from services.observatory.network import Network, network_of
from shared.base.settings import Settings
from shared.contract import load_all
from shared.contract.envelope import Message, Void, opened
from shared.contract.fields import day_written
from shared.kernel.eventlog.event_log import Log
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projector import Runner
from shared.ledger.archive_format import Archive, ArchiveDamaged
from shared.ledger.archive_verifier import described, verify
from shared.ledger.inclusion_proofs import check, prove
from shared.ledger.merkle import NotVerified, VerifierKey, fingerprint
from shared.notions.network import NOTHING_SAID, Ourselves, after
from shared.runtime.service import COMMON_VIEWS, Definition

audit = typer.Typer(help="The archive of the log: verify, prove, replay. Offline.", no_args_is_help=True)

ArchiveArgument = Annotated[
    Path | None, typer.Argument(help="The archive's folder; without it, that of the data folder.", show_default=False)
]
ArchiveOption = Annotated[
    Path | None,
    typer.Option("--archive", help="The archive's folder; without it, that of the data folder.", show_default=False),
]
KeyOption = Annotated[
    str | None, typer.Option("--key", help="The ledger's public key, or a file that holds it.", show_default=False)
]
DataOption = Annotated[Path | None, typer.Option("--data", help="The data folder (MAILLAGE_DATA).", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(audit, name="audit")


@audit.command("verify")
def audit_verify(
    archive: ArchiveArgument = None,
    key: KeyOption = None,
    kept: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="A checkpoint that you kept; the archive must continue it."),
    ] = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Check every event, hash and signature of an archive. Exit code 1 where something is wrong; it says where."""
    found = archive_of(archive, data)
    with plain_errors():
        trusted = trusted_key(found, key, quiet=json)
        checkpoints = [(str(path), path.read_bytes().decode(errors="replace")) for path in kept or []]
        with bar() as progress:
            task = progress.add_task("Verifying", total=None)
            report = verify(
                found, trusted, checkpoints, lambda done, total: progress.update(task, completed=done, total=total)
            )
    if json:
        out.print_json(data=described(report))
    else:
        for fault in report.faults:
            out.print(f"BAD   {fault.place}: {fault.what}", style="red", highlight=False, soft_wrap=True, markup=False)
        if report.more:
            out.print(f"BAD   and {report.more} more", style="red", highlight=False)
        for remark in report.remarks:
            out.print(f"note  {remark}", highlight=False, soft_wrap=True, markup=False)
        word = "good" if report.good else "BAD "
        out.print(
            f"{word}  {report.events} events, {report.signed} of them signed, {report.checkpoints} checkpoints, "
            f"{report.bytes / 1e6:.1f} MB of closed files; root {report.root or 'not known'}",
            highlight=False,
            soft_wrap=True,
        )
    if not report.good:
        raise typer.Exit(1)


@audit.command("prove")
def audit_prove(
    event: Annotated[str, typer.Argument(help="Its place in the log, or its id.", show_default=False)],
    archive: ArchiveOption = None,
    key: KeyOption = None,
    data: DataOption = None,
) -> None:
    """The proof that an event stands in the signed log, with the event, as JSON on standard output."""
    found = archive_of(archive, data)
    with plain_errors():
        wanted, after = _wanted(event)
        proof = prove(found, trusted_key(found, key, quiet=True), wanted, after=after)
    if proof is None:
        raise CannotStart(f"There is no event {event} in this archive.")
    typer.echo(msgspec.json.format(msgspec.json.encode(proof), indent=1).decode())


@audit.command("check")
def audit_check(
    proof: Annotated[typer.FileBinaryRead, typer.Argument(help="The proof's file; - for standard input.")],
    key: Annotated[str, typer.Option("--key", help="The ledger's public key, or a file that holds it.")],
    json: JsonOption = False,
) -> None:
    """Check a proof with the public key alone. Exit code 1 where it shows nothing."""
    try:
        proven = check(proof.read(1 << 24), _read_key(key))
    except NotVerified as why:
        if json:
            out.print_json(data={"good": False, "why": str(why)})
        else:
            out.print(f"BAD   {why}.", style="red", highlight=False, soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    said = _said(proven.message)
    if json:
        out.print_json(
            data={"good": True, "seq": proven.seq, "log": proven.head.origin, "events": proven.head.size, **said}
        )
        return
    out.print(f"good  event {proven.seq} of {proven.head.origin}, signed among {proven.head.size}", highlight=False)
    for name, value in said.items():
        out.print(f"      {name:<9} {value}", highlight=False, soft_wrap=True, markup=False)
    if not said:
        out.print("      the proof is of the event's hash alone; the event is not in it", highlight=False)


def _said(message: Message | None) -> dict[str, str]:
    """What a proven event says of itself."""
    if message is None:
        return {}
    try:
        event = opened(message)
    except Void as void:
        return {"subject": message.subject, "void": void.reason}
    return {
        "type": event.type,
        "id": event.id,
        "happened": event.cloud.time,
        "recorded": event.cloud.recordedtime,
        "actor": event.actor,
        "data": bytes(event.cloud.data).decode(),
    }


@audit.command("replay")
def audit_replay(
    until: Annotated[
        str, typer.Option("--until", help="A place in the log, or a day: all that was known when it was over in Paris.")
    ],
    archive: ArchiveOption = None,
    as_of: Annotated[
        str | None, typer.Option(help="The day of the review's figures; without it, its closing day.")
    ] = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Build everything again from the archive, up to there, in a folder of its own that goes afterwards.

    Prints the events by type, the digest of each view (as `maillage views ls` does of a live installation) and the
    figures of the review that the network printed (MAILLAGE_REVIEW), if it did. It takes the archive as it lies there:
    verify it first.
    """
    settings = settings_of(data)
    found = archive_of(archive, data)
    with plain_errors():
        settings = settings.with_own(OWN) if _begun_by_sample(found) else settings
        upto = int(until) if until.isascii() and until.isdigit() else _day(until)
        network = network_of(settings, _said_of_itself(found, upto))
        day = _day(as_of) if as_of is not None else network.reviews[0].as_of if len(network.reviews) == 1 else None
        replayed = run(_replay(found, network, settings.departments, upto, day))
    if json:
        out.print_json(data=replayed)
        return
    out.print(f"{replayed['until']} events, {replayed['void']} of them void", highlight=False)
    types = Table("type", "events")
    for name, count in replayed["types"].items():
        types.add_row(name, str(count))
    views = Table("service", "view", "version", "documents", "digest")
    for view in replayed["views"]:
        views.add_row(view["service"], view["view"], str(view["version"]), str(view["documents"]), view["digest"][:16])
    if not replayed["figures"]:
        out.print("This network has printed no review (MAILLAGE_REVIEW).", highlight=False)
        for table in (types, views):
            out.print(table)
        return
    several = len({row["review"] for row in replayed["figures"]}) > 1
    figures = Table(
        "figure", "published", "recomputed", "events", title=f"as of {replayed['as_of'] or 'their closing days'}"
    )
    for row in replayed["figures"]:
        figures.add_row(
            f"{row['review']}: {row['path']}" if several else row["path"],
            _written(row["published"]),
            _written(row["value"]),
            str(row["events"]),
        )
    for table in (types, views, figures):
        out.print(table)


def _written(value: float | None) -> str:
    return "not measured" if value is None else f"{value:g}"


# -- what they share ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """What is wrong with an archive or a key is one sentence."""
    try:
        yield
    except (ArchiveDamaged, NotVerified) as why:
        raise CannotStart(f"{str(why)[:1].upper()}{str(why)[1:]}.") from why
    except OSError as error:
        raise CannotStart(of_the_machine(error) or f"{error.strerror or error}.") from error


class NothingYet(CannotStart):
    """There is nothing to back up or to look at: no event was written yet, or none is signed."""


def archive_of(given: Path | None, data: Path | None) -> Archive:
    if given is None:
        folder = (Settings(data=data) if data is not None else Settings()).data / "archive"
        networks = [path for path in folder.glob("*") if (path / "segments").is_dir()] if folder.is_dir() else []
        if len(networks) != 1:
            raise NothingYet(f"There is no archive in {folder} yet; name the folder of one.")
        given = networks[0]
    if not (given / "segments").is_dir():
        raise CannotStart(f"{given} is no archive of a log: it has no folder `segments`.")
    return Archive(given)


def trusted_key(archive: Archive, given: str | None, *, quiet: bool) -> VerifierKey:
    """The key that is trusted: the given one, or, with a warning, the one that lies in the archive itself."""
    if given is not None:
        return _read_key(given)
    if not archive.key_path.exists():
        raise NotVerified("there is no public key in this archive; name it with --key")
    key = VerifierKey.read(archive.key_path.read_text(errors="replace"))
    if not quiet:
        err.print(
            "The public key is the archive's own; whoever forged the one could forge the other. Compare its "
            f"fingerprint with the one you were given: {fingerprint(key)}",
            style="yellow",
            highlight=False,
        )
    return key


def _read_key(given: str) -> VerifierKey:
    try:
        path = Path(given)
        with contextlib.suppress(OSError):  # such as a key too long to be a file's name
            if path.is_file():
                given = path.read_text(errors="replace")
        return VerifierKey.read(given)
    except NotVerified as why:
        raise CannotStart(f"{str(why)[:1].upper()}{str(why)[1:]}.") from why


def _wanted(event: str) -> tuple[Callable[[Message], bool], int]:
    """What tells the event that is meant, and after which sequence to look for it."""
    if event.isascii() and event.isdigit():
        seq = int(event)
        return lambda message: message.seq == seq, max(0, seq - 1)
    try:
        id = str(UUID(event))
    except ValueError:
        raise CannotStart(f"{event} is neither a place in the log nor the id of an event.") from None
    quoted = id.encode()

    def has(message: Message) -> bool:
        if quoted not in message.body:
            return False
        with contextlib.suppress(Void):
            return opened(message).id == id
        return False

    return has, 0


def _day(text: str) -> date:
    try:
        return day_written(text)
    except ValueError:
        raise CannotStart(f"{text} is no day; write it so: 2017-10-31.") from None


@dataclass
class _ArchivedLog:
    """An archive in the place of the log, for a runner that begins at nothing: `last`, `read`, `under` and `shows`.
    What was read is kept by entity, since a view asks again for the line of one whose events come late: in a file
    beside (`lines`), so that the memory that it takes does not grow with the archive."""

    archive: Archive
    until: int
    lines: Path
    _kept: int = 0

    def __post_init__(self) -> None:
        self._db = sqlite3.connect(self.lines, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE lines (entity TEXT, seq INTEGER, subject TEXT, body BLOB)")
        self._db.execute("CREATE INDEX by_entity ON lines (entity, seq)")

    def close(self) -> None:
        self._db.close()

    async def last(self) -> int:
        return self.until

    def shows(self, seq: int) -> None:
        """Nobody appends here."""

    async def under(self, subjects: str) -> list[Message]:
        found = self._db.execute(
            "SELECT seq, subject, body FROM lines WHERE entity = ? ORDER BY seq", (subjects.removesuffix(".*"),)
        )
        return [Message(*row) for row in found]

    async def read(
        self, after: int = 0, *, follow: bool = False, until: int | None = None
    ) -> AsyncIterator[list[Message]]:
        end = self.until if until is None else min(until, self.until)
        for whole in self.archive.read(after):
            part = [message for message in whole if message.seq <= end]
            if not part:
                break
            fresh = [one for one in part if one.seq > self._kept]
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO lines VALUES (?, ?, ?, ?)", map(_by_entity, fresh))
            self._db.execute("COMMIT")
            self._kept = max(self._kept, part[-1].seq)
            yield part
            await asyncio.sleep(0)
        if follow:
            await asyncio.Event().wait()


def _by_entity(message: Message) -> tuple[str, int, str, bytes]:
    return message.subject.partition(".")[2].rpartition(".")[0], message.seq, message.subject, message.body


def _up_to(archive: Archive, until: int | date) -> Iterator[list[Message]]:
    """The messages up to a sequence. All of them where a day is asked for, which the table finds."""
    for whole in archive.read():
        part = whole if isinstance(until, date) else whole[: max(0, until - whole[0].seq + 1)]
        if not part:
            return
        yield part


def _begun_by_sample(archive: Archive) -> bool:
    """Whether the sample's history is in it, which has a region and a printed review of its own."""
    for whole in archive.read():
        for message in whole:
            with contextlib.suppress(Void):
                return opened(message).actor == ACTOR
    return False


def _said_of_itself(archive: Archive, until: int | date) -> Ourselves:
    """What the network says of itself there, in the order of the log."""
    said = NOTHING_SAID
    for run_ in _up_to(archive, until):
        for message in run_:
            if ".membership.network." in message.subject:
                with contextlib.suppress(Void):
                    said = after(said, opened(message).data)
    return said


async def _replay(
    archive: Archive, network: Network, region: Sequence[str], until: int | date, as_of: date | None
) -> dict[str, Any]:
    load_all()
    with TemporaryDirectory(prefix="maillage-replay-") as name, bar() as progress:
        folder = Path(name)
        task = progress.add_task("Replaying", total=len(DEFINITIONS) + 1)
        table = EventTable(folder / "observatory.duckdb", region)
        table.open()
        try:
            types: Counter[str] = Counter()
            await asyncio.to_thread(table.take_all, _up_to(archive, until))
            last = table.known_on(until) if isinstance(until, date) else table.position
            if isinstance(until, int) and last < until:
                raise CannotStart(f"The archive ends with event {last}.")
            rows = [(one, row) for one in network.reviews for row in recount.review(table, one, as_of, last)]
            void = table.rows("SELECT count(*) AS n FROM voids WHERE seq <= ?", [last])[0]["n"]
            for row in table.rows("SELECT type, count(*) AS n FROM events WHERE seq <= ? GROUP BY type", [last]):
                types[row["type"]] = row["n"]
        finally:
            table.close()
        progress.advance(task)
        log = _ArchivedLog(archive, last, folder / "lines.sqlite")
        views: list[dict[str, Any]] = []
        try:
            for definition in DEFINITIONS:
                views += await _views(definition, cast(Log, log), last, folder)
                progress.advance(task)
        finally:
            log.close()
    return {
        "until": last,
        "as_of": as_of.isoformat() if as_of else None,
        "void": void,
        "types": dict(types.most_common()),
        "views": views,
        "figures": [
            {"review": one.name, "path": row.path, "published": row.published, "value": row.value, "events": row.events}
            for one, row in rows
        ],
    }


async def _views(definition: Definition, log: Log, last: int, folder: Path) -> list[dict[str, Any]]:
    """All views that the service has (`shared/runtime/service.py`), built anew."""
    store = SqliteStore(folder / f"{definition.name}.sqlite")
    runner = Runner(log, store, [*definition.views, *COMMON_VIEWS], definition.name)
    await runner.start()
    try:
        while not await runner.wait_for(last, 60):
            if runner.damage is not None:
                raise CannotStart(f"{runner.damage}.")
        return [
            {
                "service": definition.name,
                "view": view.name,
                "version": view.version,
                "documents": (await store.find(view, limit=1)).total,
                "digest": await store.digest(view),
            }
            for view in runner.views
        ]
    finally:
        await runner.stop()
        await store.close()
