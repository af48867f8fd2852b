"""The words that all capabilities of membership share."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "field.email.hint": (
        "Scellée. Elle sert à retrouver la personne qui veut voir ce qui est gardé d’elle, ou être oubliée."
    ),
    "field.name": "Nom",
    "field.person": "Personne",
    "field.person.hint": "Prénom et nom. Scellé dès l’enregistrement.",
    "field.member": "Adhérent",
    "field.reason": "Raison",
    "field.title": "Intitulé",
    "field.since": "Du",
    "field.until": "Au",
    "field.until.hint": "Le jour où cela a pris fin.",
    "refused.ends-before-it-begins": "La fin est avant le début. Vérifiez les deux jours.",
    "refused.already-noted": L("C’est déjà enregistré.", context="refused.already-noted"),
    "refused.time-in-future": "Cette date n’est pas encore venue.",
    "refused.too-large": "C’est trop long pour un seul enregistrement.",
}
