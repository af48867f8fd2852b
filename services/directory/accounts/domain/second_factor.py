"""The second factor of an account: that it was set, taken away, reset; how many recovery codes are left. Whether a code
fits was found out before (services/directory/second_factor): no secret comes here."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.directory.accounts.domain.account_state import Account, AccountCommand, known
from shared.contract.directory.second_factors import (
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorRemoved,
    SecondFactorReset,
    SecondFactorSet,
)
from shared.contract.fields import Reason
from shared.kernel.decider import Command, Context, Decision, Refused

Codes = Annotated[int, Field(ge=0, le=100)]


class FactorCommand(AccountCommand):
    """What the directory says itself, once it has looked at a code."""

    internal = True
    account: UUID


class SetSecondFactor(FactorCommand):
    """Ask a code of an app from now on, with so many recovery codes; of another app than before, where there was
    one."""

    codes: Codes


class RemoveSecondFactor(FactorCommand):
    """Ask no code any more."""


class ResetSecondFactor(FactorCommand):
    """Ask no code any more of somebody who has lost the app and the recovery codes."""

    reason: Reason | None = None


class MakeRecoveryCodes(FactorCommand):
    """Let other recovery codes be good than those of before."""

    codes: Codes


class UseRecoveryCode(FactorCommand):
    """Note that a recovery code stood in for the app. `codes`: how many are left."""

    codes: Codes


def _set(command: SetSecondFactor, state: Account, context: Context) -> Decision:
    known(state)
    if state.kind == "contact":
        raise Refused("contact-has-no-second-factor")
    return [SecondFactorSet(), RecoveryCodesMade(codes=command.codes)]


def _removed(command: RemoveSecondFactor, state: Account, context: Context) -> Decision:
    known(state)
    return [SecondFactorRemoved()] if state.second_factor else []


def _reset(command: ResetSecondFactor, state: Account, context: Context) -> Decision:
    if state.kind is None:
        raise Refused("unknown-account")
    return [SecondFactorReset(reason=command.reason)] if state.second_factor else []


def _codes_made(command: MakeRecoveryCodes, state: Account, context: Context) -> Decision:
    known(state)
    if not state.second_factor:
        raise Refused("no-second-factor")
    return [RecoveryCodesMade(codes=command.codes)]


def _code_used(command: UseRecoveryCode, state: Account, context: Context) -> Decision:
    known(state)
    return [RecoveryCodeUsed(codes=command.codes)]


DECISIONS: dict[type[Command], Any] = {
    SetSecondFactor: _set,
    RemoveSecondFactor: _removed,
    ResetSecondFactor: _reset,
    MakeRecoveryCodes: _codes_made,
    UseRecoveryCode: _code_used,
}
