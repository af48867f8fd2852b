"""What all commands share: the terminal, the settings, the event loop, the way to an installation."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import AsyncIterator, Coroutine, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic_settings import EnvSettingsSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.cli.http_client import Client, Place
from deploy.host.data_folder import CannotStart, running_at
from shared.base.settings import Settings
from shared.base.tallies import configure
from shared.identity.operator_token import known_token

T = TypeVar("T")
TURN = 0.001
"""Seconds after which a thread that computes lets another one have Python's lock. By Python's own 5 ms the event loop,
which reads the log a little at a time, would be held up by whoever judges what was read before: by a sixth,
measured."""
out = Console()
err = Console(stderr=True)
DataOption = Annotated[Path | None, typer.Option("--data", help="The data folder (MAILLAGE_DATA).", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]


def known_names(names: Iterable[str]) -> None:
    """Returns if none of these variables is a setting's name that was typed wrong: it would say nothing, and what it
    was to do would not be done. Others of this prefix may be another program's. Raises CannotStart."""
    known = [f"MAILLAGE_{name.upper()}" for name in Settings.model_fields]
    for typed in sorted(name.upper() for name in names):  # settings are read whatever their case
        if not typed.startswith("MAILLAGE") or typed in known or typed.startswith("MAILLAGE_TEST_"):
            continue
        for meant in get_close_matches(typed, known, 1, 0.9):
            raise CannotStart(f"{typed} is no setting; is it {meant}? Write it so, or leave it out (docs/settings.md).")


def settings_of(data: Path | None, port: int | None = None) -> Settings:
    known_names(EnvSettingsSource(Settings).env_vars)
    given = {key: value for key, value in (("data", data), ("port", port)) if value is not None}
    settings = Settings(**given)  # type: ignore[arg-type]
    configure(settings)
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs on uvloop where there is one: reading the log is half again as fast."""
    sys.setswitchinterval(TURN)
    with contextlib.suppress(ImportError):
        import uvloop

        return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(work)
    return asyncio.run(work)


def confirmed(question: str) -> bool:
    """Asks at the terminal, also from within `run`: there, the first Ctrl-C would only be noted, and the question would
    go on waiting. Raises typer.Abort for it, and where nobody is there to answer."""
    ours = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.default_int_handler) if ours else None
    try:
        return typer.confirm(question, err=True)
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)


def bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(40),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=False,
    )


@contextlib.asynccontextmanager
async def reached(settings: Settings) -> AsyncIterator[Client]:
    """The instance that runs on the data folder, or one started for the moment on a free port.

    With NATS servers of the installation's own: the service whose data folder it is, or all (MAILLAGE_SERVICES_AT).
    """
    if settings.nats_url is not None:
        yield _served(settings)
        return
    url = running_at(settings.data)
    if url is not None:
        yield Client(url, known_token(settings.data / "keys"))
        return
    if not (settings.data / "installation.json").exists():
        raise CannotStart(f"There is no installation in {settings.data} yet; `maillage up` makes one.")
    from deploy.host.embedded import Installation
    from deploy.host.root_app import bound, serve

    stop, up_ = asyncio.Event(), asyncio.Event()
    sock = bound(0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    async with Installation.open(settings, sample=False) as installation:
        serving = asyncio.create_task(serve(installation.app(), sock, stop, up_.set))
        await up_.wait()
        try:
            yield Client(url, known_token(settings.data / "keys"))
        finally:
            stop.set()
            await serving


def _served(settings: Settings) -> Client:
    """Raises CannotStart where no service has begun in the data folder."""
    if settings.services_at is not None:
        urls = dict(one.split("=") for one in settings.services_at.split(","))
        folders = {name: settings.data / name / "keys" for name in urls}
        tokens = {name: known_token(keys) for name, keys in folders.items() if keys.exists()}
        return Client("", None, {name: Place(url, tokens.get(name)) for name, url in urls.items()})
    if not (settings.data / "keys").exists():
        raise CannotStart(f"No service has begun in {settings.data}; in which container is this to be asked?")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return Client(f"http://{host}:{settings.port}", known_token(settings.data / "keys"))
