"""Mails about a wish to stand in the public directory: the network's answer, to the contacts whose address is known to
be theirs. The answer stands in the structure's space as well, so whoever is reached by no mail finds it there."""

from __future__ import annotations

from datetime import timedelta

from services.directory.sign_in.entry import entry_of
from services.directory.structures.kept_records import known_as
from shared.base.translations import L, Lang, translated
from shared.kernel.views.projection import Document
from shared.runtime.faces import Premises

ANSWER = timedelta(days=1)  # during which an answer is tried again


async def tell_listed(service: Premises, structure: Document, lang: Lang) -> None:
    """Tells the contacts of a structure that its record is public."""
    subject = translated(L("Votre fiche est publique"), lang)
    await _tell(service, structure, lang, subject, f"/directory/public/structures/{structure['key']}", None)


async def tell_declined(service: Premises, structure: Document, reason: str, lang: Lang) -> None:
    """Tells them that it is not, and why."""
    subject = translated(L("Votre fiche n’est pas encore publique"), lang)
    await _tell(service, structure, lang, subject, f"/directory/space/{structure['key']}", reason)


async def _tell(
    service: Premises, structure: Document, lang: Lang, subject: str, path: str, reason: str | None
) -> None:
    entry = entry_of(service)
    link = f"{entry.mail.sender.url}{path}"
    for person, address in await entry.proven_contacts(known_as(structure)):
        said = {"structure": structure["name"], "link": link, "reason": reason}
        entry.mail.tell(person, address, lang, "listing", subject, ANSWER, **said)
