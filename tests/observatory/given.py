"""The history that lies beside an indicator, `<name>.yaml`: what was `given`, and which figures to `expect`.

    given:                # one event a line, as the log holds them: the day it happened, the thing, the event, its data,
      - [2012-01-05, a, StructureRegistered, {name: A, kind: school}, 2014-03-01]  # and when it was learnt, if later
    expect:               # asked for a day, a sequence (`known`), years, filters; path: [value, [the events behind it]]
      - asked: {as_of: 2013-06-01}
        figures: {directory.structures_total.value: [1, [1]]}

Ids are said by name; a person is one whose name is sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from services.observatory.event_table.filtering import Filters
from shared.contract import Event, load_all
from shared.contract.personal import Personal
from tests.observatory.history import LATEST, History, named, someone

FILTERS = ("department", "college", "theme", "kind")


class NoHistory(AssertionError):
    """An indicator without events that are given, or without figures that are expected."""


@dataclass(frozen=True)
class Expected:
    """What is asked, and the figures that it comes to: path → (value, sequences)."""

    as_of: date
    known: int | None
    years: dict[str, int]
    filters: Filters
    figures: dict[str, tuple[float | None, tuple[int, ...]]]


def read(indicator: Path) -> tuple[History, list[Expected]]:
    """The history of the indicator in this SQL file, and what to expect of it. Raises NoHistory."""
    beside = indicator.with_suffix(".yaml")
    if not beside.exists():
        raise NoHistory(f"{indicator.name} has no history: write {beside.name} beside it, with `given` and `expect`")
    said = yaml.safe_load(beside.read_text(encoding="utf-8")) or {}
    for part in ("given", "expect"):
        if not said.get(part):
            raise NoHistory(f"{beside.name} has nothing under `{part}`")
    history = History()
    for day, thing, kind, *more in said["given"]:
        data, known = more[0] if more else {}, str(more[1]) if len(more) > 1 else None
        history.say(event(kind, data), str(thing), str(day), known=known)
    expected = [_expected(one) for one in said["expect"]]
    if not any(value for one in expected for value, _ in one.figures.values()):
        raise NoHistory(f"{beside.name} expects no figure that is more than zero: it would pass without its events")
    return history, expected


def _expected(one: dict[str, Any]) -> Expected:
    asked = one["asked"]
    return Expected(
        as_of=date.fromisoformat(str(asked.get("as_of", LATEST))),
        known=asked.get("known"),
        years={name: asked[name] for name in ("first", "last") if name in asked},
        filters=Filters(**{name: str(asked[name]) for name in FILTERS if name in asked}),
        figures={path: (value, tuple(events)) for path, (value, events) in one["figures"].items()},
    )


def event(kind: str, data: dict[str, Any]) -> Event:
    """An event by its type and its data, in which ids and persons are names."""
    found = load_all()[kind]
    return found(**{name: _valued(found.model_fields[name].annotation, value) for name, value in data.items()})


def _valued(annotation: Any, value: Any) -> Any:
    said = str(annotation)
    if UUID.__name__ in said:
        return [named(one) for one in value] if isinstance(value, list) else named(str(value))
    return someone(str(value)) if Personal.__name__ in said else value
