"""What the directory says of claims to look after a record."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "command.ClaimListing": "Demander à tenir cette fiche",
    "command.ConfirmClaim": "Confirmer l’adresse",
    "command.AcceptClaim": "Accepter la demande",
    "command.RefuseClaim": "Refuser la demande",
    "field.claim": L("Demande", context="field.claim"),
    "field.message": "Message",
    "refused.unknown-claim": "Cette demande n’existe pas.",
    "refused.claim-unconfirmed": (
        "La personne n’a pas encore suivi le lien envoyé à son adresse. Attendez qu’elle le fasse."
    ),
    "refused.claim-answered": "Cette demande a déjà sa réponse.",
    "claim.open": L("À lire", context="claim.open"),
    "claim.unconfirmed": "Pas encore confirmées",
    "claim.accepted": "Acceptées",
    "claim.refused": "Refusées",
    "claim.one.open": "À lire",
    "claim.one.unconfirmed": "Adresse pas encore confirmée",
    "claim.one.accepted": "Acceptée",
    "claim.one.refused": "Refusée",
    "claim.field.name": "Votre nom",
    "claim.field.email": "Votre adresse électronique",
    "claim.field.role": "Votre fonction dans la structure",
    "claim.field.message": "Un mot pour l’équipe du réseau",
    "refused.claim-for-which": "Choisissez la fiche dont il s’agit.",
}
