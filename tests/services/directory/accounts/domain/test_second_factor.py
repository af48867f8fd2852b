"""What is decided of second factors: set, changed, taken away, reset; and the sessions that begin with one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.directory.accounts.domain.account import ACCOUNT
from services.directory.accounts.domain.second_factor import (
    MakeRecoveryCodes,
    RemoveSecondFactor,
    ResetSecondFactor,
    SetSecondFactor,
    UseRecoveryCode,
)
from services.directory.accounts.domain.sessions import SignIn
from shared.contract import Event
from shared.contract.directory.accounts import AccountClosed, SessionBegan
from shared.contract.directory.second_factors import (
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorRemoved,
    SecondFactorReset,
    SecondFactorSet,
)
from shared.kernel.decider import Command, Elsewhere
from tests.fixtures.deciding import NOON
from tests.services.directory.accounts.domain.test_account import CONTACT, ID, LASTS, OPENED, decided

SET = SetSecondFactor(account=ID, codes=10)
IS_SET: list[Event] = [OPENED, SecondFactorSet(), RecoveryCodesMade(codes=10)]
GONE: list[Event] = [*IS_SET, SecondFactorReset(reason="Perdu.")]


@pytest.mark.parametrize("given", [[OPENED], IS_SET, GONE], ids=["first", "another telephone", "again"])
def test_it_is_set_with_its_recovery_codes(given: Sequence[Event]) -> None:
    assert decided(given, SET) == [SecondFactorSet(), RecoveryCodesMade(codes=10)]


@pytest.mark.parametrize(
    ("given", "command", "why"),
    [
        ([], SET, "unknown-account"),
        ([CONTACT], SET, "contact-has-no-second-factor"),
        ([OPENED, AccountClosed()], SET, "account-closed"),
        ([OPENED], MakeRecoveryCodes(account=ID, codes=10), "no-second-factor"),
        (GONE, MakeRecoveryCodes(account=ID, codes=10), "no-second-factor"),
        ([*IS_SET, AccountClosed()], RemoveSecondFactor(account=ID), "account-closed"),
        ([], ResetSecondFactor(account=ID), "unknown-account"),
        ([*IS_SET, AccountClosed()], UseRecoveryCode(account=ID, codes=9), "account-closed"),
    ],
)
def test_what_is_refused(given: Sequence[Event], command: Command, why: str) -> None:
    assert decided(given, command) == why


def test_it_is_taken_away_once_by_its_holder_and_by_the_operator_of_a_closed_account_too() -> None:
    assert decided(IS_SET, RemoveSecondFactor(account=ID)) == [SecondFactorRemoved()]
    assert decided([*IS_SET, SecondFactorRemoved()], RemoveSecondFactor(account=ID)) == []
    reset = ResetSecondFactor(account=ID, reason="Téléphone perdu.")
    assert decided([*IS_SET, AccountClosed()], reset) == [SecondFactorReset(reason="Téléphone perdu.")]
    assert decided(GONE, reset) == []


def test_codes_are_made_and_used() -> None:
    assert decided(IS_SET, MakeRecoveryCodes(account=ID, codes=10)) == [RecoveryCodesMade(codes=10)]
    assert decided(IS_SET, UseRecoveryCode(account=ID, codes=9)) == [RecoveryCodeUsed(codes=9)]
    for codes in (-1, 101):
        with pytest.raises(ValidationError):
            UseRecoveryCode(account=ID, codes=codes)


def test_a_session_says_its_second_factor_and_none_begins_by_a_code_that_was_not_shown() -> None:
    session = uuid4()
    began = SessionBegan(account=ID, way="code", ends=NOON + LASTS, factor="code")
    shown = SignIn(account=ID, session=session, way="code", factor="code")
    assert decided(IS_SET, shown) == [Elsewhere(session, began)]
    assert decided(IS_SET, SignIn(account=ID, session=session, way="code")) == "second-factor-wrong"


def test_no_command_of_these_is_anybody_s_to_send() -> None:
    for command in (SetSecondFactor, RemoveSecondFactor, ResetSecondFactor, MakeRecoveryCodes, UseRecoveryCode):
        assert command.internal and command in ACCOUNT.decisions
