"""The words of mails on their way."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.BeginDelivery": "Commencer une remise",
    "command.BeginConfirmation": "Commencer une demande de confirmation",
    "command.AcceptDelivery": "Noter la remise",
    "command.DeferDelivery": "Remettre à plus tard",
    "command.RefuseDelivery": "Noter le refus",
    "command.SendAgain": "Envoyer de nouveau",
    "command.SendAgain.hint": "Si le premier envoi était arrivé, cette personne recevra ce numéro deux fois.",
    "field.delivery": "Envoi",
    "field.code": "Code de réponse",
    "field.status": "Code détaillé",
    "delivery.begun": "Douteux",
    "delivery.accepted": "Remis",
    "delivery.deferred": "Remis à plus tard",
    "delivery.refused": "Refusé",
    "delivery.released": "À envoyer de nouveau",
    "reason.address": "Adresse inconnue",
    "reason.mailbox": "Boîte pleine ou fermée",
    "reason.system": "Serveur du destinataire en défaut",
    "reason.routing": "Serveur du destinataire introuvable",
    "reason.protocol": "Échange incompris",
    "reason.content": "Contenu refusé",
    "reason.policy": "Refusé par la règle du serveur",
    "reason.patience": "Remis à plus tard trop souvent",
    "reason.forgotten": "Adresse effacée",
    "reason.other": "Sans raison connue",
    "trouble.connect": "Le serveur de messagerie ne répond pas.",
    "trouble.sign-in": "Le serveur de messagerie refuse notre compte.",
    "trouble.sender": "Le serveur de messagerie refuse notre adresse d’envoi.",
    "trouble.busy": "Le serveur de messagerie ne prend rien pour l’instant.",
    "trouble.folder": "Le dossier des messages ne peut pas être écrit.",
    "refused.unknown-delivery": "Cet envoi n’existe pas. Choisissez-le depuis la page de son numéro.",
    "refused.delivery-in-doubt": "Cet envoi est douteux. Décidez d’abord s’il faut le refaire.",
    "refused.delivery-done": "Ce message est déjà traité. Il n’y a rien à faire.",
}
