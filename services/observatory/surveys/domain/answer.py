"""An answer to a survey: decided beside the survey as it stands in the log at that moment.

It is an entity of its own, with a decider of its own; the log keeps it as one of the kind of surveys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

import orjson

from services.observatory.surveys.domain.questions import Answers, checked
from services.observatory.surveys.domain.state import Survey, answerable
from services.observatory.surveys.domain.survey import SURVEY
from shared.contract import Event
from shared.contract.fields import Day
from shared.contract.observatory.surveys import SurveyAnswer, SurveyAnswerChanged, SurveyAnswered, SurveyDeclined
from shared.contract.personal import Personal
from shared.kernel.decider import Command, Context, Decider, Decision, Refused

MOST_VERSIONS = 50  # of an answer


def answer_id(survey: UUID, structure: UUID) -> UUID:
    """The one answer that a structure gives to a survey (UUIDv5, RFC 9562)."""
    return uuid5(survey, f"structure/{structure}")


class AnswerCommand(Command):
    """What is decided about an answer, beside its survey. Only the pages behind a link give it."""

    entity = "survey"
    internal = True
    asks = "public"
    survey: UUID
    answer: UUID

    def target(self, context: Context) -> UUID:
        return self.answer

    def alongside(self) -> Sequence[UUID]:
        return (self.survey,)

    def guards(self) -> Sequence[UUID]:
        return (self.survey,)  # it takes answers as this one is written


class AnswerSurvey(AnswerCommand):
    """Answer a survey, or change the answer. All that is personal is of `person`."""

    structure: UUID | None = None
    person: UUID
    choices: dict[str, list[int]] = {}
    numbers: dict[str, float] = {}
    flags: dict[str, bool] = {}
    dates: dict[str, Day] = {}
    texts: Personal | None = None
    name: Personal | None = None
    email: Personal | None = None


class DeclineSurvey(AnswerCommand):
    """Say that a structure does not wish to answer, nor to be reminded."""

    structure: UUID


@dataclass(frozen=True)
class Answer:
    """`versions`: how often it was given; `of`: to which survey."""

    of: UUID | None = None
    versions: int = 0
    declined: bool = False


def evolve(state: Answer, event: Event) -> Answer:
    match event:
        case SurveyAnswer():
            return Answer(event.survey, state.versions + 1)
        case SurveyDeclined():
            return replace(state, of=event.survey, declined=True)
    return state


def _answered(command: AnswerSurvey, state: Answer, context: Context) -> Decision:
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
    found: Survey = context.others[id].as_a(SURVEY)
    if found.state in ("none", "draft"):
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


def _declined(command: DeclineSurvey, state: Answer, context: Context) -> Decision:
    _surveyed(command.survey, context)
    if state.versions:
        raise Refused("answered-already")
    return [] if state.declined else [SurveyDeclined(survey=command.survey, structure=command.structure)]


ANSWER = Decider("survey", Answer(), evolve, {AnswerSurvey: _answered, DeclineSurvey: _declined}, takes="now")
