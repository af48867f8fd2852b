"""The network itself: its name, region, languages, dye, law and printed reviews, each from a day on (docs/adr/0053)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.base.paris_days import day_of
from shared.contract import Event
from shared.contract.fields import Day, DepartmentCode, Line, Name
from shared.contract.fields.codes import Code, Tongue
from shared.contract.membership.network import (
    DyeChosen,
    LanguagesChosen,
    LawChosen,
    LegalTermStated,
    NetworkNamed,
    PrintedReviewsNamed,
    RegionDrawn,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Level, Refused
from shared.notions.legal_terms import LAWS, legal_terms, unit_of
from shared.notions.network import (
    DYES,
    NETWORK_ID,
    NOTHING_SAID,
    SAYS,
    Ourselves,
    after,
    known_reviews,
    own_reviews,
    printed_by,
    spoken,
)
from shared.notions.vocabularies import unspoken


class NetworkCommand(Command):
    entity = "network"

    def target(self, context: Context) -> UUID:
        return NETWORK_ID


class NameNetwork(NetworkCommand):
    """Give the network a name."""

    name: Name


class DrawRegion(NetworkCommand):
    """Say which departments are the network's region, from a day on; none: it has no region."""

    asks: ClassVar[Level] = "administrator"
    region: Line | None = None
    departments: list[DepartmentCode] = Field([], max_length=110)


class ChooseLanguages(NetworkCommand):
    """Say in which languages the pages are; the first is for readers who chose none."""

    asks: ClassVar[Level] = "administrator"
    languages: list[Code] = Field(min_length=1, max_length=20)


class ChooseDye(NetworkCommand):
    """Choose the dye that the pages have as their colour."""

    asks: ClassVar[Level] = "administrator"
    dye: Code


class ChooseLaw(NetworkCommand):
    """Say under which law the network is an association."""

    asks: ClassVar[Level] = "administrator"
    law: Code


class StateLegalTerm(NetworkCommand):
    """Say what a term of the law is from a day on; without a wording, that it still holds."""

    asks: ClassVar[Level] = "administrator"
    law: Code
    term: Code
    review_by: Day
    wording: dict[Tongue, Line] = Field({}, max_length=10)
    article: dict[Tongue, Line] = Field({}, max_length=10)
    amount: int | None = Field(None, ge=0, le=10**9)


class NamePrintedReviews(NetworkCommand):
    """Say which printed reviews are the network's own, so that they are recounted; none: it printed none."""

    asks: ClassVar[Level] = "administrator"
    reviews: list[Code] = Field([], max_length=20)


def _named(command: NameNetwork, state: Ourselves, context: Context) -> Decision:
    return [] if command.name == state.name else [NetworkNamed(name=command.name)]


def _drawn(command: DrawRegion, state: Ourselves, context: Context) -> Decision:
    departments = tuple(sorted(set(command.departments)))
    if command.region is not None and not departments:
        raise Refused("region-without-departments", field="departments")
    if (command.region, departments) == (state.region, state.departments):
        return []
    return [RegionDrawn(region=command.region, departments=list(departments))]


def _spoken(command: ChooseLanguages, state: Ourselves, context: Context) -> Decision:
    chosen = tuple(dict.fromkeys(command.languages))
    if strange := set(chosen) - set(spoken()):
        raise Refused("language-not-offered", field="languages", language=min(strange))
    return [] if chosen == state.languages else [LanguagesChosen(languages=list(chosen))]


def _dyed(command: ChooseDye, state: Ourselves, context: Context) -> Decision:
    if command.dye not in DYES:
        raise Refused("unknown-dye", field="dye")
    return [] if command.dye == state.dye else [DyeChosen(dye=command.dye)]


def _under(command: ChooseLaw, state: Ourselves, context: Context) -> Decision:
    if command.law not in LAWS:
        raise Refused("unknown-law", field="law")
    return [] if command.law == state.law else [LawChosen(law=command.law)]


def _stated(command: StateLegalTerm, state: Ourselves, context: Context) -> Decision:
    if command.law not in LAWS:
        raise Refused("unknown-law", field="law")
    term = legal_terms().get(command.term)
    if term is None:
        raise Refused("unknown-legal-term", field="term")
    for name in ("wording", "article"):
        if strange := unspoken(getattr(command, name)):
            raise Refused("unknown-language", field=name, language=strange)
    if command.amount is not None and unit_of(term) is None:
        raise Refused("no-amount", field="amount")
    if command.amount is not None and not command.wording:
        raise Refused("no-wording", field="wording")  # else the page would say the amount of before
    if command.wording and not command.article:
        raise Refused("no-article", field="article")
    if command.review_by <= day_of(context.at):
        raise Refused("review-day-past", field="review_by")
    said = LegalTermStated(**command.model_dump())
    return [] if state.legal.get((said.law, said.term)) == said else [said]


def _printed(command: NamePrintedReviews, state: Ourselves, context: Context) -> Decision:
    chosen = tuple(dict.fromkeys(command.reviews))
    if strange := set(chosen) - set(known_reviews()):
        raise Refused("unknown-printed-review", field="reviews", review=min(strange))
    named = [NetworkNamed(name=state.name)] if state.name is not None else []
    own = own_reviews([*named, *(fact.event for fact in context.line)])  # it may have had the name on another day
    if foreign := set(chosen) - {*own, *(state.reviews or ())}:
        review = min(foreign)
        raise Refused("review-of-another", field="reviews", review=review, network=printed_by(review))
    return [] if chosen == state.reviews else [PrintedReviewsNamed(reviews=list(chosen))]


AGAIN: Mapping[type[Event], type[Command]] = {
    NetworkNamed: NameNetwork,
    RegionDrawn: DrawRegion,
    LanguagesChosen: ChooseLanguages,
    DyeChosen: ChooseDye,
    LawChosen: ChooseLaw,
    LegalTermStated: StateLegalTerm,
    PrintedReviewsNamed: NamePrintedReviews,
}
"""Fact → the command that says it again with other answers"""
NETWORK = Decider(
    "network",
    NOTHING_SAID,
    after,
    {
        NameNetwork: _named,
        DrawRegion: _drawn,
        ChooseLanguages: _spoken,
        ChooseDye: _dyed,
        ChooseLaw: _under,
        StateLegalTerm: _stated,
        NamePrintedReviews: _printed,
    },
    births=SAYS,
)
"""Each of its facts may be the first."""
