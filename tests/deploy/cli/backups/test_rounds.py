"""What is due is done at its hour, once, and tried again; what stands in the way is one sentence, told to everybody."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from deploy.cli.archive.restore import restore
from deploy.cli.backups.figures import AGE, DRILL_FAILED, FAILING, values
from deploy.cli.backups.generations import generations, held
from deploy.cli.backups.rounds import REPORT, Keeper, Plan
from deploy.host.backups_standing import backups_of
from shared.ledger.archive_format import Archive
from shared.persons.keys.keyring import Keyring
from tests.drill.conftest import Place

pytestmark = pytest.mark.slow
NOON = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Watch:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An installation of some persons that ended in order. Who changes it copies it."""
    place = Place(tmp_path_factory.mktemp("begun"))

    async def make() -> None:
        async with place.up() as one:
            for n in range(3):
                await one.subscribed(f"personne-{n}@exemple.invalid")
            await one.signed()

    asyncio.run(make())
    return place


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keeper(begun: Place, tmp_path: Path, watch: Watch) -> Keeper:
    place = Place(Path(shutil.copytree(begun.folder, tmp_path / "place")))
    return Keeper(place.data(), place.backup, place.keys, Plan(keep=3), place.settings_of(), clock=watch)


def persons(folder: Path) -> set[UUID]:
    ring = Keyring(folder, "reseau", "newsletter")
    try:
        return {UUID(row[0]) for row in ring._db.execute("SELECT person FROM persons")}
    finally:
        ring.close()


