"""What is said of an answer that is none of its kind (`shared.contract.fields`), the same in every service."""

from __future__ import annotations

from shared.base.translations import Words

FIELD_WORDS: Words = {
    "refused.unreadable-character": (
        "Le caractère n° {place} ({character}) ne peut pas être affiché. Effacez-le, ou retapez ce passage."
    ),
    "refused.reversing-character": (
        "Le caractère n° {place} ({character}) est invisible et renverse le sens de ce qui le suit. Effacez-le, ou "
        "retapez ce passage."
    ),
    "refused.not-a-mail-address": "Ce n’est pas une adresse électronique. Il en faut une comme nom@exemple.fr.",
    "refused.mail-address-dots": (
        "Dans cette adresse électronique, deux points se suivent, ou un point touche le @. Il en faut une comme "
        "nom@exemple.fr."
    ),
    "refused.mail-address-letters": (
        "Avant le @, cette adresse électronique a des lettres accentuées ou d’un autre alphabet\u00a0: nos courriels "
        "ne peuvent pas y arriver. Donnez une adresse sans elles\u00a0; après le @, elles sont permises."
    ),
    "refused.not-an-address": "Ce n’est pas une adresse web. Elle commence par https:// et n’a pas d’espace.",
    "refused.unknown-department": "Ce département n’existe pas. Choisissez-le dans la liste.",
    "refused.unknown-country": (
        "Ce code de pays n’existe pas. Choisissez le pays dans la liste, ou écrivez ses deux lettres, par exemple SN."
    ),
    "refused.unknown-commune": (
        "Aucune commune ne porte ce nom ni ce code. Vérifiez l’orthographe, ou écrivez le code postal."
    ),
    "refused.commune-ambiguous": "Plusieurs communes répondent à ce nom\u00a0: {several}. Recopiez celle qui convient.",
    "refused.siren-check-digit": "Ce SIREN a une faute de frappe\u00a0: sa clé ne correspond pas.",
    "refused.siret-check-digit": "Ce SIRET a une faute de frappe\u00a0: sa clé ne correspond pas.",
    "refused.not-a-school-year": "Ce n’est pas une année scolaire. Écrivez-la ainsi\u00a0: 2017-2018.",
    "refused.time-without-zone": "Il manque le fuseau horaire. Écrivez par exemple 2017-11-09T09:30:00+01:00.",
    "invalid.date": "« {value} » n’est pas une date. Écrivez-la ainsi : 31/10/2017.",
    "invalid.date.api": "« {value} » n’est pas une date. Écrivez-la ainsi : 2017-10-31.",
    "invalid.moment": "« {value} » n’est pas une date et une heure. Écrivez-les ainsi : 31/10/2017 17:42.",
    "invalid.moment.api": "« {value} » n’est pas une date et une heure. Écrivez-les ainsi : 2017-10-31T17:42:00+01:00.",
}
