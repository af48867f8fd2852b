"""Capabilities of an account: given at one thing or at all, until the end of a day, withdrawn (ADR 69). Whether the
thing is there, nothing looks: a capability at what there is not opens nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.directory.accounts.domain.account_state import Account, AccountCommand, known
from shared.base.paris_days import end_of
from shared.contract.directory.capabilities import CapabilityGranted, CapabilityName, CapabilityWithdrawn
from shared.contract.fields import Day
from shared.identity.capabilities import CAPABILITIES
from shared.kernel.decider import Command, Context, Decision, Refused

MOST = 50  # that an account has at a time
LONGEST = timedelta(days=3660)  # what is given for longer has no end that anybody meant


class GrantCapability(AccountCommand):
    """Let an account do what a capability opens, at one thing or at all. `until`: the last day on which it may; without
    it, until it is withdrawn."""

    account: UUID
    capability: CapabilityName
    scope: UUID | None = None
    until: Day | None = None


class WithdrawCapability(AccountCommand):
    """Take a capability from an account, before its end."""

    account: UUID
    capability: CapabilityName
    scope: UUID | None = None


def _granted(command: GrantCapability, state: Account, context: Context) -> Decision:
    known(state)
    if state.kind == "contact":
        raise Refused("contact-has-no-capability")
    meant = CAPABILITIES[command.capability]
    if not meant.offered:
        raise Refused("capability-opens-nothing", field="capability")
    if (command.scope is None and meant.scoped == "must") or (command.scope is not None and meant.scoped == "never"):
        raise Refused("capability-scope", field="scope")
    if command.until is None and meant.scoped == "must":
        raise Refused("capability-needs-end", field="until")
    if command.until is not None and not context.day <= command.until <= context.day + LONGEST:
        raise Refused("capability-end", field="until")
    ends = end_of(command.until) if command.until else None
    key = (command.capability, command.scope)
    if key in state.capabilities and state.capabilities[key] == ends:
        return []
    if sum(end is None or end > context.at for end in state.capabilities.values()) >= MOST:
        raise Refused("too-many-capabilities", most=MOST)
    return [CapabilityGranted(capability=command.capability, scope=command.scope, ends=ends)]


def _withdrawn(command: WithdrawCapability, state: Account, context: Context) -> Decision:
    if state.kind is None:
        raise Refused("unknown-account")
    if (command.capability, command.scope) not in state.capabilities:
        return []
    return [CapabilityWithdrawn(capability=command.capability, scope=command.scope)]


DECISIONS: dict[type[Command], Any] = {GrantCapability: _granted, WithdrawCapability: _withdrawn}
