"""What is said of a search that asks for what there is not."""

from shared.base.translations import Words

SEARCH_WORDS: Words = {
    "refused.unknown-service": "«\u00a0{value}\u00a0» n’est pas un service. Choisissez dans la liste.",
    "refused.unknown-type": "«\u00a0{value}\u00a0» n’est pas une sorte d’événement. Choisissez dans la liste.",
    "refused.not-a-number": "«\u00a0{value}\u00a0» n’est pas un numéro d’événement.",
}
