"""The words at the door."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "standing.registered": ("inscrite", "registered"),
    "standing.waiting": ("en attente", "waiting"),
    "standing.present": ("accueillie", "checked in"),
    "standing.cancelled": ("annulée", "cancelled"),
    "door": ("Accueil", "At the door"),
    "door.agora": ("Accueil de l’Agora", "At the door of the Agora"),
}
