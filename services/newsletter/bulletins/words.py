"""The words of bulletins, of their issues and of what stands in them."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.OpenBulletin": ("Ouvrir un bulletin", "Open a bulletin"),
    "command.StartIssue": ("Commencer un numéro", "Start an issue"),
    "command.AddItem": ("Ajouter un article", "Add an item"),
    "command.CollectItem": ("Reprendre une publication", "Take a publication over"),
    "command.ReviseItem": ("Enregistrer l’article", "Save the item"),
    "command.MoveItem": ("Déplacer l’article", "Move the item"),
    "command.DropItem": ("Retirer l’article", "Drop the item"),
    "command.DropItem.hint": (
        "Il reste dans le brouillon, écarté. Vous pourrez le remettre.",
        "It stays in the draft, set aside. You can put it back.",
    ),
    "command.RestoreItem": ("Remettre l’article", "Put the item back"),
    "command.ApproveIssue": ("Approuver et envoyer", "Approve and send"),
    "command.ApproveIssue.hint": (
        "Le numéro ne changera plus, et part aussitôt à tous ses abonnés.",
        "The issue changes no more, and goes out to all its subscribers at once.",
    ),
    "command.CloseSending": ("Clore l’envoi", "Close the sending"),
    "field.bulletin": ("Bulletin", "Bulletin"),
    "field.purpose": ("Objet", "Purpose"),
    "field.number": ("Numéro", "Number"),
    "field.issue": ("Numéro du bulletin", "Issue"),
    "field.item": ("Article", "Item"),
    "field.section": ("Rubrique", "Section"),
    "field.text": ("Texte", "Text"),
    "field.text.hint": ("Un paragraphe par ligne.", "One paragraph on each line."),
    "field.url": ("Lien", "Link"),
    "field.url.hint": ("Il commence par https://.", "It begins with https://."),
    "field.revision": ("Modification lue", "Revision read"),
    "field.revision.hint": ("Laissez ce nombre tel quel.", "Leave this number as it is."),
    "field.position": ("Place", "Place"),
    "field.position.hint": ("Comptée à partir de 0.", "Counted from 0."),
    "field.recipients": ("Destinataires", "Recipients"),
    "field.recipients.hint": (
        "Les abonnés de ce bulletin, tels que vous les avez vus.",
        "The subscribers of this bulletin, as you saw them.",
    ),
    "field.sent": ("Remis", "Sent"),
    "field.refused": ("Refusés", "Refused"),
    "field.doubtful": ("Douteux", "In doubt"),
    "field.purpose.hint": ("Une phrase, pour qui s’abonne.", "One sentence, for those who subscribe."),
    "field.source_event": ("Événement d’origine", "Event it comes from"),
    "field.source_entity": ("Publication d’origine", "Publication it comes from"),
    "field.source_name": ("Publié par", "Published by"),
    "bulletin.bloc-note": ("Lettre générale", "General letter"),
    "bulletin.echos": ("Nouvelles des membres", "News of members"),
    "bulletin.parcours": ("Offres des membres", "Offers of members"),
    "bulletin.rendez-vous": ("Agenda", "Diary"),
    "bulletin.info-flash": ("Alertes", "Alerts"),
    "field.bulletin.hint": (
        "Nouvelles, offres et agenda se remplissent de ce que publient les membres et les événements. La lettre générale et "
        "les alertes s’écrivent ici.",
        "News, offers and diary fill with what members publish and what is announced. The general letter and alerts are "
        "written here.",
    ),
    "refused.unknown-bulletin": (
        "Ce réseau n’a pas ouvert ce bulletin. Ouvrez-le d’abord, depuis la page des bulletins.",
        "This network has not opened this bulletin. Open it first, from the page of the newsletters.",
    ),
    "section.news": ("Actualités", "News"),
    "section.project": ("Projets", "Projects"),
    "section.call": ("Appels à projets", "Calls for projects"),
    "section.training": ("Formations", "Training"),
    "section.job": ("Emplois", "Jobs"),
    "section.internship": ("Stages", "Internships"),
    "section.volunteering": ("Volontariat et bénévolat", "Volunteering"),
    "section.civic_service": ("Service civique", "Civic service"),
    "section.gathering": ("Rendez-vous", "Meetings"),
    "section.alert": ("À savoir", "Alerts"),
    "state.draft": ("Brouillon", "Draft"),
    "state.approved": ("En cours d’envoi", "Being sent"),
    "state.sent": ("Envoyé", "Sent"),
    "refused.unknown-issue": (
        "Ce numéro n’existe pas. Choisissez-le depuis la page de son bulletin.",
        "There is no such issue. Choose it from the page of its bulletin.",
    ),
    "refused.issue-closed": (
        "Ce numéro est approuvé et ne change plus. Travaillez dans le brouillon suivant.",
        "This issue is approved and changes no more. Work in the next draft.",
    ),
    "refused.issue-empty": (
        "Ce numéro n’a aucun article. Ajoutez-en un avant de l’approuver.",
        "This issue has no item. Add one before you approve it.",
    ),
    "refused.issue-full": (
        "Ce numéro a déjà {most} articles. Approuvez-le, le suivant prendra celui-ci.",
        "This issue has {most} items already. Approve it, the next one will take this.",
    ),
    "refused.issue-not-approved": (
        "Ce numéro n’est pas approuvé : il n’y a pas d’envoi à clore.",
        "This issue is not approved: there is no sending to close.",
    ),
    "refused.unknown-item": (
        "Cet article n’est pas dans ce numéro. Relisez sa page.",
        "This item is not in this issue. Read its page again.",
    ),
    "refused.item-changed": (
        "Quelqu’un a modifié cet article pendant votre saisie. Relisez-le, puis recommencez.",
        "Somebody changed this item while you were writing. Read it again, then start over.",
    ),
}
