"""What the directory keeps about who asked to look after a record, and until when."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contract.directory import ClaimAccepted, ClaimConfirmed, ClaimRefused, ListingClaimed
from shared.contract.envelope import Recorded
from shared.kernel.projection import Document, Evolve
from shared.persons.data_subjects import Purpose, in_use_again, term_begins

PURPOSE = Purpose(
    code="claim",
    whom=("Personnes qui demandent à tenir une fiche", "Persons who ask to look after a record"),
    what=("Nom, adresse électronique, fonction, message", "Name, mail address, function, message"),
    why=("Vérifier qui parle pour une structure", "To check who speaks for a structure"),
    ground=(
        "Mesures demandées par la personne elle-même (RGPD, art. 6.1.b)",
        "Steps that the person asked for (GDPR, art. 6.1.b)",
    ),
    begins=(
        "la réponse du réseau, ou la demande si son adresse n’a jamais été confirmée",
        "the network answers, or the claim if its address was never confirmed",
    ),
    seen_by=("L’équipe qui tient l’annuaire", "The team that keeps the directory"),
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
