"""What the directory says of accounts, of signing in and of sessions."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.ReviseAccount": ("Modifier le compte", "Change the account"),
    "command.CloseAccount": ("Clore le compte", "Close the account"),
    "command.ReopenAccount": ("Rouvrir le compte", "Reopen the account"),
    "command.GrantRole": ("Donner un rôle", "Give a role"),
    "command.WithdrawRole": ("Retirer un rôle", "Take a role back"),
    "command.SetRoles": ("Enregistrer les rôles", "Save the roles"),
    "command.SignOut": ("Terminer la session", "End the session"),
    "command.EndSessions": ("Terminer toutes les sessions", "End all sessions"),
    "command.WithdrawToken": ("Retirer le jeton", "Withdraw the token"),
    "field.label": ("Fonction", "Function"),
    "field.label.hint": (
        "Ce que le journal montre de qui a fait quoi, par exemple «\u00a0Secrétariat\u00a0». Pas un nom.",
        "What the journal shows of who did what, such as “Office”. Not a name.",
    ),
    "field.label.invalid.pattern": (
        "Écrivez une fonction, par exemple «\u00a0Secrétariat\u00a0», pas une adresse.",
        "Write a function, such as “Office”, not an address.",
    ),
    "field.account": ("Compte", "Account"),
    "field.where": ("Service", "Service"),
    "field.roles": ("Rôles", "Roles"),
    "field.session": ("Session", "Session"),
    "field.token": ("Jeton", "Token"),
    "field.scopes": ("Droits", "Scopes"),
    "field.days": ("Durée en jours", "Days"),
    "where.all": ("Tous les services", "All services"),
    "where.directory": ("Annuaire", "Directory"),
    "where.membership": ("Adhésions", "Membership"),
    "where.events": ("Événements", "Events"),
    "where.newsletter": ("Bulletins", "Newsletters"),
    "where.observatory": ("Observatoire", "Observatory"),
    "role.reader": ("Lecteur", "Reader"),
    "role.editor": ("Éditeur", "Editor"),
    "role.administrator": ("Administrateur", "Administrator"),
    "role.auditor": ("Auditeur", "Auditor"),
    "role.reader.hint": ("lit les pages, sans donnée personnelle", "reads the pages, no personal data"),
    "role.editor.hint": ("lit, voit les personnes et écrit", "reads, sees persons and writes"),
    "role.administrator.hint": (
        "fait tout, gère aussi les comptes et les données",
        "does everything, accounts and data as well",
    ),
    "role.auditor.hint": (
        "lit tout, avec le journal, sans donnée personnelle",
        "reads all, with the journal, no personal data",
    ),
    "account-kind.staff": ("Équipe", "Staff"),
    "account-kind.contact": ("Contact d’une structure", "Contact of a structure"),
    "way.password": ("mot de passe", "password"),
    "way.mail-link": ("lien par courriel", "mail link"),
    "way.first-link": ("premier lien", "first link"),
    "refused.sign-in-failed": (
        "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez-les, ou demandez un lien par courriel.",
        "This address and this password do not go together. Look at them again, or ask for a link by mail.",
    ),
    "refused.link-used": (
        "Ce lien a déjà servi. Demandez-en un autre.",
        "This link was used already. Ask for another.",
    ),
    "refused.no-password": (
        "Ce compte n’a pas de mot de passe. Demandez un lien par courriel.",
        "This account has no password. Ask for a link by mail.",
    ),
    "refused.old-password-wrong": (
        "Ce n’est pas le mot de passe actuel. Si vous l’avez oublié, connectez-vous par un lien, puis changez-le.",
        "This is not the present password. If it is lost, sign in by a link, then change it.",
    ),
    "refused.password-too-short": (
        "Il faut au moins {least} caractères. Une phrase de quatre mots convient bien.",
        "At least {least} characters are needed. A phrase of four words is fine.",
    ),
    "refused.password-too-long": ("Il faut au plus {most} caractères.", "At most {most} characters fit."),
    "refused.password-unreadable": (
        "Un caractère de ce mot de passe ne peut pas être écrit. Choisissez-en un autre.",
        "A character of this password can’t be written. Choose another.",
    ),
    "refused.password-common": (
        "Ce mot de passe serait vite deviné. Choisissez-en un que personne n’essaierait.",
        "This password would soon be guessed. Choose one that nobody would try.",
    ),
    "refused.unknown-account": ("Ce compte n’existe pas.", "There is no such account."),
    "refused.account-closed": ("Ce compte est clos. Rouvrez-le d’abord.", "This account is closed. Reopen it first."),
    "refused.already-has-account": (
        "Cette adresse a déjà un compte. Cherchez-le dans la liste.",
        "This address has an account already. Look for it in the list.",
    ),
    "refused.contact-has-no-roles": (
        "Un contact n’a pas de rôle. Ouvrez-lui d’abord un compte de l’équipe, à la même adresse.",
        "A contact has no roles. Open a staff account for the same address first.",
    ),
    "refused.contact-has-no-password": (
        "Un contact se connecte par un lien, sans mot de passe.",
        "A contact signs in by a link, without a password.",
    ),
    "refused.last-administrator": (
        "C’est le dernier administrateur de l’annuaire. Donnez d’abord ce rôle à un autre compte.",
        "This is the last administrator of the directory. Give the role to another account first.",
    ),
    "refused.scope-beyond-roles": (
        "Ces droits dépassent les rôles du compte\u00a0: {scopes}.",
        "These scopes go beyond the roles of the account: {scopes}.",
    ),
    "refused.too-many-tokens": (
        "Il y a déjà {most} jetons valables. Retirez-en un d’abord.",
        "There are {most} good tokens already. Withdraw one first.",
    ),
    "refused.signing-key-taken": ("Cette clé a déjà servi.", "This key was used before."),
    "refused.unknown-signing-key": ("Cette clé n’a pas été publiée.", "This key was not published."),
}
