"""What the public pages say by code."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "problem.410": "Ce n’est plus publié",
    "problem.410.hint": "Qui l’avait publié l’a retiré. Cherchez dans l’annuaire public.",
}
