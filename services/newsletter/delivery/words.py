"""The words of mails on their way."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.BeginDelivery": ("Commencer une remise", "Begin a delivery"),
    "command.BeginConfirmation": ("Commencer une demande de confirmation", "Begin a question to confirm"),
    "command.AcceptDelivery": ("Noter la remise", "Note a delivery"),
    "command.DeferDelivery": ("Remettre à plus tard", "Put off a delivery"),
    "command.RefuseDelivery": ("Noter le refus", "Note a refusal"),
    "command.SendAgain": ("Envoyer de nouveau", "Send again"),
    "command.SendAgain.hint": (
        "Si le premier envoi était arrivé, cette personne recevra ce numéro deux fois.",
        "If the first one did arrive, this person will get this issue twice.",
    ),
    "field.delivery": ("Envoi", "Delivery"),
    "field.code": ("Code de réponse", "Reply code"),
    "field.status": ("Code détaillé", "Detailed status"),
    "delivery.begun": ("Douteux", "In doubt"),
    "delivery.accepted": ("Remis", "Accepted"),
    "delivery.deferred": ("Remis à plus tard", "Put off"),
    "delivery.refused": ("Refusé", "Refused"),
    "delivery.released": ("À envoyer de nouveau", "To be sent again"),
    "reason.address": ("Adresse inconnue", "Unknown address"),
    "reason.mailbox": ("Boîte pleine ou fermée", "Mailbox full or closed"),
    "reason.system": ("Serveur du destinataire en défaut", "The recipient’s server fails"),
    "reason.routing": ("Serveur du destinataire introuvable", "The recipient’s server is not found"),
    "reason.protocol": ("Échange incompris", "Exchange not understood"),
    "reason.content": ("Contenu refusé", "Content refused"),
    "reason.policy": ("Refusé par la règle du serveur", "Refused by the server’s policy"),
    "reason.patience": ("Remis à plus tard trop souvent", "Put off too often"),
    "reason.forgotten": ("Adresse effacée", "Address erased"),
    "reason.other": ("Sans raison connue", "No known reason"),
    "trouble.connect": ("Le serveur de messagerie ne répond pas.", "The mail server does not answer."),
    "trouble.sign-in": ("Le serveur de messagerie refuse notre compte.", "The mail server refuses our account."),
    "trouble.sender": (
        "Le serveur de messagerie refuse notre adresse d’envoi.",
        "The mail server refuses our sender’s address.",
    ),
    "trouble.busy": (
        "Le serveur de messagerie ne prend rien pour l’instant.",
        "The mail server takes nothing for now.",
    ),
    "trouble.folder": ("Le dossier des messages ne peut pas être écrit.", "The folder of mails can’t be written."),
    "refused.unknown-delivery": (
        "Cet envoi n’existe pas. Choisissez-le depuis la page de son numéro.",
        "There is no such delivery. Choose it from the page of its issue.",
    ),
    "refused.delivery-in-doubt": (
        "Cet envoi est douteux. Décidez d’abord s’il faut le refaire.",
        "This delivery is in doubt. Decide first whether to send it again.",
    ),
    "refused.delivery-done": (
        "Ce message est déjà traité. Il n’y a rien à faire.",
        "This mail has been dealt with already. There is nothing to do.",
    ),
}
