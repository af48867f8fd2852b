"""Each event in words, for the journal: what happened, and the one detail that tells it from the others.

The words are the contract's (shared/contract/says.py). A type that this release does not know is said by its name.
Nothing personal is ever said: names of persons stay sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.base.translations import Lang, colon, humanised, translated
from shared.contract import load_all
from shared.contract.labels import coded

TYPES = load_all()


def sentence(kind: str, data: Mapping[str, Any] | None, lang: Lang) -> str:
    """What happened, such as "Appui individuel donné : recherche de financements"."""
    if kind not in TYPES:
        return humanised(kind)
    says = TYPES[kind].says
    said = translated(says.words, lang)
    detail = (data or {}).get(says.detail) if says.detail else None
    if detail is None or detail == "" or isinstance(detail, dict | list):
        return said
    text = coded(str(detail), lang)
    if says.joined:
        return f"{said} {text}"
    return f"{said}{colon(lang)}{text}"
