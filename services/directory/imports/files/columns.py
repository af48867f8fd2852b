"""Which column of a table says what of a structure, and what its cells mean. Pure.

People name columns as they like ("Nom de la structure", "CP", "Pays d'intervention"); the guess is shown and can be
changed before anything is read by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import PydanticCustomError

from services.directory.imports.files.table_reader import NotRead
from services.directory.search.inverted_index import words_of
from shared.contract.cleaning import WHITE, line
from shared.contract.directory.structure_facts import FACTS, in_order
from shared.contract.labels import LABELS
from shared.geo import DEPARTMENTS, commune, communes_named, plain
from shared.geo.countries import country_codes
from shared.notions.vocabularies.view import known_lists

IGNORED = ""
BESIDE = {"commune": ("postcode", "town")}
FIELDS = (*(one for name in in_order("name", "acronym") for one in (name, *BESIDE.get(name, ()))), "source")
"""What a column may be read as. `commune`: the official code; `postcode` and `town`: what people write instead."""

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "siret": ("siret", "numero siret", "n siret", "no siret"),
    "siren": ("siren", "numero siren", "n siren"),
    "rna": ("rna", "numero rna", "n rna", "waldec", "numero waldec"),
    "acronym": ("sigle", "acronyme", "acronym", "abreviation"),
    "name": (
        "nom", "name", "structure", "nom de la structure", "nom structure", "raison sociale", "denomination",
        "organisme", "organisation", "intitule", "titre", "association", "nom de l association", "nom complet",
    ),
    "kind": (
        "type", "nature", "kind", "type de structure", "categorie", "nature de la structure", "statut",
        "forme juridique", "type d acteur", "statut juridique",
    ),
    "commune": ("code insee", "code commune", "insee", "commune insee", "code insee commune"),
    "postcode": ("code postal", "cp", "postcode", "postal code", "zip"),
    "town": ("ville", "commune", "town", "city", "localite"),
    "department": ("departement", "department", "dep", "dept", "dpt", "code departement", "numero departement"),
    "address": ("adresse", "address", "rue", "adresse postale", "adresse 1"),
    "website": ("site", "site internet", "site web", "website", "web", "url", "lien", "site internet"),
    "themes": (
        "themes", "theme", "thematiques", "thematique", "domaines", "domaine", "domaines d intervention", "secteurs",
        "secteur", "champs d action", "thematiques d intervention",
    ),
    "countries": (
        "pays", "countries", "country", "pays d intervention", "pays d action", "zones geographiques",
        "pays partenaires", "zone d intervention", "zones d intervention", "pays d interventions",
    ),
    "sdgs": ("odd", "sdg", "sdgs", "objectifs de developpement durable", "objectif de developpement durable"),
    "summary": ("description", "presentation", "objet", "resume", "summary", "activites", "activite"),
    "source": ("source", "origine", "provenance"),
}  # fmt: skip
HEADINGS: Mapping[str, tuple[str, ...]] = {
    **_KNOWN,
    **{name: tuple(" ".join(words_of(label)) for label in LABELS[name]) for name in FACTS if name not in _KNOWN},
}
"""How people call a column of each, in plain letters; a fact that is new, as we call it ourselves."""

KINDS: Mapping[str, str] = {
    "association": "association", "asso": "association", "association loi 1901": "association",
    "loi 1901": "association", "ong": "association", "osi": "association", "fondation": "association",
    "comite de jumelage": "association", "collectif": "association", "federation": "association",
    "collectivite": "public_body", "collectivite territoriale": "public_body", "collectivite locale": "public_body",
    "commune": "public_body", "mairie": "public_body", "ville": "public_body", "epci": "public_body",
    "departement": "public_body", "region": "public_body", "etablissement public": "public_body",
    "organisme public": "public_body", "collectivite organisme public": "public_body", "public": "public_body",
    "entreprise": "company", "societe": "company", "scop": "company", "scic": "company", "cooperative": "company",
    "sarl": "company", "sas": "company", "acteur economique": "company", "enseignement superieur": "higher_education",
    "universite": "higher_education", "recherche": "higher_education",
    "enseignement superieur recherche": "higher_education", "laboratoire": "higher_education",
    "ecole superieure": "higher_education", "grande ecole": "higher_education", "etablissement scolaire": "school",
    "ecole": "school", "college": "school", "lycee": "school", "lycee agricole": "school", "scolaire": "school",
    "groupe etudiant": "student_group", "association etudiante": "student_group", "etudiants": "student_group",
    "etudiant": "student_group", "autre": "other", "autres": "other", "public body": "public_body",
    "company": "company", "higher education": "higher_education", "school": "school", "student group": "student_group",
    "other": "other",
}  # fmt: skip

AS_WRITTEN = {*FACTS, "source"} - {
    "kind", "department", "commune", "website", "themes", "countries", "sdgs", "siren", "siret", "rna", "summary",
}  # fmt: skip
"""Facts that a cell says in one line, as it stands; of the others there is more to know."""


@dataclass
class Read:
    """A line as a command takes it, and what could not be read: (field, code, values) each."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    warnings: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)


def guessed(header: Sequence[str]) -> list[str]:
    """A field for each column, or IGNORED. No field twice: the first column that is called like it has it."""
    wanted = [" ".join(words_of(title)) for title in header]
    found = [IGNORED] * len(header)
    exact = {name: one for one, names in HEADINGS.items() for name in names}
    for n, title in enumerate(wanted):
        one = exact.get(title, IGNORED)
        if one and one not in found:
            found[n] = one
    for n, title in enumerate(wanted):  # "Nom de la structure (obligatoire)", "Pays (ISO)"
        if found[n] == IGNORED and title:
            near = [
                one
                for one, names in HEADINGS.items()
                if one not in found and any(title.startswith(f"{name} ") for name in names if len(name) > 2)
            ]
            if near:
                found[n] = near[0]
    return found


