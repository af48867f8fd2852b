"""The words of reviews that are published."""

from shared.base.translations import Words

REVIEW_WORDS: Words = {
    "command.WithdrawReview": "Retirer ce bilan",
    "field.review": "Bilan",
    "publishing.computed": "Chiffres calculés",
    "publishing.pdf": "PDF en {language} mis en page",
    "publishing.workbooks": "Tableurs et JSON écrits",
    "publishing.written": "Événements écrits au journal",
    "why.same": "inchangé",
    "why.events": "des événements appris depuis",
    "why.definition": "une définition qui a changé",
    "why.both": "une définition qui a changé, et des événements appris depuis",
    "why.gone": "Cet indicateur n’existe plus.",
    "why.unexplained": "Aucun événement appris depuis n’en est la cause.",
    "refused.period-backwards": "La période finit avant de commencer. Échangez ses deux dates.",
    "refused.period-too-long": "Un bilan couvre au plus {most} ans. Choisissez une période plus courte.",
    "refused.period-not-begun": (
        "Cette période n’a pas commencé au jour demandé. Choisissez une date plus tard, ou une période plus tôt."
    ),
    "refused.review-without-figures": "Il n’y a aucun chiffre à publier. Retirez un filtre.",
    "refused.too-many-figures": "Un bilan publié a au plus {most} chiffres. Choisissez une période plus courte.",
    "refused.review-changed-meanwhile": (
        "Ce qui est déjà publié a changé pendant que ce bilan se faisait. Recommencez."
    ),
    "refused.unknown-review": "Ce bilan n’est pas publié.",
    "refused.review-gone": "Ce bilan est déjà retiré ou remplacé.",
    "refused.replaced-without-reason": "Dites pourquoi il remplace l’autre bilan.",
}
