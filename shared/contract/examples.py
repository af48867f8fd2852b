"""An example of each event type, made from its schema: whole, valid, and the same at every call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from shared.base.translations import languages
from shared.contract import Event
from shared.contract.envelope import Message, Provenance, address, sealed_body
from shared.contract.schemas import Schema, schema_of

AT = datetime(2017, 6, 15, 12, 30, tzinfo=UTC)
SPOKEN = {
    "name": "Eau vive", "structure_name": "Eau vive", "association_name": "Eau vive", "organiser": "Eau vive",
    "host_name": "Eau vive", "source_name": "Eau vive", "acronym": "EV", "label": "Eau vive",
    "school_name": "Collège des Deux-Rives", "title": "Douze salles éclairées", "town": "Rennes",
    "commune": "Rennes", "place": "Maison des associations", "department": "35", "departments": "35",
    "region": "Bretagne", "law": "1901", "languages": "fr", "dye": "pastel", "term": "board_changes",
    "vocabulary": "gathering", "code": "forum", "marks": "yearly", "into": "thematic",
    "country": "SN", "countries": "SN", "themes": "eau", "theme": "eau", "topics": "eau", "reason": "Demandé.",
    "url": "https://exemple.invalid/actualite", "website": "https://exemple.invalid", "siren": "732829320",
    "siret": "73282932000074", "rna": "W353012345", "school_year": "2016-2017", "status": "5.1.1",
    "lang": "fr", "address": "1 place du Marché", "role": "présidente",
    "text": "Douze salles de classe ont été raccordées.",
    "summary": "Douze salles de classe ont été raccordées.", "sealed": "c2VhbGVk",
}  # fmt: skip
"""What a text of this name may say; any other says its own name."""
IN_LANGUAGES = {"titles", "wording", "article"}
"""What is said in each language"""
TERMS = {
    "audience": "associations",
    "bulletin": "bulletin",
    "college": "college",
    "gathering": "thematic",
    "level": "primary",
    "offer": "training",
    "office": "president",
    "section": "news",
    "structure": "association",
    "support": "communication",
    "theme": "eau",
}
"""A term of each list of the network: of the general one, where every network has it; of lists that each network makes
itself (colleges, bulletins) a code that is nobody's"""


def example_id(name: str) -> UUID:
    """The id that stands in examples under a name."""
    return uuid5(NAMESPACE_URL, f"maillage:example/{name}")


def example_of(kind: type[Event], network: str = "reseau") -> Message:
    """An event of this type as it lies in the log of `network`, at sequence 1."""
    event = kind.model_validate(_value(kind.type_name(), schema_of(kind)))
    entity, command = example_id(kind.entity), example_id("command")
    body = sealed_body(
        network,
        event,
        entity,
        id=example_id(kind.type_name()),
        version=1,
        at=AT,
        now=AT,
        by=Provenance(actor=f"account:{example_id('account')}", command=command, correlation=command),
    )
    return Message(1, address(network, event, entity), body)


def example_body(kind: type[Event], network: str = "reseau") -> dict[str, Any]:
    """The same as its JSON says it."""
    found: dict[str, Any] = orjson.loads(example_of(kind, network).body)
    return found


def _value(name: str, schema: Schema) -> Any:
    """A value that a schema of ours allows; `name` is the field's."""
    for option in schema.get("anyOf", ()):
        if option.get("type") != "null":
            return _value(name, option)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            if name in IN_LANGUAGES:
                return dict.fromkeys(languages(), SPOKEN["label"])
            return {field: _value(field, part) for field, part in schema.get("properties", {}).items()}
        case "array":
            return [_value(name, schema["items"])] * max(1, schema.get("minItems", 1))
        case "boolean":
            return True
        case "integer" | "number":
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return max(low, min(12, schema.get("maximum", 12)))
    match schema.get("format"):
        case "uuid":
            return str(example_id(name))
        case "date":
            return AT.date().isoformat()
        case "date-time":
            return AT.isoformat().replace("+00:00", "Z")
    if "x-vocabulary" in schema:
        return TERMS[schema["x-vocabulary"]]
    text = SPOKEN.get(name, name).ljust(schema.get("minLength", 0), ".")
    return text[: schema.get("maxLength")]
