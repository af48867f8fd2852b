"""`maillage network init`: says of which network an installation is, by commands over its HTTP API, with the secret of
this machine. The page `/membership/begin` says the same files (deploy/networks)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.console import DataOption, confirmed, out, reached, run, settings_of
from deploy.cli.http_client import Client, NoAnswer
from deploy.host.all_services import DEFINITIONS
from deploy.host.data_folder import CannotStart
from shared.base.paris_days import FIRST_DAY, PARIS, day_of
from shared.base.translations import Lexicon, translated
from shared.contract.fields import day_typed
from shared.kernel.command_handler import utc_now
from shared.notions.network.beginning import ALWAYS, Beginning, Step, Told, Unreadable, known, of, offered, read, steps
from shared.notions.network.saying_again import list_of, said_again
from shared.notions.vocabularies import Term, Terms, in_use
from shared.web.api import kebab
from shared.web.beginning import NotSaid, judge
from shared.web.words.messages import WORDS

network = typer.Typer(help="The network that this installation is of.", no_args_is_help=True)
ACTOR = "maillage network init"
"""Names the ids of what is said here: once each, whatever was said on the page"""
SINCE = "Since when is all this so: its founding day, such as 2012-01-03, or `now` (empty: always)"
NOW = (
    "What has no day is so from now on: maps and figures of earlier days have no region and no colleges. Give its "
    "founding day by --since, or `--since always`."
)
DATED = "All that is said has its own day in the file: --since changes none of them."
REUSED = "command-id-reused"
"""The refusal of a step that was said before by another command: that which began it, or that which revised it"""
MOST = 500  # terms of a page
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
            help="The day from which on all is so that has none in the file: the founding day, `always`, or `now`.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Say of which network this is: its name, region, languages, colleges, bulletins, words. Shows it first.

    Said twice it adds nothing, also where the network has changed since; what the file has otherwise is revised.
    """
    found = asked_for(file)
    asked = dated(found, since, ask=not yes)
    said = steps(asked)
    if not said:
        raise CannotStart("There is nothing to say: the file names nothing of a network")
    if since is not None and not found.undated:
        out.print(DATED, highlight=False, soft_wrap=True)

    async def work() -> Told:
        async with AsyncExitStack() as stack:
            client: Client | None = None
            why = CannotStart("")
            try:
                client = await stack.enter_async_context(reached(settings_of(data)))
            except CannotStart as no:  # what would be said can be looked at without an installation
                why = no
            there = await known_there(client, said) if client is not None else There()
            judged(said, there)
            plan = said_again(said, there.terms, there.purposes)
            _show(plan)
            if asked.undated:
                out.print(NOW, highlight=False, soft_wrap=True)
            if not yes and not confirmed("Say all this? It can be changed later, from a day on."):
                raise typer.Exit(1)
            if client is None:
                raise why
            return await say(client, plan)

    told = run(work())
    out.print(f"{told.said} facts said, {told.so_already} were so already.", highlight=False)


def _show(plan: Sequence[Step]) -> None:
    for step in plan:
        day = step.day.isoformat() if step.day else "now       "
        out.print(f"{day}  {translated(step.says, 'en')}", highlight=False, markup=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class There:
    """What an installation says of the lists that a file is about. `kinds`: the kinds of structures in use; None: it
    was not asked."""

    lists: Mapping[tuple[str, date | None], Terms] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    kinds: Sequence[str] | None = None

    def terms(self, name: str, day: date | None) -> Terms:
        return self.lists.get((name, day), {})


async def known_there(client: Client, said: Iterable[Step]) -> There:
    """Asks an installation for the lists that these steps are about, on their days. Raises NoAnswer."""
    asked = {(name, step.day) for step in said if (name := list_of(step)) is not None}
    found = {(name, day): await _terms(client, name, day) for name, day in sorted(asked, key=str)}
    purposes: Mapping[str, str] = {}
    if any(name == "bulletin" for name, _ in asked):
        bulletins = (await client.get(f"/newsletter/api/bulletins?size={MOST}"))["documents"]
        purposes = {one["bulletin"]: one["purpose"] for one in bulletins}
    kinds = [one.code for one in in_use(await _terms(client, "structure", None))]
    return There(found, purposes, kinds)


async def _terms(client: Client, name: str, day: date | None) -> Terms:
    """The terms of a list on a day, by their codes."""
    found: dict[str, Term] = {}
    for page in range(1, 100):
        asked = f"?size={MOST}&page={page}" + (f"&as_of={day}" if day else "")
        said = await client.get(f"/membership/api/definitions/lists/{name}{asked}")
        for one in said["terms"]:
            closed = {"open": None, "earlier": date.min}.get(one["state"], one["until"])
            marks = frozenset(one["marks"])
            found[one["code"]] = Term(
                one["code"],
                one["titles"],
                one["rank"],
                marks,
                closed=closed,
                kinds=one["kinds"],
                official=one["official"],
                tongue=one["tongue"],
            )
        if len(found) >= said["total"] or not said["terms"]:
            break
    return found


def judged(said: Sequence[Step], there: There) -> None:
    """Judges the whole file before anything of it is said. Raises CannotStart, which names the step."""
    lexicon = Lexicon(WORDS, *(one.words for one in DEFINITIONS))
    try:
        judge(DEFINITIONS, said, utc_now(), lexicon, "en", there.kinds)
    except NotSaid as no:
        raise CannotStart(f"Nothing is said. {translated(no.step.says, 'en')}: {no.why}") from None


async def say(client: Client, said: Sequence[Step]) -> Told:
    """Sends each step as a command. Raises NoAnswer, which names the step that could not be said, and those before it,
    which are."""
    told = Told()
    for step in said:
        path = f"/{step.service}/api/commands/{kebab(step.command)}"
        if step.day is not None:  # the day's beginning in Paris, which is past on the day itself, too
            at = datetime.combine(step.day, time(), PARIS).isoformat().replace("+", "%2B")
            path += f"?happened={at}"
        try:
            done: dict[str, Any] = await client.post(path, dict(step.fields), key=str(step.id(ACTOR)))
        except NoAnswer as why:
            if why.code == REUSED:
                told = told.and_(False)
                continue
            raise NoAnswer(f"{translated(step.says, 'en')}: {why}{_so_far(said, step)}") from None
        told = told.and_(done["changed"] and not done["repeated"])
    return told


def _so_far(said: Sequence[Step], refused: Step) -> str:
    """What was said before one was refused, and how it goes on."""
    before = [translated(one.says, "en") for one in said[: said.index(refused)]]
    if not before:
        return "\nNothing was said."
    lines = "".join(f"\n- {one}" for one in before)
    return f"\nThis was said before it, and stays:{lines}\nMend the file and say it again: nothing is said twice."


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
    """The network, so since a day where its file gives none: since that of the option, which is judged in any case,
    else, where it may be asked, that of the answer. Raises CannotStart."""
    said = since if since is not None else (_optional(SINCE) or "always") if ask and network.undated else "now"
    return network.reaching(_day(said))


def _day(said: str) -> date | None:
    """The day that was typed; None: now. Raises CannotStart for what is none, is to come, or is older than anything."""
    if said == "now":
        return None
    if said == "always":
        return ALWAYS
    try:
        day = day_typed(said)
    except ValueError:
        raise CannotStart(f"{said} is no day: write it like 2012-01-03, or `always`, or `now`") from None
    if day < FIRST_DAY:
        raise CannotStart(f"{day} is too long ago: nothing is told of before {FIRST_DAY}")
    if day > day_of(utc_now()):
        raise CannotStart(f"{day} is to come: say since which day it is so")
    return day


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
