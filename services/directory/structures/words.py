"""What the directory says of structures and their contacts: commands, events, fields with what their answers lack,
refusals."""

from __future__ import annotations

from collections.abc import Mapping

from shared.base.translations import L, Words
from shared.contract.directory.structure_facts import FACTS
from shared.contract.labels import LABELS
from shared.web.words.goals import SDG_WORDS

NAMES: Mapping[str, str] = {
    **{name: LABELS[name] for name in FACTS},
    "website": L("Site"),
    "countries": L("Pays d’action"),
    "sdgs": L("Objectifs de développement durable"),
    "rna": L("Numéro RNA"),
    "summary": L("Présentation", context="summary"),
}
"""What the facts of a structure are called here, by forms, lists, records and tables."""

WORDS: Words = {
    **SDG_WORDS,
    **{f"{where}.{name}": words for name, words in NAMES.items() for where in ("taken", "field")},
    "command.WishListing": "Demander l’inscription à l’annuaire public",
    "command.DeclineListing": "Ne pas inscrire",
    "command.PictureStructure": "Montrer cette image",
    "command.UnpictureStructure": "Retirer l’image",
    "refused.both-members": (
        "Ces deux fiches sont adhérentes, et une structure l’est une fois. Notez d’abord le départ de l’une, ou son "
        "adhésion par erreur, puis fusionnez\u202f: l’autre adhésion reste."
    ),
    "refused.both-members.api": (
        "Ces deux fiches sont adhérentes, et une structure l’est une fois. Notez d’abord le départ de l’une "
        "(leave-network), ou son adhésion par erreur (strike-events), puis fusionnez : {page}."
    ),
    "command.MergeStructures": "Fusionner les deux fiches",
    "command.MergeStructures.hint": "Ce qui parle de l’autre fiche suivra celle-ci. La fusion peut être défaite.",
    "command.RegisterStructure": "Inscrire une structure",
    "command.ReviseStructure.title": "Modifier la fiche",
    "command.ReviseContact.title": "Modifier le contact",
    "command.ReviseStructure": "Enregistrer la fiche",
    "command.ListStructure": "Montrer dans l’annuaire public",
    "command.ListStructure.hint": "La structure l’a demandé. C’est gratuit et sans adhésion.",
    "command.UnlistStructure": "Retirer de l’annuaire public",
    "command.CloseStructure": "Clore la fiche",
    "command.CloseStructure.hint": "Elle ne sera plus comptée. Son histoire reste, et la fiche peut être rouverte.",
    "command.ReopenStructure": "Rouvrir la fiche",
    "command.AddContact": "Ajouter un contact",
    "command.AddContact.hint": "Le nom et les coordonnées sont scellés : ils ne sont ouverts que sur la fiche.",
    "command.ReviseContact": "Enregistrer le contact",
    "command.RemoveContact": "Retirer le contact",
    "field.merged": "Fiche fusionnée",
    "field.picture": "Image (empreinte SHA-256)",
    "field.picture_text": "Ce que montre l’image",
    "field.picture_text.hint": "Une phrase pour qui ne la voit pas.",
    "field.taken": "Champs repris de l’autre fiche",
    "field.listed": "Annuaire public",
    "field.commune.hint": (
        "Son nom ou son code postal. Si plusieurs portent ce nom, ajoutez le département\u00a0: Castres (81)."
    ),
    "field.siren.hint": "Neuf chiffres, avec ou sans espaces.",
    "field.siret.hint": "Quatorze chiffres, avec ou sans espaces.",
    "field.rna.invalid.pattern": (
        "Un numéro RNA est un W suivi de neuf chiffres, par exemple W313004120. Vous avez écrit «\u00a0{value}\u00a0»."
    ),
    "field.structure": "Structure",
    "field.website.hint": "L’adresse complète, qui commence par https://",
    "field.rna.hint": "Un W suivi de neuf chiffres, pour une association.",
    "field.source": "Source",
    "field.source.hint": "D’où vient ce que vous écrivez ici.",
    "field.invented": "Structure inventée",
    "field.invented.hint": "Pour un exemple ou un essai.",
    "field.reason": "Raison",
    "field.email": "Adresse électronique",
    "field.phone": "Téléphone",
    "field.role": "Fonction",
    "field.person": "Personne",
    "field.contact": "Contact",
    "field.summary": "En quelques mots",
    "field.title": "Titre",
    "field.url": "Lien",
    "refused.siret-of-another": (
        "Ce SIRET ne commence pas par le SIREN {siren}. L’un des deux est d’une autre structure."
    ),
    "refused.structure-merged": (
        "Cette fiche a été fusionnée avec une autre. Changez celle qui est gardée, ou défaites la fusion."
    ),
    "refused.merge-with-itself": "Ce sont deux fois la même fiche. Choisissez-en une autre.",
    "refused.not-merged": "Cette fiche n’est pas fusionnée avec celle-ci.",
    "refused.no-listing-wished": "La structure n’a pas demandé à figurer dans l’annuaire public.",
    "listed.true": "Visible de tous",
    "listed.false": "Pour le réseau seulement",
    "term.college.public": "Public",
    "term.college.associative": "Associatif",
    "term.college.economic": "Économique",
    "term.college.qualified_persons": "Personnalités qualifiées",
    "refused.already-registered": "C’est déjà enregistré.",
    "refused.unknown-structure": "Cette structure n’est pas dans l’annuaire.",
    "refused.structure-closed": "Cette fiche est close. Rouvrez-la d’abord.",
    "refused.merged-not-yet": (
        "Cette autre fiche n’est dans l’annuaire que depuis le {day}. Choisissez ce jour ou un jour suivant."
    ),
    "refused.unknown-contact": "Ce contact n’est pas dans l’annuaire.",
    "refused.contact-removed": "Ce contact a été retiré. Ajoutez-le de nouveau.",
    "refused.commune-elsewhere": "La commune {commune} n’est pas dans le département {department}.",
    "refused.time-in-future": "Cette date n’est pas encore venue.",
    "refused.too-large": "C’est trop long pour un seul enregistrement.",
}
