"""The facts of a structure as commands ask for them: what an answer must look like, and when two answers say the same.

Which facts there are stands in the contract (shared/contract/directory/structure_facts.py); a test compares.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from shared.contract.directory.structure_facts import LISTS, StructureKind
from shared.contract.fields import (
    CommuneCode,
    CountryCode,
    DepartmentCode,
    Line,
    Name,
    Rna,
    Sdg,
    Siren,
    Siret,
    Text,
    WebAddress,
)
from shared.kernel.decider import Command
from shared.notions.vocabularies.referent import term_of, theme_said


class StructureCommand(Command):
    entity = "structure"


class FactsCommand(StructureCommand):
    """Gives the whole record. What is empty is not known."""

    refers = {"kind": term_of("structure"), "themes": theme_said()}
    name: Name
    kind: StructureKind
    department: DepartmentCode | None = None
    commune: CommuneCode | None = None
    acronym: Line | None = None
    address: Line | None = None
    website: WebAddress | None = None
    themes: list[Line] = Field([], max_length=30)
    countries: list[CountryCode] = Field([], max_length=200)
    sdgs: list[Sdg] = Field([], max_length=17)
    siren: Siren | None = None
    siret: Siret | None = None
    rna: Rna | None = None
    summary: Text | None = None
    source: Line | None = None


def same(name: str, value: Any, other: Any) -> bool:
    """Whether two values of a fact say the same: of countries, themes and goals their order says nothing, and forms
    give them back in their own."""
    return sorted(value or ()) == sorted(other or ()) if name in LISTS else bool(value == other)
