"""A service: its aggregates, views, reactions and pages, wired to one log. `Definition` says what, `Service` runs
it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from nats.aio.client import Client

from shared.base.outside import REAL, Outside
from shared.base.secret_files import SecretUnfit
from shared.base.settings import Settings
from shared.base.translations import Text, Words
from shared.contract.fields.codes import vocabularies_in
from shared.identity.access_view import ACCESS
from shared.identity.operator_token import operator_token
from shared.identity.principal import Permit
from shared.identity.sessions import Sessions
from shared.kernel.command_handler import Executor, Outcome, References
from shared.kernel.decider import Command, Decider
from shared.kernel.eventlog.event_log import Log, Unavailable
from shared.kernel.reactions import Reaction, Reactions
from shared.kernel.views.projection import Store, View
from shared.kernel.views.projector import Runner
from shared.notions.namings import SERVICES, named_by
from shared.notions.network.network_lists import NetworkLists
from shared.notions.network.view import OURSELVES, OurNetwork
from shared.notions.references import LogReferences
from shared.notions.referents import REFERENTS
from shared.notions.vocabularies.uses import BULLETIN_USES, TERM_USES
from shared.notions.vocabularies.uses import KIND as LIST
from shared.notions.vocabularies.view import VOCABULARIES_VIEW
from shared.persons.data_subjects import PersonalData, Persons, wiring
from shared.persons.keys.key_marks import KeyMarks, log_mark
from shared.persons.keys.keyring import Keyring
from shared.persons.readings.journal import Journal
from shared.runtime.jobs import Job, Jobs
from shared.runtime.kept_forms import ROUND, KeptForms
from shared.runtime.nats.canary import Canary
from shared.runtime.nats.cluster import LogEnd
from shared.runtime.nats.leaving import LOOK as LEAVES
from shared.runtime.nats.leaving import Beside, Leaving
from shared.runtime.parts import Parts
from shared.runtime.processes.process import PROCESS, Process, view_of
from shared.runtime.processes.supervision import Processes
from shared.runtime.request_reply import Asking
from shared.runtime.times.clock import BEAT, Clock
from shared.runtime.times.staleness import LOOK, Freshness
from shared.runtime.times.word import WORD
from shared.runtime.views.mending import LOOK as VIEWS_LOOK
from shared.runtime.views.mending import Mending, look_at_views, mend_views, views_damaged

COMMON_VIEWS: Sequence[View] = (ACCESS, OURSELVES, VOCABULARIES_VIEW)
"""The views that every service has beside its own"""

PARKED = "parked"
"""The question what a service's reactions have parked: `{}`, answered by `{"parked": [{reaction, seq, error}]}`. Of an
error its kind alone: its text may quote a person."""
PARKED_MOST = 200

Choices = Mapping[str, Sequence[tuple[str, str]]]
"""For a form: field → (value, label) pairs to choose from."""


@dataclass(frozen=True, slots=True)
class Retired:
    """A command that is no more: of which `entity` it was, and the name of the command that serves `instead`."""

    entity: str
    instead: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A field whose answer is suggested while it is typed: `path` answers `?q=` with a JSON list of texts, each of
    which the field takes as an answer; `said` writes a kept value as such a text. Without a script it is a plain
    field."""

    path: str
    said: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Again:
    """How a fact is said again, with other content: by which `command`, of what it says where it is one of several.
    `answers`: those of the command, of what the fact says (its data as stored); by default those of the same name.
    `asks`: the fields that are asked, the others stay as they were said; None: all that can be asked. `never`: why it
    can't be, where no command says it again."""

    command: type[Command] | Callable[[Mapping[str, Any]], type[Command]] | None = None
    answers: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    asks: Sequence[str] | None = None
    never: str = ""


Judge = Callable[["Service", Any, UUID], Awaitable[Mapping[str, int]]]
"""(service, command, the id of its entity) → what must not change until it is written (shared/notions/references.py).
Raises Refused"""


Given = Callable[[str], Sequence[str]]
"""field → the answers that a form is filled in with"""
Narrowing = Callable[[Choices, Given, str], Choices]
"""(what a form offers, what it is filled in with, language) → what it offers then; a field of which nothing is left is
not asked"""


async def no_choices(service: Service, command: type[Command], lang: str) -> Choices:
    return {}


async def nothing(service: Service) -> None:
    return None


