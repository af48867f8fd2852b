"""Exports of structures: CSV, XLSX, GeoJSON, JSON, vCard, JSON-LD. Written as they are read, so memory stays flat.

Each writer takes documents one at a time and gives bytes; what it holds is a few records, whatever the number. Nothing
personal is in any of them: a record is an organisation's. A cell that a spreadsheet would take for a formula gets an
apostrophe (OWASP, CSV injection); in XLSX every text is written as text.
"""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import orjson
import xlsxwriter

from shared.base.translations import Lang, Lexicon
from shared.contract.directory.structure_facts import NUMBERS, in_order
from shared.geo import commune
from shared.geo.countries import country_names
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Premises
from shared.web.formatting import department
from shared.web.markdown import as_plain
from shared.web.templating import Pages

CHUNK = 64 * 1024  # bytes given at once, about
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
Documents = AsyncIterator[Document]
T = TypeVar("T")
T_in = TypeVar("T_in", contravariant=True)
Address = Callable[[str], str]
"""structure's key → the address of its page"""


@dataclass(frozen=True)
class Format:
    """`name` is in the address (`?format=csv`) and the file's name."""

    name: str
    media_type: str
    suffix: str


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("csv", "text/csv; charset=utf-8", "csv"),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        Format("geojson", "application/geo+json", "geojson"),
        Format("json", "application/json", "json"),
        Format("jsonld", "application/ld+json", "jsonld"),
        Format("vcard", "text/vcard; charset=utf-8", "vcf"),
    )
}
READING = in_order("name", "acronym")
"""The facts of a record in the order in which they are read."""
BESIDE = {
    "department": "department_name",
    "commune": "town",
    "countries": "country_names",
    "themes": "theme_codes",
}
"""What a column of codes means; of themes, which are said as they are called, their codes."""
COLUMNS = (
    *(column for name in READING for column in (name, BESIDE.get(name)) if column),
    "listed", "member", "since", "seen", "id",
)  # fmt: skip


class Table(Protocol[T_in]):
    """What becomes lines of a table: the columns' headings, and a cell for each by its column's name."""

    @property
    def sheet(self) -> str: ...
    def headings(self) -> list[str]: ...
    def row(self, one: T_in, /) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Exporter:
    """How records are said: in a language, with the addresses of their pages, members known by `college`; None where
    that is not known, as in an answer given again."""

    lexicon: Lexicon
    lang: Lang
    page: Address
    college: Callable[[str], str | None] | None = lambda key: None
    sheet: str = "Structures"

    def write(self, format: str, documents: Documents) -> AsyncIterator[bytes]:
        """The bytes of an export, in parts. `format`: one of FORMATS."""
        return _WRITERS[format](self, documents)

    def row(self, document: Document) -> dict[str, str]:
        """A record as a table says it."""
        place = commune(document["commune"]) if document.get("commune") else None
        names = country_names(self.lang)
        lists = {name: document.get(name) or [] for name in ("themes", "countries", "sdgs")}
        found: dict[str, Any] = {name: document.get(name) or "" for name in COLUMNS}
        found |= {
            "kind": self.lexicon.say(f"term.structure.{document['kind']}", self.lang),
            "department_name": department(document["department"]) if document.get("department") else "",
            "town": place.name if place else "",
            "themes": ", ".join(known_lists().theme_titles(lists["themes"], self.lang)),
            "theme_codes": ", ".join(known_lists().themes().read_all(lists["themes"])),
            "countries": ", ".join(lists["countries"]),
            "country_names": ", ".join(names.get(code, code) for code in lists["countries"]),
            "sdgs": ", ".join(map(str, lists["sdgs"])),
            "listed": self._yes(bool(document.get("listed"))),
            "member": "" if self.college is None else self._yes(self.college(document["key"]) is not None),
            "since": document["since"][:10],
            "seen": document["seen"][:10],
            "id": document["key"],
        }
        return {name: str(found[name]) for name in COLUMNS}

    def headings(self) -> list[str]:
        return [self.lexicon.say(f"export.{name}", self.lang) for name in COLUMNS]

    def _yes(self, value: bool) -> str:
        return self.lexicon.say("export.yes" if value else "export.no", self.lang)


