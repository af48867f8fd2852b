"""Exports of cooperation projects: CSV, XLSX, JSON. They name organisations and places, never a person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.directory.projects.domain import PARTNER_KINDS
from services.directory.search.exports import Address, csv_of, listed, xlsx_of
from services.directory.search.finder import Work
from shared.base.translations import Lang, Lexicon
from shared.geo.countries import country_names
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists

PROJECT_FORMATS = ("csv", "xlsx", "json")
PARTNERS = tuple(f"partner_{kind}" for kind in PARTNER_KINDS)
COLUMNS = (
    "title", "stage", "country", "country_name", "place", "leader", "participants", *PARTNERS, "themes", "theme_codes",
    "sdgs", "begins", "ends", "budget", "funders", "summary", "evaluation", "lessons", "website", "id",
)  # fmt: skip
BETWEEN = " | "  # between the answers of a cell: an organisation's name may hold a comma


@dataclass(frozen=True)
class ProjectExporter:
    """How projects are said: in a language, with the addresses of their pages."""

    lexicon: Lexicon
    lang: Lang
    page: Address
    sheet: str = "Projets"

    def write(self, format: str, works: AsyncIterator[Work]) -> AsyncIterator[bytes]:
        """The bytes of an export, in parts. `format`: one of PROJECT_FORMATS."""
        return _WRITERS[format](self, works)

    def row(self, work: Work) -> dict[str, str]:
        """A project as a table says it: structures by name, the leader apart."""
        project, names = work.project, [one["name"] for one in work.structures]
        found: dict[str, Any] = {name: project.get(name) for name in COLUMNS}
        found |= {
            "stage": self.lexicon.say(f"stage.{project['stage']}", self.lang),
            "country_name": country_names(self.lang).get(project["country"], project["country"]),
            "leader": names[0] if names else "",
            "participants": names[1:],
            "themes": known_lists().theme_titles(project["themes"], self.lang),
            "theme_codes": known_lists().themes().read_all(project["themes"]),
            "id": project["key"],
        }
        return {name: _written(found[name]) for name in COLUMNS}

    def headings(self) -> list[str]:
        codes = {name: f"export.{name}" if self.lexicon.has(f"export.{name}") else f"field.{name}" for name in COLUMNS}
        said = (self.lexicon.say(code, self.lang) for code in codes.values())
        return [heading.replace("\u00a0", " ") for heading in said]  # programs find a column by what can be typed


def as_json(how: ProjectExporter, work: Work) -> Document:
    """A project for programs: codes as they are kept, structures by id and name, partners there by kind."""
    project = work.project
    keep = (
        "title", "summary", "stage", "country", "place", "themes", "sdgs", "begins", "ends", "budget", "funders",
        "evaluation",
        "lessons", "website",
    )  # fmt: skip
    return {
        "id": project["key"],
        **{name: project[name] for name in keep},
        "themes": known_lists().themes().read_all(project["themes"]),
        "theme_titles": known_lists().theme_titles(project["themes"], how.lang),
        "structures": [
            {"id": one["key"], "name": one["name"], "leads": n == 0} for n, one in enumerate(work.structures)
        ],
        "partners": {kind: project[f"partner_{kind}"] for kind in PARTNER_KINDS},
        "page": how.page(project["key"]),
    }


def _written(value: Any) -> str:
    if value is None:
        return ""
    return BETWEEN.join(map(str, value)) if isinstance(value, list) else str(value)


_WRITERS: Mapping[str, Callable[[ProjectExporter, AsyncIterator[Work]], AsyncIterator[bytes]]] = {
    "csv": csv_of,
    "xlsx": xlsx_of,
    "json": listed(b"[", as_json, b"]\n"),
}
