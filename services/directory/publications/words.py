"""What the directory says of what members publish, and of pictures."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "command.DraftPublication": ("Commencer un brouillon", "Begin a draft"),
    "command.RedraftPublication": ("Enregistrer le brouillon", "Save the draft"),
    "command.PublishDraft": ("Publier", "Publish"),
    "command.PublishNews": ("Publier une actualité", "Publish news"),
    "command.PublishNews.hint": (
        "Elle arrive d’elle-même dans le brouillon du bulletin des nouvelles, si le réseau en a un.",
        "It arrives by itself in the draft of the newsletter of news, if the network has one.",
    ),
    "command.PublishOffer": ("Publier une offre", "Publish an offer"),
    "command.PublishOffer.hint": (
        "Elle arrive d’elle-même dans le brouillon du bulletin des offres, si le réseau en a un.",
        "It arrives by itself in the draft of the newsletter of offers, if the network has one.",
    ),
    "command.WithdrawPublication": ("Retirer la publication", "Withdraw the publication"),
    "field.sort": ("Sorte", "Sort"),
    "field.picture_file": ("Image", "Picture"),
    "field.text.hint": (
        "Mise en forme possible\u00a0: **important**, *nuance*, listes, liens.",
        "Formatting is possible: **important**, *nuance*, lists, links.",
    ),
    "field.publication": ("Publication", "Publication"),
    "field.structure_name": ("Nom de la structure", "Name of the structure"),
    "field.text": ("Texte", "Text"),
    "field.deadline": ("Date limite", "Deadline"),
    "sort.news": ("Actualité", "News"),
    "sort.offer": ("Offre", "Offer"),
    "sort.project": ("Projet", "Project"),
    "sort.event": ("Événement", "Event"),
    "refused.offer-without-kind": (
        "Dites de quelle offre il s’agit : formation, emploi, stage, volontariat ou service civique.",
        "Say what offer it is: training, job, internship, volunteering or civic service.",
    ),
    "refused.event-without-beginning": ("Dites quand l’événement commence.", "Say when the event begins."),
    "refused.event-past": (
        "Cet événement a déjà commencé. Corrigez sa date.",
        "This event has begun already. Correct its date.",
    ),
    "refused.publication-withdrawn": (
        "Cette publication a été retirée. Commencez un nouveau brouillon.",
        "This publication was withdrawn. Begin a new draft.",
    ),
    "refused.publication-published": (
        "C’est déjà publié. Retirez-le, puis commencez un nouveau brouillon.",
        "It is published already. Withdraw it, then begin a new draft.",
    ),
    "refused.picture-too-big": (
        "Cette image dépasse {most} Mo. Envoyez-en une plus légère.",
        "This picture has more than {most} MB. Send a lighter one.",
    ),
    "refused.not-a-picture": (
        "Ce fichier n’est pas une image lisible. Envoyez un fichier JPEG, PNG, WebP ou GIF.",
        "This file is no picture that can be read. Send a JPEG, PNG, WebP or GIF file.",
    ),
    "refused.picture-too-many-pixels": (
        "Cette image a plus de {most} millions de pixels. Réduisez-la.",
        "This picture has more than {most} million pixels. Make it smaller.",
    ),
    "refused.picture-too-small": (
        "Cette image est trop petite : il lui faut au moins {least} pixels de côté.",
        "This picture is too small: it needs {least} pixels a side at least.",
    ),
    "refused.picture-without-text": (
        "Dites en une phrase ce que montre l’image, pour qui ne la voit pas.",
        "Say in one sentence what the picture shows, for those who can’t see it.",
    ),
    "refused.too-many-drafts": (
        "Il y a déjà {most} brouillons. Publiez-en, ou abandonnez-en.",
        "There are {most} drafts already. Publish or drop some.",
    ),
    "kind.training": ("Formation", "Training"),
    "kind.job": ("Emploi", "Job"),
    "kind.internship": ("Stage", "Internship"),
    "kind.volunteering": ("Volontariat, bénévolat", "Volunteering"),
    "kind.civic_service": ("Service civique", "Civic service"),
    "refused.unknown-publication": ("Cette publication n’existe pas.", "There is no such publication."),
    "refused.deadline-past": ("La date limite, {deadline}, est déjà passée.", "The deadline, {deadline}, is past."),
}
