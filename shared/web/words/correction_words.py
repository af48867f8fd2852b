"""What corrections of facts are called in the histories of records, in every service."""

from shared.base.translations import L, Words

CORRECTION_WORDS: Words = {
    "event.EventStruck": L("Noté par erreur"),
    "event.StrikeLifted": L("Fait rétabli"),
    "event.EventRedated": L("Date corrigée"),
}
