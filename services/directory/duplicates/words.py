"""What the directory says of records that look alike, and of those that were told apart."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.TellNamesakesApart": "Ce sont deux structures différentes",
    "command.DoubtNamesakes": "Revoir cette paire",
    "field.first": "Première structure",
    "field.second": "Seconde structure",
    "refused.same-structure": "Choisissez deux structures différentes.",
    "refused.not-told-apart": "Ces deux fiches n’ont pas été distinguées.",
    "alike.identifier": "même numéro officiel",
    "alike.name": "même nom, ou l’un contient l’autre",
    "alike.acronym": "même sigle",
    "alike.alike": "noms proches",
    "duplicates.undone": "fusion défaite",
    "duplicates.reason-too-short": "Dites en trois caractères au moins ce qui les distingue, ou rien.",
    "sure.high": "Presque sûr",
    "sure.middle": "Probable",
    "sure.low": "Possible",
}
