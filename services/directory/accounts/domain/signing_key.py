"""A key that signs sessions: published, so that every service can check them, and withdrawn when it was replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.directory.accounts import SigningKeyPublished, SigningKeyWithdrawn
from shared.kernel.decider import Command, Context, Decider, Decision, Refused


class SigningKeyCommand(Command):
    entity = "signing-key"
    asks = "administrator"
    internal = True
    signing_key: UUID


class PublishSigningKey(SigningKeyCommand):
    """Let sessions be signed with a key. `public`: the Ed25519 key, base64url without padding (RFC 8037 `x`)."""

    public: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class WithdrawSigningKey(SigningKeyCommand):
    """Let what a key signed be good no more."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    public: str | None = None
    withdrawn: bool = False


def evolve(state: SigningKey, event: Event) -> SigningKey:
    match event:
        case SigningKeyPublished():
            return SigningKey(event.public)
        case SigningKeyWithdrawn():
            return SigningKey(state.public, withdrawn=True)
    return state


def _published(command: PublishSigningKey, state: SigningKey, context: Context) -> Decision:
    if state.withdrawn or state.public not in (None, command.public):
        raise Refused("signing-key-taken")
    return [] if state.public else [SigningKeyPublished(public=command.public)]


def _withdrawn(command: WithdrawSigningKey, state: SigningKey, context: Context) -> Decision:
    if state.public is None:
        raise Refused("unknown-signing-key")
    return [] if state.withdrawn else [SigningKeyWithdrawn()]


SIGNING_KEY = Decider(
    entity="signing-key",
    initial=SigningKey(),
    evolve=evolve,
    decisions={PublishSigningKey: _published, WithdrawSigningKey: _withdrawn},
    takes="now",
)
