"""What a figure rests on."""

from shared.base.translations import Words

FIGURE_WORDS: Words = {
    "rests_on.things": "un événement par chose comptée",
    "rests_on.heads": "des comptages\u00a0: un événement dit combien de personnes",
    "rests_on.measure": "une mesure\u00a0: une année, une durée, un temps de travail",
}
