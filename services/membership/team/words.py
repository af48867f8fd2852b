"""The words of the team: posts, volunteers, civic service."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.NoteVolunteer": "Noter le bénévole",
    "command.NoteVolunteer.hint": (
        "Une fois par personne et par an. L’année est celle du jour que vous donnez. Le nom est scellé."
    ),
    "command.RecruitCivicService": "Noter l’arrivée dans l’équipe",
    "command.RecruitCivicService.hint": "Le nom est scellé.",
    "command.SecondCivicService": "Noter la mise à disposition",
    "command.SecondCivicService.hint": "Chez un adhérent, ou chez un autre hôte dont vous donnez le nom.",
    "command.NotePastCivicService": "Noter un service civique passé",
    "command.NotePastCivicService.hint": "Sans hôte, il était dans l’équipe. Le nom est scellé.",
    "command.NotePastCivicServicePlace": "Noter un agrément passé",
    "command.NotePastStaffPost": "Noter un poste passé",
    "command.EndCivicService": "Noter la fin de mission",
    "command.ApproveCivicServicePlace": "Noter une place agréée",
    "command.EndCivicServicePlace": "Noter la fin de l’agrément",
    "command.CreateStaffPost": "Créer le poste",
    "command.ChangeStaffPost": "Changer le temps de travail",
    "command.CloseStaffPost": "Fermer le poste",
    "field.task": "Tâche",
    "field.volunteer": "Bénévole",
    "field.mission": "Mission",
    "field.host": "Adhérent hôte",
    "field.host_name": "Autre hôte",
    "field.host_name.hint": "Son nom, si ce n’est pas un adhérent : une ville, une association.",
    "field.civic_service": "Service civique",
    "field.civic_place": "Place agréée",
    "field.authority": "Autorité",
    "field.authority.hint": "Le service de l’État qui agrée.",
    "field.post": "Poste",
    "field.fte": "Équivalent temps plein",
    "field.fte.hint": "De 0 à 1 : 0,8 pour quatre jours sur cinq.",
    "chart.volunteers": "Bénévoles par année",
    "chart.under-way": "en cours",
    "refused.host-missing": "Dites où : choisissez un adhérent, ou écrivez le nom d’un autre hôte.",
    "refused.unknown-civic-service": "Ce service civique n’a pas été noté.",
    "refused.unknown-civic-place": "Cette place n’a pas été notée.",
    "refused.unknown-post": "Ce poste n’a pas été noté.",
    "refused.post-closed": "Ce poste est fermé. Rétablissez-le d’abord, ou donnez un jour passé.",
}
