"""Identification of actors: which structures answer to criteria on a day, as known at a sequence; counted by each of
their traits; the same criteria on two occasions compared.

Who is found is what the directory finds by the same filters (`actor_at` in macros.sql), from the log alone, on any day.
(`actor_activity.py` is another matter: who of the team wrote what.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from services.observatory.event_table.plain_text import plain
from services.observatory.event_table.table import EventTable, Rows
from services.observatory.identification.domain import Criteria
from shared.contract.fields import AS_STORED
from shared.contract.membership.members import EARLIER
from shared.kernel.decider import Refused
from shared.kernel.views.projection import folded
from shared.notions.vocabularies.view import known_lists

ASKED = {"themes": "themes", "countries": "countries", "departments": "department", "kinds": "kind", "sdgs": "sdgs",
         "colleges": "college", "member": "member"}  # fmt: skip
"""Criterion → its name in an address, which is that of the directory's search."""
TESTS: Mapping[str, str] = {
    "themes": "list_has_any(themes, (SELECT themes_read(names, $themes::VARCHAR[]) FROM themes_named($as_of, $upto)))",
    "countries": "list_has_any(countries, $countries::VARCHAR[])",
    "departments": "list_contains($departments::VARCHAR[], department)",
    "kinds": "list_contains($kinds::VARCHAR[], kind)",
    "sdgs": "list_has_any(sdgs, $sdgs::BIGINT[])",
    "colleges": "list_contains($colleges::VARCHAR[], college)",
    "member": "list_contains($member::VARCHAR[], member)",
}
VALUES: Mapping[str, str] = {
    "themes": "unnest(themes)", "countries": "unnest(countries)", "departments": "department", "kinds": "kind",
    "sdgs": "unnest(sdgs)::VARCHAR", "colleges": "college", "member": "member",
}  # fmt: skip
PLAIN = plain("name")
ORDER = f"{PLAIN}, structure"


