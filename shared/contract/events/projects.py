"""What events says of projects that are presented at a gathering."""

from __future__ import annotations

from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing


class ProjectEvent(Event, abstract=True):
    service = "events"
    entity = "project"
    thing = Thing(L("projet présenté"))


class ProjectPresented(ProjectEvent):
    """A project was presented at a yearly gathering."""

    says = Says(L("Projet présenté à une rencontre"), detail="title")

    title: str
    gathering: UUID | None = None
    structure: UUID | None = None
    structure_name: str | None = None
    country: str | None = None


class ProjectPresentationWithdrawn(ProjectEvent):
    """A presentation was noted by mistake."""

    says = Says(
        L("Projet retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(ProjectPresented,),
    )

    reason: str
