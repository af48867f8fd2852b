"""What the directory says of what members publish in their space."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidDay, SaidMoment
from shared.contract.fields.codes import Code, Of
from shared.contract.says import Says, Thing

OfferKind = Annotated[Code, Of("offer")]
PublicationSort = Literal["news", "offer", "project", "event"]
DraftField = Literal["kind", "url", "deadline", "starts", "ends", "place", "project", "picture", "picture_text"]


class PublicationEvent(Event, abstract=True):
    service = "directory"
    entity = "publication"
    live = True
    thing = Thing(L("publication d’un adhérent"))


class MemberNewsPublished(PublicationEvent):
    """A member published news in its space."""

    says = Says(L("Actualité publiée"), detail="title", sets={"published": True})

    structure: UUID
    structure_name: str
    title: str
    text: str
    url: str | None = None
    picture: str | None = None
    picture_text: str | None = None


class MemberOfferPublished(PublicationEvent):
    """A member published an offer in its space."""

    says = Says(L("Offre publiée"), detail="title", sets={"published": True})

    structure: UUID
    structure_name: str
    kind: OfferKind
    title: str
    text: str
    url: str | None = None
    deadline: SaidDay | None = None
    picture: str | None = None
    picture_text: str | None = None


class MemberProjectPublished(PublicationEvent):
    """A member presented a project in its space. `project`: the cooperation project, if it is entered as one."""

    says = Says(
        L("Projet présenté par un adhérent"),
        detail="title",
        here=L("Projet présenté"),
        sets={"published": True},
    )

    structure: UUID
    structure_name: str
    title: str
    text: str
    url: str | None = None
    project: UUID | None = None
    picture: str | None = None
    picture_text: str | None = None


class MemberEventPublished(PublicationEvent):
    """A member announced an event of its own."""

    says = Says(L("Événement annoncé par un adhérent"), detail="title", sets={"published": True})

    structure: UUID
    structure_name: str
    title: str
    text: str
    starts: SaidMoment
    ends: SaidMoment | None = None
    place: str | None = None
    url: str | None = None
    picture: str | None = None
    picture_text: str | None = None


class PublicationDrafted(PublicationEvent):
    """A member began something to publish. Nobody else sees it yet. `kind`: of an offer."""

    says = Says(L("Brouillon commencé"), detail="sort")

    structure: UUID
    sort: PublicationSort
    title: str
    text: str
    kind: OfferKind | None = None
    url: str | None = None
    deadline: SaidDay | None = None
    starts: SaidMoment | None = None
    ends: SaidMoment | None = None
    place: str | None = None
    project: UUID | None = None
    picture: str | None = None
    picture_text: str | None = None


class PublicationRedrafted(PublicationEvent):
    """A draft changed. A field that is absent stayed as it was; `cleared` names those emptied."""

    says = Says(L("Brouillon modifié"))

    title: str | None = None
    text: str | None = None
    kind: OfferKind | None = None
    url: str | None = None
    deadline: SaidDay | None = None
    starts: SaidMoment | None = None
    ends: SaidMoment | None = None
    place: str | None = None
    project: UUID | None = None
    picture: str | None = None
    picture_text: str | None = None
    cleared: list[DraftField] = []


class PublicationWithdrawn(PublicationEvent):
    """A member took back what it had published, or dropped a draft."""

    says = Says(
        L("Publication retirée"),
        detail="reason",
        here=L("Publication retirée", context="PublicationWithdrawn"),
        sets={"published": False},
    )

    reason: str | None = None
