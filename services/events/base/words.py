"""The words that all capabilities of events share."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "field.gathering": "Rencontre",
    "field.title": "Titre",
    "field.department": "Département",
    "field.reason": "Raison",
    "field.name": "Nom de la personne",
    "field.structure": "Structure membre",
    "field.structure_name": "Nom de la structure",
    "refused.already-registered": "C’est déjà enregistré. Revenez à la page précédente.",
    "refused.time-out-of-range": "Cette date est trop lointaine. Donnez une date entre 1990 et 2099.",
    "refused.time-in-future": "Cela n’a pas encore eu lieu. Donnez un jour passé.",
    "refused.too-large": "C’est trop long pour être enregistré. Raccourcissez les textes.",
}
