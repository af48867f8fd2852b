"""The words that all capabilities of the newsletter share."""

from __future__ import annotations

from shared.base.translations import Words

WORDS: Words = {
    "field.reason": ("Raison", "Reason"),
    "refused.one-line": (
        "Ce texte doit tenir sur une ligne. Retirez les retours à la ligne.",
        "This text must fit on one line. Remove the line breaks.",
    ),
    "refused.plain-text": (
        "Ce texte contient des caractères invisibles. Recopiez-le sans mise en forme.",
        "This text holds invisible characters. Copy it again without formatting.",
    ),
}
