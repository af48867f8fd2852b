"""What a member publishes in its space: news and offers. The newsletter hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.directory.domain.fields import Line, Name, Reason, Text, Website
from shared.contract import Event
from shared.contract.directory import MemberNewsPublished, MemberOfferPublished, OfferKind, PublicationWithdrawn
from shared.decider import Command, Context, Decider, Decision, Refused


class PublicationCommand(Command):
    entity = "publication"


class PublishNews(PublicationCommand):
    """Publish a member's news."""

    refers = {"structure": "directory.structure"}
    creates = True
    structure: UUID
    structure_name: Name
    title: Line
    text: Text
    url: Website | None = None


class PublishOffer(PublicationCommand):
    """Publish a member's offer."""

    refers = {"structure": "directory.structure"}
    creates = True
    structure: UUID
    structure_name: Name
    kind: OfferKind
    title: Line
    text: Text
    url: Website | None = None
    deadline: date | None = None


class WithdrawPublication(PublicationCommand):
    """Take back what was published."""

    publication: UUID
    reason: Reason | None = None


@dataclass(frozen=True)
class Publication:
    published: bool = False
    withdrawn: bool = False


def evolve(state: Publication, event: Event) -> Publication:
    match event:
        case MemberNewsPublished() | MemberOfferPublished():
            return Publication(published=True)
        case PublicationWithdrawn():
            return Publication(published=True, withdrawn=True)
    return state


def _news(command: PublishNews, state: Publication, context: Context) -> Decision:
    _new(state)
    return [MemberNewsPublished(**{name: getattr(command, name) for name in type(command).model_fields})]


def _offer(command: PublishOffer, state: Publication, context: Context) -> Decision:
    _new(state)
    if command.deadline is not None and command.deadline < context.at.date():
        raise Refused("deadline-past", deadline=command.deadline.strftime("%d/%m/%Y"))
    return [MemberOfferPublished(**{name: getattr(command, name) for name in type(command).model_fields})]


def _withdrawn(command: WithdrawPublication, state: Publication, context: Context) -> Decision:
    if not state.published:
        raise Refused("unknown-publication")
    return [] if state.withdrawn else [PublicationWithdrawn(reason=command.reason)]


def _new(state: Publication) -> None:
    if state.published:
        raise Refused("already-registered")


PUBLICATION = Decider(
    "publication", Publication(), evolve, {PublishNews: _news, PublishOffer: _offer, WithdrawPublication: _withdrawn}
)
