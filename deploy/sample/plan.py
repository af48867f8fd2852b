"""What all parts of the sample share: its ids, its calendar, its steps.

The sample is deterministic: every command has a key, its id derives from the key, and the ids of what it makes derive
from the command's. So a part may name what another part makes, and loading twice adds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from shared.base.network_files import NETWORKS
from shared.base.translations import L
from shared.contract.envelope import Void, opened
from shared.kernel.decider import Command, derived_id
from shared.kernel.eventlog.event_log import Log
from shared.notions.network.beginning import read

DATA = Path(__file__).parent / "data"
SAMPLE = uuid5(NAMESPACE_URL, "urn:maillage:sample:occitanie-2012-2017")
PARIS = ZoneInfo("Europe/Paris")
ACTOR = "sample"
FOOTNOTE: str = L(
    "Exemple : les noms des 179 adhérents de 2017 et les chiffres publiés du bilan sont réels ; les autres structures, "
    "toutes les personnes et le détail de ce que chacun a fait sont inventés."
)
BEGINNING = read(NETWORKS / "occitanie.yaml")
"""The network of the sample: a definition among others (deploy/networks)"""
OWN = {
    "title": BEGINNING.name or "",
    "region": ",".join(BEGINNING.region.all if BEGINNING.region else ()),
    "review": BEGINNING.reviews[0],
}
"""The settings that come with these data, where neither the log says it (an earlier sample's does not) nor an operator:
whose they are."""
END = date(2017, 10, 31)  # the review's closing date


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the sample: its key, and when it happened. Steps of a stage may run in any order."""

    key: str
    command: Command
    at: datetime

    @property
    def id(self) -> UUID:
        return command_id(self.key)


Stage = Sequence[Step]
"""Steps that need nothing of each other. Stages run one after the other."""


def command_id(key: str) -> UUID:
    return uuid5(SAMPLE, key)


def entity_id(key: str, entity: str) -> UUID:
    """The id of the entity that the creating command with this key makes."""
    return derived_id(command_id(key), entity)


def event_id(key: str, entity: str, id: UUID) -> UUID:
    """The id of the one event that the command with this key says of an entity."""
    return derived_id(command_id(key), f"{entity}/{id}/event/1")


def noon(year: int, month: int, day: int) -> datetime:
    """Noon in Paris."""
    return datetime.combine(date(year, month, day), time(12), PARIS)


def noon_of(day: date) -> datetime:
    """Noon of a day in Paris."""
    return noon(day.year, day.month, day.day)


def some_day(key: str, first: date, last: date) -> datetime:
    """A day between two days, both included, always the same one for the same key; at noon in Paris."""
    found = date.fromordinal(Random(key).randint(first.toordinal(), last.toordinal()))
    return noon(found.year, found.month, found.day)


async def begun(log: Log) -> bool | None:
    """Whether a log began with the sample; None where nothing is in it yet."""
    async for run in log.read():
        for message in run:
            with suppress(Void):
                return opened(message).actor == ACTOR
    return None
