"""The words of the team: posts, volunteers, civic service."""

from __future__ import annotations

from services.membership.base.words import UNDO
from shared.base.translations import Words

WORDS: Words = {
    "command.NoteVolunteer": ("Noter le bénévole", "Note the volunteer"),
    "command.NoteVolunteer.hint": (
        "Une fois par personne et par an. L’année est celle du jour que vous donnez. Le nom est scellé.",
        "Once a person and year. The year is that of the day you give. The name is sealed.",
    ),
    "command.WithdrawVolunteer": ("Retirer le bénévole", "Take the volunteer back"),
    "command.RestoreVolunteer": ("Rétablir le bénévole", "Restore the volunteer"),
    "command.RestoreVolunteer.hint": UNDO,
    "command.RecruitCivicService": ("Noter l’arrivée dans l’équipe", "Note the arrival in the team"),
    "command.RecruitCivicService.hint": ("Le nom est scellé.", "The name is sealed."),
    "command.SecondCivicService": ("Noter la mise à disposition", "Note the secondment"),
    "command.SecondCivicService.hint": (
        "Chez un adhérent, ou chez un autre hôte dont vous donnez le nom.",
        "With a member, or with another host whose name you give.",
    ),
    "command.EndCivicService": ("Noter la fin de mission", "Note the end of the mission"),
    "command.WithdrawCivicService": ("Retirer ce service civique", "Take this civic service back"),
    "command.RestoreCivicService": ("Rétablir ce service civique", "Restore this civic service"),
    "command.RestoreCivicService.hint": UNDO,
    "command.ApproveCivicServicePlace": ("Noter une place agréée", "Note an approved place"),
    "command.EndCivicServicePlace": ("Noter la fin de l’agrément", "Note the end of the approval"),
    "command.RestoreCivicServicePlace": ("Rétablir l’agrément", "Restore the approval"),
    "command.RestoreCivicServicePlace.hint": UNDO,
    "command.CreateStaffPost": ("Créer le poste", "Create the post"),
    "command.ChangeStaffPost": ("Changer le temps de travail", "Change the working time"),
    "command.CloseStaffPost": ("Fermer le poste", "Close the post"),
    "command.WithdrawStaffPost": ("Retirer le poste", "Take the post back"),
    "command.WithdrawStaffPost.hint": (
        "Noté par erreur, il n’aura jamais été créé. Un poste qui a existé se ferme.",
        "Noted by mistake, it will never have been created. A post that did exist is closed.",
    ),
    "command.RestoreStaffPost": ("Rétablir le poste", "Restore the post"),
    "command.RestoreStaffPost.hint": UNDO,
    "field.task": ("Tâche", "Task"),
    "field.volunteer": ("Bénévole", "Volunteer"),
    "field.mission": ("Mission", "Mission"),
    "field.host": ("Adhérent hôte", "Member as host"),
    "field.host_name": ("Autre hôte", "Other host"),
    "field.host_name.hint": (
        "Son nom, si ce n’est pas un adhérent : une ville, une association.",
        "Its name, if it is no member: a town, an association.",
    ),
    "field.civic_service": ("Service civique", "Civic service"),
    "field.civic_place": ("Place agréée", "Approved place"),
    "field.authority": ("Autorité", "Authority"),
    "field.authority.hint": ("Le service de l’État qui agrée.", "The State’s office that approves."),
    "field.post": ("Poste", "Post"),
    "field.fte": ("Équivalent temps plein", "Full-time equivalent"),
    "field.fte.hint": ("De 0 à 1 : 0,8 pour quatre jours sur cinq.", "From 0 to 1: 0.8 for four days of five."),
    "chart.volunteers": ("Bénévoles par année", "Volunteers by year"),
    "chart.under-way": ("en cours", "under way"),
    "refused.unknown-volunteer": ("Ce bénévole n’a pas été noté.", "This volunteer was not noted."),
    "refused.host-missing": (
        "Dites où : choisissez un adhérent, ou écrivez le nom d’un autre hôte.",
        "Say where: choose a member, or write the name of another host.",
    ),
    "refused.unknown-civic-service": ("Ce service civique n’a pas été noté.", "This civic service was not noted."),
    "refused.civic-service-withdrawn": (
        "Ce service civique a été retiré. Rétablissez-le d’abord.",
        "This civic service was taken back. Restore it first.",
    ),
    "refused.unknown-civic-place": ("Cette place n’a pas été notée.", "This place was not noted."),
    "refused.unknown-post": ("Ce poste n’a pas été noté.", "This post was not noted."),
    "refused.post-closed": (
        "Ce poste est fermé. Rétablissez-le d’abord, ou donnez un jour passé.",
        "This post is closed. Restore it first, or give a day in the past.",
    ),
}
