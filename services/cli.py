"""`maillage …`: the command line. `up` and `sample` are here; what asks an installation is in asking.py."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from deploy.sample.load import NotHere, load
from deploy.sample.plan import SAMPLE_NETWORK
from services import asking
from services.client import NoAnswer
from services.embedded import CannotStart, Installation, bound, running_at, serve, write_running
from services.terminal import DataOption, bar, err, out, run, settings_of
from shared.settings import Settings

app = typer.Typer(
    help="Maillage: the information system of a regional network for international cooperation.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
sample = typer.Typer(help="The sample history of 2012-2017.", no_args_is_help=True)
app.add_typer(sample, name="sample")
asking.add_to(app)


def main() -> None:
    """The entry point. Whatever can't be done is one clear sentence and exit code 2."""
    try:
        app()
    except (CannotStart, NoAnswer) as why:
        err.print(f"maillage: {why}", style="bold red", highlight=False, soft_wrap=True)
        sys.exit(2)
    except ValidationError as wrong:
        for one in wrong.errors():
            name = "MAILLAGE_" + "_".join(str(part) for part in one["loc"]).upper()
            err.print(f"maillage: {name}: {one['msg']}.", style="bold red", highlight=False, soft_wrap=True)
        sys.exit(2)


@app.command()
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
    actual = settings.model_copy(update={"port": sock.getsockname()[1]})
    url = f"http://127.0.0.1:{actual.port}"
    async with Installation.open(actual, sample=with_sample) as installation:
        if with_sample and installation.network == SAMPLE_NETWORK:
            loading = asyncio.create_task(_load(installation))
            waiting = asyncio.create_task(stop.wait())
            await asyncio.wait({loading, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if not loading.done():
                loading.cancel()
                await asyncio.gather(loading, return_exceptions=True)
                return
            await loading
        await installation.start_reactions()

        def ready() -> None:
            write_running(settings.data, url)
            out.print(f"Maillage: {url}  (Ctrl-C ends it)", highlight=False)
            out.print("Without sign-in until it is built: it listens on 127.0.0.1 only.", style="dim", highlight=False)

        await serve(installation.app(), sock, stop, ready)


async def _load(installation: Installation) -> None:
    try:
        with bar() as progress:
            task = progress.add_task("Sample history 2012-2017", total=None)
            loaded = await load(
                installation.services, lambda done, total: progress.update(task, completed=done, total=total)
            )
    except NotHere as why:
        raise CannotStart(str(why)) from why
    if loaded.new:
        err.print(f"{loaded.new} commands, {loaded.events} events in the log, {loaded.seconds:.1f} s.", highlight=False)


@sample.command("load")
def sample_load(data: DataOption = None) -> None:
    """Load the sample history, or what is missing of it. Refused on a log that holds something else."""
    settings = settings_of(data)
    if running_at(settings.data):
        raise CannotStart(
            f"An instance runs on {settings.data}; stop it first, or let it load the sample at its start."
        )

    async def work() -> None:
        async with Installation.open(settings) as installation:
            await _load(installation)

    run(work())


if __name__ == "__main__":
    main()
