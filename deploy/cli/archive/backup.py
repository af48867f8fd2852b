"""`maillage backup`: a verified copy of what can't be made again, of an installation that runs or not; and of its keys,
apart.

What is copied: the archive of the log (everything in it, views follow from that), the files that services keep under
their hashes, and the network's name. What is not: views, the table, the NATS server's store, mails. Keys and passwords
go into another folder, to be kept apart (docs/privacy.md): the one opens nothing without the other.

Closed segments and files that are there already are compared, not copied again; a manifest is written last, so a backup
that was cut off is the one before, or says that it is none.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from deploy.cli.archive.audit import NothingYet, archive_of, plain_errors
from deploy.cli.console import DataOption, JsonOption, bar, err, out, run, settings_of
from deploy.host.all_services import DEFINITIONS
from deploy.host.data_folder import CannotStart
from deploy.host.keys_needed import none_sealed
from shared.base.gc_pause import uncollected
from shared.base.secret_files import SecretUnfit, read_secret
from shared.base.secure_delete import erase
from shared.base.whole_files import read_whole, replace_file, sync_folder
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projector import JUDGE
from shared.ledger.archive_format import MAGIC, Archive, record_of
from shared.ledger.archive_verifier import verify
from shared.ledger.archiver import KEY_FILE, SIGNED_FILE, write_whole
from shared.ledger.merkle import Tree, VerifierKey, leaf_hash, leaf_of
from shared.persons.keys.key_folder import KeyFiles, fit, persons_in
from shared.persons.keys.keyring import Keyring
from shared.runtime.service import COMMON_VIEWS
from shared.runtime.views.damage import damage_of

FORMAT = "maillage backup 1"
MANIFEST = "manifest.json"
INSTALLATION = "installation.json"
CHUNK = 1024 * 1024
NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d{4}Z)(?:-(\d+))?", re.ASCII)
"""of one of several backups: its moment, and which it is of those of that minute"""

backup = typer.Typer(
    help="Copy what can't be made again into a folder; `keys` copies the keys into another.",
    invoke_without_command=True,
)


class Kept(msgspec.Struct, frozen=True):
    """A file of a backup."""

    bytes: int
    sha256: str


class ViewDigest(msgspec.Struct, frozen=True):
    """What a view showed at the last event of the backup."""

    service: str
    view: str
    version: int
    digest: str


class Manifest(msgspec.Struct, kw_only=True):
    """What a backup holds. `root` is the root (RFC 6962, base64) over all `events`, of which the checkpoint covers
    `signed`. `views` is empty where the installation was too busy, or kept them elsewhere. `persons`: service → how
    many persons had a key, where any had; None in a backup of a release that did not say so."""

    format: str = FORMAT
    made: str
    network: str
    events: int
    signed: int
    root: str
    checkpoint: str
    files: dict[str, Kept]
    views: list[ViewDigest]
    persons: dict[str, int] | None = None


@dataclass
class Done:
    """What a backup came to: files and bytes that were copied, files that were there already or were taken away."""

    manifest: Manifest
    copied: int = 0
    bytes: int = 0
    unchanged: int = 0
    erased: int = 0
    remarks: list[str] = field(default_factory=list)

    def took(self, copied: int | None) -> None:
        """Counts a file: the bytes that were copied, None where it was there already."""
        self.copied += copied is not None
        self.unchanged += copied is None
        self.bytes += copied or 0


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(backup, name="backup")


@backup.callback()
def backup_(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="The backup's folder; kept up to date if it is one.", show_default=False)
    ] = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Copy the archive of the log and the services' files, verified, from an installation that runs or not."""
    if context.invoked_subcommand is not None:
        return
    if to is None:
        raise CannotStart("Name the folder of the backup: maillage backup --to FOLDER.")
    settings = settings_of(data)
    with plain_errors(), bar() as progress:
        task = progress.add_task("Backing up", total=None)
        done = run(
            back_up(settings.data.absolute(), to.absolute(), lambda n, of: progress.update(task, completed=n, total=of))
        )
    if json:
        out.print_json(msgspec.json.encode(_told(done)).decode())
        return
    for remark in done.remarks:
        out.print(f"note  {remark}", highlight=False, soft_wrap=True, markup=False)
    made = done.manifest
    out.print(
        f"{to}: {made.events} events of {made.network}, {made.signed} of them signed; {done.copied} files copied "
        f"({done.bytes / 1e6:.1f} MB), {done.unchanged} unchanged, {done.erased} erased.",
        highlight=False,
        soft_wrap=True,
    )


def _told(done: Done) -> dict[str, Any]:
    made = done.manifest
    return {
        "network": made.network,
        "events": made.events,
        "signed": made.signed,
        "root": made.root,
        "copied": done.copied,
        "bytes": done.bytes,
        "unchanged": done.unchanged,
        "erased": done.erased,
        "views": len(made.views),
        "remarks": done.remarks,
    }


