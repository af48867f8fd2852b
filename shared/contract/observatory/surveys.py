"""What the observatory says of surveys: their forms, to whom they were sent, what was answered (ADR 22).

A survey and an answer are stored as one kind, in which each is a sort of its own: whether an answer may be given is
decided by the survey as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidDay
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing

QuestionKind = Literal["short", "long", "one", "several", "number", "yes_no", "date", "scale"]
SurveyField = Literal["intro"]
SendingKind = Literal["invitation", "reminder", "by_hand"]


@dataclass(frozen=True)
class SurveyQuestion:
    """One question. `id` names it in answers, and stays the same while the form is changed.

    `options` are those of a choice; an answer names them by their number, from 0. `least` and `most` bound a number (in
    `unit`) or are the ends of a scale, whose meanings are `low` and `high`.
    """

    id: str
    kind: QuestionKind
    text: str
    hint: str | None = None
    required: bool = False
    options: list[str] = field(default_factory=list)
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    low: str | None = None
    high: str | None = None


class SurveyEvent(Event, abstract=True):
    service = "observatory"
    entity = "survey"
    live = True
    thing = Thing(L("enquête ou réponse"), "/observatory/surveys/{}")


class SurveyDrafted(SurveyEvent):
    """A survey was begun. Nobody outside sees it yet. `asks_who`: whether name and address are asked for, too."""

    says = Says(L("Enquête préparée"), detail="title")

    title: str
    intro: str | None = None
    questions: list[SurveyQuestion] = []
    asks_who: bool = False


class SurveyRevised(SurveyEvent):
    """A survey was changed before it opened. A field that is absent stayed; `cleared` names those emptied."""

    says = Says(
        L("Questionnaire d’enquête modifié"),
        here=L("Questionnaire modifié"),
    )

    title: str | None = None
    intro: str | None = None
    questions: list[SurveyQuestion] | None = None
    asks_who: bool | None = None
    cleared: list[SurveyField] = []


class SurveyOpened(SurveyEvent):
    """A survey may be answered from the day `begins` on, until the day `until` is over in Paris. Its questions stay as
    they are from now on. `open_link`: whether those may answer, too, who were not written to."""

    says = Says(L("Enquête ouverte jusqu’au"), detail="until", here=L("Enquête ouverte"))

    begins: SaidDay
    until: SaidDay
    open_link: bool = False


class SurveyExtended(SurveyEvent):
    """A survey may be answered until another day; one that was closed is open again."""

    says = Says(
        L("Enquête prolongée jusqu’au"),
        detail="until",
        here=L("Date de fin changée"),
        sets={"closed": False},
    )

    until: SaidDay


class SurveyClosed(SurveyEvent):
    """A survey was closed before its day."""

    says = Says(L("Enquête close"), sets={"closed": True})


class SurveyWithdrawn(SurveyEvent):
    """A survey was put away: nobody answers it any more, and it is no longer in the list."""

    says = Says(L("Enquête rangée"), detail="reason", sets={"put_away": True})

    reason: str


class SurveySent(SurveyEvent):
    """These structures were asked to answer, each by a link of its own. Invitations and reminders are written to their
    contacts by the directory, which alone may open addresses; `by_hand`: somebody of the team handed the link over."""

    says = Says(L("Enquête envoyée"), detail="kind")

    kind: SendingKind
    structures: list[UUID]


class SurveyResultsPublished(SurveyEvent):
    """The figures of a closed survey are for everybody from now on. It can't be opened again."""

    says = Says(
        L("Résultats d’une enquête publiés"),
        here=L("Résultats publiés"),
        sets={"results_published": True},
    )


class SurveyResultsWithdrawn(SurveyEvent):
    """The figures of a survey are no longer shown to everybody."""

    says = Says(
        L("Résultats d’une enquête retirés"),
        detail="reason",
        here=L("Résultats retirés"),
        sets={"results_published": False},
    )

    reason: str


class SurveyAnswer(SurveyEvent, abstract=True):
    """What was answered, question → answer: `choices` by the numbers of the options, `numbers` for numbers and scales.
    `texts` holds all texts as one JSON object, sealed, since a free text may name anybody, and `written` the questions
    that have one; `name` and `email` are of who answered, where they were asked for. `structure` is None for an answer
    by the open link."""

    survey: UUID
    structure: UUID | None = None
    choices: dict[str, list[int]] = {}
    numbers: dict[str, float] = {}
    flags: dict[str, bool] = {}
    dates: dict[str, SaidDay] = {}
    written: list[str] = []
    texts: Personal | None = None
    name: Personal | None = None
    email: Personal | None = None


class SurveyAnswered(SurveyAnswer):
    """A survey was answered. The entity is the answer; of each structure that was asked there is one at most."""

    says = Says(L("Réponse à une enquête"), here=L("Réponse donnée"))


class SurveyAnswerChanged(SurveyAnswer):
    """An answer was given anew by the same link, and takes the place of the one before."""

    says = Says(L("Réponse à une enquête modifiée"), here=L("Réponse modifiée"))


class SurveyDeclined(SurveyEvent):
    """A structure does not wish to answer: it is not reminded. The entity is the answer that it did not give."""

    says = Says(
        L("Ne souhaite pas répondre à une enquête"),
        here=L("Ne souhaite pas répondre"),
        sets={"declined": True},
    )

    survey: UUID
    structure: UUID
