"""What is said where a fact can't stand on the day that it was given (shared/kernel/line.py)."""

from shared.base.translations import Words

LINE_WORDS: Words = {
    "refused.before-its-beginning": (
        "Cette fiche ne commence que le {day}\u202f: rien ne peut y être noté d’avant. Choisissez ce jour ou un jour suivant.",
        "This record begins on {day} only: nothing can be noted of before. Choose that day or a later one.",
    ),
    "refused.later-stands-against": (
        "Impossible ce jour-là\u202f: ce qui est noté au {day} (événement n° {seq}) s’y oppose. Choisissez un autre jour, ou "
        "corrigez d’abord ce fait.",
        "Impossible on that day: what is noted of {day} (event no. {seq}) stands against it. Choose another day, or correct "
        "that fact first.",
    ),
    "refused.goes-back": (
        "Un fait plus récent (du {day}) est déjà noté\u202f: celui-ci se note à sa suite, sans date.",
        "A more recent fact (of {day}) is noted already: this one is noted after it, without a day.",
    ),
    "refused.clock-was-ahead": (
        "Le dernier fait porte une date à venir ({day})\u202f: une horloge avançait. Prévenez la personne qui exploite ce service.",
        "The last fact has a day to come ({day}): a clock was ahead. Tell whoever operates this service.",
    ),
    "refused.too-long-ago": (
        "Rien n’est noté d’avant le {day}. Vérifiez l’année.",
        "Nothing is noted of before {day}. Check the year.",
    ),
    "refused.fact-stays": (
        "Ce fait ne se corrige pas ainsi\u202f: sa fiche a son propre geste pour cela.",
        "This fact is not corrected so: its record has an action of its own for that.",
    ),
    "refused.no-such-fact": ("Ce fait n’est pas sur cette fiche.", "This fact is not on this record."),
    "refused.seat-vacated": ("Ce siège était déjà rendu ce jour-là.", "This seat had been given up by that day."),
    "refused.already-in-group": (
        "Cet adhérent était déjà de ce groupe ce jour-là.",
        "This member was in this group by that day.",
    ),
    "refused.not-in-group": (
        "Cet adhérent n’était pas de ce groupe ce jour-là.",
        "This member was not in this group on that day.",
    ),
    "refused.civic-place-ended": (
        "Cet agrément avait déjà pris fin ce jour-là.",
        "This approval had ended by that day.",
    ),
    "refused.civic-service-ended": (
        "Ce service civique avait déjà pris fin ce jour-là.",
        "This civic service had ended by that day.",
    ),
    "refused.peer-network-left": (
        "Ce réseau n’était plus sur la carte ce jour-là.",
        "This network was not on the map any more on that day.",
    ),
    "refused.college-closed": ("Ce collège n’était pas ouvert ce jour-là.", "This college was not open on that day."),
    "refused.structure-open": ("Cette fiche n’était pas close ce jour-là.", "This record was not closed on that day."),
    "refused.already-merged": (
        "Ces deux fiches étaient déjà fusionnées ce jour-là.",
        "These two records had been merged by that day.",
    ),
    "refused.already-renewed": (
        "Cette année est déjà renouvelée.",
        "This year is renewed already.",
    ),
}
