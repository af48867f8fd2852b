"""A record as its page says it: each field in words, where its value comes from, and what it was before. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.directory.structures.history import Value
from shared.base.translations import NNBSP, Lang, Lexicon, colon
from shared.contract.directory.structure_facts import in_order
from shared.contract.directory.structures import StructureRevised
from shared.contract.envelope import Recorded
from shared.geo import commune
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.web.formatting import country, department

FIELDS = (*in_order("name", "acronym", "kind", "department", "commune", "address", "website", "summary"), "listed")
FRESH = timedelta(days=366)  # after which a record is to be checked again
GROUPS: Mapping[str, Sequence[int]] = {"siren": (3, 3, 3), "siret": (3, 3, 3, 5)}


@dataclass(frozen=True)
class Fact:
    """One field. `text`: its value in words, None where there is none; `origin`: where that comes from; `before`:
    earlier values in words, the latest first."""

    name: str
    label: str
    text: str | None
    origin: Value | None
    before: Sequence[tuple[str, Value]]


def facts_of(document: Document, history: Mapping[str, Sequence[Value]], lexicon: Lexicon, lang: Lang) -> list[Fact]:
    """The fields of a record in their order; those that it lacks too."""
    found = []
    for name in FIELDS:
        values = history.get(name, ())
        before = [(in_words(name, one.value, lexicon, lang) or "—", one) for one in values[1:]]
        text = in_words(name, document[name], lexicon, lang)
        found.append(Fact(name, lexicon.say(f"field.{name}", lang), text, values[0] if values else None, before))
    return found


def in_words(name: str, value: Any, lexicon: Lexicon, lang: Lang) -> str | None:
    """A value of a field as people read it; None for nothing."""
    if value is None or value in ("", []):
        return None
    match name:
        case "kind":
            return lexicon.say(f"term.structure.{value}", lang)
        case "department":
            return f"{department(value)} ({value})"
        case "commune":
            return commune_named(value)
        case "countries":
            return ", ".join(country(code, lang) for code in value)
        case "sdgs":
            return ", ".join(goal(n, lexicon, lang) for n in value)
        case "themes":
            return ", ".join(known_lists().theme_titles(value, lang))
        case "siren" | "siret":
            return grouped(value, GROUPS[name])
        case "listed":
            return lexicon.say(f"listed.{'true' if value else 'false'}", lang)
    return str(value)


def commune_named(code: str) -> str:
    """A commune as a form shows and takes it: "Toulouse (31555)"; an unknown code as it is."""
    found = commune(code)
    return f"{found.name} ({code})" if found else code


def place_of(facts: Mapping[str, Any]) -> str:
    """Where a structure is, as short as can be: "Toulouse (31)", or its department; "" where neither is known."""
    place = commune(facts["commune"]) if facts.get("commune") else None
    code = facts.get("department")
    return f"{place.name} ({place.department})" if place else f"{department(code)} ({code})" if code else ""


def goal(number: int | str, lexicon: Lexicon, lang: Lang) -> str:
    """ "6. Eau propre et assainissement"."""
    return f"{number}. {lexicon.say(f'sdg.{number}', lang)}"


def grouped(digits: str, sizes: Sequence[int]) -> str:
    """ "356 000 000 00048"."""
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return NNBSP.join(filter(None, [*parts, digits[at:]]))


def told(event: Recorded, lexicon: Lexicon, lang: Lang) -> str:
    """What happened, as the history of a record says it: "Fiche modifiée : thèmes, site"."""
    said = lexicon.say(f"event.{event.type}", lang)
    data = event.data
    if not isinstance(data, StructureRevised):
        return said
    names = [name for name in FIELDS if getattr(data, name, None) is not None or name in data.cleared]
    labels = ", ".join(
        label if label.isupper() else label[:1].lower() + label[1:]
        for label in (lexicon.say(f"field.{name}", lang) for name in names)
    )
    return f"{said}{colon(lang)}{labels}" if labels else said


def to_be_checked(document: Document, now: datetime) -> bool:
    """Whether nobody has touched the record for a year."""
    return now - datetime.fromisoformat(document["seen"]) > FRESH
