"""What the search, the record and their exports say: facets, orders, the seventeen goals, what a record's answers lack."""

from __future__ import annotations

from shared.base.translations import Words

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

SEARCH_WORDS: Words = {
    **SDG_WORDS,
    "map.title": ("Structures par département", "Structures by department"),
    "map.communes": ("Structures par commune", "Structures by commune"),
    "field.listed": ("Annuaire public", "Public directory"),
    "facet.department": ("Département", "Department"),
    "facet.commune": ("Commune", "Commune"),
    "facet.kind": ("Nature", "Kind"),
    "facet.member": ("Adhésion", "Membership"),
    "facet.college": ("Collège", "College"),
    "facet.listed": ("Annuaire public", "Public directory"),
    "facet.themes": ("Thèmes", "Themes"),
    "facet.countries": ("Pays d’action", "Countries of action"),
    "facet.sdgs": ("Objectifs de développement durable", "Sustainable development goals"),
    "facet.state": ("Fiches", "Records"),
    "member.yes": ("Adhérentes", "Members"),
    "member.no": ("Non adhérentes", "Not members"),
    "listed.yes": ("Y figurent", "Listed"),
    "listed.no": ("N’y figurent pas", "Not listed"),
    "chosen.member.yes": ("Adhérentes", "Members"),
    "chosen.member.no": ("Non adhérentes", "Not members"),
    "chosen.listed.yes": ("Dans l’annuaire public", "In the public directory"),
    "chosen.listed.no": ("Hors de l’annuaire public", "Not in the public directory"),
    "state.open": ("Ouvertes", "Open"),
    "state.closed": ("Closes", "Closed"),
    "chosen.state.closed": ("Fiches closes", "Closed records"),
    "chosen.state.open": ("Fiches ouvertes", "Open records"),
    "order.name": ("Par nom", "By name"),
    "order.-name": ("De Z à A", "From Z to A"),
    "order.-seen": ("Vues récemment", "Seen lately"),
    "order.seen": ("À revoir d’abord", "To be checked first"),
    "field.commune": ("Commune", "Commune"),
    "field.commune.hint": (
        "Son nom ou son code postal. Si plusieurs portent ce nom, ajoutez le département\u00a0: Castres (81).",
        "Its name or postcode. If several have that name, add the department: Castres (81).",
    ),
    "field.countries": ("Pays d’action", "Countries of action"),
    "field.sdgs": ("Objectifs de développement durable", "Sustainable development goals"),
    "field.siren.hint": ("Neuf chiffres, avec ou sans espaces.", "Nine digits, with or without spaces."),
    "field.siret.hint": ("Quatorze chiffres, avec ou sans espaces.", "Fourteen digits, with or without spaces."),
    "field.rna.invalid.pattern": (
        "Un numéro RNA est un W suivi de neuf chiffres, par exemple W313004120. Vous avez écrit «\u00a0{value}\u00a0».",
        "An RNA number is a W and nine digits, such as W313004120. You wrote “{value}”.",
    ),
    "refused.unknown-commune": (
        "Aucune commune ne porte ce nom ni ce code. Vérifiez l’orthographe, ou écrivez le code postal.",
        "No commune has this name or code. Check the spelling, or write the postcode.",
    ),
    "refused.commune-ambiguous": (
        "Plusieurs communes répondent à ce nom\u00a0: {several}. Recopiez celle qui convient.",
        "Several communes answer to this name: {several}. Copy the right one.",
    ),
    "listed.true": ("Visible de tous", "For everybody to see"),
    "listed.false": ("Pour le réseau seulement", "For the network only"),
}
