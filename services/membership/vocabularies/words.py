"""The words of the network's own lists."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "command.DefineTerm": "Ajouter à la liste",
    "command.DefineTerm.hint": (
        "Du jour donné, ce terme peut être choisi. Son code est gardé pour toujours\u202f: seul son titre change."
    ),
    "command.ReviseTerm": "Changer ce terme",
    "command.ReviseTerm.hint": "Ce qui a été dit avant ce jour garde l’ancien titre dans les chiffres d’alors.",
    "command.CloseTerm": "Fermer ce terme",
    "command.CloseTerm.hint": "Du jour donné, il ne peut plus être choisi\u202f; ce qui l’a reçu le garde.",
    "field.vocabulary": "Liste",
    "field.code": L("Code", context="term"),
    "field.code.hint": "En lettres minuscules, chiffres, tirets\u202f: il ne change jamais.",
    "field.titles": "Titre dans chaque langue",
    "field.titles.hint": "Tel que les listes le disent\u202f; la première langue du réseau sert où une autre manque.",
    "field.rank": "Place dans la liste",
    "field.rank.hint": "1 pour la première\u202f; à place égale, dans l’ordre des codes.",
    "field.marks": "Ce qui en est vrai",
    "field.marks.hint": "Les chiffres et les pages s’y fient.",
    "field.into": "Ce qui prend sa place",
    "field.into.hint": "Les codes des termes qui le remplacent, un par ligne.",
    "refused.unknown-vocabulary": "Cette liste n’existe pas. Choisissez-en une.",
    "refused.list-kept-elsewhere": "Les collèges et les bulletins s’ouvrent et se ferment sur leurs propres pages.",
    "refused.term-defined": "Ce code est déjà dans la liste, sous le titre « {title} ».",
    "refused.too-many-terms": "Cette liste a déjà {limit} termes. Fermez-en, ou réutilisez-en un.",
    "refused.unknown-language": "Le réseau n’a pas de page dans cette langue ({language}).",
    "refused.own-mark": (
        "Ce terme est de tout réseau\u202f: ce qui en est vrai partout le reste, quel que soit son titre. Cochez-le de "
        "nouveau, ou fermez ce terme et ajoutez le vôtre."
    ),
    "refused.unknown-mark": "Cela ne se dit pas d’un terme de cette liste. Retirez-le.",
}
