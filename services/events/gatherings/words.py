"""The words of gatherings: planning them, registering for them, counting who came."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "command.PlanGathering": "Prévoir une rencontre",
    "command.PlanGathering.hint": "Une rencontre passée se note aussi ici : prévue d’abord, puis « a eu lieu ».",
    "command.ReviseGathering": "Modifier la rencontre",
    "command.ReviseGathering.hint": "Plus de places ? Les premières personnes en attente en ont une aussitôt.",
    "command.AnnounceGathering": "Annoncer",
    "command.AnnounceGathering.hint": (
        "La rencontre entre dans le prochain brouillon du bulletin de l’agenda, si le réseau en a un."
    ),
    "command.MoveGathering": "Déplacer",
    "command.MoveGathering.hint": "Ce qui reste vide ne change pas.",
    "command.CancelGathering": "Annuler la rencontre",
    "command.CancelGathering.hint": (
        "Elle n’aura pas lieu. Les inscriptions restent lisibles, et l’annulation peut être reprise."
    ),
    "command.ReinstateGathering": "Maintenir finalement",
    "command.HoldGathering": "Noter qu’elle a eu lieu",
    "command.HoldGathering.hint": "Donnez le jour où elle a eu lieu : c’est lui qui la range dans une année du bilan.",
    "command.RegisterParticipant": "Inscrire une personne",
    "command.RegisterParticipant.hint": (
        "Le nom et l’adresse sont scellés. Si c’est complet, la personne est en attente."
    ),
    "command.CancelRegistration": "Annuler l’inscription",
    "command.CancelRegistration.hint": "La place revient à la première personne en attente.",
    "command.ReinstateRegistration": "Rétablir l’inscription",
    "command.CheckIn": "Accueillir cette personne",
    "command.CountHeads": "Compter les personnes",
    "command.CountHeads.hint": (
        "Seulement celles qui n’ont pas été accueillies par leur nom. Vide : non mesuré. 0 : personne."
    ),
    "command.CountAudience": "Compter un public",
    "command.CountAudience.hint": (
        "Seulement les personnes qui n’ont pas été accueillies par leur nom. Vide : non mesuré. 0 : personne."
    ),
    "command.NoteWorkshop": "Noter un atelier",
    "field.kind": "Nature",
    "field.starts": "Début",
    "field.starts.hint": "Jour et heure, à Paris.",
    "field.days": L("Durée en jours", context="field.days"),
    "field.town": "Ville",
    "field.place": "Lieu",
    "field.capacity": "Nombre de places",
    "field.capacity.hint": "Au-delà, les personnes sont en attente. Vide : sans limite.",
    "field.module": "Module",
    "field.module.hint": "Pour une formation seulement.",
    "field.topics": "Sujets",
    "field.topics.hint": "Un par ligne.",
    "field.organiser": "Qui l’organise",
    "field.organiser.hint": "Vide : le réseau.",
    "field.guests": "Organisations invitées",
    "field.guests.hint": "Une par ligne, sans nom de personne.",
    "field.summary": "En quelques mots",
    "field.summary.hint": "Le texte de l’annonce, tel qu’il sera lu.",
    "field.audience": "Public",
    "field.people": "Personnes",
    "field.email": "Adresse électronique",
    "field.registration": "Inscription",
    "field.workshop": "Atelier",
    "field.workshop_title": "Titre de l’atelier",
    "field.associations": "Associations",
    "field.public_bodies": "Collectivités, établissements publics",
    "field.companies": "Entreprises",
    "field.students": "Étudiants",
    "field.higher_education": "Enseignement supérieur, recherche",
    "field.others": "Autres",
    "field.unspecified": "Public non précisé",
    "term.audience.unspecified": "Public non précisé",
    "state.planned": "prévue",
    "state.held": "a eu lieu",
    "state.cancelled": "annulée",
    "state.open": "à confirmer",
    "refused.unknown-gathering": "Cette rencontre n’est pas connue. Choisissez-la dans la liste des rencontres.",
    "refused.gathering-cancelled": "Cette rencontre est annulée. Maintenez-la d’abord si elle a lieu finalement.",
    "refused.held-otherwise": (
        "Cette rencontre a été déplacée ou changée depuis\u202f: notez de nouveau qu’elle a eu lieu."
    ),
    "refused.already-held": "Cette rencontre a déjà eu lieu. Défaites d’abord « a eu lieu » si c’était une erreur.",
    "refused.gathering-over": (
        "Cette rencontre est passée : rien ne s’y inscrit et rien ne s’en annonce plus. Notez qu’elle a eu lieu, et "
        "comptez les personnes venues."
    ),
    "refused.not-counted-that-day": (
        "Rien n’est compté ce jour-là pour ce public\u202f: il n’y a rien à vider. Le compte d’un autre jour vaut "
        "toujours."
    ),
    "refused.not-yet": "Cette rencontre commence le {day}. Attendez ce jour, ou déplacez-la d’abord.",
    "refused.not-its-day": (
        "Cette rencontre est du {first} au {last}. Si c’est elle qui a eu lieu un autre jour, notez « a eu lieu » par "
        "erreur, déplacez-la, puis notez-le de nouveau."
    ),
    "refused.say-the-day": (
        "Cette rencontre était prévue le {day}. Donnez le jour où cela a eu lieu, ou déplacez-la d’abord."
    ),
    "refused.training-without-module": "Une formation porte sur un module. Écrivez lequel.",
    "refused.module-without-training": (
        "Seule une formation a un module. Videz ce champ, ou choisissez la nature « Formation »."
    ),
    "refused.unknown-registration": "Cette inscription n’est pas connue ici. Cherchez le billet par son numéro.",
    "refused.already-present": "Cette personne est déjà accueillie. Défaites d’abord son accueil.",
    "refused.registration-cancelled": "Cette inscription est annulée. Rétablissez-la d’abord.",
    "refused.still-waiting": (
        "Cette personne est en attente d’une place. Libérez-en une, ou ajoutez des places à la rencontre."
    ),
}
