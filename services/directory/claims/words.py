"""What the directory says of claims to look after a record."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.ClaimListing": ("Demander à tenir cette fiche", "Ask to look after this record"),
    "command.ConfirmClaim": ("Confirmer l’adresse", "Confirm the address"),
    "command.AcceptClaim": ("Accepter la demande", "Accept the claim"),
    "command.RefuseClaim": ("Refuser la demande", "Refuse the claim"),
    "field.claim": ("Demande", "Claim"),
    "field.message": ("Message", "Message"),
    "refused.unknown-claim": ("Cette demande n’existe pas.", "There is no such claim."),
    "refused.claim-unconfirmed": (
        "La personne n’a pas encore suivi le lien envoyé à son adresse. Attendez qu’elle le fasse.",
        "The person has not yet followed the link sent to the address. Wait until they do.",
    ),
    "refused.claim-answered": ("Cette demande a déjà sa réponse.", "This claim is answered already."),
    "claim.open": ("À lire", "To read"),
    "claim.unconfirmed": ("Pas encore confirmées", "Not confirmed yet"),
    "claim.accepted": ("Acceptées", "Accepted"),
    "claim.refused": ("Refusées", "Refused"),
    "claim.one.open": ("À lire", "To be read"),
    "claim.one.unconfirmed": ("Adresse pas encore confirmée", "Address not confirmed yet"),
    "claim.one.accepted": ("Acceptée", "Accepted"),
    "claim.one.refused": ("Refusée", "Refused"),
    "claim.field.name": ("Votre nom", "Your name"),
    "claim.field.email": ("Votre adresse électronique", "Your mail address"),
    "claim.field.role": ("Votre fonction dans la structure", "Your role in the structure"),
    "claim.field.message": ("Un mot pour l’équipe du réseau", "A word for the network’s team"),
    "refused.claim-for-which": ("Choisissez la fiche dont il s’agit.", "Choose the record that it is about."),
}
