"""The words of subscriptions."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.RequestSubscription": ("S’abonner", "Subscribe"),
    "command.ConfirmSubscription": ("Confirmer l’abonnement", "Confirm the subscription"),
    "command.Unsubscribe": ("Désabonner", "Unsubscribe"),
    "field.bulletins": ("Bulletins", "Bulletins"),
    "field.bulletins.hint": ("Choisissez-en un ou plusieurs.", "Choose one or more."),
    "field.lang": ("Langue", "Language"),
    "field.person": ("Personne", "Person"),
    "field.subscriber": ("Abonné", "Subscriber"),
    "field.request": ("Demande", "Request"),
    "field.expires": ("Valable jusqu’au", "Valid until"),
    "field.means": ("Comment", "How"),
    "bulletins.bloc-note": ("Lettre générale", "General letter"),
    "bulletins.echos": ("Nouvelles des membres", "News of members"),
    "bulletins.parcours": ("Offres des membres", "Offers of members"),
    "bulletins.rendez-vous": ("Agenda", "Diary"),
    "bulletins.info-flash": ("Alertes", "Alerts"),
    "refused.language-not-offered": (
        "Les courriels n’existent pas dans cette langue.",
        "There are no mails in this language.",
    ),
    "means.forgotten": ("Personne oubliée", "Person forgotten"),
    "means.one-click": ("En un clic, depuis la messagerie", "In one click, from the mail program"),
    "means.page": ("Par le lien du message", "By the link in the mail"),
    "means.staff": ("Par l’équipe, à la demande", "By the team, on request"),
    "actor.public": ("la personne elle-même", "the person"),
    "state.active": ("Abonné", "Subscribed"),
    "state.awaiting": ("À confirmer", "To be confirmed"),
    "state.left": ("Désabonné", "Unsubscribed"),
    "refused.unknown-subscriber": (
        "Cet abonné n’existe pas. Cherchez-le par son adresse.",
        "There is no such subscriber. Search by the address.",
    ),
    "refused.unknown-request": (
        "Cette demande d’abonnement n’existe pas. Abonnez-vous de nouveau.",
        "There is no such request. Please subscribe again.",
    ),
    "refused.link-expired": (
        "Ce lien n’est plus valable : il a plus de sept jours. Abonnez-vous de nouveau.",
        "This link can be used no more: it is over seven days old. Please subscribe again.",
    ),
}
