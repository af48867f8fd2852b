"""A structure and its contacts as vCards 4.0 (RFC 6350). Of persons only for those who may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.directory.search.exports import Exporter, as_vcard, folded_lines, vcard_text, vcard_uri
from shared.kernel.views.projection import Document


def as_person(structure: Document, contact: Mapping[str, str | None]) -> str:
    """The card of a person at a structure. `contact`: key, name, and role, email, phone where they are known, in
    clear."""
    name = contact["name"] or ""
    lines = [
        "BEGIN:VCARD", "VERSION:4.0", "KIND:individual", f"UID:urn:uuid:{contact['key']}", f"FN:{vcard_text(name)}",
        f"ORG:{vcard_text(structure['name'])}",
    ]  # fmt: skip
    if contact.get("role"):
        lines.append(f"TITLE:{vcard_text(contact['role'] or '')}")
    if contact.get("email"):
        lines.append(f"EMAIL;TYPE=work:{vcard_text(contact['email'] or '')}")
    if contact.get("phone"):
        lines.append(f"TEL;VALUE=text;TYPE=work:{vcard_text(contact['phone'] or '')}")
    lines += [f"RELATED;TYPE=agent:urn:uuid:{vcard_uri(structure['key'])}", "END:VCARD"]
    return folded_lines(lines)


def cards(how: Exporter, structure: Document, contacts: Sequence[Mapping[str, str | None]]) -> str:
    """The organisation's card, then one a contact who has a name."""
    return as_vcard(how, structure) + "".join(as_person(structure, one) for one in contacts if one["name"])
