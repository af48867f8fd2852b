"""The words of the projects of the Tribune."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.PresentProject": ("Noter un projet présenté", "Note a project presented"),
    "command.PresentProject.hint": (
        "Un projet de la Tribune. Donnez le jour de l’Agora.",
        "A project of the Tribune. Give the day of the Agora.",
    ),
    "command.WithdrawPresentation": ("Retirer ce projet", "Take this project back"),
    "command.WithdrawPresentation.hint": (
        "Noté par erreur, il ne comptera plus.",
        "Noted by mistake, it will count no more.",
    ),
    "field.project": ("Projet", "Project"),
    "field.project_title": ("Titre du projet", "Title of the project"),
    "field.country": ("Pays", "Country"),
    "refused.whose-project": (
        "Il manque la structure qui porte ce projet. Choisissez-la ou écrivez son nom.",
        "The structure that bears this project is missing. Choose it or write its name.",
    ),
    "refused.unknown-project": (
        "Ce projet n’est pas connu. Choisissez-le dans la liste de la Tribune.",
        "This project is not known. Choose it in the list of the Tribune.",
    ),
}
