"""The events and mails of a data folder in a form that two installations share."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from shared.contract.personal import Personal
from shared.kernel.sealing import Forgotten
from shared.ledger.archive_format import Archive
from shared.persons.keys.keyring import Keyring
from tests.compare.answers import Answer, Ask
from tests.compare.history import mails
from tests.compare.normal import lines_of
from tests.fixtures.earlier_commands import EARLIER, standing_facts

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOKEN = re.compile(r"(?<=/)(?=[\w.-]*\d)(?=[\w.-]*[A-Z])[\w.-]{20,}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(?!000000)\d{6}Z")
BY_CHANCE = {
    ("TokenIssued", "digest"),
    ("SigningKeyPublished", "public"),  # made by chance
    # The checkpoint that was the last: when the notary signs hangs on the moment. The workbook has it on its first
    # sheet.
    ("ReviewPublished", "root"),
    ("ReviewPublished", "signed"),
    ("ReviewPublished", "fr.xlsx"),
    ("ReviewPublished", "en.xlsx"),
}
"""Fields of events, at any depth, that two runs of one release say differently."""
NOW = "<now>"


class Ids:
    """Ids by the order in which they first appear: the first structure of one log is the first of the other."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        return _UUID.sub(lambda found: self._known.setdefault(found[0], f"<id {len(self._known) + 1}>"), text)


def events(data: Path, after: int = 0, *, by_command: bool = False) -> list[str]:
    """The events behind the sequence `after`, a text of JSON each: subject, type, times as given, actor, data with its
    personal values opened, ids by their order. What happened now has no time; which command it was stands in the ids.

    What came of one command stands together: reactions to it write when they come to it, between other commands. The
    order of an entity's own events is in their versions. `by_command`: in the order of the commands' ids, where those
    are the same on both sides and many were under way at once, as the loading of the sample has them.

    Releases correct in words of their own. So these are the facts alone, each with whether it stands, and versions are
    counted without what corrects; what is no event is none here, either.
    """
    network = json.loads((data / "installation.json").read_text())["network"]
    with ExitStack() as opened:
        rings: dict[str, Keyring] = {}

        def ring(service: str) -> Keyring:
            if service not in rings:
                rings[service] = opened.enter_context(closing(Keyring(data / "keys", network, service)))
            return rings[service]

        messages = [message for run in Archive(data / "archive" / network).read() for message in run]
        stands = standing_facts(messages)
        found: dict[str, list[str]] = defaultdict(list)
        versions = Counter[str]()
        for message in messages:
            if message.seq not in stands:
                continue
            service = message.subject.split(".")[1]
            event = json.loads(message.body)
            versions[event["subject"]] += 1
            if message.seq > after:
                counted = {"entityversion": versions[event["subject"]], "stands": stands[message.seq]}
                told = {**_told(event, service, ring(service)), **counted}
                found[event["correlationid"]].append(json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1))
    ids = Ids()
    chains = [found[command] for command in (sorted(found) if by_command else found)]
    return [ids(text) for chain in chains for text in sorted(chain, key=lambda one: (_UUID.sub("", one), one))]


def _told(event: Mapping[str, Any], service: str, ring: Keyring) -> dict[str, Any]:
    now = event["time"] == event["recordedtime"]
    recorded = datetime.fromisoformat(event["recordedtime"])
    names = ("type", "subject", "actor", "entityversion", "commandid", "correlationid", "causationid")
    return {
        "service": service,
        **{name: event.get(name) for name in names},
        "time": NOW if now else event["time"],
        "data": {
            name: _steady(event["type"], name, _opened(value, str(event["id"]), name, ring), recorded)
            for name, value in event["data"].items()
        },
    }


def _steady(type: str, name: str, value: Any, recorded: datetime) -> Any:
    if (type, name) in BY_CHANCE:
        return "<chance>"
    if isinstance(value, dict):
        return {each: _steady(type, each, inner, recorded) for each, inner in value.items()}
    return _since(recorded, value)


def _since(recorded: datetime, value: Any) -> Any:
    """An instant of the clock (to the microsecond, as nobody gives one) as its distance from the event, in minutes."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return f"<now and {round((datetime.fromisoformat(value) - recorded).total_seconds() / 60)} minutes>"
    return value


def _opened(value: Any, event: str, field: str, ring: Keyring) -> Any:
    """A value as it was given: what is sealed is opened, since a seal differs each time."""
    if isinstance(value, dict) and set(value) == {"person", "sealed"}:
        try:
            return {
                "person": value["person"],
                "clear": ring.open(Personal(person=UUID(value["person"]), sealed=value["sealed"]), event, field),
            }
        except Forgotten:
            return {"person": value["person"], "clear": None}
    return value


def told_texts(told: Iterable[tuple[Ask, Answer]]) -> Iterator[str]:
    """What was answered to a history, a text each. Numbers of events are left out: reactions write meanwhile, and when
    they do hangs on the moment; so are ids, by their order, and secrets. What corrects is said otherwise by each
    release, and compared by what it comes to."""
    ids = Ids()
    for ask, answer in told:
        if _corrects(ask):
            continue
        text = "\n".join([f"{ask.method} {ask.kind}", *lines_of(answer)])
        text = re.sub(r'("sequence": |[?&]done=)\d+', r"\1<n>", text)
        text = re.sub(r'"mlg_[^"]+"', '"<secret>"', text)
        yield ids(_TOKEN.sub("<token>", text))


def _corrects(ask: Ask) -> bool:
    """Whether a command only corrects, in whatever words."""
    service, _, name = urlsplit(ask.path).path.removeprefix("/").partition("/api/commands/")
    return name in ("strike-events", "lift-strikes", "redate-events") or f"{service} {name}" in EARLIER


def letters(data: Path) -> Iterator[str]:
    """The mails that were written, each as text: to whom, subject and both parts; without ids, dates and the signed
    part of a link."""
    found = []
    for mail in mails(data):
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        head = [
            f"{name}: {mail[name]}"
            for name in ("From", "To", "Subject", "Reply-To", "List-Unsubscribe-Post", "Auto-Submitted")
        ]
        text = "\n".join([*head, *parts])
        text = re.sub(r"http://127\.0\.0\.1:\d+", "<here>", text)
        found.append(_TOKEN.sub("<token>", _UUID.sub("<id>", text)))
    yield from sorted(found)
