"""What the member’s own space says by code."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "refused.members-only": (
        "Seuls les adhérents du réseau publient ici. La fiche, elle, reste ouverte à vos corrections.",
        "Only members of the network publish here. The record itself stays open to your corrections.",
    ),
    "button.wish": ("Demander l’inscription", "Ask to be listed"),
}
