"""What the directory says of support, media coverage and identification requests."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "command.GiveSupport": "Noter un appui",
    "command.NoteMediaCoverage": "Noter une retombée",
    "command.RequestIdentification": "Noter une demande",
    "command.RequestIdentification.hint": "Qui cherche quels acteurs : par thème, pays, département ou nature.",
    "command.AnswerIdentification": "Noter la réponse",
    "field.found": "Structures données en réponse",
    "field.shown_upto": "Séquence du journal",
    "field.requester.hint": "Une organisation ou un service, jamais une personne.",
    "field.support": "Appui",
    "field.coverage": "Retombée",
    "field.request": "Demande",
    "field.medium": "Média",
    "field.requester": "Qui demande",
    "field.kinds": "Natures",
    "field.departments": "Départements (codes)",
    "field.question": "Question",
    "field.structures": "Structures trouvées",
    "field.answer": "Réponse",
    "refused.count-differs": "La réponse nomme {found} structures. Donnez ce nombre.",
    "refused.request-withdrawn": "Cette demande a été retirée. Pour y répondre, notez-la de nouveau.",
    "supports.by-year": "Appuis par année",
    "coverages.by-year": "Retombées par année",
    "requests.by-year": "Demandes par année",
    "chart.so-far": L("en cours", context="chart.so-far"),
    "refused.search-changed": (
        "L’annuaire a changé pendant votre lecture\u00a0: la liste est mise à jour. Relisez-la, puis notez la réponse."
    ),
    "refused.too-many-found": (
        "Plus de {most} structures répondent\u00a0: c’est trop pour une réponse. Resserrez les critères."
    ),
    "kinds.association": "Association",
    "kinds.public_body": "Collectivité, organisme public",
    "kinds.company": "Entreprise",
    "kinds.higher_education": "Enseignement supérieur, recherche",
    "kinds.school": "Établissement scolaire",
    "kinds.student_group": "Groupe étudiant",
    "kinds.other": "Autre",
    "refused.unknown-request": "Cette demande n’a pas été notée.",
    "refused.nothing-asked": (
        "Dites ce qui est cherché : un thème, un pays, une nature, un département ou une question."
    ),
}
