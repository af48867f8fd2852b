"""A backup is verified, incremental and whole or not at all; a restore from it needs its keys, and a folder of its
own."""

from __future__ import annotations

import asyncio
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from rich.progress import Progress, TaskID

from deploy.cli.archive.backup import MANIFEST, back_up, copy_keys, read_manifest
from deploy.cli.archive.restore import restore
from deploy.host.data_folder import UNFINISHED, CannotStart
from deploy.host.embedded import Installation, access
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.contract.envelope import opened
from shared.kernel.broker.connection import OPERATOR
from shared.kernel.eventlog.event_log import Log
from shared.ledger.archive_format import Archive
from shared.runtime.nats.embedded_server import NatsServer
from tests.drill.conftest import Place
from tests.fixtures.installation import maillage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An installation of some events that ended in order, its backup, and that of its keys. Who changes it copies
    it."""
    place = Place(tmp_path_factory.mktemp("backed-up"))

    async def make() -> None:
        async with place.up() as one:
            for n in range(6):
                await one.subscribed(f"personne-{n}@exemple.invalid")
            picture = place.data() / "files" / "directory" / PICTURE[:2] / f"{PICTURE}.webp"
            picture.parent.mkdir(parents=True)
            picture.write_bytes(b"pixels")
            await one.signed()
        await back_up(place.data(), place.backup)
        copy_keys(place.data(), place.keys)

    asyncio.run(make())
    return place


@pytest.fixture
def backed_up(made: Place, tmp_path: Path) -> Place:
    return Place(Path(shutil.copytree(made.folder, tmp_path / "place")))


PICTURE = sha256(b"pixels").hexdigest()


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_what_is_restored_is_what_was_and_says_so(backed_up: Place) -> None:
    place = backed_up
    done = await restore(place.backup, place.keys, place.data("new"), place.settings_of("new"))
    assert done.good and done.compared > 40
    async with place.up("new") as after:
        (said,) = await after.newsletter.log.under("observatory.ledger.*.LogRestored")
        assert said.seq == done.events + 1
        assert opened(said).believed is not None, "of the clock of this machine it knows nothing"
        found = (await after.newsletter.store.find(SUBSCRIBERS, limit=10)).documents
        assert sorted(filter(None, (after.newsletter.keyring.reveal(one["email"]) for one in found))) == [
            f"personne-{n}@exemple.invalid" for n in range(6)
        ]
        await after.signed()
    again = await back_up(place.data("new"), place.folder / "second")
    assert again.manifest.signed > done.events, "the notary goes on from the archive that came back"


async def test_nothing_personal_and_no_key_is_in_a_backup(backed_up: Place) -> None:
    whole = b"".join(everything_in(backed_up.backup).values())
    assert b"personne-1@exemple.invalid" not in whole
    names = set(everything_in(backed_up.backup))
    assert not [name for name in names if "key" in name and not name.endswith("public-key")]
    assert not [name for name in names if name.startswith(("nats", "views", "mail"))]


async def test_a_second_backup_copies_only_what_is_new(backed_up: Place) -> None:
    place = backed_up
    first = everything_in(place.backup)
    again = await back_up(place.data(), place.backup)
    assert (again.copied, again.erased) == (0, 0)
    second = everything_in(place.backup)
    assert {name for name in first if first[name] != second[name]} <= {"manifest.json"}


async def test_a_backup_of_an_archive_that_was_changed_is_refused_and_the_one_before_stays(backed_up: Place) -> None:
    place = backed_up
    before = everything_in(place.backup)
    path = Archive(place.data() / "archive" / "reseau").open_path
    data = path.read_bytes()
    path.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    with pytest.raises(CannotStart, match=r"open\.segment.*signed"):
        await back_up(place.data(), place.backup)
    assert everything_in(place.backup) == before


async def test_a_history_that_does_not_go_on_from_the_backup_is_refused(backed_up: Place) -> None:
    """An installation that was put back by other means than a restore, and went on otherwise."""
    place = backed_up
    (place.data() / "archive" / "reseau" / "public-key").unlink()
    before = read_manifest(place.backup)
    async with Place(place.folder / "other").up() as other:
        await other.subscribed("somebody@exemple.invalid")
        await other.signed()
    with pytest.raises(CannotStart, match="the checkpoint of the backup before"):
        await back_up(place.folder / "other" / "data", place.backup)
    assert read_manifest(place.backup) == before


async def test_what_was_erased_is_erased_from_the_backup(backed_up: Place) -> None:
    place = backed_up
    kept = place.backup / "files" / "directory" / "aa" / ("a" * 64 + ".webp")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"somebody's")
    done = await back_up(place.data(), place.backup)
    assert done.erased >= 1 and not kept.exists()


async def test_a_restore_needs_its_keys_and_a_folder_of_its_own(backed_up: Place) -> None:
    place, settings = backed_up, backed_up.settings_of("new")
    with pytest.raises(CannotStart, match="holds something"):
        await restore(place.backup, place.keys, place.data(), settings)
    with pytest.raises(CannotStart, match="not the key that signed"):
        await restore(place.backup, place.folder / "none", place.data("new"), settings)
    with pytest.raises(CannotStart, match="no backup"):
        await restore(place.folder, place.keys, place.data("new"), settings)
    assert not place.data("new").exists()
    with pytest.raises(CannotStart, match="kept apart"):
        copy_keys(place.data(), place.backup / "keys")
    with pytest.raises(CannotStart, match="another disk"):
        await back_up(place.data(), place.data() / "backup")


def as_made_before_a_service_had_keys(place: Place, service: str) -> None:
    """Makes of the backups those of an older release, where this service had no keys of persons."""
    for path in place.keys.glob(f"{service}.*"):
        path.unlink()
    manifest = orjson.loads((place.backup / MANIFEST).read_bytes())
    assert "persons" in manifest
    del manifest["persons"]
    (place.backup / MANIFEST).write_bytes(orjson.dumps(manifest))


async def test_a_backup_of_a_release_in_which_a_service_had_no_keys_yet_is_restored(backed_up: Place) -> None:
    place = backed_up
    as_made_before_a_service_had_keys(place, "observatory")
    done = await restore(place.backup, place.keys, place.data("new"), place.settings_of("new"))
    assert done.good and done.compared > 40
    async with place.up("new") as after:
        observatory = after.installation.services["observatory"]
        observatory.keyring.person_at("demandeuse@exemple.invalid")
    keys = copy_keys(place.data("new"), place.folder / "keys-of-new")
    assert "observatory" in keys, "from now on it has keys of its own, which are backed up"


async def test_keys_that_were_lost_are_missed_whatever_the_manifest_says(backed_up: Place) -> None:
    """The log holds what they sealed."""
    place = backed_up
    as_made_before_a_service_had_keys(place, "newsletter")
    with pytest.raises(CannotStart, match=r"no keys of newsletter.*event \d+"):
        await restore(place.backup, place.keys, place.data("new"), place.settings_of("new"))
    assert not place.data("new").exists()


async def test_keys_of_persons_whom_no_event_names_yet_are_missed_by_the_manifest(backed_up: Place) -> None:
    place = backed_up
    assert (read_manifest(place.backup).persons or {}).keys() == {"newsletter"}
    async with place.up() as one:
        one.installation.services["observatory"].keyring.person_at("demandeuse@exemple.invalid")
    assert (await back_up(place.data(), place.backup)).manifest.persons == {"newsletter": 6, "observatory": 1}
    for path in place.keys.glob("observatory.*"):
        path.unlink()
    with pytest.raises(CannotStart, match="no keys of observatory, which had 1 person"):
        await restore(place.backup, place.keys, place.data("new"), place.settings_of("new"))


async def test_a_restore_from_a_backup_that_was_changed_is_refused(backed_up: Place) -> None:
    place = backed_up
    path = Archive(place.backup / "archive" / "reseau").open_path
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(CannotStart, match=r"not what was signed: open\.segment"):
        await restore(place.backup, place.keys, place.data("new"), place.settings_of("new"))
    assert not place.data("new").exists()


class CutOff(Progress):
    """What shows how far a restore is, and interrupts it as a step begins, or as it is told of its end."""

    def __init__(self, step: str, *, at_its_end: bool = False) -> None:
        super().__init__(disable=True)
        self.step, self.at_its_end = step, at_its_end

    def add_task(self, description: str, *given: Any, **more: Any) -> TaskID:
        if description == self.step and not self.at_its_end:
            raise KeyboardInterrupt
        return super().add_task(description, *given, **more)

    def update(self, task_id: TaskID, **said: Any) -> None:
        task = self.tasks[task_id]
        if task.description == self.step and said.get("completed") == task.total:
            raise KeyboardInterrupt
        super().update(task_id, **said)


async def test_a_restore_that_was_cut_off_starts_nothing_and_goes_on(backed_up: Place) -> None:
    place = backed_up
    new, settings = place.data("new"), place.settings_of("new")
    for at_its_end, step in [
        (False, "Read back"),
        (False, "Keys"),
        (False, "Last word"),
        (True, "Last word"),
        (True, "Consumers"),
    ]:
        with pytest.raises(KeyboardInterrupt):
            await restore(place.backup, place.keys, new, settings, progress=CutOff(step, at_its_end=at_its_end))
        assert (new / UNFINISHED).exists()
        with pytest.raises(CannotStart, match="half of a restore"):
            async with Installation.open(settings, sample=False):
                pass
    assert (await restore(place.backup, place.keys, new, settings)).good
    assert not (new / UNFINISHED).exists()
    async with place.up("new") as after:
        assert len(await after.newsletter.log.under("observatory.ledger.*.LogRestored")) == 1


def commands_in(*chapters: str) -> list[str]:
    """The commands of these chapters of docs/operating.md, in their order."""
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    found: list[str] = []
    for chapter in chapters:
        (body,) = re.findall(rf"^## {chapter}\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)
        for block in re.findall(r"^```sh\n(.*?)^```", body, re.DOTALL | re.MULTILINE):
            found += block.strip().splitlines()
    return found


@pytest.mark.slow
def test_the_commands_of_the_manual_do_what_it_says_and_leave_nothing(backed_up: Place, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    folders = {
        "DATA": backed_up.data(),
        "BACKUP": tmp_path / "fresh",
        "KEYS": tmp_path / "apart",
        "NEW": backed_up.data("new"),
    }
    said = ""
    commands = commands_in("Back up", "Rehearse", "Restore")
    assert len(commands) == 5
    for command in commands:
        words = [str(folders.get(word, word)) for word in command.split()[1:]]
        done = maillage(*words, env={"TMPDIR": str(scratch)})
        assert done.returncode == 0, f"{command}: {done.stderr}"
        said += done.stdout
    assert "rehearsed" in said and "restored" in said and "good" in said and "DIFFERENT" not in said
    assert list(scratch.iterdir()) == []


async def test_a_log_on_servers_of_its_own_comes_back_into_an_empty_stream_only(
    backed_up: Place, tmp_path: Path
) -> None:
    place = backed_up
    server = NatsServer(tmp_path / "servers", access=access("reseau"))
    await server.start()
    try:
        place.settings = {"nats_url": server.url, "nats_seed_file": server.keys / "operator.nk"}
        settings = place.settings_of("new")
        assert (await restore(place.backup, place.keys, place.data("new"), settings)).good
        nc = await server.connect(OPERATOR)
        log = Log(nc, "reseau")
        await log.start()
        events = read_manifest(place.backup).events
        assert await log.last() == events + 1
        await log.stop()
        await nc.close()
        with pytest.raises(CannotStart, match=f"holds {events + 1} messages"):
            await restore(place.backup, place.keys, place.data("newer"), place.settings_of("newer"))
    finally:
        await server.stop()


async def test_the_backup_of_keys_that_is_kept_by_itself_is_whole(place: Place) -> None:
    place.settings = {"keys_backup": place.keys}
    async with place.up() as one:
        await one.subscribed("personne@exemple.invalid")
        await one.signed()
        await one.newsletter.persons.look()  # what its job does each day, and does soon after a start
    await back_up(place.data(), place.backup)
    apart = Place(place.folder)
    assert (await restore(place.backup, place.keys, place.data("new"), apart.settings_of("new"))).good
