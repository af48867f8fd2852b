"""Support, media coverage, and requests to identify actors."""

from __future__ import annotations

from services.directory.casework import pages, request_pages
from services.directory.casework.domain.coverage import COVERAGE, NoteMediaCoverage
from services.directory.casework.domain.request import (
    REQUEST,
    AnswerIdentification,
    RequestIdentification,
)
from services.directory.casework.domain.support import SUPPORT, GiveSupport
from services.directory.casework.views import COVERAGES, REQUESTS, SUPPORTS
from services.directory.casework.words import WORDS
from services.directory.search.finder import finder_of
from shared.contract.directory.casework import (
    IdentificationAnswered,
    IdentificationRequested,
    MediaCoverageNoted,
    SupportGiven,
)
from shared.geo import plain
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Premises
from shared.runtime.feature import Feature, Sayings
from shared.runtime.service import Again, Choices, Retired

IDENTIFYING = (RequestIdentification, AnswerIdentification)


def page_of(command: Command, outcome: Outcome) -> str | None:
    return f"/directory/requests/{outcome.entity_id}" if isinstance(command, IDENTIFYING) else None


async def choices(service: Premises, command: type[Command], lang: str) -> Choices:
    """What is looked for is one of the network's themes, or of the words that records name besides."""
    if command is not RequestIdentification:
        return {}
    themes = (await finder_of(service).find(limit=0, count=("themes",))).facets["themes"]
    known = known_lists()
    own = dict(known.choices("theme", lang))
    free = [name for name in themes if name not in own and not known.closed("theme", name)]
    used = [(name, known.theme(name, lang)) for name in free]
    return {"themes": [*own.items(), *sorted(used, key=lambda pair: plain(pair[1]))]}


RETIRED = {
    "WithdrawSupport": Retired("support", "StrikeEvents"),
    "WithdrawMediaCoverage": Retired("coverage", "StrikeEvents"),
    "WithdrawIdentificationRequest": Retired("request", "StrikeEvents"),
}

AGAIN: Sayings = {
    SupportGiven: GiveSupport,
    MediaCoverageNoted: NoteMediaCoverage,
    IdentificationRequested: RequestIdentification,
    # the structures that were shown are those that were shown
    IdentificationAnswered: Again(AnswerIdentification, asks=("answer",)),
}

FEATURE = Feature(
    name="casework",
    deciders=(SUPPORT, COVERAGE, REQUEST),
    views=(SUPPORTS, COVERAGES, REQUESTS),
    words=WORDS,
    routes=(pages.routes, request_pages.reading_routes, request_pages.answering_routes),
    page_of=page_of,
    choices=choices,
    retired=RETIRED,
    again=AGAIN,
)
