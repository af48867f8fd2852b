"""A link that was handed over: what is said of it, what voids it, what a session says that began by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.directory.accounts.domain.account import ACCOUNT
from services.directory.accounts.domain.account_state import account_id
from services.directory.accounts.domain.handed_links import HandOverLink
from services.directory.accounts.domain.sessions import SESSION, SignIn
from shared.contract import Event
from shared.contract.directory.accounts import (
    AccountClosed,
    AccountOpened,
    AccountReopened,
    LinkHandedOver,
    PasswordSet,
    RoleGranted,
    RoleWithdrawn,
    SessionBegan,
    SessionsEnded,
)
from shared.contract.personal import Personal
from shared.kernel.decider import Command, Elsewhere, Place, Refused
from tests.fixtures.deciding import NOON, context

PERSON, GIVER, LINK, NEW = uuid4(), uuid4(), UUID(int=7), UUID(int=99)
ID = account_id(PERSON)
OPENED = AccountOpened(kind="staff", label="Secrétariat", email=Personal("equipe@exemple.invalid").of(PERSON))
HANDED = LinkHandedOver(link=LINK, ends=NOON + timedelta(minutes=15), given_to=GIVER)


def decided(given: Sequence[Event], command: Command) -> object:
    others = {one: SESSION.fold(()) for one in command.alongside() if isinstance(one, Place)}
    try:
        return list(ACCOUNT.decide(command, ACCOUNT.fold(given), replace(context(), others=others)))
    except Refused as refused:
        return refused.code


def test_it_says_who_was_given_it_and_until_when() -> None:
    command = HandOverLink(account=ID, link=LINK, minutes=15, given_to=GIVER)
    assert decided([OPENED], command) == [HANDED]
    assert decided([], command) == "unknown-account"
    assert decided([OPENED, AccountClosed()], command) == "account-closed"


def coming(given: Sequence[Event], link: UUID = LINK) -> object:
    return decided(given, SignIn(account=ID, session=NEW, way="mail-link", link=link))


def test_a_session_that_begins_by_it_says_so() -> None:
    ends = NOON + timedelta(hours=12)
    began = SessionBegan(account=ID, way="handed-link", ends=ends, link=LINK, given_to=GIVER)
    assert coming([OPENED, HANDED]) == [Elsewhere(NEW, began)]
    by_mail = SessionBegan(account=ID, way="mail-link", ends=ends, link=UUID(int=8))
    assert coming([OPENED, HANDED], UUID(int=8)) == [Elsewhere(NEW, by_mail)]


@pytest.mark.parametrize(
    "since",
    [
        [RoleGranted(where="all", role="administrator")],
        [SessionsEnded()],
        [AccountClosed(), AccountReopened()],
    ],
)
def test_a_right_given_later_and_whatever_ends_all_voids_it(since: list[Event]) -> None:
    assert coming([OPENED, HANDED, *since]) == "link-void"
    again = LinkHandedOver(link=UUID(int=8), ends=HANDED.ends, given_to=GIVER)
    assert not isinstance(coming([OPENED, HANDED, *since, again], UUID(int=8)), str)


@pytest.mark.parametrize("since", [[PasswordSet()], [RoleWithdrawn(where="all", role="reader")]])
def test_nothing_else_does(since: list[Event]) -> None:
    assert not isinstance(coming([OPENED, HANDED, *since]), str)


def test_it_is_good_until_its_end() -> None:
    past = LinkHandedOver(link=LINK, ends=NOON - timedelta(minutes=1), given_to=GIVER)
    assert coming([OPENED, past]) == "link-void"
