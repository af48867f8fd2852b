"""The words of the board and of the working groups."""

from __future__ import annotations

from services.membership.base.words import UNDO
from shared.base.translations import Words

WORDS: Words = {
    "command.TakeBoardSeat": ("Pourvoir le siège", "Fill the seat"),
    "command.TakeBoardSeat.hint": (
        "Un adhérent, la personne qui y siège, ou les deux.",
        "A member, the person who sits there, or both.",
    ),
    "command.VacateBoardSeat": ("Libérer le siège", "Vacate the seat"),
    "command.RestoreBoardSeat": ("Rendre le siège", "Give the seat back"),
    "command.RestoreBoardSeat.hint": UNDO,
    "command.FormWorkingGroup": ("Former le groupe", "Form the group"),
    "command.JoinWorkingGroup": ("Inscrire dans le groupe", "Put in the group"),
    "command.LeaveWorkingGroup": ("Retirer du groupe", "Take out of the group"),
    "command.CloseWorkingGroup": ("Clore le groupe", "Close the group"),
    "command.RestoreWorkingGroup": ("Rouvrir le groupe", "Reopen the group"),
    "command.RestoreWorkingGroup.hint": UNDO,
    "field.role": ("Fonction", "Role"),
    "field.holder": ("Qui y siège", "Who sits there"),
    "field.holder.hint": ("Prénom et nom. Scellé dès l’enregistrement.", "First and last name. Sealed when saved."),
    "field.seat": ("Siège", "Seat"),
    "field.group": ("Groupe de travail", "Working group"),
    "field.purpose": ("Objet", "Purpose"),
    "role.president": ("Présidence", "President"),
    "role.vice_president": ("Vice-présidence", "Vice-president"),
    "role.administrator": ("Administration", "Administrator"),
    "role.delegate_administrator": ("Administration déléguée", "Delegate administrator"),
    "refused.seat-of-nobody": (
        "Dites qui prend ce siège : un adhérent, une personne, ou les deux.",
        "Say who takes this seat: a member, a person, or both.",
    ),
    "refused.unknown-seat": ("Ce siège n’est pas connu. Choisissez-le au conseil.", "This seat is not known."),
    "refused.unknown-group": (
        "Ce groupe de travail n’est pas connu. Choisissez-le dans la liste.",
        "This working group is not known. Choose it from the list.",
    ),
    "refused.group-closed": (
        "Ce groupe est clos. Rouvrez-le, ou donnez le jour passé où l’adhérent y est entré.",
        "This group is closed. Reopen it, or give the past day on which the member joined it.",
    ),
    "refused.group-full": (
        "Ce groupe a déjà {most} participants. Formez-en un autre.",
        "This group has {most} participants already. Form another one.",
    ),
}
