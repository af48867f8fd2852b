"""The commands that ask an installation: review, events, views, processes, doctor."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol
from urllib.parse import urlencode

import typer
from nats.errors import Error as NatsError
from nats.js.errors import APIError
from rich.table import Table

from deploy.cli.console import DataOption, JsonOption, bar, out, reached, run, settings_of
from deploy.cli.http_client import Client, NoAnswer
from deploy.cli.remote.clock import timed
from deploy.host.backups_standing import backups_of
from deploy.host.data_folder import EMPTY_NETWORK, CannotStart, nameless
from deploy.host.keys_needed import unfit
from shared.base.services import SERVICES
from shared.base.settings import Settings
from shared.kernel.broker.connection import OPERATOR
from shared.runtime.nats.cluster import GOOD, Standing, nodes_of
from shared.runtime.nats.embedded_server import NatsFailed, binary


class Check(Protocol):
    """Notes what was looked at, whether it is good, and how it is. `look`: nothing is wrong yet, but somebody is to
    look at it."""

    def __call__(self, name: str, good: bool, text: str, look: bool = False) -> None: ...


events = typer.Typer(help="The event log.", no_args_is_help=True)
views = typer.Typer(help="The read models: list, build again, verify.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.command()(review)
    app.command()(doctor)
    app.command()(processes)
    app.add_typer(events, name="events")
    app.add_typer(views, name="views")


def review(
    name: Annotated[str | None, typer.Argument(help="Which, of several; without it, the first.")] = None,
    data: DataOption = None,
    as_of: Annotated[str | None, typer.Option(help="The state of that day, such as 2015-12-31.")] = None,
    known_at: Annotated[str | None, typer.Option(help="As it was known on that day.")] = None,
    json: JsonOption = False,
) -> None:
    """A review that the network printed: every figure recomputed from events beside the published
    one."""

    async def work() -> dict[str, Any]:
        async with reached(settings_of(data)) as client:
            asked = (("review", name), ("as_of", as_of), ("known_at", known_at))
            query = urlencode({k: v for k, v in asked if v is not None})
            found: dict[str, Any] = await client.get(f"/observatory/api/review?{query}")
            return found

    found = run(work())
    if json:
        out.print_json(data=found)
        return
    if not found["figures"]:
        out.print(
            "This network has printed no review. Where it has printed one that Maillage knows, say so on the page "
            "/membership/network, or name it by MAILLAGE_REVIEW; the review of any period is on the page "
            "/observatory/reviews.",
            highlight=False,
            soft_wrap=True,
        )
        return
    if len(found["reviews"]) > 1 and name is None:
        out.print(
            f"{found['title']} ({found['review']}). There is, too: {', '.join(found['reviews'][1:])}.", highlight=False
        )
    table = Table(title=f"{found['title']}: as of {found['as_of']}, known at {found['known_at']}")
    for name, side in (
        ("figure", "left"),
        ("published", "right"),
        ("recomputed", "right"),
        ("events", "right"),
        ("note", "left"),
    ):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for row in found["figures"]:
        # `equal` is null for another day than the figure was published for: nothing to compare.
        mark = "" if row["equal"] is not False else "yellow" if row["note"] else "bold red"
        table.add_row(
            row["path"],
            _figure(row["published"]),
            _figure(row["value"]),
            str(row["events"]),
            row["note"] or "",
            style=mark,
        )
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
                        out.print(
                            f"{event['seq']:>8}  {event['time'][:10]}  {event['type']:<28} {event['subject']}  "
                            f"{event['actor']}",
                            highlight=False,
                            soft_wrap=True,
                        )
                if not page:
                    if not follow:
                        return
                    await asyncio.sleep(0.5)

    with contextlib.suppress(KeyboardInterrupt):
        run(work())


@events.command("show")
def events_show(
    seq: Annotated[int, typer.Argument(min=1, help="Its place in the log.")], data: DataOption = None
) -> None:
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
            return [
                {"service": name, **view} for name in SERVICES for view in await client.get(f"/{name}/api/state/views")
            ]

    found = run(work())
    if json:
        out.print_json(data=found)
        return
    table = Table("service", "view", "version", "documents", "sequence", "digest")
    for view in found:
        table.add_row(
            view["service"],
            view["view"],
            str(view["version"]),
            str(view["documents"]),
            str(view["sequence"]),
            view["digest"][:16],
        )
    out.print(table)


ViewArgument = Annotated[
    str | None, typer.Argument(help="`service/view`, or `service`; all without.", show_default=False)
]


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
            out.print(
                f"{'equal ' if one['equal'] else 'DIFFERS'}  {one['service']}/{one['view']} at {one['sequence']}  "
                f"{one['live'][:16]}",
                highlight=False,
            )
    if not all(one["equal"] for one in found):
        raise typer.Exit(1)


def processes(data: DataOption = None, json: JsonOption = False) -> None:
    """Work of several steps that is not over: imports, publications. Exit code 1 where the last try of one failed."""

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            states = {name: await client.get(f"/{name}/api/state") for name in SERVICES}
            return [{"service": name, **one} for name in SERVICES for one in states[name].get("processes", [])]

    found = run(work())
    if json:
        out.print_json(data=found)
    elif found:
        table = Table("service", "process", "id", "since", "steps", "done", "state")
        for one in found:
            far = "" if one["total"] is None else f"{one['done']} of {one['total']}"
            state = f"failing: {one['failing']}" if one["failing"] else "running"
            began = one["began"][:16].replace("T", " ")
            table.add_row(one["service"], one["process"], one["id"], began, str(one["steps"]), far, state)
        out.print(table)
    else:
        out.print("Nothing is under way.")
    if any(one["failing"] for one in found):
        raise typer.Exit(1)


def _mended(reports: Sequence[Mapping[str, Any]]) -> str:
    """What was wrong with views in the last days and was built again: somebody is to find out why."""
    if not reports:
        return "none in the last 7 days"
    last = reports[-1]
    what = f"all of them, {last['why']}" if not last["view"] else f"{last['view']}, {last['why']}"
    differing = f", {last['differing']} documents" if last["differing"] else ""
    aside = f"; the file is views/aside/{last['aside']}" if last["aside"] else ""
    lost = "; which events were parked is lost" if last["parked_lost"] else ""
    return f"{len(reports)}, the last on {last['at'][:16].replace('T', ' ')}: {what}{differing}{aside}{lost}"


def _stopped(records: Sequence[Mapping[str, Any]]) -> str:
    """About which records a service decides nothing, and what to do."""
    some = ", ".join(
        f"{one['entity']} {one['entity_id']} (event {one['event']}, {one['type']}"
        f"{', unreadable data' if one['why'] == 'unreadable' else ''})"
        for one in records[:5]
    )
    more = f" and {len(records) - 5} more" if len(records) > 5 else ""
    what = (
        "a newer release wrote there what this one can't read: update this service"
        if all(one["why"] == "newer" for one in records)
        else "this release can't read what stands there: update this service, or restore the log (docs/operating.md)"
    )
    return f"none about {some}{more}; {what}"


def doctor(
    nodes: Annotated[bool, typer.Option("--nodes", help="Only whether each NATS node has all of the log.")] = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Check this machine and the installation. Exit code 1 where something is wrong; LOOK: nothing is yet."""
    settings = settings_of(data)
    checks: list[dict[str, Any]] = []

    def check(name: str, good: bool, text: str, look: bool = False) -> None:
        checks.append({"check": name, "good": good, "text": text, "look": look})

    async def look_at_nodes() -> None:
        found = await _nodes(settings)
        check("log: nodes", bool(found) and GOOD.issuperset(found.values()), _listed(found))

    if nodes:
        if settings.nats_url is None:
            raise CannotStart("The log of `maillage up` lies in one server, which has all of it.")
        run(look_at_nodes())
        _checked(checks, json)
        return
    check("python", sys.version_info >= (3, 11), sys.version.split()[0])
    try:
        check("nats-server", True, str(binary().name))
    except NatsFailed as why:
        check("nats-server", False, str(why))

    async def work() -> None:
        start = time.monotonic()
        async with reached(settings) as client:
            writes = [await _look_at(client, name, check) for name in SERVICES]
            await _look_at_the_ledger(client, settings, all(writes), check)
            await look_at_the_law(client, check)
            await look_at_second_factors(client, settings, check)
        if settings.nats_url is not None and settings.services_at is not None:  # whoever asks all is their operator
            await look_at_nodes()
        check("answered in", True, f"{time.monotonic() - start:.1f} s")

    for line in backups_of(settings.data.absolute()):
        check(line.what, line.good, line.text, line.look)
    if (settings.data / "installation.json").exists():
        problem = unfit(settings)
        check("keys: files", problem is None, problem or "as they were written")
        run(work())
    elif (there := nameless(settings.data)) is not None and settings.services_at is None:
        check("installation", False, f"installation.json is gone, while {there} is there: restore it from the backup")
    else:
        check("installation", True, f"none in {settings.data} yet; `maillage up` makes one")
    _checked(checks, json)


