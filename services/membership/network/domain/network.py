"""The network itself: its name, region, languages, dye, law and printed reviews, each from a day on (docs/adr/0053)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.fields import DepartmentCode, Line, Name
from shared.contract.fields.codes import Code
from shared.contract.membership.network import (
    DyeChosen,
    LanguagesChosen,
    LawChosen,
    NetworkNamed,
    PrintedReviewsNamed,
    RegionDrawn,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Level, Refused
from shared.notions.network import DYES, LAWS, NETWORK_ID, NOTHING_SAID, SAYS, Ourselves, after, known_reviews, spoken


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


def _printed(command: NamePrintedReviews, state: Ourselves, context: Context) -> Decision:
    chosen = tuple(dict.fromkeys(command.reviews))
    if strange := set(chosen) - set(known_reviews()):
        raise Refused("unknown-printed-review", field="reviews", review=min(strange))
    return [] if chosen == state.reviews else [PrintedReviewsNamed(reviews=list(chosen))]


AGAIN: Mapping[type[Event], type[Command]] = {
    NetworkNamed: NameNetwork,
    RegionDrawn: DrawRegion,
    LanguagesChosen: ChooseLanguages,
    DyeChosen: ChooseDye,
    LawChosen: ChooseLaw,
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
        NamePrintedReviews: _printed,
    },
    births=SAYS,
)
"""Each of its facts may be the first."""
