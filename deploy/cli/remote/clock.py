"""`maillage clock`: how the clocks of the services stand beside their witnesses, and an operator's word that they are
right (docs/adr/0028). What can't be undone waits while one of them is in doubt."""

from __future__ import annotations

from typing import Any

import typer

from deploy.cli.console import DataOption, JsonOption, confirmed, out, reached, run, settings_of
from shared.base.services import SERVICES
from shared.persons.foretelling import ANSWER
from shared.runtime.times.clock import WAITS, WAY_OUT

clock = typer.Typer(
    help="The clock: whether it is believed, and saying that it is right.",
    invoke_without_command=True,
)


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(clock, name="clock")


@clock.callback()
def look(ctx: typer.Context, data: DataOption = None, json: JsonOption = False) -> None:
    """Each service's time beside what knows better: heartbeat, last event, checkpoint, node. Exit code 1 in doubt."""
    if ctx.invoked_subcommand is not None:
        return

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            return [await client.get(f"/{name}/api/clock") for name in SERVICES]

    found = run(work())
    if json:
        out.print_json(data=found)
    else:
        show(found)
    if any(one["doubt"] for one in found):
        raise typer.Exit(1)


@clock.command()
def confirm(
    yes: bool = typer.Option(False, "--yes", help="Without asking."), data: DataOption = None, json: JsonOption = False
) -> None:
    """Say that the clock is right now. Ends a doubt: after a long time off, or after a clock that was ahead."""

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            before = [await client.get(f"/{name}/api/clock") for name in SERVICES]
            if not json:
                show(before)
            if not yes and not confirmed("Is that the right time? Terms go on by it, for good."):
                raise typer.Exit(1)
            return [await client.post(f"/{name}/api/clock/confirm") for name in SERVICES]

    found = run(work())
    if json:
        out.print_json(data=found)
    else:
        show(found)
    if any(one["doubt"] for one in found):  # a node of the log has another time still
        raise typer.Exit(1)


def timed(found: dict[str, Any]) -> list[tuple[str, bool, str]]:
    """What `maillage doctor` says of the clock of a service, and of what an operator is asked there."""
    question = found["question"]
    asked = "nobody waits for an operator's word"
    if question is not None:
        asked = f"{question['persons']} were not foretold and wait since {question['since'][:10]}: {ANSWER}"
    doubt = f"{found['doubt']}; waiting: {WAITS}; {WAY_OUT}" if found["doubt"] else f"{found['now'][:19]}, believed"
    return [("clock", not found["doubt"], doubt), ("persons due", question is None or not question["late"], asked)]


def show(found: list[dict[str, Any]]) -> None:
    for one in found:
        state = "in doubt" if one["doubt"] else "believed"
        out.print(f"{one['service']:<11} {one['now'][:19]}  {state}", highlight=False, soft_wrap=True)
        for witness in one["witnesses"]:
            out.print(f"            {witness['at'][:19]}  {witness['said']}", highlight=False, soft_wrap=True)
        if one["doubt"]:
            out.print(f"            {one['doubt']}", highlight=False, soft_wrap=True)
    if any(one["doubt"] for one in found):
        out.print(f"Waiting: {WAITS}. Sign-in and commands go on.", highlight=False, soft_wrap=True)
