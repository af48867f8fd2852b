"""What knows the time, as a sentence about the clock names it."""

from shared.base.translations import L, Words

CLOCK_WORDS: Words = {
    "witness.heartbeat": L("le dernier battement gardé avec les clés"),
    "witness.event": L("le dernier événement du journal"),
    "witness.checkpoint": L("la dernière signature du journal"),
    "witness.node": L("le serveur du journal"),
}
