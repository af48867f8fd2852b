"""Mails about a claim: the question whether an address is its writer's, and the network's answer when that is no."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from services.directory.sign_in.entry import entry_of
from services.directory.sign_in.signed_links import INVITATION
from shared.base.translations import L, Lang, translated
from shared.kernel.views.projection import Document
from shared.runtime.faces import Keys, Premises
from shared.web.formatting import day

ANSWER = timedelta(days=1)  # during which an answer is tried again


def confirmation_link(service: Premises, claim: UUID) -> str:
    """The address of the page where who claimed says that the address is theirs."""
    entry = entry_of(service)
    token = entry.links.claim_token(claim, service.now() + INVITATION)
    return f"{entry.mail.sender.url}/directory/public/claim/confirm/{token}"


def ask_to_confirm(service: Keys, claim: Document, lang: Lang) -> None:
    """Sends who claimed the link, in the background."""
    link = confirmation_link(service, UUID(claim["key"]))
    subject = translated(L("Confirmez votre demande"), lang)
    # What a stranger typed goes into no mail of ours to an address that may be anybody's.
    structure = claim["structure_name"] if claim["structure"] else None
    until = day(service.now() + INVITATION)
    _write(service, claim, lang, "claim", subject, INVITATION, structure=structure, link=link, until=until)


def tell_refusal(service: Keys, claim: Document, reason: str, lang: Lang) -> None:
    """Tells who claimed that the network said no, and why."""
    subject = translated(L("Réponse à votre demande"), lang)
    _write(service, claim, lang, "claim_refused", subject, ANSWER, structure=claim["structure_name"], reason=reason)


def _write(
    service: Keys, claim: Document, lang: Lang, template: str, subject: str, good_for: timedelta, **said: str | None
) -> None:
    address, mail = service.keyring.inside(claim["email"]), entry_of(service).mail
    if address is None:  # forgotten
        return
    mail.tell(UUID(claim["email"]["person"]), address.strip(), lang, template, subject, good_for, **said)