@backup.command("keys")
def backup_keys(
    to: Annotated[
        Path | None,
        typer.Option("--to", help="A folder apart from every other backup (MAILLAGE_KEYS_BACKUP).", show_default=False),
    ] = None,
    data: DataOption = None,
) -> None:
    """Replace the backup of the keys and passwords by what stands now. Whoever has it and the data reads everything."""
    settings = settings_of(data)
    folder = to or settings.keys_backup
    if folder is None:
        raise CannotStart("Name the folder of the keys' backup: maillage backup keys --to FOLDER.")
    with plain_errors():
        services = copy_keys(settings.data.absolute(), folder.absolute())
    out.print(f"{folder}: the keys of {', '.join(services)}.", highlight=False, soft_wrap=True)
    err.print(
        "Keep it apart from the backup of the data, and destroy older copies: they open what was forgotten since.",
        style="yellow",
        highlight=False,
        soft_wrap=True,
    )


# -- the data -----------------------------------------------------------------------------------------------------


async def back_up(data: Path, to: Path, progress: Callable[[int, int], None] = lambda done, of: None) -> Done:
    """Brings the backup in `to` up to date. Raises CannotStart, ArchiveDamaged, NotVerified, OSError."""
    if same_or_within(to, data) or same_or_within(data, to):
        raise CannotStart(f"{to} lies in the data folder, or the other way round; a backup belongs on another disk.")
    if (to / "archive").is_dir() is False and to.exists() and any(to.iterdir()):
        raise CannotStart(f"{to} holds something else than a backup; name a new folder.")
    source = archive_of(None, data)
    network = source.folder.name
    target = Archive(to / "archive" / network)
    if (to / "archive").is_dir() and {path.name for path in (to / "archive").iterdir()} - {network}:
        raise CannotStart(f"{to} is the backup of another network than {network}.")
    _proven(source, target, progress)
    target.segments_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    to.chmod(0o700)
    manifest = Manifest(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        network=network,
        events=0,
        signed=0,
        root="",
        checkpoint="",
        files={},
        views=[],
    )
    done = Done(manifest)
    _copy_archive(source, target, done)
    _copy_files(data, to, done)
    if (data / INSTALLATION).exists():
        write_whole(to / INSTALLATION, (data / INSTALLATION).read_bytes())
    counted = {d.name: persons_in(data / "keys", d.name) for d in DEFINITIONS}
    manifest.persons = {name: number for name, number in counted.items() if number}
    manifest.views = await _digests(data, manifest.events)
    if not manifest.views:
        done.remarks.append(
            "the views were not at the last event of the archive, so a restore has no digests to compare"
        )
    for path in files_of(to):
        manifest.files[str(path.relative_to(to))] = await asyncio.to_thread(kept, path)
    write_whole(to / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return done


def _proven(source: Archive, target: Archive, progress: Callable[[int, int], None]) -> None:
    """Returns if the archive is what was signed, and goes on from what the backup holds already."""
    if not source.key_path.exists() or source.latest() is None:
        raise NothingYet("Nothing is signed yet in this archive; wait a minute, or let the installation end once.")
    key = VerifierKey.read(source.key_path.read_text(errors="replace"))
    before = target.latest()
    evidence = [("the checkpoint of the backup before", before)] if before is not None else []
    report = verify(source, key, evidence, progress)
    if not report.good:
        what = "; ".join(f"{fault.place}: {fault.what}" for fault in report.faults[:3])
        raise CannotStart(
            f"The archive is not what was signed, so the backup stays as it was: {what}. `maillage audit verify` "
            "says all."
        )


def _copy_archive(source: Archive, target: Archive, done: Done) -> None:
    # In this order: what is signed was archived before, and what is closed meanwhile stands in a segment.
    notes, _ = source.notes()
    open_ = source.opened()
    segments = source.segments()
    for segment in segments:
        done.took(copy_file(segment.path, target.segments_folder / segment.path.name))
    closed = segments[-1].last if segments else 0
    rest = [(m, h) for m, h in zip(open_.messages, open_.hashes, strict=True) if m.seq > closed]
    write_whole(target.open_path, b"".join([MAGIC, *(record_of(leaf_of(message), hash_) for message, hash_ in rest)]))
    write_whole(target.log_path, "".join(f"{note.text}\n" for note in notes).encode())
    write_whole(target.latest_path, notes[-1].text.encode())
    for path in (source.key_path, source.folder / "README"):
        if path.exists():
            write_whole(target.folder / path.name, path.read_bytes())
    _make_tree(target, rest[-1][0].seq if rest else closed, done)
    stray = {path.name for path in target.segments_folder.iterdir()} - {segment.path.name for segment in segments}
    for name in stray:  # half a copy that was cut off
        erase(target.segments_folder / name)
    done.manifest.checkpoint = notes[-1].text
    done.manifest.signed = int(notes[-1].text.split("\n")[1])


def _make_tree(target: Archive, size: int, done: Done) -> None:
    """Makes the file `tree` of the copy, from the copy itself; notes its root."""
    tree, nodes = Tree(), bytearray()
    with uncollected():
        for part in target.read():
            nodes += b"".join(tree.extend([leaf_hash(leaf_of(message)) for message in part]))
    if tree.size != size:
        raise CannotStart(f"The copy holds {tree.size} events instead of {size}; try again.")
    write_whole(target.tree_path, bytes(nodes))
    done.manifest.events, done.manifest.root = size, b64encode(tree.root).decode()


def _copy_files(data: Path, to: Path, done: Done) -> None:
    """The files of the services, each under its SHA-256. What was erased is erased from the backup."""
    there = {path.relative_to(data) for path in files_of(data / "files")}
    for name in sorted(there):
        if name.stem != kept(data / name).sha256:
            done.remarks.append(
                f"{name} is not what its name says: damaged; the backup keeps its own copy, if it has one"
            )
            continue
        done.took(copy_file(data / name, to / name))
    for path in files_of(to / "files"):
        if path.relative_to(to) not in there:
            erase(path)
            done.erased += 1


def copy_file(path: Path, to: Path) -> int | None:
    """A copy with the same bytes, on disk: how many they are; None where it was there already. Raises OSError."""
    wanted = kept(path)
    if to.exists() and kept(to) == wanted:
        return None
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = to.with_name(f".{to.name}.new")
    with path.open("rb") as source, open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(source, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())
    if kept(draft) != wanted:
        raise OSError(5, "what was written can't be read back", str(draft))
    draft.replace(to)
    sync_folder(to.parent)
    return wanted.bytes


async def _digests(data: Path, events: int) -> list[ViewDigest]:
    """The digests of all views that show exactly this event; none where one is elsewhere."""
    found: list[ViewDigest] = []
    for definition in DEFINITIONS:
        path = data / "views" / f"{definition.name}.sqlite"
        if not path.exists() or damage_of(path) is not None:
            return []
        store = SqliteStore(path)
        try:
            before = (await store.checkpoint(JUDGE)).seq
            for view in (*definition.views, *COMMON_VIEWS):
                if (await store.checkpoint(view.table)).seq != events:
                    return []
                found.append(ViewDigest(definition.name, view.name, view.version, await store.digest(view)))
            if (before, (await store.checkpoint(JUDGE)).seq) != (events, events):
                return []
        finally:
            await store.close()
    return found


# -- the keys -----------------------------------------------------------------------------------------------------


def copy_keys(data: Path, to: Path) -> list[str]:
    """Replaces the backup of all keys; the services whose keys it holds. Raises CannotStart, OSError."""
    if same_or_within(to, data) or any(
        (folder / MANIFEST).exists() for folder in (to.resolve(), *to.resolve().parents)
    ):
        raise CannotStart(f"{to} lies in the data folder or in its backup; keys are kept apart from both.")
    keys = data / "keys"
    try:
        fit(keys, [definition.name for definition in DEFINITIONS])
        services = [d.name for d in DEFINITIONS if KeyFiles(keys, d.name).begun()]
        if not services:
            raise CannotStart(f"There are no keys in {keys}.")
        for folder in (data / "archive").glob("*/segments"):
            archive = Archive(folder.parent)
            none_sealed(keys, archive.folder.name, archive, {d.name for d in DEFINITIONS} - set(services))
        for name in services:
            ring = Keyring(keys, "", name)
            try:
                ring.backup(to)
            finally:
                ring.close()
        if (keys / KEY_FILE).exists():
            replace_file(to / KEY_FILE, read_secret(keys / KEY_FILE))
        if (keys / SIGNED_FILE).exists():
            replace_file(to / SIGNED_FILE, read_whole(keys / SIGNED_FILE))
    except SecretUnfit as why:
        raise CannotStart(f"{why}.") from why
    return services


# -- what restores use too ----------------------------------------------------------------------------------------


def read_manifest(folder: Path) -> Manifest:
    """Raises CannotStart where there is none."""
    try:
        found = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, ValueError, RecursionError) as error:  # ValueError: it is no UTF-8
        raise CannotStart(f"{folder} is no backup, or one that was not finished: {MANIFEST} can't be read.") from error
    if found.format != FORMAT:
        raise CannotStart(f"{folder} has the format {found.format!r}, which this release does not know.")
    return found


def same_or_within(one: Path, other: Path) -> bool:
    """Whether a folder is another one or lies in it, by whatever way each is named."""
    one, other = one.resolve(), other.resolve()
    return one == other or other in one.parents


def generations(root: Path) -> list[Path]:
    """The backups in a folder of several, in the order in which they were made. What has another name, such as a copy
    that somebody made beside them, is none of them."""
    found = []
    for path in root.iterdir() if root.is_dir() else ():
        if (name := NAME.fullmatch(path.name)) and (path / MANIFEST).exists():
            found.append((name[1], int(name[2] or 1), path))
    return [path for _, _, path in sorted(found)]


def newest_in(folder: Path) -> Path:
    """The folder, or, where it holds the backups of several moments, the newest of them."""
    there = generations(folder)
    return there[-1] if there and not (folder / MANIFEST).exists() else folder


def kept(path: Path) -> Kept:
    with path.open("rb") as file:
        return Kept(path.stat().st_size, file_digest(file, "sha256").hexdigest())


def files_of(folder: Path) -> Iterator[Path]:
    """All files under a folder but the manifest, locks and drafts."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in (MANIFEST, "lock") and not path.name.startswith("."):
            yield path
