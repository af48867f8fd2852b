"""The words of the projects that are presented at a gathering."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.PresentProject": "Noter un projet présenté",
    "command.PresentProject.hint": "Un projet présenté à la rencontre annuelle. Donnez-en le jour.",
    "field.project": "Projet",
    "field.project_title": "Titre du projet",
    "field.country": "Pays",
    "refused.whose-project": "Il manque la structure qui porte ce projet. Choisissez-la ou écrivez son nom.",
    "refused.unknown-project": "Ce projet n’est pas connu. Choisissez-le dans la liste des projets présentés.",
}