async def _look_at(client: Client, name: str, check: Check) -> bool:
    """How a service is; whether it could write an event now."""
    try:
        checks = await client.get(f"/{name}/api/state/checks")
        writes = checks["writes"]
        check(f"{name}: writes", writes["good"], writes["text"])
        if (sealing := checks.get("keys")) is not None:  # a service of the release before does not say
            check(f"{name}: sealing", sealing["good"], sealing["text"])
        state = await client.get(f"/{name}/api/state")
    except NoAnswer as why:
        check(f"{name}: answers", False, str(why))
        return False
    check(f"{name}: log", state["damage"] is None, state["damage"] or f"{state['last']} events, no hole")
    shown, whole = f"show {state['sequence']} of {state['last']}", not state["damage"]
    views = checks.get("views", {"good": whole, "text": state["damage"]})  # a service of an older release does not say
    check(f"{name}: views", views["good"], shown if views["good"] else f"{shown}: {views['text']}")
    if (mended := state.get("mended")) is not None:  # nor does one of the release before
        check(f"{name}: views mended", True, _mended(mended), bool(mended))
        check(f"{name}: views verified", True, (state["verified"] or "not yet")[:16].replace("T", " "))
    check(f"{name}: void messages", not state["void"], f"{len(state['void'])}")
    check(f"{name}: unknown types", True, ", ".join(f"{k} {v}" for k, v in state["unknown"].items()) or "0")
    stopped = state.get("cannot_read", [])  # a service of an older release says nothing of it
    check(f"{name}: decisions", not stopped, _stopped(stopped) if stopped else "about all records")
    check(f"{name}: parked", not state["parked"], f"{len(state['parked'])}")
    under_way = state.get("processes", [])  # a service of the release before does not say
    failing = [f"{one['process']} {one['id']} ({one['failing']})" for one in under_way if one["failing"]]
    check(f"{name}: processes", not failing, f"failing: {', '.join(failing)}" if failing else f"{len(under_way)}")
    kept = await client.get(f"/{name}/api/persons/unreadable")
    lacking = f"{kept['persons']} of {kept['named']} persons have no key and were not forgotten"
    check(f"{name}: keys", not kept["persons"], lacking if kept["persons"] else f"of {kept['named']} persons")
    if (backup := kept.get("backup", "none")) != "none":  # a service of the release before does not say
        failed = "MAILLAGE_KEYS_BACKUP could not be written: whoever is forgotten now comes back with an older copy"
        check(f"{name}: keys' backup", backup == "replaced", failed if backup == "failed" else "is of the keys of now")
    for what, good, text in timed(await client.get(f"/{name}/api/clock")):
        check(f"{name}: {what}", good, text)
    return bool(writes["good"])


