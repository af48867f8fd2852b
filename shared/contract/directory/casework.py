"""What the directory says of the team’s work: support, media coverage, requests for actors."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.directory.structure_facts import (
    StructureKind,
)
from shared.contract.fields.codes import Code, Of
from shared.contract.says import Says, Thing

SupportKind = Annotated[Code, Of("support")]


class SupportEvent(Event, abstract=True):
    service = "directory"
    entity = "support"
    thing = Thing(L("appui individuel"))


class SupportGiven(SupportEvent):
    """The team supported one structure, once."""

    says = Says(L("Appui individuel donné"), detail="kind", here=L("Appui donné"))

    structure: UUID
    kind: SupportKind
    summary: str | None = None


class SupportWithdrawn(SupportEvent):
    """A support was noted by mistake."""

    says = Says(
        L("Appui retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(SupportGiven,),
    )

    reason: str


class CoverageEvent(Event, abstract=True):
    service = "directory"
    entity = "coverage"
    thing = Thing(L("parution dans un média"))


class MediaCoverageNoted(CoverageEvent):
    """A medium spoke of a structure thanks to the network."""

    says = Says(
        L("Parution dans un média"),
        detail="medium",
        here=L("Retombée dans les médias"),
    )

    structure: UUID
    medium: str
    title: str | None = None
    url: str | None = None


class MediaCoverageWithdrawn(CoverageEvent):
    """A coverage was noted by mistake."""

    says = Says(
        L("Parution retirée, notée par erreur"),
        detail="reason",
        here=L("Retombée retirée, notée par erreur"),
        sets={"withdrawn": True},
        undoes=(MediaCoverageNoted,),
    )

    reason: str


class RequestEvent(Event, abstract=True):
    service = "directory"
    entity = "request"
    thing = Thing(L("demande d’acteurs"), "/directory/requests/{}")


class IdentificationRequested(RequestEvent):
    """Somebody asked the network which actors work on a theme, in a country, of a kind."""

    says = Says(L("Demande d’identification d’acteurs"), detail="requester")

    requester: str
    themes: list[str] = []
    countries: list[str] = []
    kinds: list[StructureKind] = []
    departments: list[str] = []
    question: str | None = None


class IdentificationAnswered(RequestEvent):
    """The request was answered with so many structures.

    `found`: these; `shown_upto`: the sequence that the log had then, so that the answer can be given again as it was.
    """

    says = Says(
        L("Demande d’acteurs : structures données"),
        detail="structures",
        here=L("Réponse à la demande"),
    )

    structures: int
    answer: str | None = None
    found: list[UUID] = []
    shown_upto: int | None = None


class IdentificationRequestWithdrawn(RequestEvent):
    """A request was noted by mistake."""

    says = Says(
        L("Demande retirée, notée par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(IdentificationRequested,),
    )

    reason: str
