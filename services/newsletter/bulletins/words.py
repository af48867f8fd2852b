"""The words of bulletins, of their issues and of what stands in them."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "command.OpenBulletin": "Ouvrir un bulletin",
    "command.OpenBulletin.hint": "De ce jour. Un bulletin fermé se rouvre par le même geste, sous le même code.",
    "command.ReviseBulletin": "Renommer ou changer le bulletin",
    "command.ReviseBulletin.hint": (
        "De ce jour. Ses numéros et ses abonnés restent. Ouvert par erreur, ou un autre jour ? Corrigez le fait, dans "
        "son histoire."
    ),
    "command.CloseBulletin": "Fermer le bulletin",
    "command.CloseBulletin.hint": (
        "De ce jour, rien n’y arrive, rien n’en part, on ne s’y abonne plus. Ses numéros et ses abonnés restent "
        "lisibles, et chacun peut encore se désabonner."
    ),
    "command.StartIssue": "Commencer un numéro",
    "command.AddItem": "Ajouter un article",
    "command.CollectItem": "Reprendre une publication",
    "command.ReviseItem": "Enregistrer l’article",
    "command.CorrectItem": "Corriger l’article d’après sa source",
    "command.MoveItem": "Déplacer l’article",
    "command.DropItem": "Retirer l’article",
    "command.DropItem.hint": "Il reste dans le brouillon, écarté. Vous pourrez le remettre.",
    "command.RestoreItem": "Remettre l’article",
    "command.ApproveIssue": "Approuver et envoyer",
    "command.ApproveIssue.hint": "Le numéro ne changera plus, et part aussitôt à tous ses abonnés.",
    "command.CloseSending": "Clore l’envoi",
    "field.bulletin": "Bulletin",
    "field.purpose": "Objet",
    "field.number": "Numéro",
    "field.issue": "Numéro du bulletin",
    "field.item": "Article",
    "field.arrivals": "Ce qui y arrive",
    "field.arrivals.hint": "De ce qui se publie à partir de ce jour.",
    "arrivals.news": "Nouvelles des membres",
    "arrivals.project": "Projets des membres",
    "arrivals.offer": "Offres des membres",
    "arrivals.event": "Rendez-vous des membres",
    "arrivals.gathering": "Rencontres annoncées",
    "field.titles": "Titre dans chaque langue",
    "field.titles.hint": "Tel que les listes le disent\u202f; la première langue du réseau sert où une autre manque.",
    "field.rank": "Place dans la liste",
    "field.rank.hint": "1 pour la première\u202f; à place égale, dans l’ordre des codes.",
    "field.section": "Rubrique",
    "field.text": "Texte",
    "field.text.hint": "Un paragraphe par ligne.",
    "field.url": "Lien",
    "field.url.hint": "Il commence par https://.",
    "field.revision": "Modification lue",
    "field.revision.hint": "Laissez ce nombre tel quel.",
    "field.position": "Place",
    "field.position.hint": "Comptée à partir de 0.",
    "field.recipients": "Destinataires",
    "field.recipients.hint": "Les abonnés de ce bulletin, tels que vous les avez vus.",
    "field.sent": L("Remis", context="field.sent"),
    "field.refused": "Refusés",
    "field.doubtful": "Douteux",
    "field.purpose.hint": "Une phrase, pour qui s’abonne.",
    "field.source_event": "Événement d’origine",
    "field.source_entity": "Publication d’origine",
    "field.source_name": "Publié par",
    "bulletin.bloc-note": "Lettre générale",
    "bulletin.echos": "Nouvelles des membres",
    "bulletin.parcours": "Offres des membres",
    "bulletin.rendez-vous": "Agenda",
    "bulletin.info-flash": "Alertes",
    "field.bulletin.hint": "Un code court, en petites lettres : il ne change jamais.",
    "refused.bulletin-opened": (
        "Ce bulletin est déjà ouvert, sous un autre titre ou pour un autre objet. Pour le changer, ouvrez sa page, "
        "puis «\u00a0Renommer ou changer\u00a0»."
    ),
    "refused.bulletin-opened.api": (
        "Ce bulletin est déjà ouvert, sous un autre titre ou pour un autre objet. Changez-le par revise-bulletin."
    ),
    "refused.bulletin-closed": "Ce bulletin n’était pas ouvert ce jour-là. Rouvrez-le d’abord, ou corrigez la date.",
    "refused.unknown-language": "Le réseau n’a pas de page dans cette langue ({language}).",
    "refused.unknown-bulletin": (
        "Ce réseau n’a pas ouvert ce bulletin. Ouvrez-le d’abord, depuis la page des bulletins."
    ),
    "state.draft": "Brouillon",
    "state.approved": "En cours d’envoi",
    "state.sent": "Envoyé",
    "refused.unknown-issue": "Ce numéro n’existe pas. Choisissez-le depuis la page de son bulletin.",
    "refused.issue-closed": "Ce numéro est approuvé et ne change plus. Travaillez dans le brouillon suivant.",
    "refused.issue-empty": "Ce numéro n’a aucun article. Ajoutez-en un avant de l’approuver.",
    "refused.issue-full": "Ce numéro a déjà {most} articles. Approuvez-le, le suivant prendra celui-ci.",
    "refused.approved-by-another": (
        "Vous avez écrit en dernier dans ce numéro\u00a0: ici, il est approuvé par une autre personne."
    ),
    "refused.issue-not-approved": "Ce numéro n’est pas approuvé : il n’y a pas d’envoi à clore.",
    "refused.unknown-item": "Cet article n’est pas dans ce numéro. Relisez sa page.",
    "refused.item-changed": "Quelqu’un a modifié cet article pendant votre saisie. Relisez-le, puis recommencez.",
}
