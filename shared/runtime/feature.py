"""A capability of a service. A service is its features in order, and nothing else: `app.py` names them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from shared.base.translations import Words
from shared.contract import Event
from shared.contract.labels import event_words
from shared.identity.principal import Permit
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command, Decider
from shared.kernel.reactions import Reaction
from shared.kernel.views.projection import View
from shared.persons.data_subjects import PersonalData
from shared.runtime.jobs import Job
from shared.runtime.processes.process import Process
from shared.runtime.service import Again, Choices, Definition, Judge, Narrowing, Retired, Service, Suggestion

Phase = Callable[[Service], Awaitable[None]]
Sayings = Mapping[type[Event], type[Command] | Again]
"""How facts are said again: by the command that has their answers under the same names, or as `Again` says"""


@dataclass(frozen=True)
class Feature:
    """What one capability decides, shows, says, answers to and runs.

    `page_of`: where the front goes after one of its commands, None for a command that is not its own. `choices`: what
    its commands' forms offer, nothing for those of others. `opening` and `closing` start and end what it runs;
    `measuring` brings its metrics up to date; `jobs`: what it does beside requests; `processes`: what it does in
    several steps, or over days. `judging`: what is judged of a command by what only the service knows; `permitting`: by
    who sends it. `retired`: its commands that are no more; `whole`: those whose forms show a whole record. `again`: how
    each of its facts of a day is said again with other content: the command, or why it can't be. `narrowing`: what a
    command's form offers by what it is filled in with.
    """

    name: str
    deciders: Sequence[Decider[Any]] = ()
    views: Sequence[View] = ()
    words: Words = field(default_factory=dict)
    routes: Sequence[APIRouter] = ()
    reactions: Sequence[Reaction[Service]] = ()
    page_of: Callable[[Command, Outcome], str | None] | None = None
    choices: Callable[[Service, type[Command], str], Awaitable[Choices]] | None = None
    suggestions: Mapping[str, Suggestion] = field(default_factory=dict)
    opening: Phase | None = None
    closing: Phase | None = None
    measuring: Phase | None = None
    jobs: Sequence[Job[Service]] = ()
    processes: Sequence[Process[Service]] = ()
    judging: Mapping[type[Command], Judge] = field(default_factory=dict)
    permitting: Mapping[type[Command], Permit] = field(default_factory=dict)
    retired: Mapping[str, Retired] = field(default_factory=dict)
    whole: Sequence[type[Command]] = ()
    again: Sayings = field(default_factory=dict)
    narrowing: Mapping[type[Command], Narrowing] = field(default_factory=dict)


def composed(
    name: str, folder: Path, features: Sequence[Feature], persons: PersonalData[Service] | None = None
) -> Definition:
    """The service that these features make. They open in order and close the other way round.

    What its events are called comes from the contract. Raises ValueError where two of them claim the same word, view or
    entity.
    """
    said = event_words(name)
    _once(name, "word", [*said, *(word for one in features for word in one.words)])
    _once(name, "view", [view.name for one in features for view in one.views])
    _once(name, "process", [process.name for one in features for process in one.processes])
    _once(name, "entity", [decider.entity for one in features for decider in one.deciders])

    routes = APIRouter()
    for one in features:
        for part in one.routes:
            routes.include_router(part)

    def page_of(command: Command, outcome: Outcome) -> str:
        found = (one.page_of(command, outcome) for one in features if one.page_of is not None)
        return next((page for page in found if page is not None), "")

    async def choices(service: Service, command: type[Command], lang: str) -> Choices:
        found: dict[str, Sequence[tuple[str, str]]] = {}
        for one in features:
            if one.choices is not None:
                found |= await one.choices(service, command, lang)
        return found

    return Definition(
        name=name,
        folder=folder,
        deciders=[decider for one in features for decider in one.deciders],
        views=[view for one in features for view in one.views],
        words={**said, **{code: word for one in features for code, word in one.words.items()}},
        routes=routes,
        reactions=[reaction for one in features for reaction in one.reactions],
        page_of=page_of,
        choices=choices,
        suggestions={field: said for one in features for field, said in one.suggestions.items()},
        opening=_each([one.opening for one in features]),
        closing=_each([one.closing for one in reversed(features)]),
        measuring=_each([one.measuring for one in features]),
        jobs=[job for one in features for job in one.jobs],
        processes=[process for one in features for process in one.processes],
        persons=persons,
        judging={command: judge for one in features for command, judge in one.judging.items()},
        permitting={command: permit for one in features for command, permit in one.permitting.items()},
        retired={command: said for one in features for command, said in one.retired.items()},
        whole=[command for one in features for command in one.whole],
        narrowing={command: narrow for one in features for command, narrow in one.narrowing.items()},
        again={
            event.type_name(): said if isinstance(said, Again) else Again(said)
            for one in features
            for event, said in one.again.items()
        },
    )


def _once(service: str, what: str, names: Sequence[str]) -> None:
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{service}: two features have the {what} {', '.join(sorted(twice))}")


def _each(phases: Sequence[Phase | None]) -> Phase:
    async def every(service: Service) -> None:
        for phase in phases:
            if phase is not None:
                await phase(service)

    return every
