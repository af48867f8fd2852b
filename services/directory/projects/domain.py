"""A cooperation project: which structures here work where, with which partners there, on what, and what it taught.

The charters of the networks ask for partnership with the people there, their associations and their authorities, and
for evaluation and lessons; so partners there are named by kind, and an evaluated project says how it was evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args
from uuid import UUID

from pydantic import Field

from services.directory.structures.domain.facts import same
from shared.contract import Event
from shared.contract.directory.cooperation import (
    CooperationProjectDrafted,
    CooperationProjectPublished,
    CooperationProjectRevised,
    CooperationProjectWithdrawn,
    ProjectField,
    ProjectStage,
)
from shared.contract.fields import CountryCode, Day, Line, LongText, Reason, Sdg, WebAddress
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.vocabularies.referent import theme_said

PARTNER_KINDS = ("associations", "authorities", "institutions", "schools", "companies", "others")
"""Fields `partner_<kind>`: the organisations there, by kind."""
Euros = Annotated[int, Field(ge=0, le=1_000_000_000)]


class ProjectCommand(Command):
    entity = "project"


class ProjectAnswers(ProjectCommand):
    """What is known of a project: asked alike when it is entered and whenever it is changed."""

    refers = {
        "leader": Refers("directory.structure", "apart", kept=True),
        "participants": Refers("directory.structure", "apart", kept=True),
        "themes": theme_said(),
    }
    leader: UUID
    title: Line
    summary: LongText
    country: CountryCode
    stage: ProjectStage
    participants: list[UUID] = Field([], max_length=50)
    place: Line | None = None
    themes: list[Line] = Field([], max_length=30)
    sdgs: list[Sdg] = Field([], max_length=17)
    partner_associations: list[Line] = Field([], max_length=50)
    partner_authorities: list[Line] = Field([], max_length=50)
    partner_institutions: list[Line] = Field([], max_length=50)
    partner_schools: list[Line] = Field([], max_length=50)
    partner_companies: list[Line] = Field([], max_length=50)
    partner_others: list[Line] = Field([], max_length=50)
    begins: Day | None = None
    ends: Day | None = None
    budget: Euros | None = None
    funders: list[Line] = Field([], max_length=50)
    evaluation: LongText | None = None
    lessons: LongText | None = None
    website: WebAddress | None = None


class DraftProject(ProjectAnswers):
    """Enter a cooperation project; it is shown once it is published."""

    creates = True
    invented: bool = False


class ReviseProject(ProjectAnswers):
    """Change what is known of a project. The whole record is given; what is empty is emptied."""

    project: UUID


class PublishProject(ProjectCommand):
    """Show a project to everybody."""

    takes = "now"
    project: UUID


class WithdrawProject(ProjectCommand):
    """Show a project no more, or drop its draft."""

    takes = "now"
    project: UUID
    reason: Reason | None = None


PROJECT_FACTS = tuple(ProjectAnswers.model_fields)
PROJECT_LISTS = (*(f"partner_{kind}" for kind in PARTNER_KINDS), "participants", "themes", "sdgs", "funders")
PROJECT_CLEARABLE: tuple[ProjectField, ...] = get_args(ProjectField)


@dataclass(frozen=True)
class Project:
    """`facts` is None before it is entered."""

    facts: dict[str, Any] | None = None
    published: bool = False
    withdrawn: bool = False


def evolve(state: Project, event: Event) -> Project:
    match event:
        case CooperationProjectDrafted():
            return Project({name: getattr(event, name) for name in PROJECT_FACTS})
        case CooperationProjectRevised():
            return replace(state, facts=project_revised(state.facts or {}, event))
        case CooperationProjectPublished():
            return replace(state, published=True, withdrawn=False)
        case CooperationProjectWithdrawn():
            return replace(state, published=False, withdrawn=True)
    return state


def project_revised(facts: dict[str, Any], event: CooperationProjectRevised) -> dict[str, Any]:
    """The facts after a revision."""
    changed = {n: v for n in PROJECT_FACTS if (v := getattr(event, n)) is not None}
    emptied: dict[str, Any] = {n: [] if n in PROJECT_LISTS else None for n in event.cleared}
    return {**facts, **changed, **emptied}


def _drafted(command: DraftProject, state: Project, context: Context) -> Decision:
    if state.facts is not None:
        raise Refused("already-registered")
    _agrees(command)
    return [CooperationProjectDrafted(**{name: getattr(command, name) for name in type(command).model_fields})]


def _revised(command: ReviseProject, state: Project, context: Context) -> Decision:
    facts = _known(state)
    _agrees(command)
    wanted = {name: getattr(command, name) for name in PROJECT_FACTS}
    changed = {n: v for n, v in wanted.items() if not same(n, v, facts.get(n))}
    cleared = [n for n in PROJECT_CLEARABLE if n in changed and changed[n] in (None, [])]
    kept = {n: v for n, v in changed.items() if n not in cleared}
    return [CooperationProjectRevised(**kept, cleared=cleared)] if changed else []


def _published(command: PublishProject, state: Project, context: Context) -> Decision:
    _known(state)
    return [] if state.published else [CooperationProjectPublished()]


def _withdrawn(command: WithdrawProject, state: Project, context: Context) -> Decision:
    _known(state)
    return [] if state.withdrawn else [CooperationProjectWithdrawn(reason=command.reason)]


def _known(state: Project) -> dict[str, Any]:
    if state.facts is None:
        raise Refused("unknown-project")
    return state.facts


def _agrees(command: ProjectAnswers) -> None:
    if command.begins and command.ends and command.ends < command.begins:
        raise Refused("ends-before-it-begins", field="ends")
    if command.leader in command.participants:
        raise Refused("leader-twice", field="participants")
    if command.stage == "evaluated" and not command.evaluation:
        raise Refused("no-evaluation", field="evaluation")


AGAIN: Mapping[type[Event], type[Command]] = {
    CooperationProjectDrafted: DraftProject,
    CooperationProjectRevised: ReviseProject,
}
"""Fact → the command that says it again with other answers"""
PROJECT = Decider(
    "project",
    Project(),
    evolve,
    {DraftProject: _drafted, ReviseProject: _revised, PublishProject: _published, WithdrawProject: _withdrawn},
    allows=lambda state, event: (
        "already-registered" if state.facts and isinstance(event, CooperationProjectDrafted) else None
    ),
    births=(CooperationProjectDrafted,),
    rests=dict.fromkeys((CooperationProjectDrafted, CooperationProjectRevised), ProjectAnswers.refers),
)
