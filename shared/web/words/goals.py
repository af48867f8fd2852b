"""The words of the Sustainable Development Goals."""

from shared.base.translations import Words

SDG_WORDS: Words = {
    "sdg.1": "Pas de pauvreté",
    "sdg.2": "Faim «\u00a0zéro\u00a0»",
    "sdg.3": "Bonne santé et bien-être",
    "sdg.4": "Éducation de qualité",
    "sdg.5": "Égalité entre les sexes",
    "sdg.6": "Eau propre et assainissement",
    "sdg.7": "Énergie propre et d’un coût abordable",
    "sdg.8": "Travail décent et croissance économique",
    "sdg.9": "Industrie, innovation et infrastructure",
    "sdg.10": "Inégalités réduites",
    "sdg.11": "Villes et communautés durables",
    "sdg.12": "Consommation et production responsables",
    "sdg.13": "Lutte contre les changements climatiques",
    "sdg.14": "Vie aquatique",
    "sdg.15": "Vie terrestre",
    "sdg.16": "Paix, justice et institutions efficaces",
    "sdg.17": "Partenariats pour la réalisation des objectifs",
}
"""As the United Nations name the Sustainable Development Goals (resolution 70/1, communication names)."""