@dataclass(frozen=True, eq=False)
class Definition:
    """What makes a service. `page_of`: where the front goes after a command. `choices`: what its forms offer;
    `suggestions`: field → what they propose while it is filled in. `opening` and `closing` start and end what else it
    runs; `measuring` brings its own metrics up to date; `jobs`: what it does beside requests, from `opening` to
    `closing`; `processes`: what it does in several steps. `persons`: what it keeps about persons (docs/privacy.md).
    `judging`: what is judged of a command beside its decision, by what only the service knows, such as whose address it
    gives; `permitting`: by who sends it. `retired`: the names of commands that are no more; `whole`: commands whose
    forms show a whole record, of which what was changed is sent; `again`: how a fact of a type is said again;
    `narrowing`: what a form offers by what it is filled in with. Each is itself: what is made of one is kept for it."""

    name: str
    folder: Path
    deciders: Sequence[Decider[Any]]
    views: Sequence[View]
    words: Words
    routes: APIRouter
    reactions: Sequence[Reaction[Service]] = ()
    page_of: Callable[[Command, Outcome], str] = lambda command, outcome: ""
    choices: Callable[[Service, type[Command], str], Awaitable[Choices]] = no_choices
    suggestions: Mapping[str, Suggestion] = field(default_factory=dict)
    opening: Callable[[Service], Awaitable[None]] = nothing
    closing: Callable[[Service], Awaitable[None]] = nothing
    measuring: Callable[[Service], Awaitable[None]] = nothing
    jobs: Sequence[Job[Service]] = ()
    processes: Sequence[Process[Service]] = ()
    persons: PersonalData[Service] | None = None
    judging: Mapping[type[Command], Judge] = field(default_factory=dict)
    permitting: Mapping[type[Command], Permit] = field(default_factory=dict)
    retired: Mapping[str, Retired] = field(default_factory=dict)
    whole: Sequence[type[Command]] = ()
    again: Mapping[str, Again] = field(default_factory=dict)
    narrowing: Mapping[type[Command], Narrowing] = field(default_factory=dict)
    running: View = field(init=False)  # its processes, as the view `processes` has them
    named: View | None = field(init=False, default=None)  # what names its things, where others do

    def __post_init__(self) -> None:
        object.__setattr__(self, "running", view_of(self.name))
        if self.name in SERVICES:
            object.__setattr__(self, "named", named_by(self.name))
            if self.named not in self.views:  # they are there where this is another, changed
                object.__setattr__(self, "views", (*self.views, self.named))
        if WORD not in self.deciders:
            self._add(WORD, [], [])
        if self.processes and PROCESS not in self.deciders:
            self._add(PROCESS, [self.running], [one for process in self.processes for one in process.reactions()])
        if self.persons is not None and self.persons.held not in self.views:
            decider, views, reaction = wiring(self.persons)
            self._add(decider, views, [reaction])

    def _add(self, decider: Decider[Any], views: Sequence[View], reactions: Sequence[Reaction[Service]]) -> None:
        object.__setattr__(self, "deciders", (*self.deciders, decider))
        object.__setattr__(self, "views", (*self.views, *views))
        object.__setattr__(self, "reactions", (*self.reactions, *reactions))


@dataclass
class Surroundings:
    """What a service is given: the network, a connection, its folders, how FastStream connects. `trouble`: what whoever
    runs the NATS server knows of why nothing can be written; `beside`: how one of several nodes is reached, where there
    are several; `references`: what judges those of commands (None where
    one service runs without the others)."""

    network: str
    nc: Client
    settings: Settings
    data: Path
    store: Store
    broker: dict[str, Any]
    replicas: int = 1
    public_url: str = "http://127.0.0.1:8000"
    footnote: Text | None = None  # what the foot of every page says of this installation
    references: Callable[[Service], References | None] = lambda service: service.references
    clock: Callable[[], datetime] = REAL.now
    outside: Outside = REAL  # but for the time of day, which `clock` says
    trouble: Callable[[], str | None] = lambda: None
    beside: Beside | None = None


async def _erase_kept(service: Service) -> None:
    if await service.clock.believed() is not None:
        await service.outside.in_thread(service.kept.sweep)


async def _judge_clock(service: Service) -> None:
    await service.clock.judge()


async def _look_at_log(service: Service) -> None:
    await service.freshness.look()
    await service.ourselves.refresh()  # for what is no request: mails, jobs


async def _look_at_terms(service: Service) -> float:
    wait = await service.persons.look()
    if (now := await service.clock.believed()) is not None:
        kept = timedelta(days=service.settings.keep_readings)
        await service.outside.in_thread(service.readings.erase_before, now - kept)
    return wait


async def _read_lists(service: Service) -> None:
    await service.lists.now()


async def _note_clock(service: Service) -> None:
    await service.clock.stop()


async def _mark(service: Service) -> None:
    await service.mark_keys()


LISTS_READ = 5.0  # seconds after which what no page asks for names the network's terms by what was said since
MARKED = 2.0  # seconds that marking the keys may take at an end, where the log may be away
TERMS = "persons-terms"
"""The job that looks at the terms of persons; an operator who answers has it done again at once."""


