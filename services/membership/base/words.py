"""The words that all capabilities of membership share."""

from __future__ import annotations

from shared.base.translations import Pair, Words

UNDO: Pair = (
    "Donnez le jour de ce que vous défaites : ce sera comme s’il n’avait pas eu lieu.",
    "Give the day of what you undo: it will be as if it had not been.",
)
"""The hint of every command that undoes something of the past."""

WORDS: Words = {
    "field.email.hint": (
        "Scellée. Elle sert à retrouver la personne qui veut voir ce qui est gardé d’elle, ou être oubliée.",
        "Sealed. By it a person is found who wants to see what is kept of them, or to be forgotten.",
    ),
    "field.name": ("Nom", "Name"),
    "field.person": ("Personne", "Person"),
    "field.person.hint": ("Prénom et nom. Scellé dès l’enregistrement.", "First and last name. Sealed when saved."),
    "field.member": ("Adhérent", "Member"),
    "field.reason": ("Raison", "Reason"),
    "field.title": ("Intitulé", "Title"),
    "refused.already-noted": ("C’est déjà enregistré.", "It is recorded already."),
    "refused.time-in-future": ("Cette date n’est pas encore venue.", "This date has not come yet."),
    "refused.too-large": ("C’est trop long pour un seul enregistrement.", "This is too long for one record."),
}
