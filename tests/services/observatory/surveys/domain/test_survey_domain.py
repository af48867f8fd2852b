"""The rules of surveys: given events, when a command, then events or a refusal; what a form may send; links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.observatory.surveys.answering.links import BadLink, Link, Links
from services.observatory.surveys.domain.answer import ANSWER as ANSWERS
from services.observatory.surveys.domain.answer import MOST_VERSIONS, AnswerSurvey, DeclineSurvey, answer_id
from services.observatory.surveys.domain.questions import LONG, LONGEST, SHORT, Question, checked, read
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
from shared.kernel.decider import Command, Context, Refused
from shared.notions.one_kind import together

STORED = together(SURVEY, ANSWERS)
KEY, STRUCTURE, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)
ANSWER = answer_id(KEY, STRUCTURE)
NOW = datetime(2026, 3, 10, 11, tzinfo=UTC)
QUESTIONS = [
    SurveyQuestion("q1", "one", "Quel pays ?", required=True, options=["Sénégal", "Maroc", "Liban"]),
    SurveyQuestion("q2", "several", "Quels thèmes ?", options=["eau", "santé"]),
    SurveyQuestion("q3", "number", "Combien de salariés ?", unit="personnes", least=0, most=100),
    SurveyQuestion("q4", "yes_no", "Un partenaire ?"),
    SurveyQuestion("q5", "date", "Depuis quand ?"),
    SurveyQuestion("q6", "scale", "Satisfaits ?", least=1, most=5),
    SurveyQuestion("q7", "short", "Où ?"),
    SurveyQuestion("q8", "long", "Racontez"),
]
DRAFTED = SurveyDrafted(title="État des lieux", questions=QUESTIONS, asks_who=True)
OPENED = SurveyOpened(begins=date(2026, 3, 1), until=date(2026, 3, 31))
WHOLE = {
    "q1": ["0"],
    "q2": ["1", "0"],
    "q3": ["12,5"],
    "q4": ["yes"],
    "q5": ["31/10/2017"],
    "q6": ["4"],
    "q7": ["Ici"],
    "q8": ["Là\r\nbas"],
}


def decided(
    given: Sequence[Event], command: Command, *, beside: Sequence[Event] = (), now: datetime = NOW
) -> list[Event] | str:
    """What a command comes to after `given`; `beside`: of the survey that an answer is to."""
    context = Context(at=now, now=now, command=UUID(int=9), actor="test", others={KEY: STORED.fold(beside)})
    try:
        return [one for one in STORED.decide(command, STORED.fold(given), context) if isinstance(one, Event)]
    except Refused as no:
        return no.code


def made(given: Sequence[Event], command: Command, **more: Any) -> list[Event]:
    events = decided(given, command, **more)
    assert not isinstance(events, str), events
    return events


def answer(**more: Any) -> AnswerSurvey:
    said = {"choices": {"q1": [0]}, **more}
    return AnswerSurvey(survey=KEY, answer=ANSWER, structure=STRUCTURE, person=PERSON, **said)


def test_a_survey_is_drafted_changed_opened_extended_closed_published_and_put_away() -> None:
    questions = [Question(id="q1", kind="short", text="Où ?"), Question(id="q2", kind="scale", text="Content ?")]
    (drafted,) = made([], DraftSurvey(title=" État  des lieux ", questions=questions))
    assert isinstance(drafted, SurveyDrafted) and drafted.title == "État des lieux"
    assert (drafted.questions[1].least, drafted.questions[1].most) == (1, 5)
    (revised,) = made([DRAFTED], ReviseSurvey(survey=KEY, title="Autre", questions=questions, asks_who=True))
    assert isinstance(revised, SurveyRevised) and revised.title == "Autre" and revised.asks_who is None
    open_it = OpenSurvey(survey=KEY, until=date(2026, 3, 31), open_link=True)
    assert decided([DRAFTED], open_it) == [
        SurveyOpened(begins=date(2026, 3, 10), until=date(2026, 3, 31), open_link=True)
    ]
    longer = ExtendSurvey(survey=KEY, until=date(2026, 4, 30))
    assert decided([DRAFTED, OPENED], longer) == [SurveyExtended(until=date(2026, 4, 30))]
    assert decided([DRAFTED, OPENED], CloseSurvey(survey=KEY)) == [SurveyClosed()]
    closed = [DRAFTED, OPENED, SurveyClosed()]
    assert decided(closed, CloseSurvey(survey=KEY)) == []
    assert decided(closed, longer) == [SurveyExtended(until=date(2026, 4, 30))], "closed is not for ever"
    assert decided(closed, PublishSurveyResults(survey=KEY)) == [SurveyResultsPublished()]
    published = [*closed, SurveyResultsPublished()]
    assert decided(published, PublishSurveyResults(survey=KEY)) == []
    assert decided(published, WithdrawSurveyResults(survey=KEY, reason="erreur")) == [
        SurveyResultsWithdrawn(reason="erreur")
    ]
    assert decided(published, WithdrawSurvey(survey=KEY, reason="essai")) == [SurveyWithdrawn(reason="essai")]


@pytest.mark.parametrize(
    ("given", "command", "why"),
    [
        ([], CloseSurvey(survey=KEY), "unknown-survey"),
        ([DRAFTED], CloseSurvey(survey=KEY), "survey-not-opened"),
        ([SurveyDrafted(title="Vide")], OpenSurvey(survey=KEY, until=date(2026, 3, 31)), "survey-empty"),
        ([DRAFTED], OpenSurvey(survey=KEY, until=date(2026, 3, 9)), "survey-ends-before"),
        ([DRAFTED], OpenSurvey(survey=KEY, begins=date(2026, 5, 1), until=date(2026, 4, 1)), "survey-ends-before"),
        ([DRAFTED], OpenSurvey(survey=KEY, until=date(2036, 3, 9)), "survey-too-long"),
        ([DRAFTED, OPENED], OpenSurvey(survey=KEY, until=date(2026, 3, 31)), "survey-opened"),
        ([DRAFTED, OPENED], ReviseSurvey(survey=KEY, title="Autre"), "survey-opened"),
        ([DRAFTED, OPENED], PublishSurveyResults(survey=KEY), "survey-still-open"),
        ([DRAFTED, OPENED, SurveyClosed()], SendSurvey(survey=KEY, kind="reminder", structures=[STRUCTURE]),
         "survey-closed"),
        ([DRAFTED, OPENED, SurveyClosed(), SurveyResultsPublished(), SurveyResultsWithdrawn(reason="x")],
         ExtendSurvey(survey=KEY, until=date(2026, 4, 30)), "survey-published"),
        ([DRAFTED, OPENED, SurveyWithdrawn(reason="x")], CloseSurvey(survey=KEY), "survey-withdrawn"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused(given: Sequence[Event], command: Command, why: str) -> None:
    assert decided(given, command) == why


def test_a_survey_ends_when_its_last_day_is_over_in_paris() -> None:
    beside = [DRAFTED, OPENED]
    assert len(decided([], answer(), beside=beside, now=datetime(2026, 3, 31, 21, 59, tzinfo=UTC))) == 1
    assert decided([], answer(), beside=beside, now=datetime(2026, 3, 31, 22, 0, tzinfo=UTC)) == "survey-closed"
    assert decided([], answer(), beside=beside, now=datetime(2026, 2, 28, 22, 59, tzinfo=UTC)) == "survey-not-begun"


def test_an_answer_is_one_a_structure_with_a_new_version_each_time() -> None:
    beside = [DRAFTED, OPENED]
    texts = Personal(orjson.dumps({"q7": "Ici"}).decode())
    (first,) = made([], answer(texts=texts, name=Personal("Claire")), beside=beside)
    assert isinstance(first, SurveyAnswered) and first.written == ["q7"]
    assert first.texts is not None and first.texts.person == PERSON and first.name == Personal("Claire", person=PERSON)
    (second,) = made([first], answer(choices={"q1": [1]}), beside=beside)
    assert isinstance(second, SurveyAnswerChanged) and second.choices == {"q1": [1]}
    assert decided([first] * MOST_VERSIONS, answer(), beside=beside) == "answer-too-often"
    elsewhere = first.model_copy(update={"survey": uuid4()})
    assert decided([elsewhere], answer(), beside=beside) == "unknown-survey"


def test_an_answer_is_judged_by_the_survey_as_it_stands() -> None:
    beside = [DRAFTED, OPENED]
    assert decided([], answer(choices={}), beside=beside) == "answer-wrong", "a question that must be answered"
    assert decided([], answer(choices={"q1": [7]}), beside=beside) == "answer-wrong"
    assert decided([], answer(texts=Personal("[]")), beside=beside) == "answer-wrong"
    assert decided([], answer(texts=Personal("{")), beside=beside) == "answer-wrong"
    assert decided([], answer(), beside=[DRAFTED]) == "unknown-survey"
    assert decided([], answer(), beside=[]) == "unknown-survey"
    assert decided([], answer(), beside=[*beside, SurveyWithdrawn(reason="x")]) == "survey-closed"
    by_anybody = AnswerSurvey(survey=KEY, answer=uuid4(), person=PERSON, choices={"q1": [0]})
    assert decided([], by_anybody, beside=beside) == "survey-by-invitation"
    for_all = [DRAFTED, SurveyOpened(begins=date(2026, 3, 1), until=date(2026, 3, 31), open_link=True)]
    assert len(decided([], by_anybody, beside=for_all)) == 1


def test_who_does_not_wish_to_answer_says_so_once_and_may_change_their_mind() -> None:
    beside = [DRAFTED, OPENED]
    decline = DeclineSurvey(survey=KEY, answer=ANSWER, structure=STRUCTURE)
    (declined,) = made([], decline, beside=beside)
    assert declined == SurveyDeclined(survey=KEY, structure=STRUCTURE)
    assert decided([declined], decline, beside=beside) == []
    (answered,) = made([declined], answer(), beside=beside)
    assert isinstance(answered, SurveyAnswered)
    assert decided([declined, answered], decline, beside=beside) == "answered-already"


def test_a_sending_names_each_structure_once() -> None:
    twice = SendSurvey(survey=KEY, kind="invitation", structures=[STRUCTURE, STRUCTURE])
    assert decided([DRAFTED, OPENED], twice) == [SurveySent(kind="invitation", structures=[STRUCTURE])]


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "one", "options": ["seule"]}, {"kind": "several", "options": ["a", "a"]},
        {"kind": "number", "least": 5, "most": 5}, {"kind": "scale", "least": 0, "most": 11},
        {"kind": "scale", "least": 0.5, "most": 3}, {"kind": "number", "least": float("nan")}, {"kind": "other"},
        {"kind": "one", "options": ["x"] * 41}, {"kind": "short", "text": "x" * 501}, {"kind": "short", "id": "Q1"},
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate({"id": "q1", "text": "Une question", **bad})


def test_ten_thousand_questions_are_too_many() -> None:
    many = [{"id": f"q{n % 10_000}", "kind": "short", "text": "Encore"} for n in range(10_000)]
    with pytest.raises(ValidationError):
        DraftSurvey.model_validate({"title": "Trop", "questions": many})


def test_two_questions_of_one_id_are_refused() -> None:
    one = Question(id="q1", kind="short", text="Une question")
    assert decided([], DraftSurvey(title="Deux fois", questions=[one, one])) == "question-twice"


def test_what_a_form_sends_is_read() -> None:
    answers, wrong = read(QUESTIONS, WHOLE)
    assert not wrong
    assert (answers.choices, answers.numbers, answers.flags) == (
        {"q1": [0], "q2": [0, 1]},
        {"q3": 12.5, "q6": 4},
        {"q4": True},
    )
    assert (answers.dates, answers.texts) == ({"q5": date(2017, 10, 31)}, {"q7": "Ici", "q8": "Là\nbas"})


@pytest.mark.parametrize(
    ("question", "sent", "code"),
    [
        ("q1", "", "missing"), ("q1", "3", "not-an-option"), ("q1", "-1", "not-an-option"),
        ("q1", "٣", "not-an-option"),
        ("q2", "2", "not-an-option"), ("q3", "douze", "not-a-number"), ("q3", "1e3", "not-a-number"),
        ("q3", "nan", "not-a-number"),
        ("q3", "-1", "too-low"), ("q3", "101", "too-high"), ("q4", "peut-être", "not-an-option"),
        ("q5", "31/02/2017", "not-a-date"),
        ("q5", "0001-01-01", "not-a-date"), ("q6", "6", "too-high"), ("q6", "2,5", "not-an-option"),
        ("q7", "x" * (SHORT + 1), "too-long"),
        ("q8", "x" * (LONG + 1), "too-long"),
    ],
)  # fmt: skip
def test_what_can_not_be_an_answer_is_said(question: str, sent: str, code: str) -> None:
    _, wrong = read(QUESTIONS, {**WHOLE, question: [sent]})
    assert {id: one.code for id, one in wrong.items()} == {question: code}


def test_all_texts_together_have_a_limit() -> None:
    many = [SurveyQuestion(f"q{n}", "long", "Racontez") for n in range(30)]
    _, wrong = read(many, {one.id: ["x" * LONG] for one in many})
    assert [one.code for one in wrong.values()] == ["too-long"] and LONGEST < 30 * LONG


@given(st.dictionaries(st.sampled_from([one.id for one in QUESTIONS]), st.lists(st.text(max_size=30), max_size=3)))
def test_whatever_is_sent_is_an_answer_or_a_sentence(sent: dict[str, list[str]]) -> None:
    answers, wrong = read(QUESTIONS, sent)
    assert not checked(QUESTIONS, answers) if not wrong else wrong.keys() <= {one.id for one in QUESTIONS}


@pytest.fixture
def links(tmp_path: Path) -> Links:
    return Links(tmp_path / "keys", "exemple")


def test_a_link_says_what_it_was_made_for_and_nothing_else_is_one(links: Links, tmp_path: Path) -> None:
    token = links.personal(KEY, STRUCTURE, PERSON)
    assert links.read(token) == Link(KEY, ANSWER, STRUCTURE, PERSON)
    assert links.read(links.personal(KEY, STRUCTURE)) == Link(KEY, ANSWER, STRUCTURE)
    assert links.read(links.open(KEY)) == Link(KEY)
    assert links.read(links.changing(KEY, ANSWER)) == Link(KEY, ANSWER)
    assert links.read(Links(tmp_path / "keys", "exemple").personal(KEY, STRUCTURE)) == Link(KEY, ANSWER, STRUCTURE)
    elsewhere = (Links(tmp_path / "other", "exemple"), Links(tmp_path / "keys", "autre"))
    for strange in [
        "",
        "é",
        "A" * 300,
        "!!!",
        token[:-1],
        token + "A",
        *(one.personal(KEY, STRUCTURE, PERSON) for one in elsewhere),
    ]:
        with pytest.raises(BadLink):
            links.read(strange)


@pytest.fixture(scope="module")
def some_links(tmp_path_factory: pytest.TempPathFactory) -> Links:
    return Links(tmp_path_factory.mktemp("keys"), "exemple")


@given(at=st.integers(0, 94), other=st.characters(codec="ascii", categories=["L", "N"]))
def test_a_link_that_was_changed_anywhere_is_none(some_links: Links, at: int, other: str) -> None:
    links = some_links
    token = links.personal(KEY, STRUCTURE, PERSON)
    at %= len(token)
    changed = token[:at] + other + token[at + 1 :]
    if changed == token:
        return
    try:  # the last character has bits that mean nothing
        found = links.read(changed)
    except BadLink:
        return
    assert at == len(token) - 1 and found == links.read(token)
