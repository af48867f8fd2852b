"""What the directory says of structures and their contacts: commands, events, fields with what their answers lack, refusals."""

from __future__ import annotations

from collections.abc import Mapping

from shared.base.translations import Pair, Words
from shared.contract.labels import LABELS
from shared.contract.structure_facts import FACTS

NAMES: Mapping[str, Pair] = {
    **{name: LABELS[name] for name in FACTS},
    "website": ("Site", "Website"),
    "countries": ("Pays d’action", "Countries of action"),
    "sdgs": ("Objectifs de développement durable", "Sustainable development goals"),
    "rna": ("Numéro RNA", "RNA number"),
    "summary": ("Présentation", "Presentation"),
}
"""What the facts of a structure are called here, by forms, lists, records and tables."""

SDG_WORDS: Words = {
    "sdg.1": ("Pas de pauvreté", "No poverty"),
    "sdg.2": ("Faim «\u00a0zéro\u00a0»", "Zero hunger"),
    "sdg.3": ("Bonne santé et bien-être", "Good health and well-being"),
    "sdg.4": ("Éducation de qualité", "Quality education"),
    "sdg.5": ("Égalité entre les sexes", "Gender equality"),
    "sdg.6": ("Eau propre et assainissement", "Clean water and sanitation"),
    "sdg.7": ("Énergie propre et d’un coût abordable", "Affordable and clean energy"),
    "sdg.8": ("Travail décent et croissance économique", "Decent work and economic growth"),
    "sdg.9": ("Industrie, innovation et infrastructure", "Industry, innovation and infrastructure"),
    "sdg.10": ("Inégalités réduites", "Reduced inequalities"),
    "sdg.11": ("Villes et communautés durables", "Sustainable cities and communities"),
    "sdg.12": ("Consommation et production responsables", "Responsible consumption and production"),
    "sdg.13": ("Lutte contre les changements climatiques", "Climate action"),
    "sdg.14": ("Vie aquatique", "Life below water"),
    "sdg.15": ("Vie terrestre", "Life on land"),
    "sdg.16": ("Paix, justice et institutions efficaces", "Peace, justice and strong institutions"),
    "sdg.17": ("Partenariats pour la réalisation des objectifs", "Partnerships for the goals"),
}
"""As the United Nations name the Sustainable Development Goals (resolution 70/1, communication names)."""

