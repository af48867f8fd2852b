"""What is said where a fact can't stand on the day that it was given (shared/kernel/line.py)."""

from shared.base.translations import Words

LINE_WORDS: Words = {
    "refused.before-its-beginning": (
        "Cette fiche ne commence que le {day}\u202f: rien ne peut y être noté d’avant. Choisissez ce jour ou un jour "
        "suivant."
    ),
    "refused.later-stands-against": (
        "Impossible ce jour-là\u202f: « {what} » du {day} s’y oppose. Choisissez un autre jour, corrigez la date de ce "
        "fait, ou notez-le aussi par erreur."
    ),
    "refused.named-elsewhere": (
        "Une autre fiche repose sur ce fait\u202f: « {what} » du {day} (événement {seq}). Corrigez-la d’abord, ou "
        "notez ce fait-là aussi par erreur."
    ),
    "refused.used-after-closing": (
        "Impossible de fermer ce jour-là\u202f: une autre fiche en fait usage ensuite, « {what} » du {day} (événement "
        "{seq}). Choisissez un jour suivant, ou corrigez d’abord cette fiche."
    ),
    "refused.named-elsewhere-for-good": (
        "Une autre fiche repose sur ce fait\u202f: « {what} » du {day} (événement {seq}), que rien ne reprend. Gardez "
        "cette fiche, et dites-la close, ou réunie avec une autre, là où cela se peut."
    ),
    "refused.rested-on-here": (
        "Quelque chose repose ici sur ce fait\u202f: « {what} » du {day} (événement {seq}). Annulez-le d’abord, depuis "
        "sa page."
    ),
    "refused.goes-back": "Un fait plus récent (du {day}) est déjà noté\u202f: celui-ci se note à sa suite, sans date.",
    "refused.clock-was-ahead": (
        "Le dernier fait porte une date à venir ({day})\u202f: une horloge avançait. Prévenez la personne qui "
        "exploite ce service."
    ),
    "refused.takes-no-day": ("Ce geste est toujours de maintenant\u202f: il ne prend pas de date. Laissez-la vide."),
    "refused.takes-no-day.api": ("Cette commande est toujours de maintenant\u202f: envoyez-la sans `happened`."),
    "refused.instead-without-reason": "Dites pourquoi ces faits sont notés par erreur (`instead_reason`).",
    "refused.since-which-day": (
        "Dites depuis quel jour la fiche est connue (`happened`), et seulement cela (`known_since`, sans `instead`)."
    ),
    "field.known_since": "Fiche connue depuis ce jour",
    "field.instead_reason": "Pourquoi",
    "record.not-yet": "Cette fiche n’était pas encore connue ce jour-là.",
    "reason.undo": "Annulé juste après la saisie",
    "refused.too-long-ago": "Rien n’est noté d’avant le {day}. Vérifiez l’année.",
    "refused.fact-stays": "Ce fait ne se corrige pas ainsi\u202f: sa fiche a son propre geste pour cela.",
    "refused.fact-struck": "Ce fait est noté par erreur\u202f: rétablissez-le d’abord, puis corrigez sa date.",
    "refused.never-began": (
        "Le début de cette fiche est noté par erreur\u202f: sans lui, rien ne s’y note. Rétablissez-le avec ce fait."
    ),
    "refused.other-record": (
        "Ce serait dit d’une autre fiche. Notez ce fait par erreur, puis dites-le sur l’autre fiche."
    ),
    "refused.no-such-fact": "Ce fait n’est pas sur cette fiche.",
    "refused.seat-vacated": "Ce siège était déjà rendu ce jour-là.",
    "refused.already-in-group": "Cet adhérent était déjà de ce groupe ce jour-là.",
    "refused.not-in-group": "Cet adhérent n’était pas de ce groupe ce jour-là.",
    "refused.civic-place-ended": "Cet agrément avait déjà pris fin ce jour-là.",
    "refused.civic-service-ended": "Ce service civique avait déjà pris fin ce jour-là.",
    "refused.peer-network-left": "Ce réseau n’était plus sur la carte ce jour-là.",
    "refused.college-closed": "Ce collège n’était pas ouvert ce jour-là.",
    "refused.structure-open": "Cette fiche n’était pas close ce jour-là.",
    "refused.already-merged": "Ces deux fiches étaient déjà fusionnées ce jour-là.",
    "refused.copied-otherwise": "Une autre fusion a repris celle-ci depuis\u202f: défaites d’abord la dernière.",
    "refused.already-renewed": "Cette année est déjà renouvelée.",
}
