"""Whether two plays of the history said the same: events counted without what each play has for itself. Ids are told
apart by what is said of them, since two plays make others, and in another order where something runs beside; days and
moments that were those of the play count by their distance from it.

Corrections are said in other words today than when the folder was made. So what is compared are the facts, and of each
whether it stands. What is of now can't be told a past day any more, so no day of it is compared, nor any of a
gathering, which somebody registers for."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from shared.contract import EVENTS, load_all
from tests.older.portrait import Event

load_all()

ROUNDS = 4  # how far around an id is looked: an answer's survey's recipients' structures
OWN = frozenset({"upto", "signed", "root", "public", "digest", "files", "shown_upto", "starts", "deadline"})
"""Fields that say where the log stood, or hold what no two plays make alike: hashes of files with dates, keys, the days
of gatherings and of what is published"""
DAY = re.compile(r"\w+\s(1er|\d+)\s\w+\s20\d\d\sà\s\d+\sh\s\d\d|\d\d/\d\d/20\d\d")
"""The day of a gathering, or of what is published, as an issue says it"""
AT_THE_DOOR = {"personne.@exemple.invalid": "personne-sept@exemple.invalid"}
"""What is refused at the door today, and was taken when the folder was made → what the play says in its place"""
NEAR = range(-1, 800)  # days from a play that a day may be away and still be meant by it
UUID_ = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile("[0-9a-f]{64}")
Told = tuple[str, str]


def texts(said: Iterable[Event], stands: Mapping[int, bool]) -> Counter[Told]:
    """(type, the fact without what is its play's own and without any id, and whether it stands) → how often it was
    said. `stands`: of each fact, by its sequence (tests/fixtures/earlier_commands.py)."""
    return Counter(
        (one.type, _text(_apart(one) | {"stands": stands[one.seq]}, {})) for one in said if one.seq in stands
    )


def counted(said: Iterable[Event], stands: Mapping[int, bool]) -> Counter[Told]:
    """The same with ids, told apart by what is said of them."""
    events = [_apart(one) | {"stands": stands[one.seq]} for one in said if one.seq in stands]
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
            return {name: plain(each) for name, each in value.items() if name not in OWN and each != []}
        if isinstance(value, list):
            return [plain(each) for each in value]
        if not isinstance(value, str):
            return value
        value = DAY.sub("on its day", AT_THE_DOOR.get(value, value))
        if HASH.fullmatch(value):
            return "a hash"
        return _distance(value, now) if one.at is None else value

    data = {} if one.type == "LogRestored" else plain(one.data)
    # A reaction and whoever forgets a person everywhere both say it, once; who comes first differs from play to play.
    actor = "either" if one.type == "PersonForgottenByObservatory" else one.actor
    at = None if EVENTS[one.type].live or one.kind == "events.gathering" else one.at
    return {"kind": one.kind, "id": one.id, "type": one.type, "data": data, "at": at, "actor": actor}


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
