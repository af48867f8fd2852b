"""What there is to know of a structure, said once: the events that state it have these fields, and what reads, asks,
shows, joins or hands out facts goes by these names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_origin

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields.codes import Code, Of
from shared.contract.says import Thing

StructureKind = Annotated[Code, Of("structure")]


class StructureEvent(Event, abstract=True):
    service = "directory"
    entity = "structure"
    thing = Thing(L("structure"), "/directory/structures/{}")


class StructureFacts(StructureEvent, abstract=True):
    """Codes are official: department and commune (INSEE), country (ISO 3166-1). None: nothing is said of it. A new fact
    comes last, and is optional."""

    name: str | None = None
    kind: StructureKind | None = None
    department: str | None = None
    commune: str | None = None
    acronym: str | None = None
    address: str | None = None
    website: str | None = None
    themes: list[str] | None = None
    countries: list[str] | None = None
    sdgs: list[int] | None = None
    siren: str | None = None
    siret: str | None = None
    rna: str | None = None
    summary: str | None = None


FACTS: tuple[str, ...] = tuple(StructureFacts.model_fields)
"""All of them, in the order of forms."""
ALWAYS = ("name", "kind")
"""Those that every structure has."""
NUMBERS = ("siren", "siret", "rna")
"""Official numbers: two records with the same are of one structure."""
LISTS: tuple[str, ...] = tuple(
    name
    for name, field in StructureFacts.model_fields.items()
    if any(get_origin(part) is list for part in getattr(field.annotation, "__args__", ()))
)
"""Those with several values, whose order says nothing."""


def nothing(name: str) -> list[str] | None:
    """The value of a fact of which nothing is known."""
    return [] if name in LISTS else None


def in_order(*first: str) -> tuple[str, ...]:
    """All facts, those named first, then the others."""
    return (*first, *(name for name in FACTS if name not in first))


_RELEASED = in_order("name", "kind", "acronym")  # as the schemas have had them from the first
CLEARABLE = tuple(name for name in _RELEASED if name not in ALWAYS)
"""Those that may be emptied."""
if TYPE_CHECKING:  # a type checker can't see names that are made
    StructureField = str
    MergedField = str
else:
    StructureField = Literal[CLEARABLE]
    MergedField = Literal[_RELEASED]
