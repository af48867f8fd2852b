"""What the directory says of cooperation projects."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidDay
from shared.contract.says import Says, Thing

ProjectStage = Literal["prepared", "running", "ended", "evaluated"]
ProjectField = Literal[
    "participants", "place", "themes", "sdgs", "partner_associations", "partner_authorities", "partner_institutions",
    "partner_schools", "partner_companies", "partner_others", "begins", "ends", "budget", "funders", "evaluation",
    "lessons", "website",
]  # fmt: skip


class CooperationEvent(Event, abstract=True):
    service = "directory"
    entity = "project"
    thing = Thing(L("projet de coopération"), "/directory/projects/{}")


class CooperationProjectDrafted(CooperationEvent):
    """A cooperation project was entered: who works where, with whom, on what.

    `leader`: the structure that leads; `participants`: the others here that take part. The partners there are named by
    kind, as organisations, never as persons. `country`: ISO 3166-1; `budget`: euros, all years together.
    """

    timeless = True
    says = Says(L("Projet de coopération saisi"), detail="title")

    leader: UUID
    title: str
    summary: str
    country: str
    stage: ProjectStage
    participants: list[UUID] = []
    place: str | None = None
    themes: list[str] = []
    sdgs: list[int] = []
    partner_associations: list[str] = []
    partner_authorities: list[str] = []
    partner_institutions: list[str] = []
    partner_schools: list[str] = []
    partner_companies: list[str] = []
    partner_others: list[str] = []
    begins: SaidDay | None = None
    ends: SaidDay | None = None
    budget: int | None = None
    funders: list[str] = []
    evaluation: str | None = None
    lessons: str | None = None
    website: str | None = None
    invented: bool = False


class CooperationProjectRevised(CooperationEvent):
    """What is known of a project changed. A field that is absent stayed as it was; `cleared` names those emptied."""

    says = Says(L("Projet de coopération modifié"))

    leader: UUID | None = None
    title: str | None = None
    summary: str | None = None
    country: str | None = None
    stage: ProjectStage | None = None
    participants: list[UUID] | None = None
    place: str | None = None
    themes: list[str] | None = None
    sdgs: list[int] | None = None
    partner_associations: list[str] | None = None
    partner_authorities: list[str] | None = None
    partner_institutions: list[str] | None = None
    partner_schools: list[str] | None = None
    partner_companies: list[str] | None = None
    partner_others: list[str] | None = None
    begins: SaidDay | None = None
    ends: SaidDay | None = None
    budget: int | None = None
    funders: list[str] | None = None
    evaluation: str | None = None
    lessons: str | None = None
    website: str | None = None
    cleared: list[ProjectField] = []


class CooperationProjectPublished(CooperationEvent):
    """Everybody may see the project."""

    live = True
    says = Says(L("Projet de coopération publié"), sets={"published": True})


class CooperationProjectWithdrawn(CooperationEvent):
    """The project is shown no more, or its draft was dropped."""

    live = True
    says = Says(L("Projet de coopération retiré"), detail="reason", sets={"published": False})

    reason: str | None = None