class Service:
    """One running service."""

    def __init__(self, definition: Definition, around: Surroundings) -> None:
        self.definition, self.around = definition, around
        self.name, self.network, self.settings = definition.name, around.network, around.settings
        self.outside = replace(around.outside, now=lambda: around.clock())
        self.log = Log(around.nc, around.network, replicas=around.replicas, outside=self.outside)
        self.clock = Clock(self.log, around.data, definition.name, self.outside.now, outside=self.outside)
        self.canary = Canary(around.nc, around.network, definition.name, around.trouble, self.outside)
        self.keyring = Keyring(around.data / "keys", around.network, definition.name, outside=self.outside)
        self.key_marks = KeyMarks(around.data / "keys", definition.name)
        self.readings = Journal(
            around.data / "keys", definition.name, most=around.settings.readings_alarm, outside=self.outside
        )
        self.store = around.store
        self.runner = Runner(self.log, self.store, [*definition.views, *COMMON_VIEWS], definition.name, self.outside)
        self.log.judgement = self.runner
        hours = around.settings.quiet_hours
        self.mending = Mending(self.log, self.runner, self.store, around.data, self.name, hours, self.outside)
        self.lists = NetworkLists(self.runner, self.store)
        self.freshness = Freshness(LogEnd(around.nc, around.network), self.runner, self.outside)
        self.sessions = Sessions(
            self.runner,
            self.store,
            around.network,
            operator_token(around.data / "keys"),
            around.clock,
            behind=self.freshness.behind,
            minutes=around.settings.session_minutes,
            second_factor=around.settings.second_factor_roles,
        )
        self.ourselves = OurNetwork(lambda: self.runner.position, self.store, around.settings)
        self.kept = KeptForms(around.data / "kept" / definition.name, self.outside)
        self.asking = Asking(around.nc, around.network, definition.name)
        self.references: LogReferences = LogReferences(self.log, REFERENTS, self._named_by, self._judged)
        self.execute = Executor(
            self.log,
            self.keyring,
            definition.name,
            definition.deciders,
            self.outside.now,
            self.outside,
            self.clock.doubted_at,
            around.references(self),
        )
        self.reactions: Reactions[Service] = Reactions(self, definition.reactions, around.broker, self.outside)
        self.leaving = Leaving(around.network, self._connections, around.beside)
        self.parts = Parts()
        self.processes: Processes[Service] = Processes(self, definition.processes, definition.running, self.outside)
        own = [*OWN, *([OF_PERSONS] if definition.persons else []), *([OF_PROCESSES] if definition.processes else [])]
        self.jobs: Jobs[Service] = Jobs(self, [*own, *definition.jobs], self.outside)
        self.persons: Persons[Service] = Persons(self, definition.persons, around.data / "keys", self.outside)

    async def _named_by(self, thing: str) -> Sequence[str]:
        """The entities that ever named a thing of this service, or a term of a list that it keeps. Raises Unavailable
        where its views are far behind."""
        of_list = thing.startswith(f"{LIST}.") and thing.count(".") > 2
        some = (TERM_USES, BULLETIN_USES) if of_list else (self.definition.named,)
        view = next((one for one in some if one in self.definition.views), None)
        if view is None:
            return ()
        if not await self.runner.wait_for(await self.log.last()):
            raise Unavailable("the views are behind: what rests on this is not known yet")
        found = await self.store.get(view, thing)
        if found is None:
            return ()
        return list(dict.fromkeys([*found["by"], *(one for one, _ in found.get("last", ()))]))

    def _connections(self) -> Sequence[Client]:
        return [self.nc, *self.reactions.broker.own]

    async def _judged(self, command: Command, own: UUID) -> Mapping[str, int]:
        judge = self.definition.judging.get(type(command))
        return {} if judge is None else await judge(self, command, own)

    @property
    def nc(self) -> Client:
        return self.around.nc

    @property
    def words(self) -> Words:
        return self.definition.words

    @property
    def data(self) -> Path:
        """The folder that its data lie in, each kind in one of its own, which services of one machine share."""
        return self.around.data

    @property
    def public_url(self) -> str:
        """The address of the installation's pages."""
        return self.around.public_url

    @property
    def footnote(self) -> Text | None:
        """What the foot of every page says of this installation."""
        return self.around.footnote

    def now(self) -> datetime:
        """The time by the clock that it was given."""
        return self.around.clock()

    async def choices(self, command: type[Command], lang: str, day: date | None = None) -> Choices:
        """What the form of a command offers: of the network's lists, the terms that are open on a day (None: now)."""
        begins = command.entity if "title" in command.model_fields else ""  # such a code is new
        of = {field: name for field, name in vocabularies_in(command).items() if field != begins}
        known = await self.lists.now() if of else None
        terms = {
            field: [(one.code, one.title(lang)) for one in known.offered(vocabulary, day)]
            for field, vocabulary in of.items()
            if known is not None
        }
        return {**terms, **await self.definition.choices(self, command, lang)}

    async def start(self) -> None:
        """Returns once the service answers. Raises LogDamaged where its views were built from another log."""
        await self.log.start()
        await self.clock.start()
        self.lists.begin()
        self.jobs.start("at once")
        await self.persons.enforce()
        await self.mending.start()
        await self.persons.resume()
        await self.lists.now()
        await self.asking.answer(PARKED, self._parked)
        await self.asking.start()
        self.freshness.begin()
        await self.definition.opening(self)
        self.jobs.start()

    async def start_reactions(self) -> None:
        """Apart from `start`, since a reaction may need another service, or the sample to be whole."""
        await self.reactions.start()
        self.jobs.start("with the reactions")

    async def stop(self) -> None:
        """Ends all of it, also of a service that has not quite begun; what could not be ended is raised after that."""
        failed: list[Exception] = []
        for ending in (
            partial(self.jobs.stop, "with the reactions"),
            self.reactions.stop,
            partial(self.jobs.stop, "once open"),
            self._mark_at_the_end,
            partial(self.definition.closing, self),
            self.asking.stop,
            self.runner.stop,
            self.jobs.stop,
            self.log.stop,
            self.store.close,
        ):
            try:
                await ending()
            except Exception as error:
                failed.append(error)
        self.keyring.close()
        self.readings.close()
        if failed:
            raise failed[0]

    async def _mark_at_the_end(self) -> None:
        with contextlib.suppress(Exception):  # what is not noted now is at the next start
            async with asyncio.timeout(MARKED):
                await self.mark_keys()

    def keys_trouble(self) -> str | None:
        """Why personal values can't be sealed now, or which secret is gone since the start, in words. Blocks."""
        try:
            return self.keyring.trouble() or self.key_marks.missing(grave=True)
        except (OSError, SecretUnfit) as why:
            return str(why)

    async def mark_keys(self) -> None:
        """Notes the marks of secrets that have come, and that all who are named in the log until now have a key. Raises
        Unavailable, OSError, SecretUnfit."""
        first, last = await self.log.at(1), await self.log.last()
        if await self.outside.in_thread(self.keys_trouble) is None:
            known = await self.outside.in_thread(self.keyring.known)
            log_ = first and log_mark(first)
            await self.outside.in_thread(partial(self.key_marks.note, log=log_, seq=last, known=known))

    async def _parked(self, question: dict[str, Any]) -> dict[str, Any]:
        parked = (await self.store.parked())[:PARKED_MOST]
        return {"parked": [{"reaction": p.reaction, "seq": p.seq, "error": p.error.partition(":")[0]} for p in parked]}


