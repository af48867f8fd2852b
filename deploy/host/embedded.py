"""All five services and a NATS server in one process, behind one port of 127.0.0.1: `maillage up`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError
from starlette.types import ASGIApp

from deploy.host.all_services import DEFINITIONS
from deploy.host.allowed import enough
from deploy.host.data_folder import UNFINISHED, CannotStart, locked, network_of
from deploy.host.keys_needed import keys_apart, nothing_missed, there_and_whole
from deploy.host.keys_of_log import known_of_log, same_log
from deploy.host.named_secrets import named_secrets_fit
from deploy.host.root_app import root_of
from deploy.host.views_store import views_of
from deploy.sample import SAMPLE_NETWORK
from deploy.sample.plan import FOOTNOTE, OWN, begun
from shared.base.cancellation import CutOff, end, unless
from shared.base.outside import REAL
from shared.base.secret_files import SecretUnfit
from shared.base.services import SERVICES
from shared.base.settings import Settings
from shared.base.whole_files import said_of
from shared.contract import load_all
from shared.contract.envelope import events_only
from shared.kernel.broker.connection import OPERATOR, Connection
from shared.kernel.eventlog.event_log import Log, LogUnfit, Unavailable
from shared.kernel.eventlog.event_log import prepare as prepare_log
from shared.kernel.eventlog.ordered_reader import LogDamaged
from shared.kernel.reactions import CONSUMER, durable
from shared.kernel.reactions import prepare as prepare_reactions
from shared.ledger.archive_format import Archive
from shared.ledger.log_restore import same_as_archived
from shared.runtime.nats.canary import prepare as prepare_canary
from shared.runtime.nats.embedded_server import NatsFailed, NatsServer
from shared.runtime.nats.server_config import READER, Access
from shared.runtime.nats.watch import Watch
from shared.runtime.service import Service, Surroundings

log = structlog.get_logger()
T = TypeVar("T")
LATE = 300.0  # seconds for which a log that does not answer is waited for at a start, each time that it falls silent
AGAIN = 1.0  # seconds before what was not answered is tried again


def access(network: str, readers: Sequence[str] = (READER,)) -> Access:
    """Who may do what with the log of a network: each service, and readers from outside."""
    services = {d.name: [durable(d.name, reaction) for reaction in d.reactions] for d in DEFINITIONS}
    return Access(network, services, {name: [name] for name in readers})


async def prepare(nc: Connection, network: str, replicas: int = 1, readers: Sequence[str] = (READER,)) -> None:
    """What only an operator makes: the stream and the canary's beside it, the durable consumers of all reactions and of
    the readers.

    Raises LogUnfit, NotAllowed, nats-py's errors.
    """
    await prepare_log(nc, network, replicas)
    await prepare_canary(nc, network)
    for definition in DEFINITIONS:
        await prepare_reactions(nc, network, definition.name, definition.reactions)
    for name in readers:
        await prepare_reader(nc, network, name)


async def prepare_reader(nc: Connection, network: str, name: str) -> None:
    """Makes the durable consumer of a reader from outside, called like it, from the first event on; one that an earlier
    release made is told to leave out what is no event."""
    js = nc.jetstream()
    only = events_only(network)
    try:
        there = (await js.consumer_info(network, name)).config
    except NotFoundError:
        await js.add_consumer(network, replace(CONSUMER, durable_name=name, max_ack_pending=1000, filter_subject=only))
    else:
        if there.filter_subject != only:
            await js.add_consumer(network, replace(there, filter_subject=only))


def unusable(data: Path, error: sqlite3.Error) -> str:
    """Why a start failed at a database. Those of keys were looked at before, so that it is one of views."""
    if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
        return f"The disk of {data} is full: make room, and start again."
    views = data / "views"
    return f"{views} can't be used ({error}): move it away, and all in it is built again from the log."


def unanswered(error: Exception) -> bool:
    """Whether nothing else is wrong than that the log did not answer in time: a machine that has much to do, a server
    that is being started again."""
    if isinstance(error, APIError):
        return isinstance(error, ServiceUnavailableError)
    if isinstance(error, Unavailable):
        return str(error).startswith("the event log does not answer")
    return isinstance(error, NatsError | TimeoutError)


async def once_answered(work: Callable[[], Awaitable[T]], anew: Callable[[], Awaitable[None]] | None = None) -> T:
    """What `work` returns, which is begun again as long as the log does not answer, and goes on where it was. `anew` is
    called in between. Raises what `work` raises, a silence after LATE."""
    give_up = REAL.monotonic() + LATE
    while True:
        begun = REAL.monotonic()
        try:
            return await work()
        except (Unavailable, NatsError, TimeoutError) as error:
            if not unanswered(error) or REAL.monotonic() > give_up:
                raise
            log.warning("up.not_yet", why=str(error) or type(error).__name__)
        if REAL.monotonic() - begun > LATE:  # it went well for long
            give_up = REAL.monotonic() + LATE
        await REAL.sleep(AGAIN)
        if anew is not None:
            await anew()


@dataclass
class Installation:
    """A data folder in use: its lock, its NATS server, its services. `sample`: whether its log is the sample's, or will
    be."""

    settings: Settings
    network: str
    nats: NatsServer
    services: dict[str, Service] = field(default_factory=dict)
    sample: bool = False
    failed: CannotStart | None = None  # why it ends by itself
    _lock: int = -1
    _watch: Watch = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, settings: Settings, *, sample: bool = True, stop: asyncio.Event | None = None
    ) -> AsyncIterator[Installation]:
        """Everything started but the front, ended in the reverse order. Raises CannotStart; CutOff where `stop` is set
        before all has started, which takes minutes where a long log is read for the first time.

        A NATS server that dies is started again. Where that can't be, `stop` is set, and CannotStart says why at the
        end.
        """
        enough()
        load_all()
        stop = stop or asyncio.Event()
        data = settings.data.absolute()
        lock = locked(data)
        if (data / UNFINISHED).exists():
            os.close(lock)
            raise CannotStart(f"{data} is half of a restore: run `maillage restore` again, so that it goes on.")
        try:
            network = network_of(data, settings, sample)
            keys_apart(settings)
            there_and_whole(data, network, SERVICES)
            named_secrets_fit(settings)
        except CannotStart:
            os.close(lock)
            raise
        self = cls(settings, network, NatsServer(data / "nats", access=access(network)), sample=sample, _lock=lock)
        try:
            try:
                await unless(stop, once_answered(partial(self._start, data, stop), self._undone))
            except (NatsFailed, LogDamaged, LogUnfit, SecretUnfit, Unavailable) as error:
                raise self.failed or CannotStart(f"{error}.") from error
            except (NatsError, APIError, TimeoutError) as error:
                why = str(error) or type(error).__name__
                said = f"The event log {network} could not be made ({why}); {data / 'nats' / 'nats.log'} says more."
                raise self.failed or CannotStart(said) from error
            except sqlite3.Error as error:
                raise self.failed or CannotStart(unusable(data, error)) from error
            except OSError as error:
                where = error.filename or data
                raise self.failed or CannotStart(f"{where} can't be used ({said_of(error)}).") from error
            yield self
        except CutOff:
            if self.failed is None:
                raise
        finally:
            await self._stop()
        if self.failed is not None:
            raise self.failed

    @property
    def _archive(self) -> Archive:
        return Archive(self.settings.data.absolute() / "archive" / self.network)

    async def _prepare(self) -> None:
        data = self.settings.data.absolute()
        nc = await self.nats.connect(OPERATOR)
        try:
            await self._no_other_log(nc, data)
            await prepare(nc, self.network)
            # Before anybody may write: a log that came back shorter would give out its sequences again.
            log_ = Log(nc, self.network)
            await log_.start()
            try:
                await same_as_archived(log_, self._archive)
                await nothing_missed(log_, data / "keys", SERVICES)
                await same_log(log_, data / "keys", SERVICES, self.settings.keys_backup)
                await self._whose(log_)
            finally:
                await log_.stop()
        finally:
            await nc.close()

    async def _no_other_log(self, nc: Connection, data: Path) -> None:
        """Raises CannotStart where there is no log any more, though there was one: a new one would take its place."""
        with contextlib.suppress(NotFoundError):
            if (await nc.jetstream().stream_info(self.network)).state.last_seq:
                return
        known, by = await known_of_log(data, self.network, SERVICES)
        if known:
            raise CannotStart(
                f"The event log {self.network} in {data / 'nats'} is gone, while {by} knows of {known} events: bring "
                "that folder back as it was, or `maillage restore` all into a new folder."
            )

    async def _whose(self, log_: Log) -> None:
        """The sample's data bring their network's name, region and printed review along; no others do, whatever their
        name."""
        if self.network != SAMPLE_NETWORK:
            self.sample = False
        elif (by_sample := await begun(log_)) is not None:
            self.sample = by_sample
        if self.sample:
            self.settings = self.settings.with_own(OWN)

    async def _keep_nats(self, stop: asyncio.Event) -> None:
        """Looks after the server; ends everything where that no longer helps."""
        try:
            await self._watch.run()
        except (NatsFailed, LogDamaged, LogUnfit) as error:
            self.failed = CannotStart(f"{error}.")
        except Exception as error:
            log.exception("up.watch_failed")
            self.failed = CannotStart(f"The NATS server could not be looked after ({type(error).__name__}).")
        stop.set()

    async def _let_go(self, stop: asyncio.Event) -> None:
        """At an end while the server is away: what waits for the log is refused at once, since it would wait in
        vain."""
        await stop.wait()
        if self._watch.trouble is not None:
            await asyncio.gather(*(service.log.stop() for service in self.services.values()))

    async def _is_still_the_log(self) -> None:
        """After a new start of the server: raises LogDamaged, LogUnfit where the log came back as another one, or
        shorter. Nobody writes into it meanwhile: whoever saw a sequence refuses a log that ends before it."""
        nc = await self.nats.connect(OPERATOR, allow_reconnect=False)
        log_ = Log(nc, self.network)
        try:
            await log_.whole()
            await log_.start()
            shown = max((service.log.shown for service in self.services.values()), default=0)
            if (last := await log_.last()) < shown:
                raise LogDamaged(f"the log ends at sequence {last}, but {shown} was there before: restore it")
            await same_as_archived(log_, self._archive)
            for service in self.services.values():
                await service.runner.same_log(log_)
        finally:
            await log_.stop()
            await nc.close()

    async def _start(self, data: Path, stop: asyncio.Event) -> None:
        self._watch = Watch(self.nats, self._is_still_the_log)
        await self.nats.start()
        await self._prepare()
        self._tasks = [
            asyncio.create_task(self._keep_nats(stop), name="nats-watch"),
            asyncio.create_task(self._let_go(stop), name="let-go"),
        ]
        for definition in DEFINITIONS:
            nc = await self.nats.connect(definition.name)
            try:
                service = Service(definition, self._around(definition.name, data, nc))
            except BaseException:
                await nc.close()  # nobody else would, and it would look for a server for ever
                raise
            self.services[definition.name] = service
            await service.start()

    def _around(self, service: str, data: Path, nc: Connection) -> Surroundings:
        return Surroundings(
            network=self.network,
            nc=nc,
            settings=self.settings,
            data=data,
            store=views_of(self.settings, data, self.network, service),
            broker=self.nats.broker(service),
            footnote=FOOTNOTE if self.sample else None,
            trouble=lambda: self._watch.trouble,
            public_url=self.settings.public_url or f"http://127.0.0.1:{self.settings.port}",
        )

    async def start_reactions(self) -> None:
        for service in self.services.values():
            await once_answered(service.start_reactions)

    async def _stop(self) -> None:
        await self._undone()
        os.close(self._lock)

    async def _undone(self) -> None:
        """Ends what was started, also of a start that came to nothing."""
        for task in self._tasks:  # first, or the server would be started again
            await end(task)
        # Side by side: each may wait a moment for a reaction that is under way.
        await asyncio.gather(*(self._end(service) for service in self.services.values()))
        self.services.clear()
        await self.nats.stop()

    async def _end(self, service: Service) -> None:
        for ending in (service.stop, service.nc.close):
            try:
                await ending()
            except Exception as error:
                log.warning("up.end_failed", service=service.name, error=repr(error))

    def app(self) -> ASGIApp:
        """All fronts under one root."""
        return root_of(self.services, self.settings)
