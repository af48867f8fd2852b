"""What is kept about subscribers, and about those who did not confirm."""

from __future__ import annotations

from shared.base.translations import L
from shared.contract.envelope import Recorded
from shared.contract.newsletter.subscriptions import SubscriptionConfirmed, SubscriptionRequested, Unsubscribed
from shared.kernel.views.projection import Document, View
from shared.persons.data_subjects import Purpose

TEAM: str = L("L’équipe qui publie les bulletins")
PURPOSES = (
    Purpose(
        code="subscriber",
        whom=L("Abonnés aux bulletins"),
        what=L("Adresse électronique, bulletins choisis, preuve du consentement, envois"),
        why=L("Envoyer les bulletins, prouver qu’ils étaient demandés"),
        ground=L("Consentement, demandé deux fois (RGPD, art. 6.1.a et 7.1)"),
        begins=L("le désabonnement du dernier bulletin"),
        seen_by=TEAM,
        setting="keep_subscribers",
    ),
    Purpose(
        code="request",
        whom=L("Personnes qui n’ont pas confirmé leur abonnement"),
        what=L("Adresse électronique"),
        why=L("Laisser le temps de confirmer"),
        ground=L("Mesures demandées par la personne (RGPD, art. 6.1.b)"),
        begins=L("la demande"),
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
    of_log=True,
    on={SubscriptionRequested: _requested, SubscriptionConfirmed: _confirmed, Unsubscribed: _left},
    fields=("person",),
    asks="administrator",
)
"""Subscribers, by their ids."""
