"""A service: its aggregates, views, reactions and pages, wired to one log. `Definition` says what, `Service` runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from nats.aio.client import Client

from shared.base.settings import Settings
from shared.base.translations import Text, Words
from shared.identity.access_view import ACCESS
from shared.identity.operator_token import operator_token
from shared.identity.sessions import Sessions
from shared.kernel.command_handler import Executor, Outcome, utc_now
from shared.kernel.decider import Command, Decider
from shared.kernel.eventlog.event_log import Log
from shared.kernel.projection import Store, View
from shared.kernel.projector import Runner
from shared.kernel.reactions import Reaction, Reactions
from shared.kernel.staleness import Freshness
from shared.persons.data_subjects import PersonalData, Persons, wiring
from shared.persons.keyring import Keyring
from shared.runtime.clock import Clock
from shared.runtime.jobs import Job, Jobs
from shared.runtime.kept_forms import ROUND, KeptForms
from shared.runtime.nats.canary import Canary
from shared.runtime.parts import Parts
from shared.runtime.request_reply import Asking

PARKED = "parked"
"""The question what a service's reactions have parked: `{}`, answered by `{"parked": [{reaction, seq, error}]}`. Of an
error its kind alone: its text may quote a person."""
PARKED_MOST = 200

Choices = Mapping[str, Sequence[tuple[str, str]]]
"""For a form: field → (value, label) pairs to choose from."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A field whose answer is suggested while it is typed: `path` answers `?q=` with a JSON list of texts, each of which
    the field takes as an answer; `said` writes a kept value as such a text. Without a script it is a plain field."""

    path: str
    said: Callable[[str], str]


async def no_choices(service: Service, command: type[Command], lang: str) -> Choices:
    return {}


async def nothing(service: Service) -> None:
    return None


@dataclass(frozen=True)
class Definition:
    """What makes a service. `page_of`: where the front goes after a command. `choices`: what its forms offer;
    `suggestions`: field → what they propose while it is filled in. `opening` and `closing` start and end what else it
    runs; `measuring` brings its own metrics up to date; `jobs`: what it does beside requests, from `opening` to `closing`. `persons`: what it keeps about persons (docs/privacy.md)."""

    name: str
    folder: Path
    deciders: Sequence[Decider[Any]]
    views: Sequence[View]
    words: Words
    routes: Callable[[Service], APIRouter]
    reactions: Sequence[Reaction[Service]] = ()
    page_of: Callable[[Command, Outcome], str] = lambda command, outcome: ""
    choices: Callable[[Service, type[Command], str], Awaitable[Choices]] = no_choices
    suggestions: Mapping[str, Suggestion] = field(default_factory=dict)
    opening: Callable[[Service], Awaitable[None]] = nothing
    closing: Callable[[Service], Awaitable[None]] = nothing
    measuring: Callable[[Service], Awaitable[None]] = nothing
    jobs: Sequence[Job[Service]] = ()
    persons: PersonalData[Service] | None = None

    def __post_init__(self) -> None:
        if self.persons is None or self.persons.held in self.views:
            return
        decider, view, reaction = wiring(self.persons)
        more = {
            "deciders": (*self.deciders, decider),
            "views": (*self.views, view),
            "reactions": (*self.reactions, reaction),
        }
        for name, value in more.items():
            object.__setattr__(self, name, value)


@dataclass
class Surroundings:
    """What a service is given: the network, a connection, its folders, how FastStream connects. `trouble`: what whoever
    runs the NATS server knows of why nothing can be written."""

    network: str
    nc: Client
    settings: Settings
    data: Path
    store: Store
    broker: dict[str, Any]
    replicas: int = 1
    public_url: str = "http://127.0.0.1:8000"
    footnote: Text | None = None  # what the foot of every page says of this installation
    clock: Callable[[], datetime] = utc_now
    trouble: Callable[[], str | None] = lambda: None


async def _erase_kept(service: Service) -> None:
    await asyncio.to_thread(service.kept.sweep)


ERASING: Job[Service] = Job("kept-forms", _erase_kept, every=ROUND)
"""Unsent forms go at the end of their hour"""


class Service:
    """One running service."""

    def __init__(self, definition: Definition, around: Surroundings) -> None:
        self.definition, self.around = definition, around
        self.name, self.network, self.settings = definition.name, around.network, around.settings
        self.log = Log(around.nc, around.network, replicas=around.replicas)
        self.clock = Clock(self.log, around.data, definition.name, lambda: around.clock())
        self.canary = Canary(around.nc, around.network, definition.name, around.trouble)
        self.keyring = Keyring(around.data / "keys", around.network, definition.name)
        self.store = around.store
        self.runner = Runner(self.log, self.store, [*definition.views, ACCESS], definition.name)
        self.log.judgement = self.runner
        self.freshness = Freshness(self.log, self.runner, lambda: around.clock())
        operator = operator_token(around.data / "keys")
        self.sessions = Sessions(
            self.runner, self.store, around.network, operator, around.clock,
            behind=self.freshness.behind, minutes=around.settings.session_minutes,
        )  # fmt: skip
        self.kept = KeptForms(around.data / "kept" / definition.name, lambda: around.clock())
        self.asking = Asking(around.nc, around.network, definition.name)
        self.execute = Executor(self.log, self.keyring, definition.name, definition.deciders, lambda: around.clock())
        self.reactions: Reactions[Service] = Reactions(self, definition.reactions, around.broker)
        self.parts = Parts()
        self.jobs: Jobs[Service] = Jobs(self, [*definition.jobs, ERASING])
        self.persons: Persons[Service] = Persons(self, definition.persons, around.data / "keys")

    @property
    def nc(self) -> Client:
        return self.around.nc

    def now(self) -> datetime:
        """The time by the clock that it was given."""
        return self.around.clock()

    async def start(self) -> None:
        """Returns once the service answers. Raises LogDamaged where its views were built from another log."""
        await self.log.start()
        await self.clock.start()
        await self.persons.enforce()
        await self.runner.start()
        await self.persons.resume()
        await self.asking.answer(PARKED, self._parked)
        await self.asking.start()
        await self.freshness.start()
        await self.definition.opening(self)
        self.jobs.start()

    async def start_reactions(self) -> None:
        """Apart from `start`, since a reaction may need another service, or the sample to be whole."""
        await self.reactions.start()
        self.persons.start()

    async def stop(self) -> None:
        await self.persons.stop()
        await self.reactions.stop()
        await self.jobs.stop()
        await self.definition.closing(self)
        await self.freshness.stop()
        await self.asking.stop()
        await self.runner.stop()
        await self.clock.stop()
        await self.log.stop()
        await self.store.close()
        self.keyring.close()

    async def _parked(self, question: dict[str, Any]) -> dict[str, Any]:
        parked = (await self.store.parked())[:PARKED_MOST]
        return {"parked": [{"reaction": p.reaction, "seq": p.seq, "error": p.error.partition(":")[0]} for p in parked]}
