"""`maillage events find` and `take`: the journal by the same names as its page and its API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from deploy.cli.console import DataOption, JsonOption, out, reached, run, settings_of
from deploy.cli.remote.query import events
from deploy.host.data_folder import CannotStart

OneService = Annotated[str | None, typer.Option(help="One of the five services.", show_default=False)]
Type = Annotated[str | None, typer.Option(help="A type of event, such as MemberJoined.", show_default=False)]
Entity = Annotated[str | None, typer.Option(help="The id of a thing: its own events.", show_default=False)]
About = Annotated[str | None, typer.Option(help="An id: the events of it, and those that name it.", show_default=False)]
Actor = Annotated[str | None, typer.Option(help="Who did it, such as service:newsletter.", show_default=False)]
Chain = Annotated[str | None, typer.Option(help="A correlation id: one chain of cause and effect.", show_default=False)]
Words = Annotated[
    str | None, typer.Option("--q", help="Words that must all occur in what is not sealed.", show_default=False)
]
Since = Annotated[str | None, typer.Option(help="It speaks of that day or a later one.", show_default=False)]
Until = Annotated[str | None, typer.Option(help="It speaks of that day or an earlier one.", show_default=False)]
KnownSince = Annotated[str | None, typer.Option(help="It was recorded on that day or later.", show_default=False)]
KnownUntil = Annotated[str | None, typer.Option(help="It was recorded on that day or before.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Puts these commands under `maillage events`."""
    events.command("find")(events_find)
    events.command("take")(events_take)


def events_find(
    service: OneService = None,
    type: Type = None,
    entity: Entity = None,
    about: About = None,
    actor: Actor = None,
    chain: Chain = None,
    q: Words = None,
    since: Since = None,
    until: Until = None,
    known_since: KnownSince = None,
    known_until: KnownUntil = None,
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many, the newest first.")] = 50,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Events that answer all that is asked, newest first, and how many there are."""
    asked = _asked(locals())

    async def work() -> tuple[Any, Any]:
        async with reached(settings_of(data)) as client:
            query = urlencode({**asked, "order": "newest", "limit": limit})
            counted = await client.get(f"/observatory/api/counts/events?{urlencode(asked)}")
            return counted, await client.get(f"/observatory/api/events?{query}")

    counted, found = run(work())
    if json:
        out.print_json(data={"total": counted["total"], **found})
        return
    for event in found["events"]:
        out.print(
            f"{event['seq']:>8}  {event['time'][:10]}  {event['type']:<28} {event['subject']}  {event['actor']}",
            highlight=False,
            soft_wrap=True,
        )
    out.print(f"{counted['total']} events", highlight=False)


def events_take(
    file: Annotated[Path, typer.Argument(help="To be written: .csv, .jsonl or .parquet.", show_default=False)],
    service: OneService = None,
    type: Type = None,
    entity: Entity = None,
    about: About = None,
    actor: Actor = None,
    chain: Chain = None,
    q: Words = None,
    since: Since = None,
    until: Until = None,
    known_since: KnownSince = None,
    known_until: KnownUntil = None,
    data: DataOption = None,
) -> None:
    """Events that answer all that is asked as a file, each with the hash of its leaf; `maillage audit compare` checks
    it."""
    asked = _asked(locals())
    if file.suffix not in (".csv", ".jsonl", ".parquet"):
        raise CannotStart(f"{file} is none of .csv, .jsonl, .parquet.")

    async def work() -> int:
        async with reached(settings_of(data)) as client:
            return await client.save(f"/observatory/api/files/events{file.suffix}?{urlencode(asked)}", file)

    out.print(f"{file}: {run(work())} bytes", highlight=False, soft_wrap=True)


NAMES = (
    "service", "type", "entity", "about", "actor", "chain", "q", "since", "until", "known_since", "known_until",
)  # fmt: skip
"""The names of what can be asked, as `services/observatory/search/event_query.py` has them."""


def _asked(given: dict[str, Any]) -> dict[str, str]:
    return {name: given[name] for name in NAMES if given.get(name)}
