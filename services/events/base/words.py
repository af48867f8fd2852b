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
    "refused.one-line-only": ("Écrivez ceci sur une seule ligne.", "Write this on a single line."),
    "refused.unreadable-characters": (
        "Ce texte contient des caractères illisibles. Retapez-le.",
        "This text holds unreadable characters. Type it again.",
    ),
    "refused.unknown-department": (
        "Ce département n’existe pas. Choisissez-le dans la liste.",
        "There is no such department. Choose it from the list.",
    ),
    "refused.time-without-zone": (
        "Il manque le fuseau horaire. Écrivez par exemple 2017-11-09T09:30:00+01:00.",
        "The time zone is missing. Write for example 2017-11-09T09:30:00+01:00.",
    ),
    "refused.time-out-of-range": (
        "Cette date est trop lointaine. Donnez une date entre 1990 et 2099.",
        "This date is too far away. Give a date from 1990 to 2099.",
    ),
    "refused.time-in-future": (
        "Cela n’a pas encore eu lieu. Donnez un jour passé.",
        "This has not happened yet. Give a day in the past.",
    ),
    "refused.not-a-mail-address": (
        "Ce n’est pas une adresse électronique. Il en faut une comme nom@exemple.fr.",
        "This is no mail address. One such as name@example.org is needed.",
    ),
    "refused.too-large": (
        "C’est trop long pour être enregistré. Raccourcissez les textes.",
        "This is too long to be recorded. Shorten the texts.",
    ),
}
