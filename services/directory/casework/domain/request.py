"""A request to identify actors: by theme, country, kind or department; its answer; taken back when noted by mistake."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.directory.casework import (
    IdentificationAnswered,
    IdentificationRequested,
)
from shared.contract.directory.structure_facts import StructureKind
from shared.contract.fields import CountryCode, DepartmentCode, Line, LongText, Name
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.vocabularies.referent import term_of, theme_said


class RequestIdentification(Command):
    """Note who asks which actors the network knows."""

    entity = "request"
    creates = True
    refers = {"kinds": term_of("structure"), "themes": theme_said()}
    requester: Name
    themes: list[Line] = Field([], max_length=30)
    countries: list[CountryCode] = Field([], max_length=200)
    kinds: list[StructureKind] = Field([], max_length=100)
    departments: list[DepartmentCode] = Field([], max_length=110)
    question: LongText | None = None


class AnswerIdentification(Command):
    """Note what was answered. `found`: the structures given; `shown_upto`: the log's sequence that they were shown at,
    so that the answer can be given again as it was."""

    entity = "request"
    refers = {"found": Refers("directory.structure")}
    request: UUID
    structures: Annotated[int, Field(ge=0, le=100_000)]
    answer: LongText | None = None
    found: list[UUID] = Field([], max_length=10_000)
    shown_upto: Annotated[int, Field(ge=0, le=2**53)] | None = None


@dataclass(frozen=True)
class Request:
    asked: bool = False


def evolve(state: Request, event: Event) -> Request:
    match event:
        case IdentificationRequested():
            return replace(state, asked=True)
    return state


def _requested(command: RequestIdentification, state: Request, context: Context) -> Decision:
    if state.asked:
        raise Refused("already-registered")
    if not (command.themes or command.countries or command.kinds or command.departments or command.question):
        raise Refused("nothing-asked")
    return [IdentificationRequested(**{name: getattr(command, name) for name in type(command).model_fields})]


def _answered(command: AnswerIdentification, state: Request, context: Context) -> Decision:
    if not state.asked:
        raise Refused("unknown-request")
    if command.found and len(command.found) != command.structures:
        raise Refused("count-differs", field="structures", found=len(command.found))
    return [
        IdentificationAnswered(
            structures=command.structures, answer=command.answer, found=command.found, shown_upto=command.shown_upto
        )
    ]


REQUEST = Decider(
    "request",
    Request(),
    evolve,
    {RequestIdentification: _requested, AnswerIdentification: _answered},
    allows=lambda state, event: (
        "already-registered" if state.asked and isinstance(event, IdentificationRequested) else None
    ),
    births=(IdentificationRequested,),
    rests={
        IdentificationRequested: RequestIdentification.refers,
        IdentificationAnswered: AnswerIdentification.refers,
    },
)
