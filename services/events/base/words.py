"""The words that all capabilities of events share."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "field.gathering": ("Rencontre", "Gathering"),
    "field.title": ("Titre", "Title"),
    "field.department": ("Département", "Department"),
    "field.reason": ("Raison", "Reason"),
    "field.name": ("Nom de la personne", "Name of the person"),
    "field.structure": ("Structure membre", "Member structure"),
    "field.structure_name": ("Nom de la structure", "Name of the structure"),
    "refused.already-registered": (
        "C’est déjà enregistré. Revenez à la page précédente.",
        "This is recorded already. Go back to the previous page.",
    ),
    "refused.time-out-of-range": (
        "Cette date est trop lointaine. Donnez une date entre 1990 et 2099.",
        "This date is too far away. Give a date from 1990 to 2099.",
    ),
    "refused.time-in-future": (
        "Cela n’a pas encore eu lieu. Donnez un jour passé.",
        "This has not happened yet. Give a day in the past.",
    ),
    "refused.too-large": (
        "C’est trop long pour être enregistré. Raccourcissez les textes.",
        "This is too long to be recorded. Shorten the texts.",
    ),
}
