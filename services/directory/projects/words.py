"""What the pages of cooperation projects, support, media coverage and identification requests say beside their templates."""

from __future__ import annotations

from shared.base.translations import Words

COOPERATION_WORDS: Words = {
    "state.draft": ("brouillon", "draft"),
    "state.published": ("publié", "published"),
    "state.withdrawn": ("retiré", "withdrawn"),
    "partner.associations": ("association", "association"),
    "partner.authorities": ("collectivité", "local authority"),
    "partner.institutions": ("institution", "institution"),
    "partner.schools": ("école, université", "school, university"),
    "partner.companies": ("entreprise", "company"),
    "partner.others": ("autre", "other"),
    "partners.associations": ("Associations", "Associations"),
    "partners.authorities": ("Collectivités", "Local authorities"),
    "partners.institutions": ("Institutions", "Institutions"),
    "partners.schools": ("Écoles, universités", "Schools, universities"),
    "partners.companies": ("Entreprises", "Companies"),
    "partners.others": ("Autres", "Others"),
    "projects.by-country": ("Projets par pays", "Projects by country"),
    "projects.by-department": ("Projets par département d’ici", "Projects by department here"),
    "supports.by-year": ("Appuis par année", "Supports by year"),
    "coverages.by-year": ("Retombées par année", "Coverages by year"),
    "requests.by-year": ("Demandes par année", "Requests by year"),
    "chart.so-far": ("en cours", "so far"),
    "export.title": ("Titre", "Title"),
    "export.stage": ("Étape", "Stage"),
    "export.country": ("Code du pays", "Code of the country"),
    "export.country_name": ("Pays", "Country"),
    "export.leader": ("Chef de file", "Leading structure"),
    "export.participants": ("Autres structures d’ici", "Other structures from here"),
    "export.budget": ("Budget en euros", "Budget in euros"),
    "field.requester.hint": (
        "Une organisation ou un service, jamais une personne.",
        "An organisation or an office, never a person.",
    ),
    "invalid.partner": ("Partenaire {line}\u00a0: {sentence}", "Partner {line}: {sentence}"),
    "refused.no-leader": (
        "Choisissez la structure chef de file\u00a0: cherchez son nom, puis cochez-la.",
        "Choose the leading structure: search for its name, then tick it.",
    ),
    "refused.search-changed": (
        "L’annuaire a changé pendant votre lecture\u00a0: la liste est mise à jour. Relisez-la, puis notez la réponse.",
        "The directory changed while you were reading: the list is brought up to date. Read it, then note the answer.",
    ),
    "refused.too-many-found": (
        "Plus de {most} structures répondent\u00a0: c’est trop pour une réponse. Resserrez les critères.",
        "More than {most} structures answer: too many for one answer. Narrow the criteria.",
    ),
}
