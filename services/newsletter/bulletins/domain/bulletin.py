"""A bulletin: one of those that the network publishes, once somebody has opened it; found by its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field

from services.newsletter.base.fields import NEWSLETTER
from shared.contract import Event
from shared.contract.fields import Line
from shared.contract.fields.codes import Tongue
from shared.contract.newsletter.bulletins import Arrival, BulletinCode, BulletinOpened
from shared.kernel.decider import Command, Context, Decider, Decision, Refused


def bulletin_id(code: BulletinCode) -> UUID:
    """The id of the bulletin with this code."""
    return uuid5(NEWSLETTER, f"bulletin/{code}")


class OpenBulletin(Command):
    """Begin to publish a bulletin. `arrivals`: what arrives in it by itself."""

    entity = "bulletin"
    bulletin: BulletinCode
    title: Line
    purpose: Line
    arrivals: list[Arrival] | None = Field(None, max_length=5)
    titles: dict[Tongue, Line] = Field({}, max_length=10)
    rank: Annotated[int, Field(ge=1, le=1000)] | None = None

    def target(self, context: Context) -> UUID:
        return bulletin_id(self.bulletin)


@dataclass(frozen=True)
class Bulletin:
    """`said`: its title and purpose, once it is opened."""

    said: tuple[str, str] | None = None


def evolve(state: Bulletin, event: Event) -> Bulletin:
    return Bulletin((event.title, event.purpose)) if isinstance(event, BulletinOpened) else state


def _opened(command: OpenBulletin, state: Bulletin, context: Context) -> Decision:
    if state.said is not None:
        if state.said != (command.title, command.purpose):
            raise Refused("bulletin-opened")
        return []
    return [BulletinOpened(**command.model_dump())]


BULLETIN = Decider(
    "bulletin",
    Bulletin(),
    evolve,
    {OpenBulletin: _opened},
    takes="now",
)
