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
from services import (
    asking,
    audit,
    audit_files,
    backup,
    deployment,
    event_options,
    history,
    importing,
    nats_files,
    restore,
    serving,
)
from services.account import account
from services.client import NoAnswer
from services.directory.first_link import first_link
from services.embedded import CannotStart, Installation, bound, running_at, serve, write_running
from services.person import person
from services.root import measured
from services.terminal import DataOption, bar, err, out, run, settings_of
from shared import tracing
from shared.settings import Settings
from shared.tasks import end

app = typer.Typer(
    help="Maillage: the information system of a regional network for international cooperation.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
sample = typer.Typer(help="The sample history of 2012-2017.", no_args_is_help=True)
app.add_typer(sample, name="sample")
asking.add_to(app)
audit.add_to(app)
audit_files.add_to(app)
event_options.add_to(app)
backup.add_to(app)
restore.add_to(app)
deployment.add_to(app)
history.add_to(app)
importing.add_to(app)
nats_files.add_to(app)
app.add_typer(person, name="person")
app.add_typer(account, name="account")


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
    tracing.configure(settings, "maillage")
    actual = settings.model_copy(update={"port": sock.getsockname()[1]})
    url = f"http://127.0.0.1:{actual.port}"
    async with Installation.open(actual, sample=with_sample) as installation:
        if with_sample and installation.network == SAMPLE_NETWORK:
            loading = asyncio.create_task(_load(installation))
            waiting = asyncio.create_task(stop.wait())
            await asyncio.wait({loading, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if not loading.done():
                await end(loading)
                return
            await loading
        await installation.start_reactions()

        first = await first_link(installation.services["directory"])

        def ready() -> None:
            out.print(f"Maillage: {url}  (Ctrl-C ends it)", highlight=False)
            if first is not None:
                out.print("First sign-in, for the administrator; this link is good once:", style="dim")
                out.print(first, highlight=False, soft_wrap=True)
            write_running(settings.data, url)

        async with measured(list(installation.services.values()), actual, "127.0.0.1"):
            await serve(installation.app(), sock, stop, ready)
    await asyncio.to_thread(tracing.finish)


@app.command("serve")
def serve_(
    service: Annotated[
        str, typer.Argument(help="directory, membership, events, newsletter or observatory.", show_default=False)
    ],
    data: DataOption = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="MAILLAGE_PORT.", show_default=False)] = None,
) -> None:
    """Serve one service, on NATS servers of the installation's own (MAILLAGE_NATS_URL); as its container runs it."""
    definition, settings = serving.definition_of(service), settings_of(data, port)
    tracing.configure(settings, service)
    sock = bound(settings.port, settings.host)
    actual = settings.model_copy(update={"port": sock.getsockname()[1]})
    try:
        run(
            serving.run_service(
                actual,
                definition,
                sock,
                lambda: out.print(f"{service}: http://{settings.host}:{actual.port}", highlight=False),
            )
        )
    finally:
        sock.close()


@app.command()
def prepare(
    replicas: Annotated[int, typer.Option(min=1, max=5, help="On how many NATS nodes each event lies.")] = 3,
    reader: Annotated[
        list[str] | None, typer.Option(help="A service from outside that reads; may be given again (MAILLAGE_READERS).")
    ] = None,
    data: DataOption = None,
) -> None:
    """Make the event log on the installation's own NATS servers (MAILLAGE_NATS_URL), as their operator. Writes nothing."""
    settings = settings_of(data)
    readers = reader or settings.readers.split(",")
    out.print(run(serving.prepare(settings, replicas, readers)), highlight=False, soft_wrap=True)


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


if __name__ == "__main__":
    main()
