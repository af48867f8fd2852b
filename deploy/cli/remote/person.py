"""The commands about persons: find, export, forget, due. Each of the five services is asked, since each keeps its own
keys.

They ask over HTTP as the operator; an address stands in the body of the request. It also stands in the shell's history
and among the processes of this machine: `-` reads it from standard input instead.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from deploy.cli.console import DataOption, JsonOption, confirmed, err, out, reached, run, settings_of
from deploy.cli.http_client import Client, NoAnswer
from deploy.host.data_folder import CannotStart
from shared.base.services import SERVICES
from shared.runtime.times.clock import WAY_OUT

person = typer.Typer(
    help="Persons: what is kept of them, all of it for them, forgetting them (docs/privacy.md).", no_args_is_help=True
)
WhoArgument = Annotated[
    str,
    typer.Argument(help="A mail address, a person's id, or - to read either from standard input.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage`."""
    app.add_typer(person, name="person")


def wanted(who: str) -> dict[str, str]:
    """What the services are asked for. Raises CannotStart for what is neither an address nor an id."""
    text = (sys.stdin.readline() if who == "-" else who).strip()
    try:
        return {"person": str(UUID(text))}
    except ValueError:
        pass
    if "@" not in text:
        raise CannotStart("Give the mail address of a person, or the id that `maillage person of` names.")
    return {"address": text}


async def everywhere(client: Client, what: str, body: dict[str, str]) -> list[dict[str, Any]]:
    """The answers of all five services. Whom one of them knows at an address is asked of the others by id, too: what a
    contact wrote by the link of a survey is sealed under the id that the directory has for them (ADR 22)."""
    ids = set() if "person" in body else ids_of([await _asked(client, name, "find", body) for name in SERVICES])
    return [await of_one(client, name, what, body, ids) for name in SERVICES]


async def of_one(client: Client, name: str, what: str, body: dict[str, str], ids: set[str]) -> dict[str, Any]:
    """The answer of one service about whoever is meant, and about these persons."""
    whole = await _asked(client, name, what, body)
    for id in sorted(ids - ids_of([whole])):
        more = await _asked(client, name, what, {"person": id})
        if more["persons"]:
            whole = _both(whole, more)
    return whole


def ids_of(answers: list[dict[str, Any]]) -> set[str]:
    """The persons that answers name."""
    named = [one for answer in answers for one in answer["persons"]]
    return {one["person"] if isinstance(one, dict) else one for one in named}


