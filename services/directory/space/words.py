"""What the directory says of its public pages, of claims and of the member's own space."""

from __future__ import annotations

from shared.base.translations import Words

SPACE_WORDS: Words = {
    "button.wish": ("Demander l’inscription", "Ask to be listed"),
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
    "field.picture_file": ("Image", "Picture"),
    "field.text.hint": (
        "Mise en forme possible\u00a0: **important**, *nuance*, listes, liens.",
        "Formatting is possible: **important**, *nuance*, lists, links.",
    ),
    "problem.410": ("Ce n’est plus publié", "No longer published"),
    "problem.410.hint": (
        "Qui l’avait publié l’a retiré. Cherchez dans l’annuaire public.",
        "Who had published it withdrew it. Search in the public directory.",
    ),
    "refused.claim-for-which": ("Choisissez la fiche dont il s’agit.", "Choose the record that it is about."),
    "refused.picture-without-text": (
        "Dites en une phrase ce que montre l’image, pour qui ne la voit pas.",
        "Say in one sentence what the picture shows, for those who can’t see it.",
    ),
    "refused.too-many-drafts": (
        "Il y a déjà {most} brouillons. Publiez-en, ou abandonnez-en.",
        "There are {most} drafts already. Publish or drop some.",
    ),
}