async def csv_of(how: Table[T], documents: AsyncIterator[T]) -> AsyncIterator[bytes]:
    """As French spreadsheets read it: UTF-8 with its mark, `;`, CRLF (RFC 4180)."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write("\ufeff")
    table.writerow(how.headings())
    async for document in documents:
        table.writerow([harmless(cell) for cell in how.row(document).values()])
        if text.tell() > CHUNK:
            yield _taken(text)
    yield _taken(text)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode(errors="replace")
    text.seek(0)
    text.truncate()
    return data


async def xlsx_of(how: Table[T], documents: AsyncIterator[T]) -> AsyncIterator[bytes]:
    """A workbook is written to a temporary file row by row, and read from there."""
    with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": folder,
        }
        book = xlsxwriter.Workbook(file, options)
        sheet = book.add_worksheet(how.sheet)
        headings = how.headings()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, len(headings) - 1, 16)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        line = 0
        async for document in documents:
            line += 1
            for column, cell in enumerate(how.row(document).values()):
                if cell:
                    sheet.write_string(line, column, cell[:32_767])
        sheet.autofilter(0, 0, max(line, 1), len(headings) - 1)
        await asyncio.to_thread(book.close)  # packs it, which takes seconds for 100,000 rows
        file.seek(0)
        while part := file.read(CHUNK):
            yield part


def as_json(how: Exporter, document: Document) -> Document:
    """A record for programs: codes and official numbers as they are kept, themes by their terms too."""
    facts = {name: document.get(name) for name in (*READING, "listed", "since", "seen")}
    facts["themes"] = known_lists().themes().read_all(document.get("themes") or ())
    facts["theme_titles"] = titles_of(how, document)
    return {
        "id": document["key"],
        **facts,
        "member": None if how.college is None else how.college(document["key"]) is not None,
        "page": how.page(document["key"]),
    }


def titles_of(how: Exporter, document: Document) -> list[str]:
    """The themes of a record as they are called in the reader's language."""
    return known_lists().theme_titles(document.get("themes") or (), how.lang)


def as_feature(how: Exporter, document: Document) -> Document:
    """A feature of GeoJSON (RFC 7946): the town hall of its commune, longitude first; no point where none is known."""
    place = commune(document["commune"]) if document.get("commune") else None
    known = place is not None and place.latitude is not None and place.longitude is not None
    point = {"type": "Point", "coordinates": [place.longitude, place.latitude]} if known and place else None
    facts = {**as_json(how, document), "town": place.name if place else None}
    return {"type": "Feature", "id": document["key"], "geometry": point, "properties": facts}


def as_jsonld(how: Exporter, document: Document) -> Document:
    """A record in the words of schema.org."""
    place = commune(document["commune"]) if document.get("commune") else None
    kinds = {
        "association": "NGO",
        "public_body": "GovernmentOrganization",
        "company": "Corporation",
        "higher_education": "CollegeOrUniversity",
        "school": "School",
    }
    names = country_names(how.lang)
    address = {
        "@type": "PostalAddress",
        "streetAddress": document.get("address"),
        "addressLocality": place.name if place else None,
        "addressRegion": department(document["department"]) if document.get("department") else None,
        "addressCountry": "FR",
    }
    numbers = [
        {"@type": "PropertyValue", "propertyID": name.upper(), "value": document[name]}
        for name in NUMBERS
        if document.get(name)
    ]
    themes = titles_of(how, document)
    said = {
        "@context": "https://schema.org",
        "@type": kinds.get(document["kind"], "Organization"),
        "@id": how.page(document["key"]),
        "name": document["name"],
        "alternateName": document.get("acronym"),
        "url": document.get("website"),
        "description": as_plain(document.get("summary") or "", 2000),
        "knowsAbout": themes,
        "areaServed": [
            {"@type": "Country", "identifier": code, "name": names.get(code, code)}
            for code in document.get("countries") or []
        ],
        "address": {name: value for name, value in address.items() if value},
        "identifier": numbers,
    }
    return {name: value for name, value in said.items() if value}


