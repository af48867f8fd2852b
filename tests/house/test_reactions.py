"""What can be struck, lifted or redated is heard by whoever reacts to it."""

from __future__ import annotations

import pytest

from deploy.host.all_services import DEFINITIONS
from shared.contract.corrections import EventRedated, EventStruck, StrikeLifted
from shared.kernel.reactions import Reaction

NOTHING_FOLLOWS: dict[tuple[str, str], str] = {
    ("planned-in-draft", "EventRedated"): "the day on which a gathering was planned is told nowhere",
}
"""(reaction, correction) → why nothing follows from it"""


@pytest.mark.parametrize("service", [one.name for one in DEFINITIONS])
def test_who_reacts_to_a_fact_of_a_day_hears_its_corrections(service: str) -> None:
    """A fact that is always of now is never struck; any other has three corrections, each with a reaction to it or a
    reason why nothing follows."""
    reactions = next(one.reactions for one in DEFINITIONS if one.name == service)
    heard = {(kind, one.event) for one in reactions for kind in one.of}
    for one in reactions:
        for word in (EventStruck, StrikeLifted, EventRedated):
            if not one.event.live and (one.event, word) not in heard:
                assert NOTHING_FOLLOWS.get((one.name, word.type_name())), (one.name, word.type_name())


@pytest.mark.parametrize("service", [one.name for one in DEFINITIONS])
def test_a_reaction_to_corrections_is_about_facts_of_one_kind_of_entity(service: str) -> None:
    reactions: list[Reaction[object]] = list(next(one.reactions for one in DEFINITIONS if one.name == service))
    for one in reactions:
        assert bool(one.of) == one.event.anywhere, one.name
        assert len({(kind.service, kind.entity) for kind in one.of}) <= 1, one.name
        assert not any(kind.live for kind in one.of), f"{one.name}: what is always of now is never corrected"
