"""Whether two plays of the history said the same: events counted without what each play has for itself. Ids are told
apart by what is said of them, since two plays make others, and in another order where something runs beside; days and
moments that were those of the play count by their distance from it."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from tests.older.portrait import Event

ROUNDS = 4  # how far around an id is looked: an answer's survey's recipients' structures
OWN = frozenset({"upto", "signed", "root", "public", "digest", "files", "shown_upto"})
"""Fields that say where the log stood, or hold what no two plays make alike: hashes of files with dates, keys"""
NEAR = range(-1, 800)  # days from a play that a day may be away and still be meant by it
UUID_ = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile("[0-9a-f]{64}")
Told = tuple[str, str]


def counted(said: Iterable[Event]) -> Counter[Told]:
    """(type, the event without what is its play's own) → how often it was said."""
    events = [_apart(one) for one in said]
    colours: dict[str, str] = {}
    for _ in range(ROUNDS):
        around: dict[str, list[str]] = defaultdict(list)
        for told in events:
            for id in set(_ids(told)):
                around[id].append(_text(told, {**colours, id: "itself"}))
        colours = {id: sha256("\n".join(sorted(texts)).encode()).hexdigest()[:8] for id, texts in around.items()}
    return Counter((told["type"], _text(told, colours)) for told in events)


def _text(told: Any, colours: Mapping[str, str]) -> str:
    return json.dumps(_each(told, lambda id: colours.get(id, "")), sort_keys=True, ensure_ascii=False)


def _apart(one: Event) -> Any:
    """An event without what is its play's own, but with its ids."""
    now = datetime.fromisoformat(one.recorded)

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items() if name not in OWN}
        if isinstance(value, list):
            return [plain(each) for each in value]
        if not isinstance(value, str):
            return value
        if HASH.fullmatch(value):
            return "a hash"
        return _distance(value, now) if one.at is None else value

    data = {} if one.type == "LogRestored" else plain(one.data)
    # A reaction and whoever forgets a person everywhere both say it, once; who comes first differs from play to play.
    actor = "either" if one.type == "PersonForgottenByObservatory" else one.actor
    return {"kind": one.kind, "id": one.id, "type": one.type, "data": data, "at": one.at, "actor": actor}


def _distance(text: str, now: datetime) -> str:
    """A moment or a day that was counted from the play, as its distance."""
    try:
        if len(text) == 10:
            days = (date.fromisoformat(text) - now.date()).days
            return f"{days} days from then" if days in NEAR else text
        seconds = (datetime.fromisoformat(text) - now).total_seconds() if "T" in text else 0.5
    except (TypeError, ValueError):
        return text
    return f"{seconds:.0f} s from then" if seconds == round(seconds) else text


def _ids(value: Any) -> list[str]:
    return [found[0] for found in UUID_.finditer(json.dumps(value))]


def _each(value: Any, to: Callable[[str], str]) -> Any:
    """The value with every id in it replaced."""
    if isinstance(value, dict):
        return {name: _each(each, to) for name, each in value.items()}
    if isinstance(value, list):
        return [_each(each, to) for each in value]
    return UUID_.sub(lambda found: to(found[0]), value) if isinstance(value, str) else value