def as_vcard(how: Exporter, document: Document) -> str:
    """A vCard 4.0 of an organisation (RFC 6350): KIND:org, lines folded at 75 octets."""
    place = commune(document["commune"]) if document.get("commune") else None
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:org",
        f"UID:urn:uuid:{document['key']}",
        f"FN:{vcard_text(document['name'])}",
    ]
    lines.append(f"ORG:{vcard_text(document['name'])}")
    if document.get("acronym"):
        lines.append(f"NICKNAME:{vcard_text(document['acronym'])}")
    if document.get("address") or place:
        postcode = place.postcodes[0] if place and len(place.postcodes) == 1 else ""
        parts = ("", "", document.get("address") or "", place.name if place else "", "", postcode, "France")
        lines.append("ADR:" + ";".join(vcard_text(part) for part in parts))
    if place and place.latitude is not None:
        lines.append(f"GEO:geo:{place.latitude},{place.longitude}")
    if document.get("website"):
        lines.append(f"URL:{vcard_uri(document['website'])}")
    if document.get("themes"):
        lines.append("CATEGORIES:" + ",".join(map(vcard_text, titles_of(how, document))))
    if document.get("summary"):
        lines.append(f"NOTE:{vcard_text(as_plain(document['summary'], 2000))}")
    lines += [f"SOURCE:{vcard_uri(how.page(document['key']))}", f"REV:{_basic(document['seen'])}", "END:VCARD"]
    return folded_lines(lines)


def vcard_text(text: str) -> str:
    """A text value (RFC 6350, 3.4)."""
    bare = "".join(c for c in text if c >= " " or c == "\n")
    return bare.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def vcard_uri(text: str) -> str:
    """An address, without what would end its line."""
    return "".join(c for c in text if c > " ")


def _basic(moment: str) -> str:
    """RFC 3339 → the basic format of ISO 8601, whole seconds: 20170301T093000Z."""
    return moment[:19].replace("-", "").replace(":", "") + "Z"


def folded_lines(lines: Sequence[str]) -> str:
    """Lines as a card has them, each ended by CRLF."""
    return "".join(map(_folded, lines))


def _folded(line: str) -> str:
    """RFC 6350, 3.2: at most 75 octets a line, never inside a character."""
    parts, current, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > 75:
            parts.append(current)
            current, size = " ", 1
        current, size = current + character, size + octets
    return "\r\n".join([*parts, current]) + "\r\n"


def listed(before: bytes, one: Callable[[Any, Any], Any], after: bytes) -> Any:
    """A writer of JSON that holds a list; `one` gives what it says of each."""

    async def write(how: Any, documents: AsyncIterator[Any]) -> AsyncIterator[bytes]:
        part = bytearray(before)
        first = True
        async for document in documents:
            part += (b"\n" if first else b",\n") + orjson.dumps(one(how, document))
            first = False
            if len(part) > CHUNK:
                yield bytes(part)
                part.clear()
        yield bytes(part) + b"\n" + after

    return write


async def _vcards(how: Exporter, documents: Documents) -> AsyncIterator[bytes]:
    part = bytearray()
    async for document in documents:
        part += as_vcard(how, document).encode()
        if len(part) > CHUNK:
            yield bytes(part)
            part.clear()
    yield bytes(part)


_WRITERS: Mapping[str, Callable[[Exporter, Documents], AsyncIterator[bytes]]] = {
    "csv": csv_of,
    "xlsx": xlsx_of,
    "geojson": listed(b'{"type": "FeatureCollection", "features": [', as_feature, b"]}\n"),
    "json": listed(b"[", as_json, b"]\n"),
    "jsonld": listed(b"[", as_jsonld, b"]\n"),
    "vcard": _vcards,
}


def file_name(format: str, words: Sequence[str] = ("structures",)) -> str:
    """The name under which an export is saved, for `Content-Disposition`."""
    return f"{'-'.join(words)}.{FORMATS[format].suffix}"


def exporter(service: Premises, pages: Pages, lang: Lang, college: Callable[[str], str | None] | None) -> Exporter:
    """How this directory's records are exported; `college` as `Exporter` has it."""
    root = service.public_url.rstrip("/")
    return Exporter(pages.lexicon, lang, lambda key: f"{root}/directory/structures/{key}", college)
