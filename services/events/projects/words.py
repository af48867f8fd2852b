"""The words of the projects of the Tribune."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.PresentProject": "Noter un projet présenté",
    "command.PresentProject.hint": "Un projet de la Tribune. Donnez le jour de l’Agora.",
    "field.project": "Projet",
    "field.project_title": "Titre du projet",
    "field.country": "Pays",
    "refused.whose-project": "Il manque la structure qui porte ce projet. Choisissez-la ou écrivez son nom.",
    "refused.unknown-project": "Ce projet n’est pas connu. Choisissez-le dans la liste de la Tribune.",
}
