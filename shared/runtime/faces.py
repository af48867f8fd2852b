"""The faces of a service: what a function asks of the service that it is given, and no more.

`Service` has all of them, and is named as a whole only where a service is put together. Everything else says by its
parameter what it can do at most: who takes `Views` shows and decides nothing; who takes no `Keys` opens nothing that is
sealed. A function that needs two faces takes one of those that join them, or joins them in its own module.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from nats.aio.client import Client

from shared.base.outside import Outside
from shared.base.settings import Settings
from shared.base.translations import Words
from shared.identity.sessions import Sessions
from shared.kernel.command_handler import Executor
from shared.kernel.decider import Command
from shared.kernel.eventlog.event_log import Log
from shared.kernel.reactions import Reactions
from shared.kernel.views.projection import Store
from shared.kernel.views.projector import Runner
from shared.notions.network.network_lists import NetworkLists
from shared.notions.network.view import OurNetwork
from shared.notions.references import LogReferences
from shared.persons.data_subjects import Persons
from shared.persons.keys.keyring import Keyring
from shared.persons.readings.journal import Journal
from shared.runtime.jobs import Jobs
from shared.runtime.kept_forms import KeptForms
from shared.runtime.nats.canary import Canary
from shared.runtime.parts import Parts
from shared.runtime.processes.supervision import Processes
from shared.runtime.request_reply import Asking
from shared.runtime.service import Choices, Definition
from shared.runtime.times.clock import Clock
from shared.runtime.times.staleness import Freshness
from shared.runtime.views.mending import Mending


class Premises(Protocol):
    """Where it runs: its name and words, the network and what it says of itself, settings, data folder, address, time,
    what else comes from outside; and the parts that its capabilities keep there, each found by its key alone."""

    @property
    def name(self) -> str: ...
    @property
    def words(self) -> Words: ...
    @property
    def network(self) -> str: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def ourselves(self) -> OurNetwork: ...
    @property
    def data(self) -> Path: ...
    @property
    def public_url(self) -> str: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def outside(self) -> Outside: ...
    @property
    def parts(self) -> Parts: ...
    def now(self) -> datetime: ...


class Views(Premises, Protocol):
    """What is known: its views, how far in the log they are, and the network's own lists."""

    @property
    def store(self) -> Store: ...
    @property
    def runner(self) -> Runner: ...
    @property
    def lists(self) -> NetworkLists: ...


class Chronicle(Premises, Protocol):
    """What happened: the log itself."""

    @property
    def log(self) -> Log: ...


class Commands(Chronicle, Protocol):
    """What is done: commands, decided on what the log says and written there; what rests on what they would change."""

    @property
    def execute(self) -> Executor: ...
    @property
    def references(self) -> LogReferences: ...


class Keys(Premises, Protocol):
    """What is sealed: the keys of persons, and who read what they open."""

    @property
    def keyring(self) -> Keyring: ...
    @property
    def readings(self) -> Journal: ...


class Visitors(Premises, Protocol):
    """Who asks: their sessions, and what they typed, which outlives these."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def kept(self) -> KeptForms: ...


class Neighbours(Premises, Protocol):
    """What the other services know: questions to them, and answers."""

    @property
    def asking(self) -> Asking: ...


class Upkeep(Premises, Protocol):
    """What it sees to beside requests: the terms of persons, jobs, reactions, views; and what these rest on."""

    @property
    def persons(self) -> Persons[Any]: ...
    @property
    def jobs(self) -> Jobs[Any]: ...
    @property
    def reactions(self) -> Reactions[Any]: ...
    @property
    def nc(self) -> Client: ...
    @property
    def canary(self) -> Canary: ...
    @property
    def freshness(self) -> Freshness: ...
    @property
    def mending(self) -> Mending: ...
    def keys_trouble(self) -> str | None: ...


class Defined(Premises, Protocol):
    """What it is made of: its views, its forms and what these offer, its register of what is kept about persons."""

    @property
    def definition(self) -> Definition: ...
    async def choices(self, command: type[Command], lang: str, day: date | None = None) -> Choices: ...


class OpenViews(Views, Keys, Protocol):
    """Views, whose sealed values may be opened."""


class Library(Views, Chronicle, Protocol):
    """Where something is looked up: as it stands, and in what happened."""


class Desk(Library, Commands, Protocol):
    """Where something is looked up, then done."""


class Office(Desk, Keys, Protocol):
    """A desk at which sealed values may be opened."""


class Undertakings(Desk, Protocol):
    """What is done in several steps, or over days: processes, which work at a desk."""

    @property
    def processes(self) -> Processes[Any]: ...


class Correspondence(Office, Neighbours, Protocol):
    """An office that asks other services, and answers them."""


class Forms(Views, Defined, Protocol):
    """The forms of its commands, with what stands in its views."""


class Reception(Office, Forms, Protocol):
    """An office where forms are given out and taken."""


class AllFaces(Reception, Correspondence, Undertakings, Visitors, Upkeep, Protocol):
    """All of them. Nothing asks for so much: by this strict types see that a service has each face."""