async def _asked(client: Client, name: str, what: str, body: dict[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = await client.post(f"/{name}/api/persons/{what}", body)
    return answer


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two answers of one service to the same question about different persons."""
    both = {**one, "persons": [*one["persons"], *other["persons"]]}
    if "events" in one:
        events = {event["sequence"]: event for event in (*one["events"], *other["events"])}
        both |= {"events": [events[seq] for seq in sorted(events)], "purposes": one["purposes"] or other["purposes"]}
    if "backup" in one:
        both |= {"sequence": max(one["sequence"], other["sequence"])}
        both |= {"backup": "failed" if "failed" in (one["backup"], other["backup"]) else one["backup"]}
    return both


@person.command()
def find(who: WhoArgument, data: DataOption = None, json: JsonOption = False) -> None:
    """Where a person stands: in which services, in which records, until when. Shows nothing personal."""
    body = wanted(who)

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            return await everywhere(client, "find", body)

    found = run(work())
    if json:
        out.print_json(data=found)
    else:
        show(found)
    if not any(one["persons"] for one in found):
        raise typer.Exit(1)


def show(found: list[dict[str, Any]]) -> None:
    for service in found:
        for one in service["persons"]:
            state = "forgotten" if one["forgotten"] else f"{len(one['records'])} records"
            out.print(f"{service['service']:<11} {one['person']}  {state}", highlight=False, soft_wrap=True)
            for record in one["records"]:
                until = f"until {record['ends'][:10]}" if record["ends"] else "in use"
                out.print(f"            {record['label']}: {record['page']}, {until}", highlight=False, soft_wrap=True)
    if not any(service["persons"] for service in found):
        out.print("No service knows this person.", highlight=False)


@person.command()
def of(
    service: Annotated[str, typer.Argument(help="Such as `membership`.", show_default=False)],
    view: Annotated[str, typer.Argument(help="Such as `members`.", show_default=False)],
    key: Annotated[str, typer.Argument(help="The id at the end of the record's address.", show_default=False)],
    data: DataOption = None,
) -> None:
    """The ids of the persons whom a record names: the way to those without a mail address."""

    async def work() -> Any:
        async with reached(settings_of(data)) as client:
            return await client.get(f"/{service}/api/persons/of/{view}/{key}")

    for one in run(work()):
        out.print(f"{one['person']}  {one['field']}", highlight=False)


@person.command()
def export(
    who: WhoArgument,
    to: Annotated[
        Path | None, typer.Option(help="A new file that only you can read; without it, standard output.")
    ] = None,
    data: DataOption = None,
) -> None:
    """All that is kept of a person, in clear, as JSON: to be handed to that person (GDPR, art. 15 and 20)."""
    body = wanted(who)

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            return await everywhere(client, "export", body)

    told = [one for one in run(work()) if one["persons"]]
    if not told:
        raise CannotStart("No service knows this person.")
    whole = {
        "format": "maillage person export 1",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "services": told,
    }
    text = orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n"
    if to is None:
        sys.stdout.buffer.write(text)
        return
    try:
        with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    except OSError as error:
        raise CannotStart(f"{to} can't be written: {error.strerror}.") from error
    events = sum(len(one["events"]) for one in told)
    err.print(f"{events} events of {len(told)} services in {to}. Erase it when it was handed over.", highlight=False)


@person.command()
def forget(
    who: WhoArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Forget a person in all five services, for ever. Figures stay as they are."""
    body = wanted(who)

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            found = await everywhere(client, "find", body)
            if not any(one["persons"] for one in found):
                return []
            if not json:
                show(found)
            if not yes and not confirmed("Forget them? Nobody can take it back."):
                raise typer.Exit(1)
            done, failed, ids = [], [], ids_of(found)
            for name in SERVICES:  # one that refuses does not keep the others from it
                try:
                    done.append(await of_one(client, name, "forget", body, ids))
                except NoAnswer as why:
                    failed.append(f"{name}: {why}")
            if failed:
                raise NoAnswer(f"not forgotten everywhere, do it again. {' '.join(failed)}")
            return done

    done = run(work())
    if not done:
        raise CannotStart("No service knows this person.")
    if json:
        out.print_json(data=done)
        return
    for one in done:
        if one["persons"]:
            out.print(
                f"{one['service']:<11} forgotten: {len(one['persons'])}, event {one['sequence']}", highlight=False
            )
    if any(one["backup"] == "failed" for one in done):
        raise CannotStart(
            "The keys' own backup could not be replaced (MAILLAGE_KEYS_BACKUP); it still opens what was forgotten."
        )
    if all(one["backup"] == "none" for one in done):
        err.print(
            "Copies of the folder `keys` from before can still open it: destroy them.", highlight=False, style="yellow"
        )


@person.command()
def due(
    within: Annotated[int, typer.Option(min=0, max=36525, help="Days from now on.")] = 0,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Forget those who are due now, also who was not foretold.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Who will be forgotten by then because the terms are over, and whether that was foretold. Nothing is done by it.

    Who was foretold a week before goes unasked, and so do up to 20 others of a service. More of them wait for
    --confirm.
    """
    if confirm and within:
        raise CannotStart("Only who is due now can be confirmed: leave --within out.")

    async def work() -> list[dict[str, Any]]:
        async with reached(settings_of(data)) as client:
            found = [
                {"service": name, **one}
                for name in SERVICES
                for one in await client.get(f"/{name}/api/persons/due?within={within}")
            ]
            clocks = [await client.get(f"/{name}/api/clock") for name in SERVICES]
            if not json:
                show_due(found, clocks)
            if confirm:
                await _confirmed(client, found, yes)
            return found

    found = run(work())
    if json:
        out.print_json(data=found)


def show_due(found: list[dict[str, Any]], clocks: list[dict[str, Any]]) -> None:
    for one in found:
        foretold = f"foretold {one['foretold'][:10]}" if one["foretold"] else "not foretold"
        out.print(
            f"{one['ends'][:10]}  {one['service']:<11} {one['person']}  {one['purpose']}  {foretold}",
            highlight=False,
            soft_wrap=True,
        )
    out.print(f"{len(found)} persons.", highlight=False)
    for clock in clocks:
        if clock["doubt"]:
            err.print(f"{clock['service']}: {clock['doubt']}; {WAY_OUT}.", highlight=False, soft_wrap=True)
        elif clock["question"]:
            err.print(
                f"{clock['service']}: {clock['question']['persons']} were not foretold, too many to go unasked. Is a "
                "term (MAILLAGE_KEEP_…) shorter than it should be? If all is right: `maillage person due --confirm`.",
                highlight=False,
                soft_wrap=True,
            )


async def _confirmed(client: Client, found: list[dict[str, Any]], yes: bool) -> None:
    """Lets those who were shown be forgotten, once whoever asks has said so."""
    if not found or not (yes or confirmed("Forget them? Nobody can take it back.")):
        raise typer.Exit(0 if not found else 1)
    for name in SERVICES:
        persons = [one["person"] for one in found if one["service"] == name]
        if persons:
            done = await client.post(f"/{name}/api/persons/due/confirm", {"persons": persons})
            err.print(f"{name}: {done['confirmed']} are forgotten while it runs.", highlight=False)
