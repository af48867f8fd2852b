"""What the directory keeps about who asked to look after a record, and until when."""

from __future__ import annotations

from collections.abc import Mapping

from shared.base.translations import L
from shared.contract.directory.claims import ClaimAccepted, ClaimConfirmed, ClaimRefused, ListingClaimed
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, Evolve
from shared.notions.terms import in_use_again, term_begins
from shared.persons.data_subjects import Purpose

PURPOSE = Purpose(
    code="claim",
    whom=L("Personnes qui demandent à tenir une fiche"),
    what=L("Nom, adresse électronique, fonction, message"),
    why=L("Vérifier qui parle pour une structure"),
    ground=L("Mesures demandées par la personne elle-même (RGPD, art. 6.1.b)"),
    begins=L("la réponse du réseau, ou la demande si son adresse n’a jamais été confirmée"),
    seen_by=L("L’équipe qui tient l’annuaire"),
    setting="keep_claims",
)


def _claimed(document: Document | None, data: ListingClaimed, event: Recorded) -> Document:
    """A claim that nobody confirms was perhaps made with somebody else's address: its term runs from the beginning."""
    return {"person": str(data.email.person), "purpose": "claim", "since": event.begins, "of": None}


CLAIMS_HELD: Mapping[type, Evolve] = {
    ListingClaimed: _claimed,
    ClaimConfirmed: in_use_again,
    ClaimAccepted: term_begins,
    ClaimRefused: term_begins,
}
