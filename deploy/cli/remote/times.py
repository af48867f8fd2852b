"""`maillage times`: what is odd in the times of the log, which figures would move, and an operator's word on a day
(docs/adr/0052). Nothing is written but what is confirmed, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from deploy.cli.console import DataOption, JsonOption, confirmed, out, reached, run, settings_of
from deploy.cli.http_client import Client, NoAnswer
from shared.base.services import SERVICES

ENGLISH = "?lang=en"  # as the commands themselves speak to their operator
SHOWN = 20  # of each kind of oddness, where all are not asked for
WHY: Mapping[str, str] = {
    "before-the-floor": "older than anything that is told here",
    "of-the-future": "of a day that had not come when it was recorded",
    "clock-was-ahead": "recorded by a clock that was ahead",
    "goes-back": "always of now, and of an earlier day than what was of now before it",
    "older-than-its-entity": "older than the beginning of its entity",
    "wrong-in-its-line": "not allowed where it stands in its line",
}
REASON = "date corrigée après examen des dates du journal"
times = typer.Typer(
    help="The times of the log: what is odd, what would move, and correcting a day.",
    invoke_without_command=True,
)
ServiceOption = Annotated[str | None, typer.Option("--service", help="Of one service only.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(times, name="times")


@times.callback()
def look(
    ctx: typer.Context,
    service: ServiceOption = None,
    everything: bool = typer.Option(False, "--all", help=f"All of each kind, not the first {SHOWN}."),
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Events whose time is odd, with the day that each could be corrected to, and the figures that would move."""
    if ctx.invoked_subcommand is not None:
        return

    async def work() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        async with reached(settings_of(data)) as client:
            found = await _found(client, service)
            return found, await _moves(client, _better(found))

    found, moved = run(work())
    if json:
        out.print_json(data={"services": found, "moves": moved})
        return
    for one in found:
        _show(one, None if everything else SHOWN)
    out.print(f"Clocks jumped {_so_many(max(one['jumps'] for one in found), 'time')} in the log.", highlight=False)
    if proposed := _better(found):
        out.print(f"If what has a proposed day was of that day ({_so_many(len(proposed), 'event')}):", highlight=False)
    _show_moves(moved, bool(proposed))
    if any(one["odd"] for one in found):
        out.print("Nothing was written. One at a time: maillage times redate SERVICE SEQUENCE", highlight=False)


@times.command()
def redate(
    service: Annotated[str, typer.Argument(help="The service of the event.")],
    sequence: Annotated[int, typer.Argument(help="Its sequence in the log, as `maillage times` gives it.")],
    day: Annotated[str | None, typer.Option("--day", help="The right day, YYYY-MM-DD.", show_default=False)] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, as its history will say it.")] = REASON,
    yes: bool = typer.Option(False, "--yes", help="Without asking."),
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Correct the day of an event that is listed as odd, after showing which figures that moves. Without a day: to the
    one that is proposed."""

    async def work() -> dict[str, Any]:
        async with reached(settings_of(data)) as client:
            return await _redate(client, service, sequence, day, reason, asking=not yes, quiet=json)

    done = run(work())
    if json:
        out.print_json(data=done)
    else:
        said = f"Written: event {done['sequence']}." if done["changed"] else "It was of that day already."
        out.print(said, highlight=False)


async def _redate(
    client: Client, service: str, sequence: int, day: str | None, reason: str, *, asking: bool, quiet: bool
) -> dict[str, Any]:
    found = (await _found(client, service))[0]["odd"]
    one = next((each for each in found if sequence in (each["sequence"], each["redate_sequence"])), None)
    if one is None:
        raise NoAnswer(f"{service} has no event {sequence} whose time is odd")
    right = day or one["better"]
    if right is None:
        raise NoAnswer(f"no day is proposed for event {sequence}: give one, --day YYYY-MM-DD")
    _day(right)
    moved = await _moves(client, {one["redate_sequence"]: right})
    if not quiet:
        out.print(f"{one['redate_type']} (event {one['redate_sequence']}) to {right}:", highlight=False)
        _show_moves(moved, True)
    if asking and not confirmed("Is that the right day? Readers go by it from now on."):
        raise typer.Exit(1)
    body = {"kind": one["kind"], "about": one["about"], "event": one["redate"], "day": right, "reason": reason}
    done: dict[str, Any] = await client.post(f"/{service}/api/times/redate{ENGLISH}", body)
    return done


async def _found(client: Client, service: str | None) -> list[dict[str, Any]]:
    if service is not None and service not in SERVICES:
        raise NoAnswer(f"there is no service {service}: {', '.join(SERVICES)}")
    return [await client.get(f"/{name}/api/times") for name in ([service] if service else SERVICES)]


async def _moves(client: Client, proposed: Mapping[int, str]) -> list[dict[str, Any]]:
    if not proposed:
        return []
    body = [{"sequence": sequence, "day": day} for sequence, day in sorted(proposed.items())]
    found: list[dict[str, Any]] = await client.post(f"/observatory/api/times/moves{ENGLISH}", body)
    return found


def _better(found: list[dict[str, Any]]) -> dict[int, str]:
    """Which events could be redated, and to which day: the earliest, where several say so."""
    proposed: dict[int, str] = {}
    for one in (odd for service in found for odd in service["odd"] if odd["better"] is not None):
        known = proposed.get(one["redate_sequence"])
        proposed[one["redate_sequence"]] = one["better"] if known is None else min(known, one["better"])
    return proposed


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoAnswer(f"{text} is no day: YYYY-MM-DD") from None


def _so_many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _show(found: dict[str, Any], most: int | None) -> None:
    """What is odd in one service, by kind."""
    numbers = Counter(one["why"] for one in found["odd"])
    out.print(f"{found['service']}: {_so_many(len(found['odd']), 'event')}", highlight=False)
    for why, number in sorted(numbers.items()):
        out.print(f"  {number} {WHY.get(why, why)}", highlight=False, soft_wrap=True)
        for one in [each for each in found["odd"] if each["why"] == why][:most]:
            code = f" ({one['code']})" if one["code"] and why == "wrong-in-its-line" else ""
            to = ""
            if one["better"]:
                of = "" if one["redate_sequence"] == one["sequence"] else f"{one['redate_type']} "
                to = f"  → {of}{one['redate_sequence']} to {one['better']}"
            out.print(
                f"    {one['sequence']:>8} {one['day']} {one['type']} {one['kind']} {one['about']}{code}{to}",
                highlight=False,
                soft_wrap=True,
            )
        if most is not None and number > most:
            out.print(f"    … and {number - most} more: --all", highlight=False)


def _show_moves(moved: list[dict[str, Any]], asked: bool) -> None:
    if asked and not moved:
        out.print("  no figure moves", highlight=False)
    for one in moved:
        before, after = ("not measured" if value is None else f"{value:g}" for value in (one["before"], one["after"]))
        out.print(
            f"  {one['as_of']} {one['path']}: {before} → {after}  {one['title']}", highlight=False, soft_wrap=True
        )