ERASING: Job[Service] = Job("kept-forms", _erase_kept, every=ROUND)
OWN: Sequence[Job[Service]] = (
    Job(
        "clock",
        _judge_clock,
        every=BEAT.total_seconds(),
        first=BEAT.total_seconds(),
        begins="at once",
        ending=_note_clock,
    ),
    Job("freshness", _look_at_log, every=LOOK),
    Job("node", lambda service: service.leaving.look(), every=LEAVES, begins="at once", pauses=(LEAVES, LEAVES)),
    Job("network-lists", _read_lists, every=LISTS_READ),
    ERASING,
    Job("key-marks", _mark, every=30.0, first=2.0),
    Job(
        "readings",
        lambda service: service.readings.write(),
        every=60.0,
        news=lambda service: service.readings.wait(),
        ending=lambda service: service.readings.write(),
    ),
    Job("views-mending", mend_views, every=VIEWS_LOOK, news=views_damaged, pauses=(1.0, 15.0)),
    Job("views-verified", look_at_views, every=VIEWS_LOOK, first=VIEWS_LOOK, at="the writer"),
)
"""What every service runs: the clock's heartbeat, the watch of the log's end for its pages, unsent forms that go at the
end of their hour; a node of NATS that can't write is left; what is new among the keys gets its mark, and up to where
the log was written with them; who read personal data is written down; views that are not what the log says are built
again."""
OF_PERSONS: Job[Service] = Job(TERMS, _look_at_terms, begins="with the reactions")
"""And one that keeps something about persons. With the reactions: forgetting somebody may need other services."""

OF_PROCESSES: Job[Service] = Job(
    "processes",
    lambda service: service.processes.round(),
    every=5.0,
    at="the writer",
    news=lambda service: service.processes.news.wait(),
    ending=lambda service: service.processes.stop(),
)
"""And one that has processes. What another replica began is found within a round."""
