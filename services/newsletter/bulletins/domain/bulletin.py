"""A bulletin: one of those that the network publishes, found by its code. It is opened, called otherwise, closed and
opened again, each from a day on, as every definition of the network is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.fields import Line, Reason
from shared.contract.fields.codes import Tongue
from shared.contract.newsletter.bulletins import (
    EARLIER,
    Arrival,
    BulletinClosed,
    BulletinCode,
    BulletinOpened,
    BulletinRevised,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.bulletin import bulletin_id
from shared.notions.closings import Closing
from shared.notions.vocabularies import unspoken

Rank = Annotated[int, Field(ge=1, le=1000)]


PUBLISHED = Refers("newsletter.bulletin", "open", id=lambda code, own: bulletin_id(code))
"""What a field refers to that says codes of bulletins: they are open"""
KNOWN = replace(PUBLISHED, state="known")
"""The same: they were opened once"""


class BulletinCommand(Command):
    entity = "bulletin"
    bulletin: BulletinCode

    def target(self, context: Context) -> UUID:
        return bulletin_id(self.bulletin)


class OpenBulletin(BulletinCommand):
    """Begin to publish a bulletin, or publish one again that was closed. `arrivals`: what arrives in it by itself; it,
    `titles` and `rank` stay as they were where they are left out."""

    title: Line
    purpose: Line
    arrivals: list[Arrival] | None = Field(None, max_length=5)
    titles: dict[Tongue, Line] = Field({}, max_length=10)
    rank: Rank | None = None


class ReviseBulletin(BulletinCommand):
    """Call a bulletin otherwise, or say otherwise what it is for, what arrives in it, where it stands among others."""

    title: Line
    purpose: Line
    arrivals: list[Arrival] = Field([], max_length=5)
    titles: dict[Tongue, Line] = Field({}, max_length=10)
    rank: Rank | None = None


class CloseBulletin(BulletinCommand, Closing):
    """Publish a bulletin no more: nothing arrives in it or is sent of it; its issues and subscriptions can be read."""

    reason: Reason | None = None

    def closing(self) -> BulletinClosed:
        return BulletinClosed(bulletin=self.bulletin, reason=self.reason)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a bulletin; `arrivals` in their order, each once."""

    title: str
    purpose: str
    arrivals: tuple[str, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()
    rank: int | None = None


@dataclass(frozen=True)
class Bulletin:
    """`said`: None before it is opened."""

    said: Facts | None = None
    open: bool = False


def evolve(state: Bulletin, event: Event) -> Bulletin:
    match event:
        case BulletinOpened():
            return Bulletin(_facts(event, state), open=True)
        case BulletinRevised():
            return replace(state, said=_facts(event, state))
        case BulletinClosed():
            return replace(state, open=False)
    return state


Said = BulletinOpened | BulletinRevised


def _facts(event: Said, state: Bulletin) -> Facts:
    arrivals = EARLIER.get(event.bulletin, ()) if event.arrivals is None else event.arrivals
    rank = event.rank or (state.said.rank if state.said else None)
    return Facts(event.title, event.purpose, tuple(sorted({*arrivals})), tuple(sorted(event.titles.items())), rank)


def _opened(command: OpenBulletin, state: Bulletin, context: Context) -> Decision:
    _fits(command.titles)
    said = BulletinOpened(**_kept(command, state))
    if state.open:
        if state.said != _facts(said, state):
            raise Refused("bulletin-opened", field="bulletin")
        return []
    return [said]


def _kept(command: OpenBulletin, state: Bulletin) -> dict[str, object]:
    """What a command says; what it leaves out of a bulletin that there was stays as it was."""
    said = command.model_dump()
    if state.said is not None:
        said["arrivals"] = [*state.said.arrivals] if command.arrivals is None else command.arrivals
        said["titles"] = command.titles or dict(state.said.titles)
        said["rank"] = command.rank or state.said.rank
    return said


def _revised(command: ReviseBulletin, state: Bulletin, context: Context) -> Decision:
    _fits(command.titles)
    _known(state)
    if not state.open:
        raise Refused("bulletin-closed", field="bulletin")
    said = BulletinRevised(**command.model_dump())
    return [] if _facts(said, state) == state.said else [said]


def _closed(command: CloseBulletin, state: Bulletin, context: Context) -> Decision:
    _known(state)
    return [command.closing()] if state.open else []


def _known(state: Bulletin) -> None:
    if state.said is None:
        raise Refused("unknown-bulletin", field="bulletin")


def _fits(titles: Iterable[str]) -> None:
    if strange := unspoken(titles):
        raise Refused("unknown-language", field="titles", language=strange)


def allows(state: Bulletin, event: Event) -> str | None:
    return "bulletin-closed" if isinstance(event, BulletinClosed | BulletinRevised) and not state.open else None


BULLETIN = Decider(
    "bulletin",
    Bulletin(),
    evolve,
    {OpenBulletin: _opened, ReviseBulletin: _revised, CloseBulletin: _closed},
    allows=allows,
    births=(BulletinOpened,),
)
