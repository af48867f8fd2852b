"""Sorts of entities that are stored as one kind: each has its own state, and no command reaches across."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from services.directory.accounts.domain.account import ACCOUNT, CloseAccount
from services.directory.accounts.domain.account_state import account_id
from services.directory.accounts.domain.administrators import (
    ADMINISTRATORS,
    REGISTER,
    NameAdministrator,
    Register,
    ReleaseAdministrator,
)
from services.observatory.surveys.domain.answer import ANSWER
from services.observatory.surveys.domain.survey import SURVEY, CloseSurvey
from shared.contract.directory.accounts import AccountOpened, AdministratorNamed, AdministratorReleased
from shared.contract.observatory.surveys import SurveyAnswered, SurveyDeclined
from shared.contract.personal import Personal
from shared.kernel.decider import Refused
from shared.notions.one_kind import together
from tests.fixtures.deciding import context

ACCOUNTS, SURVEYS = together(ACCOUNT, REGISTER), together(SURVEY, ANSWER)
ONE, OTHER = uuid4(), uuid4()


def test_each_sort_has_a_state_of_its_own_of_the_same_events() -> None:
    answered = SURVEYS.fold([SurveyDeclined(survey=ONE, structure=OTHER), SurveyAnswered(survey=ONE)])
    assert answered.as_a(ANSWER).versions == 1 and answered.as_a(SURVEY) is SURVEY.initial
    named = ACCOUNTS.fold([AdministratorNamed(account=ONE), AdministratorNamed(account=OTHER)])
    assert named.as_a(REGISTER) == Register(frozenset({ONE, OTHER})) and named.as_a(ACCOUNT) is ACCOUNT.initial
    assert named.is_other_than(ACCOUNT) and not named.is_other_than(REGISTER)
    assert not ACCOUNTS.initial.is_other_than(ACCOUNT)


def test_a_command_of_one_sort_finds_nothing_in_an_entity_of_another() -> None:
    answer = SURVEYS.fold([SurveyAnswered(survey=ONE)])
    with pytest.raises(Refused, match="unknown-survey"):
        SURVEYS.decide(CloseSurvey(survey=ONE), answer, context())
    register = ACCOUNTS.fold([AdministratorNamed(account=ONE)])
    with pytest.raises(Refused, match="unknown-account"):
        ACCOUNTS.decide(CloseAccount(account=ADMINISTRATORS), register, context())
    opened = AccountOpened(kind="staff", label="Accueil", email=Personal("a@exemple.invalid").of(ONE))
    with pytest.raises(Refused, match="unknown-account"):
        ACCOUNTS.decide(NameAdministrator(account=account_id(ONE)), ACCOUNTS.fold([opened]), context())


def test_the_register_keeps_one_administrator_and_says_what_changed() -> None:
    def said(command: NameAdministrator | ReleaseAdministrator, *given: AdministratorNamed) -> object:
        try:
            return list(ACCOUNTS.decide(command, ACCOUNTS.fold(given), context()))
        except Refused as refused:
            return refused.code

    one, other = AdministratorNamed(account=ONE), AdministratorNamed(account=OTHER)
    assert NameAdministrator(account=ONE).target(context()) == ADMINISTRATORS
    assert said(NameAdministrator(account=ONE)) == [one]
    assert said(NameAdministrator(account=ONE), one) == []
    assert said(ReleaseAdministrator(account=ONE), one) == "last-administrator"
    assert said(ReleaseAdministrator(account=ONE), one, other) == [AdministratorReleased(account=ONE)]


def test_only_sorts_of_one_kind_that_are_always_of_now_are_stored_together() -> None:
    with pytest.raises(TypeError):
        together(ACCOUNT, SURVEY)
    with pytest.raises(TypeError):
        together(SURVEY, replace(ANSWER, takes="day"))
