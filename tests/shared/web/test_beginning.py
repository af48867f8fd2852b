"""The whole of a network's file is judged before anything of it is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.host.all_services import DEFINITIONS
from shared.base.translations import Lexicon
from shared.notions.network.beginning import Told, of, steps
from shared.web.beginning import NotSaid, commands_of, judge

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def judged(said: dict[str, Any], kinds: list[str] | None = None) -> None:
    judge(DEFINITIONS, steps(of(said, "x")), NOW, Lexicon(), "en", kinds)


@pytest.mark.parametrize(
    "said",
    [
        {"law": "1905"},
        {"dye": "indigo"},
        {"languages": ["tlh"]},
        {"since": "2026-03-02", "law": "1901"},
        {"since": "1989-12-31", "law": "1901"},
        {"lists": {"gathering": {"soup": {"titles": {"fr": "Soupes"}, "marks": ["never"]}}}},
        {"colleges": [{"code": "towns", "title": "Villes", "kinds": ["never"]}]},
    ],
)
def test_what_no_network_can_say_stops_it_and_nothing_is_said(said: dict[str, Any]) -> None:
    with pytest.raises(NotSaid) as no:
        judged({"names": [{"name": "Amont", "since": "2019-01-01"}], **said}, ["school"])
    assert no.value.told == Told() and no.value.step.command != "NameNetwork"


def test_a_kind_is_there_or_in_the_file_or_nobody_knows() -> None:
    college = {"colleges": [{"code": "towns", "title": "Villes", "kinds": ["mine"]}]}
    judged(college, ["mine"])
    judged(college | {"lists": {"structure": {"mine": {"titles": {"fr": "Mine"}}}}}, [])
    judged(college)
    with pytest.raises(NotSaid):
        judged(college, [])


def test_a_service_judges_its_own_part() -> None:
    (membership,) = (one for one in DEFINITIONS if one.name == "membership")
    assert "NameNetwork" in commands_of(membership)
    bulletin = {"bulletins": [{"code": "b", "title": "Bb", "purpose": "Cc"}]}
    judge([membership], steps(of(bulletin, "x"), "membership"), NOW, Lexicon(), "fr")
    with pytest.raises(NotSaid):
        judge([membership], steps(of(bulletin, "x")), NOW, Lexicon(), "fr")
