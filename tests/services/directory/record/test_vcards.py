"""Cards of a structure and of its contacts: whatever was typed into a name, each line says one thing."""

from __future__ import annotations

from typing import Any

from services.directory.app import DIRECTORY
from services.directory.record.vcards import as_person, cards
from services.directory.search.exports import Exporter
from shared.base.translations import Lexicon

STRUCTURE: dict[str, Any] = {
    "key": "01890000-0000-7000-8000-000000000001",
    "name": "Eau; vive, ici",
    "acronym": None,
    "address": None,
    "commune": None,
    "website": None,
    "themes": [],
    "summary": None,
    "seen": "2017-10-31T10:00:00+00:00",
}
HOW = Exporter(Lexicon(DIRECTORY.words), "fr", lambda key: f"https://exemple.fr/{key}")


def test_a_person_is_what_is_known_of_them_and_nothing_more() -> None:
    bare = as_person(STRUCTURE, {"key": "k", "name": "A"})
    assert [line.partition(":")[0] for line in bare.splitlines()] == [
        "BEGIN",
        "VERSION",
        "KIND",
        "UID",
        "FN",
        "ORG",
        "RELATED;TYPE=agent",
        "END",
    ]
    whole = as_person(STRUCTURE, {"key": "k", "name": "A", "role": "B", "email": "a@exemple.fr", "phone": "+33 5"})
    assert "TITLE:B\r\n" in whole and "EMAIL;TYPE=work:a@exemple.fr\r\n" in whole and "TEL;" in whole


def test_no_value_begins_a_line_or_a_field_of_its_own() -> None:
    card = as_person(STRUCTURE, {"key": "k", "name": "A\r\nEND:VCARD\nEMAIL:x", "role": "a;b,c\\d"})
    assert card.count("END:VCARD\r\n") == 1 and "\nEMAIL:x" not in card
    assert "ORG:Eau\\; vive\\, ici\r\n" in card and "TITLE:a\\;b\\,c\\\\d" in card


def test_who_has_no_name_any_more_has_no_card() -> None:
    both = cards(HOW, STRUCTURE, [{"key": "1", "name": None}, {"key": "2", "name": "A"}])
    assert both.count("BEGIN:VCARD") == 2 and "KIND:org" in both and "urn:uuid:2" in both and "urn:uuid:1\r" not in both
