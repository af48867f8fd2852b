"""An identification of actors: criteria, who asked, the answer as it was given; given again, renamed, put away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contract import Event
from shared.contract.directory.structure_facts import StructureKind
from shared.contract.fields import EMPTIED, CountryCode, Day, DepartmentCode, Line, Name, Purpose, Reason, Sdg, Sequence
from shared.contract.membership.members import CollegeCode
from shared.contract.observatory.identification import (
    IdentificationRenamed,
    IdentificationRepeated,
    IdentificationRestored,
    IdentificationSaved,
    IdentificationWithdrawn,
    Membership,
)
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused

MOST = 10_000  # structures of one answer: their ids are in the event
MOST_VALUES = 300  # of one criterion


class Criteria(BaseModel):
    """What is looked for. Of a criterion with several values one must fit; all criteria must. `themes`: terms
    of the thesaurus, by code or any name that they had, or words of the records, letter by letter; `member`: a member
    on that day, or not."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    themes: list[Line] = Field([], max_length=MOST_VALUES)
    countries: list[CountryCode] = Field([], max_length=MOST_VALUES)
    departments: list[DepartmentCode] = Field([], max_length=MOST_VALUES)
    kinds: list[StructureKind] = Field([], max_length=MOST_VALUES)
    sdgs: list[Sdg] = Field([], max_length=17)
    colleges: list[CollegeCode] = Field([], max_length=MOST_VALUES)
    member: Membership | None = None

    def chosen(self) -> dict[str, list[Any]]:
        """Criterion → its values, of those that narrow."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: [value] if isinstance(value, str) else value for name, value in found.items() if value}


class IdentificationCommand(Command):
    entity = "identification"


class SaveIdentification(IdentificationCommand):
    """Keep an identification with its answer. Only the service itself finds who answers: no form sends `found`."""

    creates = True
    internal = True
    refers = {"structure": Refers("directory.structure"), "request": Refers("directory.request")}
    title: Name
    structure: UUID | None = None
    organisation: Line | None = None
    person: PersonalText | None = None
    purpose: Purpose
    request: UUID | None = None
    criteria: Criteria
    as_of: Day
    known_at: Day | None = None
    upto: Sequence
    found: list[UUID]


class RepeatIdentification(IdentificationCommand):
    """Keep what the same criteria come to now, beside the earlier answers."""

    internal = True
    identification: UUID
    as_of: Day
    known_at: Day | None = None
    upto: Sequence
    found: list[UUID]


class RenameIdentification(IdentificationCommand):
    """Say again what an identification is called and what it is for."""

    identification: UUID
    title: Name
    purpose: Annotated[Purpose | None, EMPTIED] = None


class WithdrawIdentification(IdentificationCommand):
    """Put an identification away. Nothing is lost: it can be taken out again."""

    identification: UUID
    reason: Reason


class RestoreIdentification(IdentificationCommand):
    """Take an identification out again that was put away."""

    identification: UUID


@dataclass(frozen=True)
class Identification:
    saved: bool = False
    withdrawn: bool = False
    title: str = ""
    purpose: str | None = None


def evolve(state: Identification, event: Event) -> Identification:
    match event:
        case IdentificationSaved():
            return Identification(True, False, event.title, event.purpose)
        case IdentificationRenamed():
            purpose = None if "purpose" in event.cleared else event.purpose or state.purpose
            return Identification(state.saved, state.withdrawn, event.title or state.title, purpose)
        case IdentificationWithdrawn() | IdentificationRestored():
            away = isinstance(event, IdentificationWithdrawn)
            return Identification(state.saved, away, state.title, state.purpose)
    return state


def _saved(command: SaveIdentification, state: Identification, context: Context) -> Decision:
    if state.saved:
        raise Refused("already-registered")
    if not command.criteria.chosen():
        raise Refused("no-criteria")
    if sum(one is not None for one in (command.structure, command.organisation, command.person)) != 1:
        raise Refused("who-asked")
    _given(command.found)
    person = command.person.of(context.new_id("person")) if command.person else None
    facts = command.criteria.model_dump()
    return [
        IdentificationSaved(
            title=command.title,
            structure=command.structure,
            organisation=command.organisation,
            person=person,
            purpose=command.purpose,
            request=command.request,
            **facts,
            as_of=command.as_of,
            known_at=command.known_at,
            upto=command.upto,
            found=command.found,
        )
    ]


def _given(found: list[UUID]) -> None:
    if len(found) > MOST:
        raise Refused("too-many-found", most=MOST)


def _there(state: Identification) -> None:
    if not state.saved:
        raise Refused("unknown-identification")
    if state.withdrawn:
        raise Refused("identification-withdrawn")


def _repeated(command: RepeatIdentification, state: Identification, context: Context) -> Decision:
    _there(state)
    _given(command.found)
    return [
        IdentificationRepeated(as_of=command.as_of, known_at=command.known_at, upto=command.upto, found=command.found)
    ]


def _renamed(command: RenameIdentification, state: Identification, context: Context) -> Decision:
    _there(state)
    if (command.title, command.purpose) == (state.title, state.purpose):
        return []
    return [
        IdentificationRenamed(
            title=command.title if command.title != state.title else None,
            purpose=command.purpose if command.purpose != state.purpose else None,
            cleared=["purpose"] if state.purpose and command.purpose is None else [],
        )
    ]


def _withdrawn(command: WithdrawIdentification, state: Identification, context: Context) -> Decision:
    _there(state)
    return [IdentificationWithdrawn(reason=command.reason)]


def _restored(command: RestoreIdentification, state: Identification, context: Context) -> Decision:
    if not state.saved:
        raise Refused("unknown-identification")
    return [IdentificationRestored()] if state.withdrawn else []


IDENTIFICATION = Decider(
    "identification",
    Identification(),
    evolve,
    {
        SaveIdentification: _saved,
        RepeatIdentification: _repeated,
        RenameIdentification: _renamed,
        WithdrawIdentification: _withdrawn,
        RestoreIdentification: _restored,
    },
    takes="now",
)
