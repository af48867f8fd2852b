"""The words that all capabilities of the newsletter share."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "field.reason": "Raison",
}
