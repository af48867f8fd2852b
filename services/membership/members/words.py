"""The words of members, of the charter that they sign and of their colleges."""

from __future__ import annotations

from services.membership.base.words import UNDO
from shared.base.translations import Words

WORDS: Words = {
    "command.JoinNetwork": ("Accueillir la structure", "Welcome the structure"),
    "command.JoinNetwork.hint": (
        "Elle signe la charte et entre dans un collège. Cherchez-la d’abord : le lien remplit le formulaire.",
        "It signs the charter and enters a college. Search for it first: the link fills in the form.",
    ),
    "command.JoinNetworkAsPerson": ("Accueillir la personne", "Welcome the person"),
    "command.JoinNetworkAsPerson.hint": (
        "Le collège des personnalités qualifiées est celui des personnes. Leur nom est scellé.",
        "The college of qualified persons is that of persons. Their name is sealed.",
    ),
    "command.RenewMembership": ("Noter le renouvellement", "Note the renewal"),
    "command.ChangeCollege": ("Changer de collège", "Change college"),
    "command.ChangeCollege.hint": ("L’histoire du membre reste la sienne.", "The member keeps its history."),
    "command.LeaveNetwork": ("Noter le départ", "Note the departure"),
    "command.LeaveNetwork.hint": (
        "Accueilli par erreur ? Choisissez cette raison : il n’aura compté nulle part.",
        "Welcomed by mistake? Choose that reason: it will have counted nowhere.",
    ),
    "command.RestoreMember": ("Défaire le départ", "Undo the departure"),
    "command.RestoreMember.hint": UNDO,
    "command.AdoptCharter": ("Adopter la charte", "Adopt the charter"),
    "command.AdoptCharter.hint": (
        "Une version de plus : les prochains membres la signent, les autres gardent la leur.",
        "One more version: the next members sign it, the others keep theirs.",
    ),
    "command.OpenCollege": ("Ouvrir le collège", "Open the college"),
    "command.CloseCollege": ("Fermer le collège", "Close the college"),
    "field.structure": ("Structure", "Structure"),
    "field.structure.hint": (
        "Son identifiant dans l’annuaire. Pour ne pas l’écrire, cherchez d’abord la structure.",
        "Its identifier in the directory. To avoid writing it, search for the structure first.",
    ),
    "field.college": ("Collège", "College"),
    "field.charter_version": ("Charte signée", "Charter signed"),
    "field.charter_version.hint": (
        "La version en vigueur le jour de l’adhésion.",
        "The version in force on the day of joining.",
    ),
    "field.year": ("Année", "Year"),
    "field.principles": ("Principes", "Principles"),
    "field.principles.hint": ("Un principe par ligne.", "One principle on each line."),
    "college.public": ("Public", "Public"),
    "college.associative": ("Associatif", "Associative"),
    "college.economic": ("Économique", "Economic"),
    "college.qualified_persons": ("Personnalités qualifiées", "Qualified persons"),
    "reason.withdrawal": ("Retrait", "Withdrawal"),
    "reason.lapse": ("Non-renouvellement", "Lapse"),
    "reason.dissolution": ("Dissolution", "Dissolution"),
    "reason.exclusion": ("Exclusion", "Exclusion"),
    "reason.mistake": ("Accueil noté par erreur", "Welcome noted by mistake"),
    "status.current": ("Adhérent", "Member"),
    "status.former": ("Ancien adhérent", "Former member"),
    "kind.association": ("Association", "Association"),
    "kind.public_body": ("Collectivité, organisme public", "Local authority, public body"),
    "kind.company": ("Entreprise", "Company"),
    "kind.higher_education": ("Enseignement supérieur, recherche", "Higher education, research"),
    "kind.school": ("Établissement scolaire", "School"),
    "kind.student_group": ("Groupe étudiant", "Student group"),
    "kind.other": ("Autre", "Other"),
    "refused.already-member": (
        "Cette structure est déjà adhérente. Ouvrez sa fiche pour la renouveler.",
        "This structure is a member already. Open its record to renew it.",
    ),
    "refused.unknown-member": (
        "Cet adhérent n’est pas connu. Choisissez-le dans la liste des adhérents.",
        "This member is not known. Choose it from the list of members.",
    ),
    "refused.member-left": (
        "Cet adhérent a quitté le réseau. Accueillez-le de nouveau, ou défaites son départ.",
        "This member has left the network. Welcome it again, or undo its departure.",
    ),
    "refused.person-keeps-college": (
        "Une personne ne siège que dans le collège des personnalités qualifiées.",
        "A person belongs to the college of qualified persons only.",
    ),
    "refused.year-too-far": (
        "Cette année est trop lointaine : donnez {latest} au plus tard.",
        "This year is too far away: give {latest} at the latest.",
    ),
    "refused.unknown-college": (
        "Ce collège n’a pas été ouvert. Ouvrez-le d’abord.",
        "This college was not opened. Open it first.",
    ),
}
