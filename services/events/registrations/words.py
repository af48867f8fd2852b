"""The words at the door."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "standing.registered": "inscrite",
    "standing.waiting": "en attente",
    "standing.present": "accueillie",
    "standing.cancelled": "annulée",
    "door": "Accueil",
    "door.yearly": "Accueil de la rencontre annuelle",
}
