"""`maillage …`: the command line. What reads asks the instance that runs, or starts one for the moment."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.sample.plan import SAMPLE_NETWORK
from services.client import Client, NoAnswer
from services.embedded import CannotStart, Installation, bound, running_at, serve, write_running
from shared.settings import Settings
from shared.telemetry import configure

T = TypeVar("T")
app = typer.Typer(help="Maillage: the information system of a regional network for international cooperation.", no_args_is_help=True, add_completion=False, rich_markup_mode=None)  # fmt: skip
sample = typer.Typer(help="The sample history of 2012-2017.", no_args_is_help=True)
events = typer.Typer(help="The event log.", no_args_is_help=True)
views = typer.Typer(help="The read models: list, build again, verify.", no_args_is_help=True)
app.add_typer(sample, name="sample")
app.add_typer(events, name="events")
app.add_typer(views, name="views")

out = Console()
err = Console(stderr=True)
DataOption = Annotated[Path | None, typer.Option("--data", help="The data folder (MAILLAGE_DATA).", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output.")]
SERVICES = ("directory", "membership", "events", "newsletter", "observatory")


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


@app.command()
def up(
    data: DataOption = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port on 127.0.0.1 (MAILLAGE_PORT).", show_default=False)] = None,
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
    from deploy.sample.load import NotHere, load

    try:
        with bar() as progress:
            task = progress.add_task("Sample history 2012-2017", total=None)
            loaded = await load(installation.services, lambda done, total: progress.update(task, completed=done, total=total))
    except NotHere as why:
        raise CannotStart(str(why)) from why
    if loaded.new:
        err.print(f"{loaded.new} commands, {loaded.events} events in the log, {loaded.seconds:.1f} s.", highlight=False)


@sample.command("load")
def sample_load(data: DataOption = None) -> None:
    """Load the sample history, or what is missing of it. Refused on a log that holds something else."""
    settings = settings_of(data)
    if running_at(settings.data):
        raise CannotStart(f"An instance runs on {settings.data}; stop it first, or let it load the sample at its start.")

    async def work() -> None:
        async with Installation.open(settings) as installation:
            await _load(installation)

    run(work())


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


@app.command()
def review(
    data: DataOption = None,
    as_of: Annotated[str | None, typer.Option(help="The state of that day, such as 2015-12-31.")] = None,
    known_at: Annotated[str | None, typer.Option(help="As it was known on that day.")] = None,
    json: JsonOption = False,
) -> None:
    """The review of 2012-2017, every figure recomputed from events beside the published one."""

    async def work() -> dict[str, Any]:
        async with reached(settings_of(data)) as client:
            query = urlencode({k: v for k, v in (("as_of", as_of), ("known_at", known_at)) if v is not None})
            found: dict[str, Any] = await client.get(f"/observatory/api/review?{query}")
            return found

    found = run(work())
    if json:
        out.print_json(data=found)
        return
    table = Table(title=f"as of {found['as_of']}, known at {found['known_at']}")
    for name, side in (("figure", "left"), ("published", "right"), ("recomputed", "right"), ("events", "right"), ("note", "left")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for row in found["figures"]:
        mark = "" if row["equal"] else "bold red" if not row["note"] else "yellow"
        table.add_row(row["path"], _figure(row["published"]), _figure(row["value"]), str(row["events"]), row["note"] or "", style=mark)
    out.print(table)


def _figure(value: Any) -> str:
    return "not measured" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


@events.command("tail")
def events_tail(
    data: DataOption = None,
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many of the last events.")] = 20,
    follow: Annotated[bool, typer.Option("-f", help="Go on with what comes, until Ctrl-C.")] = False,
    json: JsonOption = False,
) -> None:
    """The last events of the log."""

    async def work() -> None:
        async with reached(settings_of(data)) as client:
            last = int((await client.get("/observatory/api/state"))["last"])
            after = max(0, last - limit)
            while True:
                page = (await client.get(f"/observatory/api/events?after={after}&limit=200"))["events"]
                for event in page:
                    after = event["seq"]
                    if json:
                        out.print_json(data=event, indent=None)
                    else:
                        out.print(f"{event['seq']:>8}  {event['time'][:10]}  {event['type']:<28} {event['subject']}  {event['actor']}", highlight=False, soft_wrap=True)  # fmt: skip
                if not page:
                    if not follow:
                        return
                    await asyncio.sleep(0.5)

    with contextlib.suppress(KeyboardInterrupt):
        run(work())


@events.command("show")
def events_show(seq: Annotated[int, typer.Argument(min=1, help="Its place in the log.")], data: DataOption = None) -> None:
    """One event, whole; what is sealed stays sealed."""

    async def work() -> Any:
        async with reached(settings_of(data)) as client:
            return await client.get(f"/observatory/api/events/{seq}")

    out.print_json(data=run(work()))


@views.command("ls")
def views_ls(data: DataOption = None, json: JsonOption = False) -> None:
    """All views: their version, documents and digest."""

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            return [{"service": name, **view} for name in SERVICES for view in await client.get(f"/{name}/api/state/views")]

    found = run(work())
    if json:
        out.print_json(data=found)
        return
    table = Table("service", "view", "version", "documents", "sequence", "digest")
    for view in found:
        table.add_row(view["service"], view["view"], str(view["version"]), str(view["documents"]), str(view["sequence"]), view["digest"][:16])
    out.print(table)


ViewArgument = Annotated[str | None, typer.Argument(help="`service/view`, or `service`; all without.", show_default=False)]


async def _each_view(client: Client, wanted: str | None) -> list[tuple[str, str]]:
    found = [(name, view["view"]) for name in SERVICES for view in await client.get(f"/{name}/api/state/views")]
    chosen = [(s, v) for s, v in found if wanted in (None, s, f"{s}/{v}")]
    if not chosen:
        raise CannotStart(f"There is no view {wanted}; `maillage views ls` names them.")
    return chosen


@views.command("rebuild")
def views_rebuild(view: ViewArgument = None, data: DataOption = None) -> None:
    """Build views again from the log, beside the live ones, and swap."""

    async def work() -> None:
        async with reached(settings_of(data)) as client:
            chosen = await _each_view(client, view)
            with bar() as progress:
                for service, name in chosen:
                    task = progress.add_task(f"{service}/{name}", total=None)
                    rebuilding = asyncio.create_task(client.post(f"/{service}/api/state/views/{name}/rebuild"))
                    while not rebuilding.done():
                        await asyncio.wait({rebuilding}, timeout=0.2)
                        state = await client.get(f"/{service}/api/state")
                        progress.update(task, completed=state["rebuilding"].get(name, 0), total=state["sequence"])
                    done = await rebuilding
                    progress.update(task, completed=done["sequence"], total=done["sequence"])

    run(work())


@views.command("verify")
def views_verify(view: ViewArgument = None, data: DataOption = None, json: JsonOption = False) -> None:
    """Compare views with a rebuild, by digest. Exit code 1 where one differs."""

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            chosen = await _each_view(client, view)
            found = []
            with bar() as progress:
                task = progress.add_task("Verifying", total=len(chosen))
                for service, name in chosen:
                    found.append({"service": service, **await client.post(f"/{service}/api/state/views/{name}/verify")})
                    progress.advance(task)
            return found

    found = run(work())
    if json:
        out.print_json(data=found)
    else:
        for one in found:
            out.print(f"{'equal ' if one['equal'] else 'DIFFERS'}  {one['service']}/{one['view']} at {one['sequence']}  {one['live'][:16]}", highlight=False)
    if not all(one["equal"] for one in found):
        raise typer.Exit(1)


@app.command()
def doctor(data: DataOption = None, json: JsonOption = False) -> None:
    """Check this machine and the installation. Exit code 1 where something is wrong."""
    settings = settings_of(data)
    checks: list[dict[str, Any]] = []

    def check(name: str, good: bool, text: str) -> None:
        checks.append({"check": name, "good": good, "text": text})

    from shared.nats_server import NatsFailed, binary

    check("python", sys.version_info >= (3, 11), sys.version.split()[0])
    try:
        check("nats-server", True, str(binary().name))
    except NatsFailed as why:
        check("nats-server", False, str(why))

    async def work() -> None:
        start = time.monotonic()
        async with reached(settings) as client:
            for name in SERVICES:
                state = await client.get(f"/{name}/api/state")
                check(f"{name}: log", state["damage"] is None, state["damage"] or f"{state['last']} events, no hole")
                check(f"{name}: views", state["sequence"] >= state["last"] or not state["damage"], f"show {state['sequence']} of {state['last']}")
                check(f"{name}: void messages", not state["void"], f"{len(state['void'])}")
                check(f"{name}: unknown types", True, ", ".join(f"{k} {v}" for k, v in state["unknown"].items()) or "0")
                check(f"{name}: parked", not state["parked"], f"{len(state['parked'])}")
        check("answered in", True, f"{time.monotonic() - start:.1f} s")

    if (settings.data / "installation.json").exists():
        run(work())
    else:
        check("installation", True, f"none in {settings.data} yet; `maillage up` makes one")
    if json:
        out.print_json(data=checks)
    else:
        for one in checks:
            out.print(f"{'good' if one['good'] else 'BAD '}  {one['check']:<28} {one['text']}", highlight=False, soft_wrap=True)
    if not all(one["good"] for one in checks):
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
