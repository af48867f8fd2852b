"""What the directory says of letters that it sends for other services."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "event.LetterBegun": ("Courrier en cours d’envoi", "Letter being sent"),
    "event.LetterSent": ("Courrier envoyé", "Letter sent"),
    "event.LetterRefused": ("Courrier refusé par le serveur", "Letter refused by the mail server"),
    "event.LetterUnaddressed": ("Courrier sans adresse", "Letter without an address"),
}
