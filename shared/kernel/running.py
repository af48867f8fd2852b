"""What the kernel asks of the service that it runs in."""

from __future__ import annotations

from typing import Protocol

from nats.aio.client import Client

from shared.kernel.command_handler import Executor
from shared.kernel.eventlog.event_log import Log
from shared.kernel.views.projection import Store
from shared.kernel.views.projector import Runner


class Running(Protocol):
    """A service that runs: its name, its network, its connection, and the parts of the kernel that it is wired to."""

    @property
    def name(self) -> str: ...
    @property
    def network(self) -> str: ...
    @property
    def nc(self) -> Client: ...
    @property
    def log(self) -> Log: ...
    @property
    def store(self) -> Store: ...
    @property
    def runner(self) -> Runner: ...
    @property
    def execute(self) -> Executor: ...
