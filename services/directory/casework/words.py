"""What the directory says of support, media coverage and identification requests."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.GiveSupport": ("Noter un appui", "Note a support"),
    "command.WithdrawSupport": ("Retirer cet appui", "Take this support back"),
    "command.NoteMediaCoverage": ("Noter une retombée", "Note a coverage"),
    "command.WithdrawMediaCoverage": ("Retirer cette retombée", "Take this coverage back"),
    "command.RequestIdentification": ("Noter une demande", "Note a request"),
    "command.RequestIdentification.hint": (
        "Qui cherche quels acteurs : par thème, pays, département ou nature.",
        "Who looks for which actors: by theme, country, department or kind.",
    ),
    "command.AnswerIdentification": ("Noter la réponse", "Note the answer"),
    "command.WithdrawIdentificationRequest": ("Retirer cette demande", "Take this request back"),
    "field.found": ("Structures données en réponse", "Structures given in answer"),
    "field.shown_upto": ("Séquence du journal", "Sequence of the log"),
    "field.requester.hint": (
        "Une organisation ou un service, jamais une personne.",
        "An organisation or an office, never a person.",
    ),
    "field.support": ("Appui", "Support"),
    "field.coverage": ("Retombée", "Coverage"),
    "field.request": ("Demande", "Request"),
    "field.medium": ("Média", "Medium"),
    "field.requester": ("Qui demande", "Who asks"),
    "field.kinds": ("Natures", "Kinds"),
    "field.departments": ("Départements (codes)", "Departments (codes)"),
    "field.question": ("Question", "Question"),
    "field.structures": ("Structures trouvées", "Structures found"),
    "field.answer": ("Réponse", "Answer"),
    "refused.count-differs": (
        "La réponse nomme {found} structures. Donnez ce nombre.",
        "The answer names {found} structures. Give that number.",
    ),
    "refused.request-withdrawn": (
        "Cette demande a été retirée. Pour y répondre, notez-la de nouveau.",
        "This request was taken back. To answer it, note it again.",
    ),
    "supports.by-year": ("Appuis par année", "Supports by year"),
    "coverages.by-year": ("Retombées par année", "Coverages by year"),
    "requests.by-year": ("Demandes par année", "Requests by year"),
    "chart.so-far": ("en cours", "so far"),
    "refused.search-changed": (
        "L’annuaire a changé pendant votre lecture\u00a0: la liste est mise à jour. Relisez-la, puis notez la réponse.",
        "The directory changed while you were reading: the list is brought up to date. Read it, then note the answer.",
    ),
    "refused.too-many-found": (
        "Plus de {most} structures répondent\u00a0: c’est trop pour une réponse. Resserrez les critères.",
        "More than {most} structures answer: too many for one answer. Narrow the criteria.",
    ),
    "kind.project_method": ("Structuration et méthodologie de projet", "Project design and method"),
    "kind.funding_search": ("Recherche de financements", "Search for funding"),
    "kind.communication": ("Communication et présentation de projet", "Communication and presentation of a project"),
    "kind.networking": ("Orientation et mise en réseau", "Orientation and networking"),
    "kind.partner_search": ("Identification de partenaires", "Search for partners"),
    "kind.directory_listing": ("Aide au référencement dans l’annuaire", "Help with the directory"),
    "kind.event_support": ("Appui à l’organisation d’événements", "Support for events"),
    "kind.regional_dynamics": ("Lancement de dynamiques régionales", "Launch of regional dynamics"),
    "kinds.association": ("Association", "Association"),
    "kinds.public_body": ("Collectivité, organisme public", "Local authority, public body"),
    "kinds.company": ("Entreprise", "Company"),
    "kinds.higher_education": ("Enseignement supérieur, recherche", "Higher education, research"),
    "kinds.school": ("Établissement scolaire", "School"),
    "kinds.student_group": ("Groupe étudiant", "Student group"),
    "kinds.other": ("Autre", "Other"),
    "refused.unknown-support": ("Cet appui n’a pas été noté.", "This support was not noted."),
    "refused.unknown-coverage": ("Cette retombée n’a pas été notée.", "This coverage was not noted."),
    "refused.unknown-request": ("Cette demande n’a pas été notée.", "This request was not noted."),
    "refused.nothing-asked": (
        "Dites ce qui est cherché : un thème, un pays, une nature, un département ou une question.",
        "Say what is looked for: a theme, a country, a kind, a department or a question.",
    ),
}
