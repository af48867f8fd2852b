"""Who has what a grant gives, whoever they are; which commands about accounts are judged by that."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.directory.accounts.domain.account import ACCOUNT
from services.directory.accounts.domain.sessions import EndSessions, SignOut
from services.directory.accounts.domain.tokens import WithdrawToken
from services.directory.accounts.rights import PERMITTING, beyond, gives
from shared.base.services import SERVICES
from shared.contract.directory.accounts import Role
from shared.identity.principal import OPERATOR, PUBLIC, Who
from shared.kernel.decider import Refused


def who(**roles: Role) -> Who:
    return Who("test", "staff", uuid4(), "Essai", {name: frozenset({role}) for name, role in roles.items()})


ALL = Who("test", "staff", uuid4(), "Essai", {name: frozenset({"administrator"}) for name in SERVICES})
ROLES = ("reader", "auditor", "editor", "administrator")
EVERY = [f"{where}:{role}" for where in ("all", *SERVICES) for role in ROLES]


def test_whoever_may_do_all_has_every_grant() -> None:
    assert beyond(ALL, EVERY) == beyond(OPERATOR, EVERY) == []
    assert beyond(PUBLIC, EVERY) == EVERY


@pytest.mark.parametrize(
    ("role", "has"),
    [
        ("reader", {"reader"}),
        ("auditor", {"reader", "auditor"}),
        ("editor", {"reader", "editor"}),
        ("administrator", set(ROLES)),
    ],
)
def test_a_role_in_one_service_is_what_it_opens_there_and_nothing_elsewhere(role: Role, has: set[str]) -> None:
    found = set(EVERY) - set(beyond(who(directory=role), EVERY))
    assert found == {f"directory:{one}" for one in has}


def test_the_same_in_four_services_is_not_in_all_and_what_is_no_role_is_nobody_s() -> None:
    four = who(directory="administrator", membership="administrator", events="administrator", newsletter="editor")
    assert beyond(four, ["all:reader"]) == ["all:reader"]
    assert beyond(OPERATOR, ["all:king", "elsewhere:reader"]) == ["all:king", "elsewhere:reader"]


def test_what_is_beyond_is_named_at_its_field() -> None:
    gives(who(events="editor"), ["events:reader", "events:editor"])
    with pytest.raises(Refused) as refused:
        gives(who(events="editor"), ["events:editor", "all:reader", "events:administrator"], "scopes")
    assert (refused.value.code, refused.value.field) == ("beyond-own-roles", "scopes")
    assert refused.value.values == {"roles": "all:reader, events:administrator"}


def test_every_command_about_an_account_is_judged_but_for_what_only_ends_something() -> None:
    """A new one, too: it is judged unless it is named among those that are not."""
    sent = {command for command in ACCOUNT.decisions if not command.internal}
    assert sent - PERMITTING.keys() == {EndSessions, SignOut, WithdrawToken}
