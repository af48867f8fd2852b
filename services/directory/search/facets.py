"""The facets of a search in words, what is chosen of them, and the map with its table: for every page that searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from services.directory.search.finder import Results
from services.directory.search.query import Asked
from services.directory.structures.record_fields import commune_named, goal
from shared.base.translations import Lang, Lexicon
from shared.geo import DEPARTMENTS, commune
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Premises
from shared.web.charts.commune_map import points_map
from shared.web.charts.department_map import department_map, drawn_departments, steps_for
from shared.web.formatting import country, department
from shared.web.templating import here

MOST = 300  # values of a facet that are offered at all
Option = tuple[str, str, int]
Counts = Mapping[str, int]


def label(name: str, value: str, lexicon: Lexicon, lang: Lang, said: str = "") -> str:
    """A facet's value in words."""
    match name:
        case "department":
            return department(value)
        case "commune":
            place = commune(value)
            return place.name if place else value
        case "countries":
            return country(value, lang)
        case "sdgs":
            return goal(value, lexicon, lang)
        case "themes":
            return known_lists().theme(value, lang)
        case "kind":
            return lexicon.say(f"term.structure.{value}", lang)
    return lexicon.say(f"{said}{name}.{value}", lang)


def options(
    name: str, counts: Counts, chosen: Sequence[str], lexicon: Lexicon, lang: Lang, first: Sequence[str] = ()
) -> list[Option]:
    """The values of a facet, with what each would give: those that always stand there in their order (`first`: of
    departments the region, of kinds the network's list), others by number."""
    known = {*counts, *chosen}
    if name in ("department", "kind"):
        values = [*first, *sorted(known - {*first}, key=lambda code: (-counts.get(code, 0), code))]
    elif name in ("member", "listed"):
        values = ["yes", "no"]
    elif name == "state":
        values = ["open", "closed"]
    elif name == "sdgs":
        values = sorted(known, key=lambda value: (len(value), value))
    else:
        values = sorted(known, key=lambda value: (-counts.get(value, 0), value))
    return [(value, label(name, value, lexicon, lang), counts.get(value, 0)) for value in values[:MOST]]


def chips(question: Asked, request: Request, lexicon: Lexicon, lang: Lang) -> list[tuple[str, str]]:
    """What is chosen, each with the address without it."""
    return [
        (
            label(name, value, lexicon, lang, said="chosen." if name in ("member", "listed", "state") else ""),
            here(request, **{name: [one for one in values if one != value]}),
        )
        for name, values in question.where.items()
        for value in values
    ]


def first_of(name: str, request: Request) -> Sequence[str]:
    """The values of a facet that always stand there, first."""
    return known_lists().listed("structure") if name == "kind" else region_of(request) if name == "department" else ()


def region_of(request: Request) -> Sequence[str]:
    """The departments of the network's region; none where it has none."""
    service: Premises = request.app.state.service
    return service.ourselves.region()


def picture(question: Asked, results: Results, request: Request, lexicon: Lexicon, lang: Lang) -> dict[str, Any]:
    """The map, and the rows of the table that says the same: departments, or one department's communes from nearby."""
    code = question.closer
    if code is not None:
        counts = results.facets["commune"]
        drawn = points_map(
            code,
            counts,
            lambda commune: here(request, commune=commune),
            lexicon.say("map.communes", lang),
            current=question.where.get("commune", ()),
            lang=lang,
        )
        ordered = sorted(counts, key=lambda each: (-counts[each], label("commune", each, lexicon, lang)))
        rows = [(commune_named(each), here(request, commune=each), counts[each]) for each in ordered]
        placed = sum(counts.values())
        inside = results.facets["department"].get(code, 0)
        return {"svg": drawn, "rows": rows, "closer": code, "nowhere": max(0, inside - placed)}
    counts = results.facets["department"]
    region = drawn_departments(region_of(request), counts)
    steps = steps_for(counts.get(code, 0) for code in region) or [1]  # with few structures: some, or none
    drawn = department_map(
        {code: counts.get(code, 0) for code in region},
        lambda code: here(request, department=code, commune=None),
        lexicon.say("map.title", lang),
        region,
        steps=steps,
        current=question.where.get("department", ()),
        lang=lang,
    )
    rows = [
        (f"{DEPARTMENTS[each].name} ({each})", here(request, department=each), counts.get(each, 0)) for each in region
    ]
    elsewhere = sum(many for each, many in counts.items() if each not in region)
    return {"svg": drawn, "rows": rows, "closer": None, "elsewhere": elsewhere, "nowhere": 0}
