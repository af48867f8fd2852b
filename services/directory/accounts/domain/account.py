"""An account: opened for an address, given roles by service, closed and reopened. Its id derives from its person's.

One administrator must be left: a rule across accounts, kept by a register (administrators.py) that is written in the
same atomic batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.directory.accounts.domain.account_state import (
    Account,
    AccountCommand,
    Grant,
    account_id,
    evolve,
    known,
)
from services.directory.accounts.domain.administrators import (
    ADMINISTRATORS,
    REGISTER,
    NameAdministrator,
    ReleaseAdministrator,
    named,
    released,
)
from services.directory.accounts.domain.capabilities import DECISIONS as ABOUT_CAPABILITIES
from services.directory.accounts.domain.handed_links import DECISIONS as ABOUT_LINKS
from services.directory.accounts.domain.second_factor import DECISIONS as ABOUT_SECOND_FACTORS
from services.directory.accounts.domain.sessions import DECISIONS as ABOUT_SESSIONS
from services.directory.accounts.domain.tokens import DECISIONS as ABOUT_TOKENS
from shared.contract import Event
from shared.contract.directory.accounts import (
    AccountClosed,
    AccountKind,
    AccountOpened,
    AccountReopened,
    AccountRevised,
    Role,
    RoleGranted,
    RoleWithdrawn,
    Where,
)
from shared.contract.fields import AS_LINE, MailAddress, Reason
from shared.contract.personal import Personal, PersonalText
from shared.kernel.decider import Context, Decider, Decision, Elsewhere, Refused

Label = Annotated[str, Field(min_length=2, max_length=80, pattern="^[^@]+$"), AS_LINE]
"""A function, never a name: what journals show of who did what"""
GrantText = Annotated[
    str,
    Field(pattern=r"^(all|directory|membership|events|newsletter|observatory):(reader|editor|administrator|auditor)$"),
]


class WithRegister(AccountCommand):
    """A command that may make an administrator, or one less."""

    def alongside(self) -> Sequence[UUID]:
        return (ADMINISTRATORS,)


class OpenAccount(WithRegister):
    """Let somebody sign in under an address. `person`: who is reached there, as the keyring knows; `roles`:
    `<service or all>:<role>`."""

    internal = True
    kind: AccountKind = "staff"
    label: Label
    email: MailAddress
    name: PersonalText | None = None
    roles: list[GrantText] = Field([], max_length=24)
    person: UUID

    def target(self, context: Context) -> UUID:
        return account_id(self.person)


class ReviseAccount(AccountCommand):
    """Change the label or the name of an account; what is left empty stays."""

    account: UUID
    label: Label | None = None
    name: PersonalText | None = None


class CloseAccount(WithRegister):
    """Let an account sign in no more; its sessions and tokens end at once."""

    account: UUID
    reason: Reason | None = None


class ReopenAccount(WithRegister):
    """Let a closed account sign in again, with the roles that it had."""

    account: UUID


class GrantRole(WithRegister):
    """Give an account a role in a service, or in all five."""

    account: UUID
    where: Where
    role: Role


class WithdrawRole(WithRegister):
    """Take a role from an account."""

    account: UUID
    where: Where
    role: Role


class SetRoles(WithRegister):
    """Give an account exactly these roles, `<service or all>:<role>`."""

    account: UUID
    roles: list[GrantText] = Field(max_length=24)


Decide = Callable[[Any, Account, Context], Sequence[Event]]


def _one_is_left(decide: Decide) -> Callable[[Any, Account, Context], Decision]:
    """The same decision, refused where it would leave no administrator, noted in the register where it changes one."""

    def decided(command: WithRegister, state: Account, context: Context) -> Decision:
        events = decide(command, state, context)
        after = reduce(evolve, events, state)
        if after.administers == state.administers:
            return events
        me, register = command.target(context), context.others[ADMINISTRATORS].as_a(REGISTER)
        if after.administers:
            noted = named(NameAdministrator(account=me), register, context)
        else:
            noted = released(ReleaseAdministrator(account=me), register, context)
        return [*(Elsewhere(ADMINISTRATORS, event) for event in noted), *events]

    return decided


@_one_is_left
def _opened(command: OpenAccount, state: Account, context: Context) -> Sequence[Event]:
    grants = sorted({_grant(text) for text in command.roles})
    if command.kind == "contact" and grants:
        raise Refused("contact-has-no-roles")
    if state.kind == "contact" and command.kind == "staff":  # somebody known as a contact comes to work for the network
        known(state)
        opened: list[Event] = [AccountRevised(kind="staff", label=command.label, name=_sealed(command, command.person))]
    elif state.kind is not None:
        raise Refused("already-has-account")
    else:
        opened = [
            AccountOpened(
                kind=command.kind,
                label=command.label,
                email=command.email.of(command.person),
                name=_sealed(command, command.person),
            )
        ]
    return [*opened, *(RoleGranted(where=where, role=role) for where, role in grants)]


def _revised(command: ReviseAccount, state: Account, context: Context) -> Sequence[Event]:
    person = known(state)
    label = command.label if command.label != state.label else None
    if label is None and command.name is None:
        return []
    return [AccountRevised(label=label, name=_sealed(command, person))]


@_one_is_left
def _closed(command: CloseAccount, state: Account, context: Context) -> Sequence[Event]:
    if state.kind is None:
        raise Refused("unknown-account")
    return [AccountClosed(reason=command.reason)] if state.open else []


@_one_is_left
def _reopened(command: ReopenAccount, state: Account, context: Context) -> Sequence[Event]:
    if state.kind is None:
        raise Refused("unknown-account")
    return [] if state.open else [AccountReopened()]


@_one_is_left
def _granted(command: GrantRole, state: Account, context: Context) -> Sequence[Event]:
    known(state)
    if state.kind == "contact":
        raise Refused("contact-has-no-roles")
    if (command.where, command.role) in state.roles:
        return []
    return [RoleGranted(where=command.where, role=command.role)]


@_one_is_left
def _withdrawn(command: WithdrawRole, state: Account, context: Context) -> Sequence[Event]:
    if state.kind is None:
        raise Refused("unknown-account")
    if (command.where, command.role) not in state.roles:
        return []
    return [RoleWithdrawn(where=command.where, role=command.role)]


@_one_is_left
def _set(command: SetRoles, state: Account, context: Context) -> Sequence[Event]:
    known(state)
    wanted = {_grant(text) for text in command.roles}
    if state.kind == "contact" and wanted:
        raise Refused("contact-has-no-roles")
    return [
        *(RoleGranted(where=where, role=role) for where, role in sorted(wanted - state.roles)),
        *(RoleWithdrawn(where=where, role=role) for where, role in sorted(state.roles - wanted)),
    ]


def _grant(text: str) -> Grant:
    where, _, role = text.partition(":")
    return where, role  # type: ignore[return-value]  # GrantText is of that form


def _sealed(command: OpenAccount | ReviseAccount, person: UUID) -> Personal | None:
    return command.name.of(person) if command.name else None


ACCOUNT = Decider(
    entity="account",
    initial=Account(),
    evolve=evolve,
    decisions={
        OpenAccount: _opened,
        ReviseAccount: _revised,
        CloseAccount: _closed,
        ReopenAccount: _reopened,
        GrantRole: _granted,
        WithdrawRole: _withdrawn,
        SetRoles: _set,
        **ABOUT_CAPABILITIES,
        **ABOUT_LINKS,
        **ABOUT_SECOND_FACTORS,
        **ABOUT_SESSIONS,
        **ABOUT_TOKENS,
    },
    takes="now",
)
