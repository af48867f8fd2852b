"""Tokens: a program acts for an account, within scopes that lie within the account's own roles."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.directory.accounts.domain.account_state import Account, AccountCommand, known
from shared.contract.directory.accounts import TokenIssued, TokenWithdrawn
from shared.contract.fields import AS_LINE, Sha256
from shared.kernel.decider import Command, Context, Decision, Refused

MOST_TOKENS = 50  # good at a time
Scope = Annotated[
    str,
    Field(
        pattern=r"^(directory|membership|events|newsletter|observatory):(reader|editor|administrator|auditor)$"
        r"|^(newsletter:approver|events:door)$"
    ),
]
"""`<service>:<role>`, or `<service>:<capability>`: there, as the account has it"""
TokenName = Annotated[str, Field(min_length=2, max_length=80), AS_LINE]


class IssueToken(AccountCommand):
    """Let a program act for an account. `digest`: SHA-256 of the secret, in hex."""

    internal = True
    account: UUID
    name: TokenName
    digest: Sha256
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    days: int = Field(90, ge=1, le=366)


class WithdrawToken(AccountCommand):
    """Let a token be good no more."""

    account: UUID
    token: UUID


def _issued(command: IssueToken, state: Account, context: Context) -> Decision:
    known(state)
    scopes = sorted(set(command.scopes))
    beyond = [scope for scope in scopes if not state.allows(scope, context.at)]
    if beyond:
        raise Refused("scope-beyond-roles", field="scopes", scopes=", ".join(beyond))
    if sum(token.ends > context.at for token in state.tokens.values()) >= MOST_TOKENS:
        raise Refused("too-many-tokens", most=MOST_TOKENS)
    ends = context.at + timedelta(days=command.days)
    return [
        TokenIssued(token=context.new_id("token"), name=command.name, digest=command.digest, scopes=scopes, ends=ends)
    ]


def _withdrawn(command: WithdrawToken, state: Account, context: Context) -> Decision:
    return [TokenWithdrawn(token=command.token)] if command.token in state.tokens else []


DECISIONS: dict[type[Command], Any] = {IssueToken: _issued, WithdrawToken: _withdrawn}
