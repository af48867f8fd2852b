"""Questions as fields of a form."""

from __future__ import annotations

from typing import Any

import pytest

from services.observatory.app import OBSERVATORY
from services.observatory.surveys.answering.fields import MANY, as_sent, fields, problems
from services.observatory.surveys.domain.questions import Wrong, read
from shared.base.translations import Lexicon
from shared.contract.observatory.surveys import SurveyQuestion
from shared.web.words.messages import WORDS

LEXICON = Lexicon(WORDS, OBSERVATORY.words)


def field(kind: Any, values: tuple[str, ...] = (), wrong: Wrong | None = None, **more: Any) -> Any:
    one = SurveyQuestion("q", kind, "Combien ?", **more)
    return fields([one], {"q": values}, {"q": wrong} if wrong else {}, LEXICON, "fr")[0]


@pytest.mark.parametrize(
    ("kind", "more", "widget", "options"),
    [
        ("short", {}, "text", 0),
        ("long", {}, "textarea", 0),
        ("date", {}, "date", 0),
        ("number", {}, "text", 0),
        ("several", {"options": ["a", "b"]}, "checkboxes", 2),
        ("one", {"options": ["a", "b"]}, "radio", 3),
        ("one", {"options": ["a", "b"], "required": True}, "radio", 2),
        ("one", {"options": list("x" * (MANY + 1)), "required": True}, "select", MANY + 2),
        ("yes_no", {"required": True}, "radio", 2),
        ("yes_no", {}, "radio", 3),
        ("scale", {"least": 1, "most": 5, "low": "peu", "required": True}, "radio", 5),
    ],
)
def test_each_kind_has_its_control_and_no_answer_can_be_chosen_where_none_is_needed(
    kind: str, more: dict[str, Any], widget: str, options: int
) -> None:
    found = field(kind, **more)
    assert (found.widget, len(found.options)) == (widget, options)


def test_ends_and_bounds_are_said() -> None:
    assert field("scale", least=1, most=3, low="peu", required=True).options[0] == ("1", "1, peu")
    assert field("number", least=1, most=1805, unit="€").hint == "De 1 à 1\u202f805."
    assert field("number", unit="€").label == "Combien\u202f? (€)" or field("number", unit="€").label == "Combien ? (€)"
    assert field("number", least=0, hint="Par an.").hint == "Par an. Au moins 0."
    assert field("number", most=9).hint == "Au plus 9." and field("number").hint is None


def test_what_is_wrong_stands_at_its_question_and_in_the_summary() -> None:
    found = field("number", ("x",), Wrong("not-a-number"))
    assert found.error and found.values == ("x",) and problems([found])[0].anchor == "f-q"
    assert problems([field("number")]) == ()


def test_an_answer_as_its_form_sends_it_is_read_as_the_same_answer() -> None:
    questions = [
        SurveyQuestion("c", "several", "?", options=["a", "b", "c"]),
        SurveyQuestion("n", "number", "?"),
        SurveyQuestion("y", "yes_no", "?"),
        SurveyQuestion("d", "date", "?"),
        SurveyQuestion("t", "short", "?"),
    ]
    version = {"choices": {"c": [0, 2]}, "numbers": {"n": 2.5}, "flags": {"y": False}, "dates": {"d": "2017-10-31"}}
    sent = as_sent(version, {"t": "Eau"})
    assert sent == {"c": ["0", "2"], "n": ["2,5"], "y": ["no"], "d": ["2017-10-31"], "t": ["Eau"]}
    assert not read(questions, sent)[1]
