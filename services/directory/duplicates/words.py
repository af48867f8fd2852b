"""What the directory says of records that look alike, and of those that were told apart."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.TellNamesakesApart": ("Ce sont deux structures différentes", "These are two structures"),
    "command.DoubtNamesakes": ("Revoir cette paire", "Look at this pair again"),
    "field.first": ("Première structure", "First structure"),
    "field.second": ("Seconde structure", "Second structure"),
    "refused.same-structure": ("Choisissez deux structures différentes.", "Choose two different structures."),
    "refused.not-told-apart": ("Ces deux fiches n’ont pas été distinguées.", "These two records were not told apart."),
    "alike.identifier": ("même numéro officiel", "same official number"),
    "alike.name": ("même nom, ou l’un contient l’autre", "same name, or one holds the other"),
    "alike.acronym": ("même sigle", "same acronym"),
    "alike.alike": ("noms proches", "names close to each other"),
    "duplicates.reason-too-short": (
        "Dites en trois caractères au moins ce qui les distingue, ou rien.",
        "Say in three characters at least what tells them apart, or nothing.",
    ),
    "sure.high": ("Presque sûr", "Almost sure"),
    "sure.middle": ("Probable", "Likely"),
    "sure.low": ("Possible", "Possible"),
}