def check_columns(header: Sequence[str], columns: Sequence[str]) -> None:
    """Raises NotRead where a choice of columns can't be read by."""
    if len(columns) != len(header) or any(one not in (*FIELDS, IGNORED) for one in columns):
        raise NotRead("columns-differ")
    chosen = [one for one in columns if one]
    if len(set(chosen)) < len(chosen):
        raise NotRead("column-twice", field=next(one for one in chosen if chosen.count(one) > 1))
    if "name" not in chosen:
        raise NotRead("no-name-column", header=", ".join(filter(None, header))[:300])


def read_line(columns: Sequence[str], cells: Sequence[str], default_kind: str) -> Read:
    """What a line says. Bounds and check digits are the command's to judge, not asked here."""
    given = {name: cell.strip(WHITE) for name, cell in zip(columns, cells, strict=True) if name and cell.strip(WHITE)}
    read = Read()
    for name in given.keys() & {*AS_WRITTEN, "summary"}:
        # Its characters are the command's to judge; a table pads its cells with blanks.
        said = given[name]
        read.values[name] = re.sub(r"[ \t\u00a0]+", " ", said) if name == "summary" else " ".join(said.split())
    _kind(given, read, default_kind)
    _place(given, read)
    if "website" in given:
        address = given["website"].split()[0]
        read.values["website"] = address if "://" in address else f"https://{address}"
    if "themes" in given:
        parts = (_theme(part) for part in re.split(r"[;,|\n]", given["themes"]))
        words = (part[:1].upper() + part[1:] for part in parts if part)
        read.values["themes"] = known_lists().themes().read_all(words)
    if "countries" in given:
        codes, unread = country_codes(given["countries"])
        read.values["countries"] = codes
        read.problems += [("countries", "import.unknown-country", {"value": one[:60]}) for one in unread]
    if "sdgs" in given:
        read.values["sdgs"] = sorted({int(n) for n in re.findall(r"\d{1,4}", given["sdgs"])})
        if not read.values["sdgs"]:
            read.problems.append(("sdgs", "import.no-number", {"value": given["sdgs"][:60]}))
    for name, digits in (("siren", 9), ("siret", 14)):
        if name in given:
            bare = re.sub(r"[\s.\u00a0\u202f-]", "", given[name])
            # A spreadsheet drops the zeros that a number begins with.
            read.values[name] = bare.zfill(digits) if bare.isdigit() and digits - 2 <= len(bare) < digits else bare
    if "rna" in given:
        read.values["rna"] = re.sub(r"[\s.-]", "", given["rna"]).upper()
    return read


def _kind(given: Mapping[str, str], read: Read, default: str) -> None:
    text = given.get("kind")
    if text is None:
        read.values["kind"] = default
        return
    name = " ".join(words_of(text))
    first = name.split(" ")[0] if name else ""
    kind = KINDS.get(name) or KINDS.get(name.rstrip("s")) or KINDS.get(first) or KINDS.get(first.rstrip("s"))
    kind = _own_kinds().get(name, kind)
    if kind is None:
        read.problems.append(("kind", "import.unknown-kind", {"value": text[:60]}))
    else:
        read.values["kind"] = kind


def _own_kinds() -> dict[str, str]:
    """The kinds that the network itself has, by their titles in plain letters."""
    offered = known_lists().offered("structure")
    return {" ".join(words_of(title)): one.code for one in offered if one.said for title in one.titles.values()}


def _place(given: Mapping[str, str], read: Read) -> None:
    department = _department(given.get("department", ""))
    if "department" in given and department is None:
        read.problems.append(("department", "import.unknown-department", {"value": given["department"][:60]}))
    postcode = re.sub(r"\D", "", given.get("postcode", ""))
    postcode = postcode.zfill(5) if len(postcode) == 4 else postcode
    code = given.get("commune", "").upper()
    code = code.zfill(5) if code.isdigit() and len(code) == 4 else code
    place = commune(code) if code else None
    if code and place is None:
        read.problems.append(("commune", "import.unknown-commune", {"value": given["commune"][:60]}))
    if place is None and ("town" in given or postcode):
        town = re.sub(r"(?i)\bcedex\b.*", "", given.get("town", "")).strip()
        found = communes_named(f"{postcode} {town}".strip(), department) or (
            communes_named(town, department) if town else ()
        )
        if len(found) == 1 or (found and town and (department or postcode)):
            place = found[0]
        elif town or postcode:
            value = f"{postcode} {town}".strip()[:60]
            read.warnings.append(("town", "import.town-unclear" if found else "import.town-unknown", {"value": value}))
    if place is not None:
        read.values["commune"] = place.code
    department = department or (place.department if place else None) or _of_postcode(postcode)
    if department:
        read.values["department"] = department


def _department(text: str) -> str | None:
    """ "29", "9", "2a", "Finistère", "29 - Finistère" → the code."""
    code = text.strip().upper()
    number = re.match(r"(\d{1,3}|2[AB])\b", code)
    if number:
        code = number[1].zfill(2)
        if code in DEPARTMENTS:
            return code
    name = plain(text)
    return next((one.code for one in DEPARTMENTS.values() if plain(one.name) == name), None) if name else None


def _of_postcode(postcode: str) -> str | None:
    """The department that a postcode begins with; of Corsica it does not say which."""
    for length in (3, 2):
        if len(postcode) == 5 and postcode[:length] in DEPARTMENTS:
            return postcode[:length]
    return None


def _theme(text: str) -> str:
    """A theme as the command will have it, so that none is there twice; one that it refuses stays as it is."""
    try:
        return line(text)
    except PydanticCustomError:
        return text
