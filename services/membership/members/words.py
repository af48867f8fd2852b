"""The words of members, of the charter that they sign and of their colleges."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.JoinNetwork": "Accueillir la structure",
    "command.JoinNetwork.hint": (
        "Elle signe la charte et entre dans un collège. Cherchez-la d’abord : le lien remplit le formulaire."
    ),
    "command.JoinNetworkAsPerson": "Accueillir la personne",
    "command.JoinNetworkAsPerson.hint": (
        "Le collège des personnalités qualifiées est celui des personnes. Leur nom est scellé."
    ),
    "command.WelcomePersonAgain": "Accueillir de nouveau la personne",
    "command.WelcomePersonAgain.hint": "Sa fiche reste la même, et son départ y reste noté. Son nom est scellé.",
    "field.another": "C’est une autre personne de la même adresse",
    "field.another.hint": "À cocher seulement si un adhérent a déjà cette adresse et que ce n’est pas lui.",
    "refused.person-is-member": "Cette personne est déjà adhérente\u202f: ouvrez sa fiche.",
    "refused.person-left": "Cette personne a déjà une fiche\u202f: accueillez-la de nouveau depuis celle-ci.",
    "refused.address-known": (
        "Un adhérent a déjà cette adresse électronique. Si c’est lui, ouvrez sa fiche\u202f; sinon, cochez "
        "«\u00a0C’est une autre personne de la même adresse\u00a0»."
    ),
    "refused.address-known.api": (
        "Un adhérent a déjà cette adresse électronique\u202f: {page}. Si c’est une autre personne, dites-le "
        "(`another`)."
    ),
    "refused.person-is-member.api": "Cette personne est déjà adhérente\u202f: {page}.",
    "refused.person-left.api": (
        "Cette personne a déjà une fiche\u202f: {page}. Accueillez-la de nouveau (welcome-person-again)."
    ),
    "command.RenewMembership": "Noter le renouvellement",
    "command.ChangeCollege": "Changer de collège",
    "command.ChangeCollege.hint": "L’histoire du membre reste la sienne.",
    "command.NotePastMembership": "Noter une adhésion passée",
    "command.NotePastMembership.hint": (
        "De son premier à son dernier jour, en une fois : ce qui est noté d’avant et d’après reste."
    ),
    "command.NotePastMembershipAsPerson": "Noter l’adhésion passée d’une personne",
    "command.NotePastMembershipAsPerson.hint": (
        "De son premier à son dernier jour, en une fois. Son nom est scellé. Elle a déjà une fiche d’adhérent ? "
        "Notez-le depuis sa fiche."
    ),
    "command.NotePastMembershipOfPerson": "Noter une adhésion passée",
    "command.NotePastMembershipOfPerson.hint": (
        "De son premier à son dernier jour, en une fois : ce qui est noté d’avant et d’après reste."
    ),
    "command.LeaveNetwork": "Noter le départ",
    "command.LeaveNetwork.hint": (
        "Accueilli par erreur ? Ce n’est pas un départ : notez son adhésion par erreur, dans les faits de sa fiche. "
        "Il n’aura compté nulle part."
    ),
    "command.AdoptCharter": "Adopter la charte",
    "command.AdoptCharter.hint": "Une version de plus : les prochains membres la signent, les autres gardent la leur.",
    "command.OpenCollege": "Ouvrir le collège",
    "command.OpenCollege.hint": "Du jour que disent les statuts. Un collège fermé se rouvre par le même geste.",
    "command.ReviseCollege": "Renommer ou déplacer le collège",
    "command.ReviseCollege.hint": (
        "De ce jour. C’est le même collège, avec ses adhérents et son jour d’ouverture. Ouvert par erreur, ou un autre "
        "jour ? Corrigez le fait, dans son histoire."
    ),
    "field.kinds": "Proposé aux structures de ces natures",
    "field.kinds.hint": "Le formulaire d’accueil le propose pour elles\u202f; on peut toujours en choisir un autre.",
    "command.CloseCollege": "Fermer le collège",
    "command.CloseCollege.hint": "De ce jour, on n’y entre plus. Ce qui en est dit d’avant reste, et compte.",
    "field.structure": "Structure",
    "field.structure.hint": "Son identifiant dans l’annuaire. Pour ne pas l’écrire, cherchez d’abord la structure.",
    "field.college": "Collège",
    "field.charter_version": "Charte signée",
    "field.charter_version.hint": "La version en vigueur le jour de l’adhésion.",
    "field.year": "Année",
    "field.principles": "Principes",
    "field.principles.hint": "Un principe par ligne.",
    "field.persons": "De personnes",
    "field.persons.hint": "Oui si ses adhérents sont des personnes, non des structures.",
    "term.college.public": "Public",
    "term.college.associative": "Associatif",
    "term.college.economic": "Économique",
    "term.college.qualified_persons": "Personnalités qualifiées",
    "reason.withdrawal": "Retrait",
    "reason.lapse": "Non-renouvellement",
    "reason.dissolution": "Dissolution",
    "reason.exclusion": "Exclusion",
    "reason.mistake": "Accueil noté par erreur",
    "status.current": "Adhérent",
    "status.former": "Ancien adhérent",
    "refused.already-member": "L’adhésion court déjà ce jour-là. Ouvrez sa fiche pour la renouveler.",
    "refused.member-through": (
        "Cette structure est déjà adhérente, par une fiche de l’annuaire qui a été réunie à la sienne. Ouvrez cette "
        "adhésion, ou notez-en d’abord le départ."
    ),
    "refused.member-through.api": (
        "Cette structure est déjà adhérente, par une fiche de l’annuaire qui a été réunie à la sienne : {page}."
    ),
    "refused.was-member-through": (
        "Cette structure était adhérente alors, par une fiche de l’annuaire qui a été réunie à la sienne."
    ),
    "refused.was-member-through.api": (
        "Cette structure était adhérente alors, par une fiche de l’annuaire qui a été réunie à la sienne : {page}."
    ),
    "refused.unknown-member": "Cet adhérent n’est pas connu. Choisissez-le dans la liste des adhérents.",
    "refused.member-left": "Cet adhérent a quitté le réseau. Accueillez-le de nouveau, ou défaites son départ.",
    "refused.person-keeps-college": "Une personne ne siège que dans le collège des personnalités qualifiées.",
    "refused.not-a-person": "Cet adhérent est une structure : notez son adhésion passée depuis sa fiche.",
    "refused.year-too-far": "Cette année est trop lointaine : donnez {latest} au plus tard.",
    "refused.unknown-college": "Ce collège n’a pas été ouvert. Ouvrez-le d’abord, depuis la page des collèges.",
    "refused.unknown-college.api": "Ce collège n’a pas été ouvert. Ouvrez-le d’abord, par la commande open-college.",
    "refused.college-of-others": (
        "Un collège garde ses adhérents, structures ou personnes\u202f: il ne passe pas des unes aux autres. Son "
        "titre, son rang et ses natures se changent sur la page des collèges, par «\u00a0Renommer ou changer\u00a0». "
        "Pour d’autres adhérents, ouvrez un autre collège."
    ),
    "refused.college-of-others.api": (
        "Un collège garde ses adhérents, structures ou personnes : il ne passe pas des unes aux autres. Son titre, son "
        "rang et ses natures se changent par revise-college ; pour d’autres adhérents, ouvrez un autre collège."
    ),
    "refused.unknown-charter": (
        "Aucune charte n’a été adoptée : il n’y a rien à signer. Adoptez-en une d’abord, depuis la page de la charte."
    ),
    "refused.unknown-charter.api": (
        "Aucune charte n’a été adoptée : il n’y a rien à signer. Adoptez-en une d’abord, par la commande adopt-charter."
    ),
    "refused.charter-number-taken": (
        "Une autre version de la charte a reçu ce numéro depuis. Notez-la d’abord par erreur, ou laissez celle-ci "
        "retirée."
    ),
}
