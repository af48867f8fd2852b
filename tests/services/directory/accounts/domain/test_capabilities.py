"""Capabilities: at what they are given, until when, and what ends them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.directory.accounts.domain.account import ACCOUNT
from services.directory.accounts.domain.capabilities import GrantCapability, WithdrawCapability
from services.directory.accounts.domain.tokens import IssueToken
from shared.base.paris_days import end_of
from shared.contract import Event
from shared.contract.directory.accounts import AccountClosed, AccountReopened, LinkHandedOver
from shared.contract.directory.capabilities import CapabilityGranted, CapabilityWithdrawn
from shared.kernel.decider import Command
from tests.fixtures.deciding import NOON
from tests.services.directory.accounts.domain.test_account import CONTACT, ID, OPENED, decided

AT = UUID("01890000-0000-7000-8000-0000000000aa")
TODAY = NOON.date()
APPROVER = GrantCapability(account=ID, capability="approver")
DOOR = GrantCapability(account=ID, capability="door", scope=AT, until=TODAY)
HELD: list[Event] = [OPENED, CapabilityGranted(capability="approver")]
OVER: list[Event] = [OPENED, CapabilityGranted(capability="approver", ends=NOON - timedelta(seconds=1))]


def test_it_is_given_at_one_thing_until_the_end_of_a_day_in_paris() -> None:
    given = CapabilityGranted(capability="door", scope=AT, ends=end_of(TODAY))
    assert decided([OPENED], DOOR) == [given]
    assert decided([OPENED, given], DOOR) == []
    later = DOOR.model_copy(update={"until": TODAY + timedelta(days=1)})
    assert decided([OPENED, given], later) == [
        CapabilityGranted(capability="door", scope=AT, ends=end_of(TODAY + timedelta(days=1)))
    ]
    assert decided([OPENED], APPROVER) == [CapabilityGranted(capability="approver")]


@pytest.mark.parametrize(
    ("given", "command", "why"),
    [
        ([], APPROVER, "unknown-account"),
        ([CONTACT], APPROVER, "contact-has-no-capability"),
        ([OPENED, AccountClosed()], APPROVER, "account-closed"),
        *(
            ([OPENED], GrantCapability(account=ID, capability=name), "capability-opens-nothing")
            for name in ("treasurer", "juror", "chair")
        ),
        ([OPENED], GrantCapability(account=ID, capability="door", until=TODAY), "capability-scope"),
        ([OPENED], GrantCapability(account=ID, capability="door", scope=AT), "capability-needs-end"),
        ([OPENED], DOOR.model_copy(update={"until": TODAY - timedelta(days=1)}), "capability-end"),
        ([OPENED], DOOR.model_copy(update={"until": date(2999, 1, 1)}), "capability-end"),
        ([], WithdrawCapability(account=ID, capability="door", scope=AT), "unknown-account"),
    ],
)
def test_what_is_not_given(given: Sequence[Event], command: Command, why: str) -> None:
    assert decided(given, command) == why


def test_it_is_withdrawn_where_it_was_given_and_nowhere_else() -> None:
    withdraw = WithdrawCapability(account=ID, capability="approver")
    assert decided(HELD, withdraw) == [CapabilityWithdrawn(capability="approver")]
    assert decided(HELD, WithdrawCapability(account=ID, capability="approver", scope=AT)) == []
    assert decided([*HELD, CapabilityWithdrawn(capability="approver")], withdraw) == []


def test_a_closed_account_has_none_and_does_not_have_it_back() -> None:
    state = ACCOUNT.fold([*HELD, AccountClosed(), AccountReopened()])
    assert state.able(NOON) == set() and state.open


def test_it_is_over_by_time_alone() -> None:
    assert ACCOUNT.fold(HELD).able(NOON) == {"approver"}
    assert ACCOUNT.fold(OVER).able(NOON) == set()


def test_a_link_that_was_handed_over_is_not_for_a_capability_that_is_given_later() -> None:
    link = UUID(int=7)
    handed = LinkHandedOver(link=link, ends=NOON + timedelta(minutes=15))
    assert not ACCOUNT.fold([OPENED, handed, HELD[1]]).handed[link].good


@pytest.mark.parametrize(("given", "good"), [(HELD, True), (OVER, False), ([OPENED], False)])
def test_a_token_carries_what_its_account_has(given: Sequence[Event], good: bool) -> None:
    command = IssueToken(account=ID, name="Essai", digest="0" * 64, scopes=["newsletter:approver"])
    found = decided(given, command)
    assert (found != "scope-beyond-roles") == good and (not good or len(found) == 1)
