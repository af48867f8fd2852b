"""Every single damage to the log's store or to its archive is without effect, or void, or refused with the place named;
and a restore from an archive that is whole brings everything back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.drill.damages import DAMAGES, Damage
from tests.drill.house import Found, House, Known, nothing
from tests.fixtures.outcome_tables import record

pytestmark = pytest.mark.slow

SHORT, LONG = 25, 500
PLACE = re.compile(
    r"sequence \d+|events? \d+|segments/|open\.segment|checkpoint|public-key|tree|nats\.log|stream|\.[0-9a-f-]{36}"
).search
"""What names a place in the log, in its store or in its archive"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Known]]:
    """The installation that is copied for each damage."""
    house = House(tmp_path_factory.mktemp("drill") / "house")
    house.folder.mkdir()
    yield house, asyncio.run(house.build())


async def _tried(built: tuple[House, Known], folder: Path, number: int) -> None:
    original, known = built
    # The short form goes through the kinds in strides, so that each place has its part of them.
    damage = DAMAGES[number * 7 % len(DAMAGES)]
    random = Random(number)
    house = original.copy(folder / "damaged")
    where = damage.files(house, random) if damage.files else ""
    found = await house.started(known, damage.act(random) if damage.act else nothing)
    house.audited(known, found)
    outcome = judged(damage, known, found)
    record(
        f"{damage.where}: one damage each, and what came of it",
        {
            "damage": damage.kind,
            "outcome": outcome,
            "said by": ", ".join(dict.fromkeys(who for who, _ in found.refused)),
        },
    )
    assert outcome != "SILENT", f"{number}: {damage.where}, {damage.kind} ({where}): {described(known, found)}"
    whole = house.archive if damage.where != "archive" else original.archive
    if not found.new:
        messages, digests = await House(folder / "mended").restored(whole)
    else:  # commands went on: the archive may hold them by now
        messages, digests = await House(folder / "mended").restored(original.archive)
    assert messages == known.messages
    assert digests == known.digests


def judged(damage: Damage, known: Known, found: Found) -> str:
    """`refused`, `void`, `without effect`, or SILENT: the one that must not be."""
    count = len(known.messages)
    if any(seq <= count or seq in found.voids for seq in found.new):
        return "SILENT"  # a sequence was given out again, or what was acknowledged does not count
    if found.refused:
        return "refused" if all(PLACE(what) for _, what in found.refused) else "SILENT"
    if found.messages[:count] != known.messages or not found.new:
        return "SILENT"
    if found.archived is None or found.archived[:count] != known.messages:
        return "SILENT"
    extra = found.messages[count:]
    if not all(message.seq in found.voids for message in extra):
        return "SILENT"
    return "void" if extra else "without effect"


def described(known: Known, found: Found) -> str:
    return (
        f"{len(found.messages)} messages of {len(known.messages)}, archived "
        f"{len(found.archived) if found.archived is not None else None}, new {found.new}, refused {found.refused}"
    )


@pytest.mark.parametrize("number", range(SHORT))
async def test_one_damage_is_never_silent_and_is_mended(
    built: tuple[House, Known], tmp_path: Path, number: int
) -> None:
    await _tried(built, tmp_path, number)


@pytest.mark.drill
@pytest.mark.parametrize("number", range(SHORT, SHORT + LONG))
async def test_one_damage_of_many_is_never_silent_and_is_mended(
    built: tuple[House, Known], tmp_path: Path, number: int
) -> None:
    await _tried(built, tmp_path, number)
