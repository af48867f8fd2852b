"""What is kept about subscribers, and about those who did not confirm."""

from __future__ import annotations

from shared.base.translations import Pair
from shared.contract.envelope import Recorded
from shared.contract.newsletter import SubscriptionConfirmed, SubscriptionRequested, Unsubscribed
from shared.kernel.projection import Document, View
from shared.persons.data_subjects import Purpose

TEAM: Pair = ("L’équipe qui publie les bulletins", "The team that publishes the newsletters")
PURPOSES = (
    Purpose(
        code="subscriber",
        whom=("Abonnés aux bulletins", "Subscribers of the newsletters"),
        what=(
            "Adresse électronique, bulletins choisis, preuve du consentement, envois",
            "Mail address, newsletters chosen, proof of consent, mails sent",
        ),
        why=(
            "Envoyer les bulletins, prouver qu’ils étaient demandés",
            "To send the newsletters, to prove that they were asked for",
        ),
        ground=(
            "Consentement, demandé deux fois (RGPD, art. 6.1.a et 7.1)",
            "Consent, asked for twice (GDPR, art. 6.1.a and 7.1)",
        ),
        begins=("le désabonnement du dernier bulletin", "the last newsletter is unsubscribed from"),
        seen_by=TEAM,
        setting="keep_subscribers",
    ),
    Purpose(
        code="request",
        whom=("Personnes qui n’ont pas confirmé leur abonnement", "Persons who did not confirm what they asked for"),
        what=("Adresse électronique", "Mail address"),
        why=("Laisser le temps de confirmer", "To leave time to confirm"),
        ground=(
            "Mesures demandées par la personne (RGPD, art. 6.1.b)",
            "Steps that the person asked for (GDPR, art. 6.1.b)",
        ),
        begins=("la demande", "the request"),
        seen_by=TEAM,
        setting="keep_requests",
    ),
)


def _requested(document: Document | None, data: SubscriptionRequested, event: Recorded) -> Document:
    if document is not None and document["purpose"] == "subscriber":
        return document  # they confirmed before; a wish that stays unanswered changes nothing
    return {"person": str(data.email.person), "purpose": "request", "since": event.begins, "bulletins": []}


def _confirmed(document: Document | None, data: SubscriptionConfirmed, event: Recorded) -> Document | None:
    if document is None:
        return None
    codes = sorted({*document["bulletins"], *data.bulletins})
    return {**document, "purpose": "subscriber", "since": None, "bulletins": codes}


def _left(document: Document | None, data: Unsubscribed, event: Recorded) -> Document | None:
    if document is None:
        return None
    codes = [code for code in document["bulletins"] if code not in data.bulletins]
    return {**document, "bulletins": codes, "since": None if codes else event.begins}


HELD = View(
    name="held",
    version=1,
    on={SubscriptionRequested: _requested, SubscriptionConfirmed: _confirmed, Unsubscribed: _left},
    fields=("person",),
    asks="administrator",
)
"""Subscribers, by their ids."""
