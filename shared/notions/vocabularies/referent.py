"""A code of a command as a reference to a list of the network: judged on the command's day, whoever sends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.kernel.decider import Decider, Refers
from shared.notions.vocabularies import VOCABULARIES, Terms, after, general, used, vocabulary_id
from shared.notions.vocabularies.themes import THEME

SAID_THEME = "said theme"
"""The state of the thesaurus that a said theme, a word or a code, asks for: the term that it means is not closed"""
NOTHING: Terms = {}
"""A list of which nothing was said: it is as it begins in every network"""


def terms_after(state: Terms, event: Event) -> Terms:
    """The list after an event, for those who ask whether a term is open, and not since when."""
    match event:
        case TermDefined() | TermRevised() | TermClosed():
            return after(state or general(event.vocabulary), event, date.min)
    return state


def _open(vocabulary: str) -> Callable[[Terms, Any], str | None]:
    return lambda state, said: used(vocabulary, said, state)


VOCABULARY: Decider[Terms] = Decider(
    "vocabulary",
    NOTHING,
    terms_after,
    {},
    states={
        **{name: _open(name) for name, one in VOCABULARIES.items() if not one.elsewhere},
        SAID_THEME: lambda state, said: "theme-closed" if used(THEME, said, state) == "term-closed" else None,
    },
)
"""By the name of a list: the term that was said is in it and open; a theme that was said may be of no term. Nothing
begins a list: of one that nobody spoke of, the terms that every network has are open."""


def term_of(vocabulary: str) -> Refers:
    """What a field refers to that is `Of(vocabulary)`. A term that the record has already may stay, also once it is
    closed."""
    return Refers("membership.vocabulary", vocabulary, kept=True, id=partial(_list_id, vocabulary_id(vocabulary)))


def theme_said() -> Refers:
    """What a field of themes refers to. Any word may be said; of a term that is closed, only where the record has it
    already, under whatever name."""
    return replace(term_of(THEME), state=SAID_THEME)


def _list_id(id: UUID, said: Any, own: UUID) -> UUID:
    return id