@dataclass(frozen=True, slots=True)
class Actor:
    """A structure as it was. `college`: that it was a member of, None for no member."""

    key: str
    name: str
    kind: str | None
    department: str | None
    college: str | None
    themes: tuple[str, ...]
    countries: tuple[str, ...]
    sdgs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Who answers. `parts`: criterion → value → how many of them; `facets`: the same, where each criterion leaves its
    own choice out; `actors`: those asked for, by name."""

    total: int
    parts: Mapping[str, Mapping[str, int]]
    facets: Mapping[str, Mapping[str, int]]
    actors: Sequence[Actor]


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answered on an occasion: the day, the sequence it was known at, the ids by name."""

    as_of: date
    upto: int
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A structure that came or went. `because`: the criteria that it did not fit where it is not found; none of them
    where it was not on record there (`absent`)."""

    actor: Actor
    because: tuple[str, ...]
    absent: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    came: Sequence[Change]
    went: Sequence[Change]
    stayed: int


def criteria_of(query: QueryParams) -> Criteria:
    """The criteria of an address. Raises Refused for a value that none of them has."""
    said: dict[str, Any] = {}
    for name, asked in ASKED.items():
        values = [value for value in query.getlist(asked) if value]
        if name == "member":
            said[name] = values[0] if len(set(values)) == 1 else None  # yes or no: both narrow nothing
        else:
            said[name] = list(dict.fromkeys(values))
    lists = known_lists()
    for name, known in (("kinds", lists.listed("structure")), ("colleges", lists.listed("college", EARLIER))):
        if strange := [value for value in said[name] if value not in known]:
            raise Refused("unknown-filter", value=strange[0][:40])
    try:
        return Criteria.model_validate(said)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise Refused("unknown-filter", value=str(wrong["input"])[:40]) from None


def query_of(criteria: Criteria) -> list[tuple[str, str]]:
    """The criteria as an address takes them, here and in the directory."""
    return [(ASKED[name], str(value)) for name, values in criteria.chosen().items() for value in values]


def criteria_in(facts: Mapping[str, Any]) -> Criteria:
    """The criteria that an event or a document names."""
    return Criteria.model_validate({name: facts[name] for name in Criteria.model_fields}, context=AS_STORED)


def identify(
    table: EventTable, criteria: Criteria, as_of: date, upto: int, limit: int | None = None, offset: int = 0
) -> Found:
    """Who answers to the criteria as of a day, as known at a sequence. Blocks."""
    chosen = criteria.chosen()
    with table.together() as rows:
        _take(rows, criteria, as_of, upto)
        parts = {name: _parted(rows, name, chosen) for name in VALUES}
        facets = {name: _parted(rows, name, {*chosen} - {name}) if name in chosen else parts[name] for name in VALUES}
        total = rows(f"SELECT count(*) AS n FROM actors WHERE {_all(chosen)}", ())[0]["n"]
        page = f" LIMIT {limit:d} OFFSET {offset:d}" if limit is not None else ""
        found = rows(f"SELECT * FROM actors WHERE {_all(chosen)} ORDER BY {ORDER}{page}", ())
    return Found(total, parts, facets, [_actor(row) for row in found])


def answer(table: EventTable, criteria: Criteria, as_of: date, upto: int) -> Answer:
    """The same, as it is kept: the ids alone, by name. Blocks."""
    with table.together() as rows:
        _take(rows, criteria, as_of, upto)
        found = rows(f"SELECT structure FROM actors WHERE {_all(criteria.chosen())} ORDER BY {ORDER}", ())
    return Answer(as_of, upto, tuple(row["structure"] for row in found))


def as_given(table: EventTable, given: Answer) -> list[Actor]:
    """The structures of an answer, as they were known when it was given, by name. Blocks."""
    with table.together() as rows:
        return list(_among(rows, given, given.found).values())


def compared(table: EventTable, criteria: Criteria, before: Answer, now: Answer) -> Comparison:
    """What came and what went between two answers to the same criteria. Blocks."""
    came, went = set(now.found) - set(before.found), set(before.found) - set(now.found)
    with table.together() as rows:
        was = _among(rows, before, [*came, *went], _here(criteria))
        is_now = _among(rows, now, [*came, *went], _here(criteria))
    return Comparison(
        [_change(is_now[key], was.get(key), criteria) for key in is_now if key in came],
        [_change(was[key], is_now.get(key), criteria) for key in was if key in went],
        len(set(before.found) & set(now.found)),
    )


def fits(actor: Actor, criteria: Criteria) -> dict[str, bool]:
    """Criterion → whether the structure answers to it, of those that narrow."""
    own: dict[str, Sequence[Any]] = {
        "themes": actor.themes,
        "countries": actor.countries,
        "departments": [actor.department],
        "kinds": [actor.kind],
        "sdgs": actor.sdgs,
        "colleges": [actor.college],
        "member": ["yes" if actor.college else "no"],
    }
    asked = criteria.chosen()
    if "themes" in asked:  # what was known of the thesaurus when one of them was read may not have been for the other
        themes = known_lists().themes()
        own["themes"], asked = themes.read_all(actor.themes), {**asked, "themes": themes.read_all(asked["themes"])}
    return {name: not set(values).isdisjoint(own[name]) for name, values in asked.items()}


def mark(found: Sequence[str]) -> str:
    """A short sign of an answer, the same for the same structures in whatever order."""
    return sha256("\n".join(sorted(found)).encode()).hexdigest()[:16]


def ids(found: Sequence[str]) -> list[UUID]:
    return [UUID(one) for one in found]


def _change(there: Actor, elsewhere: Actor | None, criteria: Criteria) -> Change:
    missed = () if elsewhere is None else tuple(name for name, fit in fits(elsewhere, criteria).items() if not fit)
    return Change(there, missed, elsewhere is None)


def _take(rows: Rows, criteria: Criteria, as_of: date, upto: int) -> None:
    """All structures on record into a temporary table, each with whether it answers to each criterion."""
    chosen = criteria.chosen()
    tests = "".join(f", coalesce({TESTS[name]}, false) AS fits_{name}" for name in chosen)
    rows(
        f"CREATE TEMP TABLE actors AS SELECT *{tests} FROM "
        "(SELECT *, CASE WHEN college IS NULL THEN 'no' ELSE 'yes' END AS member FROM actor_at($as_of, $upto)) "
        f"WHERE {_here(criteria)}",
        {"as_of": as_of, "upto": upto, **chosen},
    )


def _here(criteria: Criteria) -> str:
    """Records that are not closed; of members all, as the directory finds them by the same filters."""
    return "true" if criteria.member == "yes" or criteria.colleges else "NOT closed"


def _parted(rows: Rows, name: str, chosen: Iterable[str]) -> dict[str, int]:
    """Value of a criterion → how many of those who answer to the chosen ones have it."""
    found = rows(
        f"SELECT value, count(*) AS n FROM (SELECT {VALUES[name]} AS value FROM actors WHERE {_all(chosen)}) "
        "WHERE value IS NOT NULL GROUP BY value ORDER BY n DESC, value",
        (),
    )
    return {row["value"]: row["n"] for row in found}


def _among(rows: Rows, when: Answer, keys: Sequence[str], here: str = "true") -> dict[str, Actor]:
    """Those of these structures that were on record then, by name."""
    among = f"list_contains($keys::VARCHAR[], structure) AND {here}"
    sql = f"SELECT * FROM actor_at($as_of, $upto) WHERE {among} ORDER BY {ORDER}"
    found = rows(sql, {"as_of": when.as_of, "upto": when.upto, "keys": list(keys)})
    return {row["structure"]: _actor(row) for row in found}


def _all(names: Iterable[str]) -> str:
    return " AND ".join(f"fits_{name}" for name in names) or "true"


def _actor(row: Mapping[str, Any]) -> Actor:
    return Actor(
        row["structure"],
        row["name"],
        row["kind"],
        row["department"],
        row["college"],
        tuple(row["themes"] or ()),
        tuple(row["countries"] or ()),
        tuple(row["sdgs"] or ()),
    )


def called(table: EventTable, keys: Sequence[str]) -> dict[str, str]:
    """Structure → its name as it is known now. Blocks."""
    sql = (
        f"SELECT entity_id, arg_max(name, turn) AS name FROM {table.known_now} WHERE entity = 'structure' "
        "AND list_contains($keys::VARCHAR[], entity_id) GROUP BY entity_id"
    )
    return {row["entity_id"]: row["name"] for row in table.rows(sql, {"keys": list(keys)})} if keys else {}


def named(table: EventTable, words: str, as_of: date, limit: int) -> list[Actor]:
    """Structures on record whose name holds all these words, those that begin with them first. Blocks."""
    parts = folded(words).split()
    sql = (
        "SELECT * FROM actor_at($as_of, $upto) WHERE NOT closed AND list_bool_and(list_transform($parts::VARCHAR[], "
        f"lambda part: contains({PLAIN}, part))) "
        f"ORDER BY NOT starts_with({PLAIN}, $whole), {ORDER} LIMIT {limit:d}"
    )
    if not parts:
        return []
    asked = {"as_of": as_of, "upto": table.position, "parts": parts, "whole": " ".join(parts)}
    return [_actor(row) for row in table.rows(sql, asked)]
