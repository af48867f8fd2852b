"""What the member’s own space says by code."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "refused.members-only": (
        "Seuls les adhérents du réseau publient ici. La fiche, elle, reste ouverte à vos corrections."
    ),
    "button.wish": "Demander l’inscription",
}