async def _look_at_the_ledger(client: Client, settings: Settings, writes: bool, check: Check) -> None:
    """`writes`: whether all services could write. A notary that has signed all there is says little where none can."""
    try:
        ledger = await client.get("/observatory/api/ledger")
    except NoAnswer as why:
        check("ledger: notary", False, str(why))
        return
    late = ledger["state"] == "waiting" and ledger["signed"] < ledger["log"]
    late = late and (ledger["age"] is None or ledger["age"] > 3 * settings.checkpoint_seconds)
    said = ledger["problem"] or ("another notary has the archive and does not sign" if late else ledger["state"])
    check(
        "ledger: notary",
        writes and ledger["state"] not in ("stopped", "failing") and not late,
        said if writes else f"{said}, but not every service can write what is to be signed",
    )
    age = "never" if ledger["age"] is None else f"{ledger['age']:.0f} s ago"
    check("ledger: signed", True, f"{ledger['signed']} of {ledger['log']} events, {age}")
    check("ledger: archive", True, f"{ledger['archived']} events, {ledger['archive_bytes'] / 1e6:.1f} MB")


async def look_at_the_law(client: Client, check: Check) -> None:
    """Which terms of the law somebody was to look at by now. That is nothing that keeps an installation from working,
    so it is said and nothing fails."""
    try:
        found = await client.get("/membership/api/definitions/legal-terms")
    except NoAnswer:  # a service of an older release does not say
        return
    overdue = [f"{one['code']} (by {one['review_by']})" for one in found["terms"] if one["overdue"]]
    where = "read their articles again and say what holds on /membership/network"
    text = (
        f"look again at {', '.join(overdue)}: {where}" if overdue else f"{len(found['terms'])}, none to look at again"
    )
    check("network: legal terms", True, text, bool(overdue))


async def look_at_second_factors(client: Client, settings: Settings, check: Check) -> None:
    """Which administrators have no second factor, by their functions. Somebody is to look at it where the settings ask
    for one: their role waits for it."""
    try:
        found = await client.get("/directory/api/accounts?kind=staff&sort=order&size=500")
    except NoAnswer as why:
        check("accounts: second factor", False, str(why))
        return
    administer = [one for one in found["documents"] if one["administers"]]
    without = [one["label"] for one in administer if not one.get("second_factor")]
    text = f"{len(without)} of {len(administer)} administrators have none" + (
        f": {', '.join(without)}" if without else ""
    )
    check("accounts: second factor", True, text, bool(without) and "administrator" in settings.second_factor_roles)


def _checked(checks: list[dict[str, Any]], json: bool) -> None:
    if json:
        out.print_json(data=checks)
    else:
        for one in checks:
            out.print(
                f"{'BAD ' if not one['good'] else 'LOOK' if one['look'] else 'good'}  {one['check']:<28} {one['text']}",
                highlight=False,
                soft_wrap=True,
            )
    if not all(one["good"] for one in checks):
        raise typer.Exit(1)


async def _nodes(settings: Settings) -> dict[str, Standing]:
    """How the NATS nodes are that hold the log; empty where they do not say."""
    from deploy.host.single_service import NotYet, connected

    try:
        nc = await connected(settings, OPERATOR)
    except NotYet:
        return {}
    try:
        return await nodes_of(nc, settings.network or EMPTY_NETWORK)
    except (NatsError, APIError, TimeoutError):
        return {}
    finally:
        await nc.close()


def _listed(nodes: dict[str, Standing]) -> str:
    return ", ".join(f"{name} {how}" for name, how in sorted(nodes.items())) or "they do not answer"
