"""Saying a network to begin with: all of it is judged before anything is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.host.all_services import DEFINITIONS
from services.membership.app import MEMBERSHIP
from shared.base.translations import Lexicon
from shared.notions.network.beginning import Step, of, steps
from shared.web.forms.beginning import NotSaid, commands_of, judge
from shared.web.words.messages import WORDS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEXICON = Lexicon(WORDS, *(one.words for one in DEFINITIONS))


def judged(said: dict[str, Any]) -> None:
    judge(DEFINITIONS, steps(of(said, "file")), NOW, LEXICON, "en", {"association"})


def test_what_any_network_can_say_passes() -> None:
    judged(
        {
            "names": [{"name": "Amont", "since": "2012-01-03"}],
            "colleges": [{"code": "clubs", "title": "Clubs", "kinds": ["association"]}],
            "lists": {"gathering": {"forum": {"titles": {"fr": "Forum"}}}},
            "bulletins": [{"code": "letter", "title": "Lettre", "purpose": "Tout."}],
        }
    )


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ({"names": [{"name": "Amont"}, {"name": "Aval", "since": "2040-01-01"}]}, "NameNetwork"),
        ({"names": [{"name": "Amont", "since": "1815-01-01"}]}, "NameNetwork"),
        ({"dye": "mauve"}, "ChooseDye"),
        ({"languages": ["tlh"]}, "ChooseLanguages"),
        ({"lists": {"gathering": {"forum": {"titles": {"fr": "Forum"}, "marks": ["round"]}}}}, "DefineTerm"),
        ({"colleges": [{"code": "clubs", "title": "Clubs", "kinds": ["never_was"]}]}, "OpenCollege"),
    ],
)
def test_what_none_can_say_is_said_with_its_step_and_nothing_is(said: dict[str, Any], step: str) -> None:
    with pytest.raises(NotSaid) as no:
        judged(said)
    assert no.value.step.command == step and len(no.value.why) > 20


def test_a_step_that_no_service_knows_is_none() -> None:
    strange = Step("membership", "SingASong", {}, "?", None)
    with pytest.raises(NotSaid):
        judge(DEFINITIONS, [strange], NOW, LEXICON, "en")
    assert "NameNetwork" in commands_of(MEMBERSHIP) and "SingASong" not in commands_of(MEMBERSHIP)
