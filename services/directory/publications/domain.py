"""What a member publishes in its space: news, offers, projects, events. Drafted, published, withdrawn.

The newsletter hears of what is published. The staff may publish news and offers at once for a member.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.publications import (
    DraftField,
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    OfferKind,
    PublicationDrafted,
    PublicationRedrafted,
    PublicationSort,
    PublicationWithdrawn,
)
from shared.contract.fields import Day, Line, LongText, Moment, Name, Reason, Sha256, WebAddress
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.vocabularies.referent import term_of


class PublicationCommand(Command):
    entity = "publication"


class PublishNews(PublicationCommand):
    """Publish a member's news."""

    refers = {"structure": Refers("directory.structure", "open")}
    creates = True
    structure: UUID
    structure_name: Name
    title: Line
    text: LongText
    url: WebAddress | None = None


class PublishOffer(PublicationCommand):
    """Publish a member's offer."""

    refers = {"structure": Refers("directory.structure", "open"), "kind": term_of("offer")}
    creates = True
    structure: UUID
    structure_name: Name
    kind: OfferKind
    title: Line
    text: LongText
    url: WebAddress | None = None
    deadline: Day | None = None


class DraftAnswers(PublicationCommand):
    """What a draft says: asked alike when it is begun and whenever it is changed."""

    title: Line
    text: LongText
    kind: OfferKind | None = None
    url: WebAddress | None = None
    deadline: Day | None = None
    starts: Moment | None = None
    ends: Moment | None = None
    place: Line | None = None
    project: UUID | None = None
    picture: Sha256 | None = None
    picture_text: Line | None = None


class DraftPublication(DraftAnswers):
    """Begin something to publish; nobody else sees it yet. An offer has a `kind`, an event a beginning (`starts`)."""

    refers = {
        "structure": Refers("directory.structure", "open"),
        "project": Refers("directory.project"),
        "kind": term_of("offer"),
    }
    creates = True
    structure: UUID
    sort: PublicationSort


class RedraftPublication(DraftAnswers):
    """Change a draft. The whole draft is given; what is empty is emptied."""

    refers = {"project": Refers("directory.project", kept=True), "kind": term_of("offer")}
    publication: UUID


class PublishDraft(PublicationCommand):
    """Publish a draft, under the name that its structure has now."""

    publication: UUID
    structure_name: Name


class WithdrawPublication(PublicationCommand):
    """Take back what was published, or drop a draft."""

    publication: UUID
    reason: Reason | None = None


DRAFT_FACTS = tuple(DraftAnswers.model_fields)
DRAFT_CLEARABLE: tuple[DraftField, ...] = get_args(DraftField)


@dataclass(frozen=True)
class Publication:
    """`draft`: what a draft says so far, with its `structure` and `sort`."""

    draft: dict[str, Any] = field(default_factory=dict)
    published: bool = False
    withdrawn: bool = False


def evolve(state: Publication, event: Event) -> Publication:
    match event:
        case PublicationDrafted():
            return Publication({name: getattr(event, name) for name in ("structure", "sort", *DRAFT_FACTS)})
        case PublicationRedrafted():
            return replace(state, draft=redrafted(state.draft, event))
        case MemberNewsPublished() | MemberOfferPublished() | MemberProjectPublished() | MemberEventPublished():
            return replace(state, published=True)
        case PublicationWithdrawn():
            return replace(state, withdrawn=True)
    return state


def redrafted(draft: dict[str, Any], event: PublicationRedrafted) -> dict[str, Any]:
    """The draft after a change."""
    changed = {n: v for n in DRAFT_FACTS if (v := getattr(event, n)) is not None}
    return {**draft, **changed, **dict.fromkeys(event.cleared)}


def _news(command: PublishNews, state: Publication, context: Context) -> Decision:
    _new(state)
    return [MemberNewsPublished(**{name: getattr(command, name) for name in type(command).model_fields})]


def _offer(command: PublishOffer, state: Publication, context: Context) -> Decision:
    _new(state)
    _still_open(command.deadline, context)
    return [MemberOfferPublished(**{name: getattr(command, name) for name in type(command).model_fields})]


def _drafted(command: DraftPublication, state: Publication, context: Context) -> Decision:
    _new(state)
    _ends_after(command.starts, command.ends)
    return [PublicationDrafted(**{name: getattr(command, name) for name in type(command).model_fields})]


def _redrafted(command: RedraftPublication, state: Publication, context: Context) -> Decision:
    draft = _draft(state)
    _ends_after(command.starts, command.ends)
    changed = {n: v for n in DRAFT_FACTS if (v := getattr(command, n)) != draft.get(n)}
    cleared = [n for n in DRAFT_CLEARABLE if n in changed and changed[n] is None]
    kept = {n: v for n, v in changed.items() if v is not None}
    return [PublicationRedrafted(**kept, cleared=cleared)] if changed else []


def _published(command: PublishDraft, state: Publication, context: Context) -> Decision:
    if state.published and not state.withdrawn and state.draft:
        return []
    draft = _draft(state)
    common = {n: draft[n] for n in ("structure", "title", "text", "url", "picture", "picture_text")}
    common["structure_name"] = command.structure_name
    match draft["sort"]:
        case "news":
            return [MemberNewsPublished(**common)]
        case "project":
            return [MemberProjectPublished(**common, project=draft["project"])]
        case "offer":
            if draft["kind"] is None:
                raise Refused("offer-without-kind", field="kind")
            _still_open(draft["deadline"], context)
            return [MemberOfferPublished(**common, kind=draft["kind"], deadline=draft["deadline"])]
        case _:
            if draft["starts"] is None:
                raise Refused("event-without-beginning", field="starts")
            if draft["starts"] < context.at:
                raise Refused("event-past", field="starts")
            return [MemberEventPublished(**common, **{n: draft[n] for n in ("starts", "ends", "place")})]


def _withdrawn(command: WithdrawPublication, state: Publication, context: Context) -> Decision:
    if not state.published and not state.draft:
        raise Refused("unknown-publication")
    return [] if state.withdrawn else [PublicationWithdrawn(reason=command.reason)]


def _new(state: Publication) -> None:
    if state.published or state.draft:
        raise Refused("already-registered")


def _draft(state: Publication) -> dict[str, Any]:
    if not state.draft and not state.published:
        raise Refused("unknown-publication")
    if state.withdrawn:
        raise Refused("publication-withdrawn")
    if state.published:
        raise Refused("publication-published")
    return state.draft


def _still_open(deadline: date | None, context: Context) -> None:
    if deadline is not None and deadline < context.at.date():
        raise Refused("deadline-past", field="deadline", deadline=deadline.strftime("%d/%m/%Y"))


def _ends_after(starts: datetime | None, ends: datetime | None) -> None:
    if starts is not None and ends is not None and ends < starts:
        raise Refused("ends-before-it-begins", field="ends")


PUBLICATION = Decider(
    "publication",
    Publication(),
    evolve,
    {
        PublishNews: _news,
        PublishOffer: _offer,
        DraftPublication: _drafted,
        RedraftPublication: _redrafted,
        PublishDraft: _published,
        WithdrawPublication: _withdrawn,
    },
    takes="now",
)
