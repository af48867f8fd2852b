"""The words of the board and of the working groups."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.TakeBoardSeat": "Pourvoir le siège",
    "command.TakeBoardSeat.hint": "Un adhérent, la personne qui y siège, ou les deux.",
    "command.NotePastBoardSeat": "Noter un mandat passé",
    "command.NotePastGroupMembership": "Noter une participation passée",
    "command.VacateBoardSeat": "Libérer le siège",
    "command.FormWorkingGroup": "Former le groupe",
    "command.JoinWorkingGroup": "Inscrire dans le groupe",
    "command.LeaveWorkingGroup": "Retirer du groupe",
    "command.CloseWorkingGroup": "Clore le groupe",
    "field.role": "Fonction",
    "field.holder": "Qui y siège",
    "field.holder.hint": "Prénom et nom. Scellé dès l’enregistrement.",
    "field.seat": "Siège",
    "field.group": "Groupe de travail",
    "field.purpose": "Objet",
    "refused.seat-of-nobody": "Dites qui prend ce siège : un adhérent, une personne, ou les deux.",
    "refused.unknown-seat": "Ce siège n’est pas connu. Choisissez-le au conseil.",
    "refused.unknown-group": "Ce groupe de travail n’est pas connu. Choisissez-le dans la liste.",
    "refused.group-closed": "Ce groupe est clos. Rouvrez-le, ou donnez le jour passé où l’adhérent y est entré.",
    "refused.group-full": "Ce groupe a déjà {most} participants. Formez-en un autre.",
}
