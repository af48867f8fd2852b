"""`maillage up`: everything in one process; and `maillage sample load`, what it does at its first start."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from deploy.cli.console import DataOption, bar, err, out, run, settings_of
from deploy.host.data_folder import CannotStart, running_at, write_running
from deploy.host.embedded import Installation, once_answered
from deploy.host.root_app import bound, measured, serve
from deploy.sample import SAMPLE_NETWORK
from deploy.sample.load import NotHere, load, note_whole, whole
from services.directory.sign_in.bootstrap_link import first_link
from shared.base import tracing
from shared.base.cancellation import CutOff, unless
from shared.base.settings import Settings

sample = typer.Typer(help="The sample history of 2012-2017.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.command()(up)
    app.add_typer(sample, name="sample")


def up(
    data: DataOption = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port on 127.0.0.1 (MAILLAGE_PORT).", show_default=False)
    ] = None,
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Begin with an empty network.")] = False,
) -> None:
    """Start everything: a NATS server and all five services behind one port of this machine."""
    settings = settings_of(data, port)
    sock = bound(settings.port)  # before anything is started: a taken port is known at once
    try:
        run(_up(settings, sock, not no_sample))
    finally:
        sock.close()


async def _up(settings: Settings, sock: socket.socket, with_sample: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tracing.configure(settings, "maillage")
    actual = settings.model_copy(update={"port": sock.getsockname()[1]})
    with suppress(CutOff):
        await _serve(actual, sock, with_sample, stop)
    await asyncio.to_thread(tracing.finish)


async def _serve(settings: Settings, sock: socket.socket, with_sample: bool, stop: asyncio.Event) -> None:
    url = f"http://127.0.0.1:{settings.port}"
    async with Installation.open(settings, sample=with_sample, stop=stop) as installation:
        if with_sample and installation.network == SAMPLE_NETWORK:
            await unless(stop, once_answered(partial(_load_unless_whole, installation)))
        await unless(stop, installation.start_reactions())
        first = await unless(stop, once_answered(partial(first_link, installation.services["directory"])))

        def ready() -> None:
            out.print(f"Maillage: {url}  (Ctrl-C ends it)", highlight=False)
            if first is not None:
                out.print("First sign-in, for the administrator; this link is good once:", style="dim")
                out.print(first, highlight=False, soft_wrap=True)
            write_running(settings.data, url)

        async with measured(list(installation.services.values()), settings, "127.0.0.1"):
            await serve(installation.app(), sock, stop, ready)


async def _load_unless_whole(installation: Installation) -> None:
    log, data = installation.services["directory"].log, installation.settings.data.absolute()
    if not await whole(log, data):
        await _load(installation)


async def _load(installation: Installation) -> None:
    try:
        with bar() as progress:
            task = progress.add_task("Sample history 2012-2017", total=None)
            loaded = await load(
                installation.services, lambda done, total: progress.update(task, completed=done, total=total)
            )
    except NotHere as why:
        raise CannotStart(str(why)) from why
    with suppress(OSError):  # what is not noted now is looked for at the next start
        await note_whole(installation.services["directory"].log, installation.settings.data.absolute())
    if loaded.new:
        err.print(f"{loaded.new} commands, {loaded.events} events in the log, {loaded.seconds:.1f} s.", highlight=False)


@sample.command("load")
def sample_load(data: DataOption = None) -> None:
    """Load the sample history, or what is missing of it. Refused on a log that holds something else."""
    settings = settings_of(data)
    if settings.nats_url is not None:
        raise CannotStart(
            "The sample is for `maillage up` alone; an installation with NATS servers of its own begins empty."
        )
    if running_at(settings.data):
        raise CannotStart(
            f"An instance runs on {settings.data}; stop it first, or let it load the sample at its start."
        )

    async def work() -> None:
        async with Installation.open(settings) as installation:
            await _load(installation)

    run(work())
