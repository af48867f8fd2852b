"""The words of the agenda."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "chart.by-year": "Rencontres tenues par année",
}
