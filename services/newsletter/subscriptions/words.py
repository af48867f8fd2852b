"""The words of subscriptions."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "command.RequestSubscription": "S’abonner",
    "command.ConfirmSubscription": "Confirmer l’abonnement",
    "command.Unsubscribe": "Désabonner",
    "field.bulletins": "Bulletins",
    "field.bulletins.hint": "Choisissez-en un ou plusieurs.",
    "field.lang": "Langue",
    "field.person": "Personne",
    "field.subscriber": "Abonné",
    "field.request": "Demande",
    "field.expires": "Valable jusqu’au",
    "field.means": "Comment",
    "bulletins.bloc-note": "Lettre générale",
    "bulletins.echos": "Nouvelles des membres",
    "bulletins.parcours": "Offres des membres",
    "bulletins.rendez-vous": "Agenda",
    "bulletins.info-flash": "Alertes",
    "refused.language-not-offered": "Les courriels n’existent pas dans cette langue.",
    "means.forgotten": "Personne oubliée",
    "means.one-click": "En un clic, depuis la messagerie",
    "means.page": "Par le lien du message",
    "means.staff": "Par l’équipe, à la demande",
    "actor.public": "la personne elle-même",
    "state.active": L("Abonné", context="state.active"),
    "state.awaiting": "À confirmer",
    "state.left": "Désabonné",
    "refused.unknown-subscriber": "Cet abonné n’existe pas. Cherchez-le par son adresse.",
    "refused.unknown-request": "Cette demande d’abonnement n’existe pas. Abonnez-vous de nouveau.",
    "refused.link-expired": "Ce lien n’est plus valable : il a plus de sept jours. Abonnez-vous de nouveau.",
}
