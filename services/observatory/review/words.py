"""The words of reviews that are published."""

from shared.base.translations import Words

REVIEW_WORDS: Words = {
    "command.WithdrawReview": ("Retirer ce bilan", "Withdraw this review"),
    "field.review": ("Bilan", "Review"),
    "publishing.computed": ("Chiffres calculés", "Figures computed"),
    "publishing.pdf": ("PDF en {language} mis en page", "PDF in {language} laid out"),
    "publishing.workbooks": ("Tableurs et JSON écrits", "Workbooks and JSON written"),
    "publishing.written": ("Événements écrits au journal", "Events written to the journal"),
    "why.same": ("inchangé", "unchanged"),
    "why.events": ("des événements appris depuis", "events learnt since"),
    "why.definition": ("une définition qui a changé", "a definition that has changed"),
    "why.both": ("une définition qui a changé, et des événements appris depuis", "a definition that has changed, and events learnt since"),
    "why.gone": ("Cet indicateur n’existe plus.", "This indicator is no more."),
    "why.unexplained": ("Aucun événement appris depuis n’en est la cause.", "No event learnt since is the cause."),
    "refused.period-backwards": ("La période finit avant de commencer. Échangez ses deux dates.",
                                 "The period ends before it begins. Exchange its two dates."),
    "refused.period-too-long": ("Un bilan couvre au plus {most} ans. Choisissez une période plus courte.",
                                "A review spans at most {most} years. Choose a shorter period."),
    "refused.period-not-begun": ("Cette période n’a pas commencé au jour demandé. Choisissez une date plus tard, ou une période plus tôt.",
                                 "This period has not begun on the day asked for. Choose a later day, or an earlier period."),
    "refused.review-without-figures": ("Il n’y a aucun chiffre à publier. Retirez un filtre.", "There is no figure to publish. Remove a filter."),
    "refused.too-many-figures": ("Un bilan publié a au plus {most} chiffres. Choisissez une période plus courte.",
                                 "A published review has at most {most} figures. Choose a shorter period."),
    "refused.unknown-review": ("Ce bilan n’est pas publié.", "This review is not published."),
    "refused.review-gone": ("Ce bilan est déjà retiré ou remplacé.", "This review is withdrawn or replaced already."),
    "refused.replaced-without-reason": ("Dites pourquoi il remplace l’autre bilan.", "Say why it replaces the other review."),
}  # fmt: skip