def damaged(path: Path) -> None:
    """One bit in the middle of it is another."""
    found = bytearray(path.read_bytes())
    found[len(found) // 2] ^= 1
    path.write_bytes(found)


def bad(keeper: Keeper, now: datetime) -> set[str]:
    return {line.what for line in backups_of(keeper.data, now) if not line.good}


@pytest.mark.parametrize(
    ("hours", "at", "now", "slot"),
    [
        (24, 1, "2026-11-30T11:00", "2026-11-30T00:00"),
        (24, 13, "2026-11-30T11:00", "2026-11-29T12:00"),
        (6, 1, "2026-11-30T11:00", "2026-11-30T06:00"),
        (24, 1, "2026-07-01T12:00", "2026-06-30T23:00"),
        (1, 0, "2026-11-30T11:59", "2026-11-30T11:00"),
    ],
)
def test_the_hour_is_that_of_paris(hours: int, at: int, now: str, slot: str) -> None:
    found = Plan(hours=hours, at=at).slot(datetime.fromisoformat(f"{now}+00:00"))
    assert found == datetime.fromisoformat(f"{slot}+00:00")


def test_a_first_one_at_once_then_one_a_day_and_a_drill_a_week(keeper: Keeper, watch: Watch) -> None:
    first = keeper.step()
    assert len(first) == 2 and first[0].startswith("Backup: ") and "newsletter" in first[1]
    watch.now += HOUR
    assert keeper.step() == [], "it is not due"
    watch.now = NOON + DAY
    said = keeper.step()
    assert len(said) == 3 and said[2].startswith("Drill: ") and (keeper.data / REPORT).exists()
    assert bad(keeper, watch.now) == set()
    watch.now += DAY
    assert len(keeper.step()) == 2, "the next drill is in a week"
    watch.now += 6 * DAY
    assert len(keeper.step()) == 3 and len(generations(keeper.root)) == 3


def test_an_installation_in_which_nothing_happened_is_no_trouble_and_is_backed_up_once_something_does(
    keeper: Keeper, watch: Watch, tmp_path: Path
) -> None:
    archive = keeper.data / "archive" / "reseau"
    latest = Archive(archive).latest_path
    latest.rename(tmp_path / "later")
    for _ in range(3):
        assert keeper.step() == []
        watch.now += 2 * DAY
    assert bad(keeper, watch.now - 2 * DAY) == set()
    (tmp_path / "later").rename(latest)
    assert keeper.step()[0].startswith("Backup: ")


def test_whoever_is_forgotten_after_a_backup_is_forgotten_in_it_too(keeper: Keeper, watch: Watch) -> None:
    """Within a minute the keys' backup is that of now, and no older one is left anywhere."""
    keeper.step()
    (person, *others) = sorted(persons(keeper.data / "keys"))
    assert person in persons(keeper.keys)
    older = {path: path.read_bytes() for path in keeper.keys.iterdir() if "wrapping-key" in path.name}
    ring = Keyring(keeper.data / "keys", "reseau", "newsletter")
    ring.forget([person])
    ring.close()
    watch.now += MINUTE
    (said,) = keeper.step()
    assert said.startswith("Backup of the keys")
    assert persons(keeper.keys) == set(others)
    left = [path.read_bytes() for path in keeper.keys.parent.rglob("*") if path.is_file()]
    assert not [path for path, secret in older.items() if "newsletter" in path.name and secret in left]
    new = keeper.root.parent / "new"
    settings = keeper.settings.model_copy(update={"data": new})
    asyncio.run(restore(generations(keeper.root)[0], keeper.keys, new, settings))
    assert persons(new / "keys") == set(others)


def test_what_stands_in_the_way_is_said_alarms_and_is_tried_again_ever_later(keeper: Keeper, watch: Watch) -> None:
    with held(keeper.root):
        (said,) = keeper.step()
        assert said == f"No backup: Another backup into {keeper.root} is under way."
        assert "backup: last" in bad(keeper, watch.now)
        tries = 0
        for _ in range(60):
            watch.now += MINUTE
            tries += any("under way" in line for line in keeper.step())
        assert tries == 5, "after 1, 2, 4, 8, 16 minutes"
    assert values(keeper.notes.read(), watch.now)[FAILING] == 1
    watch.now += HOUR
    assert keeper.step()[0].startswith("Backup: ") and bad(keeper, watch.now) == set()
    assert values(keeper.notes.read(), watch.now)[FAILING] == 0


def test_an_archive_that_was_changed_replaces_nothing_and_is_no_backup(keeper: Keeper, watch: Watch) -> None:
    keeper.step()
    before = {path: path.read_bytes() for path in keeper.root.rglob("*") if path.is_file()}
    damaged(Archive(keeper.data / "archive" / "reseau").open_path)
    watch.now += DAY
    assert keeper.step()[0].startswith("No backup: ")
    assert {path: path.read_bytes() for path in keeper.root.rglob("*") if path.is_file()} == before
    watch.now += 2 * DAY
    assert values(keeper.notes.read(), watch.now)[AGE] == (3 * DAY).total_seconds()


def test_a_drill_that_fails_alarms_and_is_made_again_the_next_day(keeper: Keeper, watch: Watch) -> None:
    keeper.step()
    watch.now += DAY
    keeper.step()
    damaged(Archive(generations(keeper.root)[-1] / "archive" / "reseau").open_path)
    (said,) = keeper.drill()
    assert said.startswith("The drill failed: ") and "not what was signed" in said
    assert bad(keeper, watch.now) == {"backup: drill"}
    assert values(keeper.notes.read(), watch.now)[DRILL_FAILED] == 1


def test_an_old_one_is_told_also_where_there_never_was_one_and_after_a_clock_that_was_ahead(
    keeper: Keeper, watch: Watch
) -> None:
    assert [line.look for line in backups_of(keeper.data)] == [True], "nobody asked for any yet"
    keeper.step()
    assert bad(keeper, NOON + 35 * HOUR) == set()
    assert bad(keeper, NOON + 37 * HOUR) == {"backup: last", "backup: keys"}
    assert bad(keeper, NOON + 15 * DAY) == {"backup: last", "backup: keys", "backup: drill"}
    watch.now = NOON - 300 * DAY
    assert keeper.step()[0].startswith("Backup: "), "one that is to come is none"
    assert bad(keeper, watch.now) == set()
