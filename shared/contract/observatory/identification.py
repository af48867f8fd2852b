"""What the observatory says of identifications of actors: studies of who works on what and where, kept with their
answer.

The directory's requests (`IdentificationRequested`) note who asked the network; an identification is the study (ADR
23).
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.directory.structure_facts import StructureKind
from shared.contract.fields import SaidDay
from shared.contract.membership.members import CollegeCode
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing

Membership = Literal["yes", "no"]
IdentificationField = Literal["purpose"]


class IdentificationEvent(Event, abstract=True):
    service = "observatory"
    entity = "identification"
    live = True
    thing = Thing(L("identification d’acteurs"), "/observatory/identification/saved/{}")


class IdentificationSaved(IdentificationEvent):
    """Criteria and their answer were kept under a name, for whoever asked.

    Who asked is a `structure` of the directory, an `organisation` by its name, or a `person`. `request`: the
    directory's request that this is the study of. Of a criterion with several values one must fit; one without any
    narrows nothing. `found`: the structures that answered on the day `as_of`, as far as it was known at the sequence
    `upto` of the log (`known_at`: the day asked for, if one was). The time of the event is the day of the answer.
    """

    says = Says(
        L("Identification d’acteurs enregistrée"),
        detail="title",
        here=L("Identification enregistrée"),
    )

    title: str
    structure: UUID | None = None
    organisation: str | None = None
    person: Personal | None = None
    purpose: str | None = None
    request: UUID | None = None
    themes: list[str] = []
    countries: list[str] = []
    departments: list[str] = []
    kinds: list[StructureKind] = []
    sdgs: list[int] = []
    colleges: list[CollegeCode] = []
    member: Membership | None = None
    as_of: SaidDay
    known_at: SaidDay | None = None
    upto: int
    found: list[UUID] = []


class IdentificationRepeated(IdentificationEvent):
    """The same criteria were put again, and the new answer was kept beside the earlier ones."""

    says = Says(
        L("Identification d’acteurs refaite"),
        here=L("Refaite, réponse gardée"),
    )

    as_of: SaidDay
    known_at: SaidDay | None = None
    upto: int
    found: list[UUID] = []


class IdentificationRenamed(IdentificationEvent):
    """An identification has another name or purpose. A field that is absent stayed; `cleared` names those emptied."""

    says = Says(
        L("Identification d’acteurs renommée"),
        detail="title",
        here=L("Renommée"),
    )

    title: str | None = None
    purpose: str | None = None
    cleared: list[IdentificationField] = []


class IdentificationWithdrawn(IdentificationEvent):
    """An identification was put away: its answers stay in the log, and it is no longer in the list."""

    says = Says(
        L("Identification d’acteurs rangée"),
        detail="reason",
        here=L("Rangée"),
        sets={"put_away": True},
    )

    reason: str | None = None


class IdentificationRestored(IdentificationEvent):
    """Putting an identification away was undone."""

    says = Says(
        L("Identification d’acteurs ressortie"),
        here=L("Ressortie"),
        sets={"put_away": False},
    )
