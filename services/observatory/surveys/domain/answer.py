"""Answering a survey: decided beside the survey as it stands in the log at that moment."""

from __future__ import annotations

from uuid import UUID

import orjson

from services.observatory.surveys.domain.questions import Answers, checked
from services.observatory.surveys.domain.state import Survey, SurveyCommand, answerable
from shared.contract.fields import Day
from shared.contract.observatory.surveys import SurveyAnswerChanged, SurveyAnswered, SurveyDeclined
from shared.contract.personal import Personal
from shared.kernel.decider import Context, Decision, Refused

MOST_VERSIONS = 50  # of an answer


class AnswerSurvey(SurveyCommand):
    """Answer a survey, or change the answer. Only the pages behind a link give it.
    All that is personal is of `person`."""

    internal = True
    asks = "public"
    survey: UUID
    answer: UUID
    structure: UUID | None = None
    person: UUID
    choices: dict[str, list[int]] = {}
    numbers: dict[str, float] = {}
    flags: dict[str, bool] = {}
    dates: dict[str, Day] = {}
    texts: Personal | None = None
    name: Personal | None = None
    email: Personal | None = None

    def target(self, context: Context) -> UUID:
        return self.answer

    def alongside(self) -> tuple[UUID, ...]:
        return (self.survey,)

    def guards(self) -> tuple[UUID, ...]:
        return (self.survey,)  # it takes answers as this one is written


class DeclineSurvey(SurveyCommand):
    """Say that a structure does not wish to answer, nor to be reminded."""

    internal = True
    asks = "public"
    survey: UUID
    answer: UUID
    structure: UUID

    def target(self, context: Context) -> UUID:
        return self.answer

    def alongside(self) -> tuple[UUID, ...]:
        return (self.survey,)

    def guards(self) -> tuple[UUID, ...]:
        return (self.survey,)  # it takes answers as this one is written


def answered(command: AnswerSurvey, state: Survey, context: Context) -> Decision:
    survey = _surveyed(command.survey, context)
    if state.of is not None and state.of != command.survey:
        raise Refused("unknown-survey")
    if command.structure is None and not state.versions and not survey.open_link:
        raise Refused("survey-by-invitation")
    if state.versions >= MOST_VERSIONS:
        raise Refused("answer-too-often", most=MOST_VERSIONS)
    answers = _answers(command)
    wrong = checked(survey.questions, answers)
    if wrong:
        raise Refused("answer-wrong", question=next(iter(wrong)))
    person = command.person
    kind = SurveyAnswerChanged if state.versions else SurveyAnswered
    who = survey.asks_who
    return [
        kind(
            survey=command.survey,
            structure=command.structure,
            choices=command.choices,
            numbers=command.numbers,
            flags=command.flags,
            dates=command.dates,
            written=sorted(answers.texts),
            texts=command.texts.of(person) if command.texts else None,
            name=command.name.of(person) if command.name and who else None,
            email=command.email.of(person) if command.email and who else None,
        )
    ]


def _surveyed(id: UUID, context: Context) -> Survey:
    found: Survey = context.others[id]
    if found.state in ("none", "answer", "draft"):
        raise Refused("unknown-survey")
    answerable(found, context)
    return found


def _answers(command: AnswerSurvey) -> Answers:
    """Raises Refused for texts that are none."""
    try:
        texts = orjson.loads(command.texts.clear) if command.texts else {}
    except orjson.JSONDecodeError:
        raise Refused("answer-wrong", question="texts") from None
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise Refused("answer-wrong", question="texts")
    return Answers(command.choices, command.numbers, command.flags, command.dates, texts)


def declined(command: DeclineSurvey, state: Survey, context: Context) -> Decision:
    _surveyed(command.survey, context)
    if state.versions:
        raise Refused("answered-already")
    return [] if state.declined else [SurveyDeclined(survey=command.survey, structure=command.structure)]
