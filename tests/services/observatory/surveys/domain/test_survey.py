"""A survey: drafted, opened from a day to a day, sent, closed, its figures published; and answers, by its questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest
from pydantic import ValidationError

from services.observatory.surveys.domain.answer import ANSWER as ANSWERS
from services.observatory.surveys.domain.answer import MOST_VERSIONS, AnswerSurvey, DeclineSurvey, answer_id
from services.observatory.surveys.domain.questions import (
    KINDS,
    LONG,
    LONGEST,
    SHORT,
    Answers,
    Question,
    checked,
    read,
)
from services.observatory.surveys.domain.survey import (
    SURVEY,
    CloseSurvey,
    DraftSurvey,
    ExtendSurvey,
    OpenSurvey,
    PublishSurveyResults,
    ReviseSurvey,
    SendSurvey,
    WithdrawSurvey,
    WithdrawSurveyResults,
)
from shared.contract import Event
from shared.contract.observatory.surveys import (
    SurveyAnswer,
    SurveyAnswerChanged,
    SurveyAnswered,
    SurveyClosed,
    SurveyDeclined,
    SurveyDrafted,
    SurveyExtended,
    SurveyOpened,
    SurveyQuestion,
    SurveyResultsPublished,
    SurveyResultsWithdrawn,
    SurveyRevised,
    SurveySent,
    SurveyWithdrawn,
)
from shared.contract.personal import Personal
from shared.kernel.decider import Command, Refused
from shared.notions.one_kind import together
from tests.fixtures.deciding import context

STORED = together(SURVEY, ANSWERS)
ONE, STRUCTURE, ANSWER, PERSON = uuid4(), uuid4(), uuid4(), uuid4()
ASKED = [
    Question(id="q1", kind="one", text="Un choix", options=["a", "b"], required=True),
    Question(id="q2", kind="number", text="Combien", unit="élèves", least=0, most=100),
    Question(id="q3", kind="short", text="En bref"),
]
DRAFT = SurveyDrafted(title="Enquête", intro="Bonjour", questions=[one.as_said() for one in ASKED], asks_who=True)
OPEN = SurveyOpened(begins=date(2017, 1, 1), until=date(2017, 1, 31), open_link=True)
NOW = datetime(2017, 1, 10, 12, tzinfo=UTC)
AFTER = datetime(2017, 2, 1, 12, tzinfo=UTC)


def said(given: Sequence[Event], command: Command, now: datetime = NOW, survey: Sequence[Event] = ()) -> Any:
    """The events that a command comes to, or the code of its refusal; `survey`: that of which an answer is one."""
    where = replace(context(), now=now, others={ONE: STORED.fold(survey)})
    try:
        return list(STORED.decide(command, STORED.fold(given), where))
    except Refused as refused:
        return refused.code


def draft(**more: Any) -> DraftSurvey:
    return DraftSurvey(**{"title": "Enquête", "intro": "Bonjour", "questions": ASKED, "asks_who": True} | more)


def revise(**more: Any) -> ReviseSurvey:
    return ReviseSurvey(survey=ONE, **draft(**more).model_dump())


def test_a_survey_is_begun_once_and_each_question_is_asked_once() -> None:
    assert said([], draft()) == [DRAFT]
    assert said([DRAFT], draft()) == "already-registered"
    assert said([], draft(questions=[ASKED[0], ASKED[0]])) == "question-twice"
    assert said([], draft(intro=" \r\n ", questions=[])) == [SurveyDrafted(title="Enquête", asks_who=True)]


def test_a_draft_is_changed_as_a_whole_and_says_only_what_changed() -> None:
    assert said([DRAFT], revise()) == []
    assert said([DRAFT], revise(title="Autre titre")) == [SurveyRevised(title="Autre titre")]
    assert said([DRAFT], revise(intro=None)) == [SurveyRevised(cleared=["intro"])]
    changed = [SurveyRevised(title="Autre titre"), SurveyRevised(cleared=["intro"]), SurveyRevised(asks_who=False)]
    again = said([DRAFT, *changed], revise(questions=ASKED[:1]))
    assert again == [SurveyRevised(title="Enquête", intro="Bonjour", questions=[ASKED[0].as_said()], asks_who=True)]
    assert said([DRAFT, *changed, *again], revise(questions=ASKED[:1])) == []
    assert said([DRAFT, OPEN], revise(title="Trop tard")) == "survey-opened"
    assert said([], revise()) == "unknown-survey"
    assert said([DRAFT], revise(questions=[ASKED[0], ASKED[0]])) == "question-twice"


def test_it_is_opened_once_with_questions_until_a_day_that_is_not_over_nor_too_far() -> None:
    def opening(until: date, **more: Any) -> OpenSurvey:
        return OpenSurvey(survey=ONE, until=until, **more)

    assert said([DRAFT], opening(date(2017, 1, 31))) == [SurveyOpened(begins=NOW.date(), until=date(2017, 1, 31))]
    assert said([DRAFT], opening(date(2017, 1, 9))) == "survey-ends-before"
    assert said([DRAFT], opening(date(2017, 1, 20), begins=date(2017, 1, 21))) == "survey-ends-before"
    assert said([DRAFT], opening(date(2019, 2, 1))) == "survey-too-long"
    assert said([SurveyDrafted(title="Vide")], opening(date(2017, 1, 31))) == "survey-empty"
    assert said([DRAFT, OPEN], opening(date(2017, 1, 31))) == "survey-opened"
    assert said([DRAFT], opening(date(2017, 1, 31), begins=date(2017, 1, 9))) == "survey-begins-before"
    assert said([DRAFT], opening(date(2017, 1, 31), begins=NOW.date())) == said([DRAFT], opening(date(2017, 1, 31)))
    again = opening(OPEN.until, begins=OPEN.begins, open_link=True)
    assert said([DRAFT, OPEN], again) == [], "it is so already"
    assert said([DRAFT, OPEN, SurveyClosed()], again) == "survey-opened"
    assert said([], opening(date(2017, 1, 31))) == "unknown-survey"


def test_it_is_closed_by_its_day_or_by_hand_and_goes_on_where_it_is_extended() -> None:
    close, extend = CloseSurvey(survey=ONE), ExtendSurvey(survey=ONE, until=date(2017, 3, 31))
    assert said([DRAFT], close) == said([DRAFT], extend) == "survey-not-opened"
    assert said([DRAFT, OPEN], close) == [SurveyClosed()]
    assert said([DRAFT, OPEN, SurveyClosed()], close) == said([DRAFT, OPEN], close, now=AFTER) == []
    assert said([DRAFT, OPEN], extend) == [SurveyExtended(until=date(2017, 3, 31))]
    longer = [DRAFT, OPEN, SurveyExtended(until=date(2017, 3, 31))]
    assert said(longer, extend) == []
    assert said([*longer, SurveyClosed()], extend) == [SurveyExtended(until=date(2017, 3, 31))], "open again"
    assert said([DRAFT, OPEN, SurveyClosed(), SurveyResultsPublished()], extend) == "survey-published"


def test_it_is_sent_while_it_can_be_answered_and_each_structure_is_named_once() -> None:
    send = SendSurvey(survey=ONE, kind="invitation", structures=[STRUCTURE, ANSWER, STRUCTURE])
    assert said([DRAFT, OPEN], send) == [SurveySent(kind="invitation", structures=[STRUCTURE, ANSWER])]
    assert SURVEY.fold([DRAFT, OPEN, SurveySent(kind="invitation", structures=[STRUCTURE, ANSWER])]).sent == 2
    assert said([DRAFT, OPEN], send, now=AFTER) == "survey-closed"
    assert said([DRAFT, OPEN], send, now=datetime(2016, 12, 31, 12, tzinfo=UTC)) == "survey-not-begun"
    assert said([DRAFT], send) == "survey-not-opened"
    with pytest.raises(ValidationError):
        SendSurvey(survey=ONE, kind="invitation", structures=[])


def test_figures_are_published_of_what_is_over_and_taken_back_with_a_reason() -> None:
    publish, back = PublishSurveyResults(survey=ONE), WithdrawSurveyResults(survey=ONE, reason="Une erreur")
    over = [DRAFT, OPEN, SurveyClosed()]
    assert said([DRAFT, OPEN], publish) == "survey-still-open"
    assert said(over, publish) == said([DRAFT, OPEN], publish, now=AFTER) == [SurveyResultsPublished()]
    assert said([*over, SurveyResultsPublished()], publish) == said(over, back) == []
    taken = said([*over, SurveyResultsPublished()], back)
    assert taken == [SurveyResultsWithdrawn(reason="Une erreur")]
    assert said([*over, SurveyResultsPublished(), *taken], publish) == [SurveyResultsPublished()]
    assert said([], back) == "unknown-survey"


def test_what_is_put_away_is_answered_and_changed_no_more() -> None:
    away = said([DRAFT, OPEN], WithdrawSurvey(survey=ONE, reason="En double"))
    assert away == [SurveyWithdrawn(reason="En double")]
    gone = [DRAFT, OPEN, *away]
    assert said(gone, CloseSurvey(survey=ONE)) == said(gone, revise()) == "survey-withdrawn"
    assert said(gone, WithdrawSurvey(survey=ONE, reason="Encore")) == [], "it is so already"
    assert said([], WithdrawSurvey(survey=ONE, reason="En double")) == "unknown-survey"
    assert said([], answer(), survey=gone) == "survey-closed"


# Answers


def answer(**more: Any) -> AnswerSurvey:
    given = {"survey": ONE, "answer": ANSWER, "structure": STRUCTURE, "person": PERSON, "choices": {"q1": [0]}}
    return AnswerSurvey(**given | more)


def texts(**said: Any) -> Personal:
    return Personal(orjson.dumps(said).decode())


def test_an_answer_is_given_beside_its_survey_and_given_again_it_takes_the_place_of_the_first() -> None:
    command = answer(
        numbers={"q2": 12.0}, texts=texts(q3="Bref"), name=Personal("Zoé"), email=Personal("z@exemple.invalid")
    )
    (first,) = said([], command, survey=[DRAFT, OPEN])
    assert isinstance(first, SurveyAnswered) and (first.choices, first.numbers, first.written) == (
        {"q1": [0]},
        {"q2": 12.0},
        ["q3"],
    )
    assert first.texts is not None and first.name is not None and first.email is not None
    assert {one.person for one in (first.texts, first.name, first.email)} == {PERSON}
    (again,) = said([first], command, survey=[DRAFT, OPEN])
    assert isinstance(again, SurveyAnswerChanged)
    assert said([first] * MOST_VERSIONS, command, survey=[DRAFT, OPEN]) == "answer-too-often"
    assert command.target(context()) == ANSWER and command.alongside() == (ONE,)
    assert answer_id(ONE, STRUCTURE) == answer_id(ONE, STRUCTURE) != answer_id(ONE, ANSWER)


def test_who_answers_is_asked_only_where_the_survey_asks_it() -> None:
    (found,) = said([], answer(name=Personal("Zoé")), survey=[DRAFT, SurveyRevised(asks_who=False), OPEN])
    assert isinstance(found, SurveyAnswered) and found.name is None and found.texts is None


def test_an_answer_needs_its_survey_its_link_and_good_answers() -> None:
    closed_link = OPEN.model_copy(update={"open_link": False}) if hasattr(OPEN, "model_copy") else OPEN
    assert said([], answer(), survey=[]) == said([], answer(), survey=[DRAFT]) == "unknown-survey"
    assert said([], answer(), survey=[DRAFT, OPEN], now=AFTER) == "survey-closed"
    assert said([], answer(structure=None), survey=[DRAFT, closed_link]) == "survey-by-invitation"
    assert said([], answer(structure=None), survey=[DRAFT, OPEN])[0].structure is None
    for wrong in (
        {"choices": {}}, {"choices": {"q1": [2]}}, {"choices": {"q1": [0], "q9": [0]}}, {"numbers": {"q2": 101.0}},
        {"texts": Personal("no json")}, {"texts": Personal("[1]")}, {"texts": texts(q3=1)},
    ):  # fmt: skip
        assert said([], answer(**wrong), survey=[DRAFT, OPEN]) == "answer-wrong", wrong
    of_another = SurveyAnswered(survey=uuid4(), choices={"q1": [0]})
    assert said([of_another], answer(), survey=[DRAFT, OPEN]) == "unknown-survey"


def test_a_structure_that_does_not_wish_to_answer_says_so_once_and_not_after_it_answered() -> None:
    decline = DeclineSurvey(survey=ONE, answer=ANSWER, structure=STRUCTURE)
    assert said([], decline, survey=[DRAFT, OPEN]) == [SurveyDeclined(survey=ONE, structure=STRUCTURE)]
    assert said([SurveyDeclined(survey=ONE, structure=STRUCTURE)], decline, survey=[DRAFT, OPEN]) == []
    answered: SurveyAnswer = SurveyAnswered(survey=ONE, choices={"q1": [0]})
    assert said([answered], decline, survey=[DRAFT, OPEN]) == "answered-already"
    assert said([SurveyDeclined(survey=ONE, structure=STRUCTURE)], answer(), survey=[DRAFT, OPEN])[0].survey == ONE
    assert decline.target(context()) == ANSWER and decline.alongside() == (ONE,)


# Questions


def asked(kind: str, **more: Any) -> SurveyQuestion:
    options = ["a", "b", "c"] if kind in ("one", "several") else []
    return Question(id="q1", kind=kind, text="Une question", options=options, **more).as_said()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "sent", "part", "value"),
    [
        ("one", ["1"], "choices", [1]),
        ("several", ["2", "0", "2"], "choices", [0, 2]),
        ("number", [" 1\u202f234,5 "], "numbers", 1234.5),
        ("number", ["−3"], "numbers", -3.0),
        ("scale", ["5"], "numbers", 5.0),
        ("yes_no", ["yes"], "flags", True),
        ("yes_no", ["no"], "flags", False),
        ("date", ["31/1/2017"], "dates", date(2017, 1, 31)),
        ("date", ["2017-01-31"], "dates", date(2017, 1, 31)),
        ("short", ["L’eau\u200b"], "texts", "L’eau"),
        ("long", ["une\r\ndeux"], "texts", "une\ndeux"),
    ],
)
def test_what_a_form_sends_is_read_by_the_kind_of_its_question(
    kind: str, sent: list[str], part: str, value: Any
) -> None:
    found, wrong = read([asked(kind)], {"q1": sent})
    assert wrong == {} and getattr(found, part) == {"q1": value} and found.given("q1") == value


@pytest.mark.parametrize(
    ("kind", "sent", "code"),
    [
        ("one", "9", "not-an-option"), ("one", "-1", "not-an-option"), ("one", "١", "not-an-option"),
        ("number", "beaucoup", "not-a-number"), ("number", "1e9", "not-a-number"), ("number", "9" * 17, "not-a-number"),
        ("scale", "2,5", "not-an-option"), ("scale", "6", "too-high"), ("scale", "0", "too-low"),
        ("yes_no", "peut-être", "not-an-option"), ("date", "31/2/2017", "not-a-date"),
        ("date", "1/1/1899", "not-a-date"),
        ("date", "hier", "not-a-date"), ("short", "x" * (SHORT + 1), "too-long"),
        ("long", "x" * (LONG + 1), "too-long"),
    ],
)  # fmt: skip
def test_what_can_t_be_an_answer_is_said_at_its_question_and_is_not_missing_as_well(
    kind: str, sent: str, code: str
) -> None:
    _, wrong = read([asked(kind, required=True)], {"q1": [sent]})
    assert wrong["q1"].code == code and list(wrong) == ["q1"]


def test_what_is_not_answered_is_missing_only_where_it_must_be() -> None:
    assert read([asked("short")], {"q1": ["  "]}) == (Answers(), {})
    assert read([asked("short", required=True)], {})[1]["q1"].code == "missing"
    assert Answers().given("q1") is None


def test_an_answer_of_another_kind_than_its_question_is_none() -> None:
    other = {
        "one": Answers(texts={"q1": "a"}),
        "number": Answers(texts={"q1": "1"}),
        "yes_no": Answers(texts={"q1": "yes"}),
        "date": Answers(flags={"q1": True}),
        "short": Answers(flags={"q1": True}),
    }
    for kind, answers in other.items():
        assert checked([asked(kind)], answers).keys() == {"q1"}, kind
    for numbers in (float("nan"), float("inf"), 1e16):
        assert checked([asked("number")], Answers(numbers={"q1": numbers}))["q1"].code == "not-a-number"
    for chosen in ([], [0, 0], [0, 1]):
        assert checked([asked("one")], Answers(choices={"q1": chosen}))["q1"].code == "not-an-option"
    assert checked([asked("several")], Answers(choices={"q1": [0, 1]})) == {}


def test_all_texts_of_an_answer_together_have_a_bound() -> None:
    questions = [Question(id=f"q{n}", kind="long", text="Dites").as_said() for n in range(1, LONGEST // LONG + 2)]
    long = Answers(texts={one.id: "x" * LONG for one in questions})
    assert [wrong.code for wrong in checked(questions, long).values()] == ["too-long"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": "one", "options": ["a"]}, "options-too-few"),
        ({"kind": "one", "options": ["a", " a "]}, "options-twice"),
        ({"kind": "number", "least": 3, "most": 3}, "bounds-turned"),
        ({"kind": "scale", "least": 0, "most": 11}, "scale-too-long"),
        ({"kind": "scale", "least": 0.5}, "scale-too-long"),
    ],
)
def test_a_question_that_can_t_be_asked_is_none(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError, match=code):
        Question(id="q1", text="Une question", **wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_says_only_what_its_kind_asks(kind: Any) -> None:
    everything = Question(
        id="q1",
        kind=kind,
        text="Une  question ",
        hint=" ",
        options=["a", "b"],
        unit="km",
        least=1,
        most=4,
        low="peu",
        high="",
    ).as_said()
    assert (everything.text, everything.hint, everything.high) == ("Une question", None, None)
    assert bool(everything.options) == (kind in ("one", "several")) and bool(everything.unit) == (kind == "number")
    assert (everything.least is not None) == (kind in ("number", "scale")) and bool(everything.low) == (kind == "scale")
