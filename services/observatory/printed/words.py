"""The words of the review that was printed before there was a log."""

from shared.base.translations import Words

PRINTED_WORDS: Words = {
    "reading.equal": "identique",
    "reading.doubt": "doute de la source",
    "reading.different": "écart",
    "reading.unmeasured": "non mesuré",
    "reading.other-day": "autre date",
}
