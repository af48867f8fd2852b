"""What all commands share: the terminal, the settings, the event loop, the way to an installation."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.client import Client
from services.embedded import CannotStart, Installation, bound, running_at, serve
from shared.settings import Settings
from shared.telemetry import configure

T = TypeVar("T")
out = Console()
err = Console(stderr=True)
DataOption = Annotated[Path | None, typer.Option("--data", help="The data folder (MAILLAGE_DATA).", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]


def settings_of(data: Path | None, port: int | None = None) -> Settings:
    given = {key: value for key, value in (("data", data), ("port", port)) if value is not None}
    settings = Settings(**given)  # type: ignore[arg-type]
    configure(settings)
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs on uvloop where there is one: reading the log is half again as fast (design/nats.md)."""
    with contextlib.suppress(ImportError):
        import uvloop

        return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(work)
    return asyncio.run(work)


def bar() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn(), console=err, transient=False)  # fmt: skip


@contextlib.asynccontextmanager
async def reached(settings: Settings) -> AsyncIterator[Client]:
    """The instance that runs on the data folder, or one started for the moment on a free port."""
    url = running_at(settings.data)
    if url is not None:
        yield Client(url)
        return
    if not (settings.data / "installation.json").exists():
        raise CannotStart(f"There is no installation in {settings.data} yet; `maillage up` makes one.")
    stop, up_ = asyncio.Event(), asyncio.Event()
    sock = bound(0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    async with Installation.open(settings) as installation:
        serving = asyncio.create_task(serve(installation.app(), sock, stop, up_.set))
        await up_.wait()
        try:
            yield Client(url)
        finally:
            stop.set()
            await serving