WORDS: Words = {
    **SDG_WORDS,
    **{f"{where}.{name}": words for name, words in NAMES.items() for where in ("taken", "field")},
    "command.WishListing": ("Demander l’inscription à l’annuaire public", "Ask to stand in the public directory"),
    "command.DeclineListing": ("Ne pas inscrire", "Do not list"),
    "command.PictureStructure": ("Montrer cette image", "Show this picture"),
    "command.UnpictureStructure": ("Retirer l’image", "Remove the picture"),
    "command.MergeStructures": ("Fusionner les deux fiches", "Merge the two records"),
    "command.MergeStructures.hint": (
        "Ce qui parle de l’autre fiche suivra celle-ci. La fusion peut être défaite.",
        "What speaks of the other record will follow this one. The merge can be undone.",
    ),
    "command.UnmergeStructures": ("Défaire la fusion", "Undo the merge"),
    "command.RegisterStructure": ("Inscrire une structure", "Register a structure"),
    "command.ReviseStructure.title": ("Modifier la fiche", "Change the record"),
    "command.ReviseContact.title": ("Modifier le contact", "Change the contact"),
    "command.ReviseStructure": ("Enregistrer la fiche", "Save the record"),
    "command.ListStructure": ("Montrer dans l’annuaire public", "Show in the public directory"),
    "command.ListStructure.hint": (
        "La structure l’a demandé. C’est gratuit et sans adhésion.",
        "The structure asked for it. It is free and needs no membership.",
    ),
    "command.UnlistStructure": ("Retirer de l’annuaire public", "Take out of the public directory"),
    "command.CloseStructure": ("Clore la fiche", "Close the record"),
    "command.CloseStructure.hint": (
        "Elle ne sera plus comptée. Son histoire reste, et la fiche peut être rouverte.",
        "It will be counted no more. Its history stays, and the record can be reopened.",
    ),
    "command.ReopenStructure": ("Rouvrir la fiche", "Reopen the record"),
    "command.AddContact": ("Ajouter un contact", "Add a contact"),
    "command.AddContact.hint": (
        "Le nom et les coordonnées sont scellés : ils ne sont ouverts que sur la fiche.",
        "Name and addresses are sealed: they are opened on the record only.",
    ),
    "command.ReviseContact": ("Enregistrer le contact", "Save the contact"),
    "command.RemoveContact": ("Retirer le contact", "Remove the contact"),
    "field.merged": ("Fiche fusionnée", "Merged record"),
    "field.picture": ("Image (empreinte SHA-256)", "Picture (SHA-256)"),
    "field.picture_text": ("Ce que montre l’image", "What the picture shows"),
    "field.picture_text.hint": (
        "Une phrase pour qui ne la voit pas.",
        "A sentence for those who can’t see it.",
    ),
    "field.taken": ("Champs repris de l’autre fiche", "Fields taken from the other record"),
    "field.listed": ("Annuaire public", "Public directory"),
    "field.commune.hint": (
        "Son nom ou son code postal. Si plusieurs portent ce nom, ajoutez le département\u00a0: Castres (81).",
        "Its name or postcode. If several have that name, add the department: Castres (81).",
    ),
    "field.siren.hint": ("Neuf chiffres, avec ou sans espaces.", "Nine digits, with or without spaces."),
    "field.siret.hint": ("Quatorze chiffres, avec ou sans espaces.", "Fourteen digits, with or without spaces."),
    "field.rna.invalid.pattern": (
        "Un numéro RNA est un W suivi de neuf chiffres, par exemple W313004120. Vous avez écrit «\u00a0{value}\u00a0».",
        "An RNA number is a W and nine digits, such as W313004120. You wrote “{value}”.",
    ),
    "field.structure": ("Structure", "Structure"),
    "field.website.hint": (
        "L’adresse complète, qui commence par https://",
        "The whole address, beginning with https://",
    ),
    "field.rna.hint": (
        "Un W suivi de neuf chiffres, pour une association.",
        "A W and nine digits, for an association.",
    ),
    "field.source": ("Source", "Source"),
    "field.source.hint": ("D’où vient ce que vous écrivez ici.", "Where what you write here comes from."),
    "field.invented": ("Structure inventée", "Invented structure"),
    "field.invented.hint": ("Pour un exemple ou un essai.", "For an example or a trial."),
    "field.reason": ("Raison", "Reason"),
    "field.email": ("Adresse électronique", "Mail address"),
    "field.phone": ("Téléphone", "Telephone"),
    "field.role": ("Fonction", "Role"),
    "field.person": ("Personne", "Person"),
    "field.contact": ("Contact", "Contact"),
    "field.summary": ("En quelques mots", "In a few words"),
    "field.title": ("Titre", "Title"),
    "field.url": ("Lien", "Link"),
    "refused.siret-of-another": (
        "Ce SIRET ne commence pas par le SIREN {siren}. L’un des deux est d’une autre structure.",
        "This SIRET does not begin with the SIREN {siren}. One of them is another structure’s.",
    ),
    "refused.structure-merged": (
        "Cette fiche a été fusionnée avec une autre. Changez celle qui est gardée, ou défaites la fusion.",
        "This record was merged into another. Change the one that is kept, or undo the merge.",
    ),
    "refused.merge-with-itself": (
        "Ce sont deux fois la même fiche. Choisissez-en une autre.",
        "These are twice the same record. Choose another.",
    ),
    "refused.not-merged": (
        "Cette fiche n’est pas fusionnée avec celle-ci.",
        "That record is not merged into this one.",
    ),
    "refused.no-listing-wished": (
        "La structure n’a pas demandé à figurer dans l’annuaire public.",
        "The structure did not ask to stand in the public directory.",
    ),
    "listed.true": ("Visible de tous", "For everybody to see"),
    "listed.false": ("Pour le réseau seulement", "For the network only"),
    "kind.association": ("Association", "Association"),
    "kind.public_body": ("Collectivité, organisme public", "Local authority, public body"),
    "kind.company": ("Entreprise", "Company"),
    "kind.higher_education": ("Enseignement supérieur, recherche", "Higher education, research"),
    "kind.school": ("Établissement scolaire", "School"),
    "kind.student_group": ("Groupe étudiant", "Student group"),
    "kind.other": ("Autre", "Other"),
    "college.public": ("Public", "Public"),
    "college.associative": ("Associatif", "Associative"),
    "college.economic": ("Économique", "Economic"),
    "college.qualified_persons": ("Personnalités qualifiées", "Qualified persons"),
    "refused.already-registered": ("C’est déjà enregistré.", "It is registered already."),
    "refused.unknown-structure": (
        "Cette structure n’est pas dans l’annuaire.",
        "This structure is not in the directory.",
    ),
    "refused.structure-closed": (
        "Cette fiche est close. Rouvrez-la d’abord.",
        "This record is closed. Reopen it first.",
    ),
    "refused.unknown-contact": ("Ce contact n’est pas dans l’annuaire.", "This contact is not in the directory."),
    "refused.contact-removed": (
        "Ce contact a été retiré. Ajoutez-le de nouveau.",
        "This contact was removed. Add it again.",
    ),
    "refused.commune-elsewhere": (
        "La commune {commune} n’est pas dans le département {department}.",
        "The commune {commune} is not in the department {department}.",
    ),
    "refused.time-in-future": ("Cette date n’est pas encore venue.", "This date has not come yet."),
    "refused.too-large": ("C’est trop long pour un seul enregistrement.", "This is too long for one record."),
}
