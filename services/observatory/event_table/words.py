"""What is said of days and years that are none."""

from shared.base.translations import Words

TABLE_WORDS: Words = {
    "refused.not-a-day": "«\u00a0{value}\u00a0» n’est pas une date. Écrivez-la ainsi\u00a0: 2017-10-31.",
    "refused.day-too-far": "«\u00a0{value}\u00a0» est trop loin. Donnez une date entre 1900 et 2199.",
    "refused.not-a-year": "«\u00a0{value}\u00a0» n’est pas une année. Écrivez-la ainsi\u00a0: 2017.",
}
