"""`maillage network init`: says of which network an installation is, by commands over its HTTP API, with the secret of
this machine. The page `/membership/begin` says the same files (deploy/networks)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.console import DataOption, out, reached, run, settings_of
from deploy.cli.http_client import Client, NoAnswer
from deploy.host.data_folder import CannotStart
from shared.base.paris_days import PARIS
from shared.base.translations import translated
from shared.contract.fields import day_typed
from shared.notions.network.beginning import ALWAYS, Beginning, Step, Told, Unreadable, known, of, offered, read, steps
from shared.web.api import kebab

network = typer.Typer(help="The network that this installation is of.", no_args_is_help=True)
ACTOR = "maillage network init"
"""Names the ids of what is said here: once each, whatever was said on the page"""
SINCE = "Since when is all this so: its founding day, such as 2012-01-03, or `now` (empty: always)"
NOW = (
    "What has no day is so from now on: maps and figures of earlier days have no region and no colleges, and bulletins "
    "open today. Give its founding day by --since, or `--since always`."
)
FileArgument = Annotated[
    str | None,
    typer.Argument(
        help="A file, or the name of one that comes with the product (deploy/networks). Without it, it asks.",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(network, name="network")


@network.callback()
def group() -> None:
    """The network that this installation is of."""


@network.command()
def init(
    file: FileArgument = None,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
    since: Annotated[
        str | None,
        typer.Option(
            help="The day from which on all this is so, where the file says none: the founding day, or `always`.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Say of which network this is: its name, region, languages, colleges, bulletins, words. Shows it first.

    Said twice it adds nothing, also where the network has changed since.
    """
    asked = dated(asked_for(file), since, ask=not yes)
    said = steps(asked)
    if not said:
        raise CannotStart("There is nothing to say: the file names nothing of a network")
    for step in said:
        day = step.day.isoformat() if step.day else "now       "
        out.print(f"{day}  {translated(step.says, 'en')}", highlight=False, markup=False, soft_wrap=True)
    if asked.undated:
        out.print(NOW, highlight=False, soft_wrap=True)
    if not yes and not typer.confirm("Say all this? It can be changed later, from a day on.", err=True):
        raise typer.Exit(1)

    async def work() -> Told:
        async with reached(settings_of(data)) as client:
            return await say(client, said)

    told = run(work())
    out.print(f"{told.said} facts said, {told.so_already} were so already.", highlight=False)


async def say(client: Client, said: Sequence[Step]) -> Told:
    """Sends each step as a command. Raises NoAnswer, which names the step that could not be said; those before it
    are."""
    told = Told()
    for step in said:
        path = f"/{step.service}/api/commands/{kebab(step.command)}"
        if step.day is not None:  # the day's beginning in Paris, which is past on the day itself, too
            at = datetime.combine(step.day, time(), PARIS).isoformat().replace("+", "%2B")
            path += f"?happened={at}"
        try:
            done: dict[str, Any] = await client.post(path, dict(step.fields), key=str(step.id(ACTOR)))
        except NoAnswer as why:
            raise NoAnswer(f"{translated(step.says, 'en')}: {why}") from None
        told = told.and_(done["changed"] and not done["repeated"])
    return told


def asked_for(file: str | None) -> Beginning:
    """The network of a file, of one that comes with the product, or of what is answered. Raises CannotStart."""
    try:
        if file is None:
            return _by_questions()
        if file in known():
            return known()[file]
        return read(Path(file))
    except Unreadable as why:
        raise CannotStart(str(why)) from None


def _by_questions() -> Beginning:
    names = ", ".join(offered())
    chosen = typer.prompt(f"Which network to begin with ({names}), or `hand` for questions", default="hand", err=True)
    if chosen != "hand":
        if chosen not in known():
            raise CannotStart(f"There is no network to begin with called {chosen}; there is {names}")
        return known()[chosen]
    said: dict[str, Any] = {"names": [{"name": typer.prompt("Its name", err=True)}]}
    if region := _optional("The code of its French region, or its departments with commas between them (empty: none)"):
        codes = [code.strip() for code in region.split(",")]
        name = _optional("What the region is called")
        of_it = {"departments": codes} if len(codes) > 1 else {"code": codes[0]}
        said["region"] = {"name": name or None, **of_it}
    said["languages"] = [
        one.strip() for one in typer.prompt("Languages, the first first", default="fr,en", err=True).split(",")
    ]
    said["law"] = typer.prompt("Law: 1901 or local", default="1901", err=True)
    said["colleges"] = [*_each("A college")]
    said["bulletins"] = [*_each("A bulletin", purpose="What is read in it")]
    return of(said, "Your answers")


def dated(network: Beginning, since: str | None, *, ask: bool) -> Beginning:
    """The network, so since a day where its file gives none: since that of the option, else, where it may be asked,
    that of the answer. Raises CannotStart."""
    if since is None and not network.undated:
        return network  # that bulletins or words alone open today is not asked, but may be told otherwise
    said = since if since is not None else _optional(SINCE) if ask else "now"
    if said == "now":
        return network
    try:
        return network.reaching(ALWAYS if said in ("", "always") else day_typed(said))
    except ValueError:
        raise CannotStart(f"{said} is no day: write it like 2012-01-03, or `always`, or `now`") from None


def _optional(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip()


def _each(what: str, **more: str) -> Sequence[dict[str, str]]:
    """Entries, each with a code and a title, until one has no code."""
    found = []
    while code := _optional(f"{what}: its code, such as `associations` (empty: no more)"):
        entry = {"code": code, "title": typer.prompt("Its title", err=True)}
        found.append(entry | {name: typer.prompt(question, err=True) for name, question in more.items()})
    return found


__all__ = ["add_to", "asked_for", "init", "say"]
