"""What the directory says of accounts, of signing in and of sessions."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "command.ReviseAccount": "Modifier le compte",
    "command.CloseAccount": "Clore le compte",
    "command.ReopenAccount": "Rouvrir le compte",
    "command.GrantRole": "Donner un rôle",
    "command.WithdrawRole": "Retirer un rôle",
    "command.SetRoles": "Enregistrer les rôles",
    "command.SignOut": "Terminer la session",
    "command.EndSessions": "Terminer toutes les sessions",
    "command.WithdrawToken": "Retirer le jeton",
    "command.GrantCapability": "Donner une capacité",
    "command.WithdrawCapability": "Retirer la capacité",
    "field.capability": "Capacité",
    "field.scope": L("Où", context="field.scope"),
    "field.until": L("Jusqu’au", context="field.until"),
    "role.approver": "Approuver les bulletins",
    "role.door": "Tenir l’accueil",
    "capability.approver": "Approuver les bulletins",
    "capability.approver.hint": (
        "approuve et envoie les numéros d’un bulletin, ou de tous\u00a0; dès que quelqu’un l’a reçue, il faut l’avoir "
        "pour approuver"
    ),
    "capability.door": "Tenir l’accueil",
    "capability.door.hint": "note qui arrive à une rencontre, et n’ouvre rien d’autre",
    "capability.treasurer": "Tenir les comptes",
    "capability.juror": "Siéger à un jury",
    "capability.chair": "Présider une séance",
    "refused.contact-has-no-capability": "Un contact n’a pas de capacité. Ouvrez-lui d’abord un compte de l’équipe.",
    "refused.capability-opens-nothing": "Cette capacité n’ouvre rien encore\u00a0: elle ne se donne pas.",
    "refused.capability-scope": "Choisissez à quoi cette capacité s’applique.",
    "refused.capability-needs-end": "Dites jusqu’à quel jour\u00a0: cette capacité a toujours une fin.",
    "refused.capability-end": "Le dernier jour est aujourd’hui ou plus tard, dans dix ans au plus.",
    "refused.too-many-capabilities": "Ce compte a déjà {most} capacités. Retirez-en une d’abord.",
    "refused.capability-not-yours-to-give": (
        "Seul un administrateur du service où cette capacité s’exerce peut la donner."
    ),
    "field.label": L("Fonction", context="field.label"),
    "field.label.hint": (
        "Ce que le journal montre de qui a fait quoi, par exemple «\u00a0Secrétariat\u00a0». Pas un nom."
    ),
    "field.label.invalid.pattern": "Écrivez une fonction, par exemple «\u00a0Secrétariat\u00a0», pas une adresse.",
    "field.account": "Compte",
    "field.where": "Service",
    "field.roles": "Rôles",
    "field.session": "Session",
    "field.token": "Jeton",
    "field.scopes": "Droits",
    "field.days": "Durée en jours",
    "where.all": "Tous les services",
    "where.directory": "Annuaire",
    "where.membership": "Adhésions",
    "where.events": "Événements",
    "where.newsletter": L("Bulletins", context="where.newsletter"),
    "where.observatory": "Observatoire",
    "role.reader": "Lecteur",
    "role.editor": "Éditeur",
    "role.administrator": "Administrateur",
    "role.auditor": "Auditeur",
    "role.reader.hint": "lit les pages, sans donnée personnelle",
    "role.editor.hint": "lit, voit les personnes et écrit",
    "role.administrator.hint": "fait tout, gère aussi les comptes et les données",
    "role.auditor.hint": "lit tout, avec le journal, sans donnée personnelle",
    "account-kind.staff": L("Équipe", context="account-kind.staff"),
    "account-kind.contact": "Contact d’une structure",
    "way.password": "mot de passe",
    "way.mail-link": "lien par courriel",
    "way.first-link": "premier lien",
    "way.handed-link": "lien remis par un tiers",
    "refused.link-void": "Ce lien avait été remis à un tiers, et le compte a changé depuis. Demandez-en un autre.",
    "refused.account-above-you": (
        "Ce compte a des droits que vous n’avez pas\u00a0: seul un administrateur qui les a peut le faire."
    ),
    "refused.beyond-own-roles": "Vous ne pouvez pas donner ce que vous n’avez pas vous-même\u00a0: {roles}.",
    "refused.sign-in-slowed": (
        "Trop d’essais à cette adresse depuis cet endroit. Attendez {minutes}\u00a0min, ou demandez un lien par "
        "courriel\u00a0: il n’attend pas."
    ),
    "way.code": "code d’une application",
    "refused.second-factor-wrong": "Ce code ne va pas. Attendez le suivant, ou vérifiez l’heure de votre téléphone.",
    "refused.second-factor-used": (
        "Ce code a déjà servi. Attendez le suivant\u00a0: il change toutes les trente secondes."
    ),
    "refused.second-factor-wait": "Trop de codes faux. Réessayez dans {minutes} min.",
    "refused.second-factor-lost": (
        "Le second facteur de ce compte ne peut pas être vérifié. Adressez-vous à la personne qui fait fonctionner "
        "Maillage\u00a0: elle peut le remettre à zéro."
    ),
    "refused.second-factor-required": (
        "Votre rôle demande un second facteur\u00a0: il se change, mais ne se retire pas."
    ),
    "refused.no-second-factor": "Ce compte n’a pas de second facteur.",
    "refused.contact-has-no-second-factor": "Un contact se connecte par un lien, sans second facteur.",
    "refused.sign-in-failed": (
        "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez-les, ou demandez un lien par courriel."
    ),
    "refused.link-used": "Ce lien a déjà servi. Demandez-en un autre.",
    "refused.no-password": "Ce compte n’a pas de mot de passe. Demandez un lien par courriel.",
    "refused.old-password-wrong": (
        "Ce n’est pas le mot de passe actuel. Si vous l’avez oublié, connectez-vous par un lien, puis changez-le."
    ),
    "refused.password-too-short": "Il faut au moins {least} caractères. Une phrase de quatre mots convient bien.",
    "refused.password-too-long": "Il faut au plus {most} caractères.",
    "refused.password-unreadable": "Un caractère de ce mot de passe ne peut pas être écrit. Choisissez-en un autre.",
    "refused.password-common": "Ce mot de passe serait vite deviné. Choisissez-en un que personne n’essaierait.",
    "refused.unknown-account": "Ce compte n’existe pas.",
    "refused.account-closed": "Ce compte est clos. Rouvrez-le d’abord.",
    "refused.already-has-account": "Cette adresse a déjà un compte. Cherchez-le dans la liste.",
    "refused.contact-has-no-roles": (
        "Un contact n’a pas de rôle. Ouvrez-lui d’abord un compte de l’équipe, à la même adresse."
    ),
    "refused.contact-has-no-password": "Un contact se connecte par un lien, sans mot de passe.",
    "refused.last-administrator": (
        "C’est le dernier administrateur de l’annuaire. Donnez d’abord ce rôle à un autre compte."
    ),
    "refused.scope-beyond-roles": "Ces droits dépassent les rôles du compte\u00a0: {scopes}.",
    "refused.too-many-tokens": "Il y a déjà {most} jetons valables. Retirez-en un d’abord.",
    "refused.signing-key-taken": "Cette clé a déjà servi.",
    "refused.unknown-signing-key": "Cette clé n’a pas été publiée.",
}
