"""The network's own lists: which terms they have, since when, until when."""

from __future__ import annotations

from collections.abc import Sequence

from services.membership.vocabularies.domain.vocabulary import (
    VOCABULARY,
    CloseTerm,
    DefineTerm,
    ReviseTerm,
    VocabularyCommand,
)
from services.membership.vocabularies.pages import routes
from services.membership.vocabularies.words import WORDS
from shared.base.translations import colon, translated
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.notions.vocabularies import VOCABULARIES
from shared.notions.vocabularies.uses import TERM_USES
from shared.runtime.faces import Views
from shared.runtime.feature import Feature, Sayings
from shared.runtime.service import Choices, Given


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The page of the list."""
    return f"/membership/vocabularies/{command.vocabulary}" if isinstance(command, VocabularyCommand) else None


async def choices(service: Views, command: type[Command], lang: str) -> Choices:
    """The lists by their titles, and the marks of each."""
    if not issubclass(command, VocabularyCommand):
        return {}
    own = [one for one in VOCABULARIES.values() if not one.elsewhere]
    found: dict[str, Sequence[tuple[str, str]]] = {
        "vocabulary": [(one.name, translated(one.title, lang)) for one in own]
    }
    if "marks" in command.model_fields:
        found["marks"] = [
            (mark, f"{translated(one.title, lang)}{colon(lang)}{translated(text, lang)}")
            for one in own
            for mark, text in one.marks.items()
        ]
    return found


def marks_of_list(choices: Choices, given: Given, lang: str) -> Choices:
    """Of the marks, those of the list that the form is about."""
    known = VOCABULARIES.get(next(iter(given("vocabulary")), ""))
    if known is None or "marks" not in choices:
        return choices
    return {**choices, "marks": [(mark, translated(text, lang)) for mark, text in known.marks.items()]}


AGAIN: Sayings = {TermDefined: DefineTerm, TermRevised: ReviseTerm, TermClosed: CloseTerm}

FEATURE = Feature(
    name="vocabularies",
    deciders=(VOCABULARY,),
    views=(TERM_USES,),
    words=WORDS,
    routes=(routes,),
    page_of=page_of,
    choices=choices,
    again=AGAIN,
    narrowing={DefineTerm: marks_of_list, ReviseTerm: marks_of_list},
)
