"""What the directory says of what members publish, and of pictures."""

from __future__ import annotations

from shared.base.translations import L, Words

WORDS: Words = {
    "command.DraftPublication": "Commencer un brouillon",
    "command.RedraftPublication": "Enregistrer le brouillon",
    "command.PublishDraft": "Publier",
    "command.PublishNews": "Publier une actualité",
    "command.PublishNews.hint": (
        "Elle arrive d’elle-même dans le brouillon du bulletin des nouvelles, si le réseau en a un."
    ),
    "command.PublishOffer": "Publier une offre",
    "command.PublishOffer.hint": (
        "Elle arrive d’elle-même dans le brouillon du bulletin des offres, si le réseau en a un."
    ),
    "command.WithdrawPublication": "Retirer la publication",
    "field.sort": L("Sorte", context="field.sort"),
    "field.picture_file": "Image",
    "field.text.hint": "Mise en forme possible\u00a0: **important**, *nuance*, listes, liens.",
    "field.publication": "Publication",
    "field.structure_name": "Nom de la structure",
    "field.text": "Texte",
    "field.deadline": "Date limite",
    "sort.news": "Actualité",
    "sort.offer": "Offre",
    "sort.project": "Projet",
    "sort.event": "Événement",
    "refused.offer-without-kind": (
        "Dites de quelle offre il s’agit : formation, emploi, stage, volontariat ou service civique."
    ),
    "refused.event-without-beginning": "Dites quand l’événement commence.",
    "refused.event-past": "Cet événement a déjà commencé. Corrigez sa date.",
    "refused.publication-withdrawn": "Cette publication a été retirée. Commencez un nouveau brouillon.",
    "refused.publication-published": "C’est déjà publié. Retirez-le, puis commencez un nouveau brouillon.",
    "refused.picture-too-big": "Cette image dépasse {most} Mo. Envoyez-en une plus légère.",
    "refused.not-a-picture": "Ce fichier n’est pas une image lisible. Envoyez un fichier JPEG, PNG, WebP ou GIF.",
    "refused.picture-too-many-pixels": "Cette image a plus de {most} millions de pixels. Réduisez-la.",
    "refused.picture-too-small": "Cette image est trop petite : il lui faut au moins {least} pixels de côté.",
    "refused.picture-without-text": "Dites en une phrase ce que montre l’image, pour qui ne la voit pas.",
    "refused.too-many-drafts": "Il y a déjà {most} brouillons. Publiez-en, ou abandonnez-en.",
    "refused.unknown-publication": "Cette publication n’existe pas.",
    "refused.deadline-past": "La date limite, {deadline}, est déjà passée.",
}
