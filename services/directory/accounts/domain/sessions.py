"""Signing in and out. That somebody is who they say was found out before: here it is decided that a session begins.

What begins a session comes from no form of its own: services/directory/sign_in/entry.py sends it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.directory.accounts.domain.account_state import Account, AccountCommand, known
from shared.contract import Event
from shared.contract.directory.accounts import PasswordSet, SessionsEnded, SignedIn, SignedOut, Way
from shared.kernel.decider import Command, Context, Decision, Refused

MOST_SESSIONS = 20  # open at a time; the oldest gives way


class SignIn(AccountCommand):
    """Begin a session of so many hours. `link`: the mail link that shows who it is; it is good once."""

    internal = True
    account: UUID
    way: Way
    link: UUID | None = None
    hours: Annotated[int, Field(ge=1, le=24 * 30)] = 12


class SignOut(AccountCommand):
    """End one session."""

    account: UUID
    session: UUID


class EndSessions(AccountCommand):
    """End all sessions of an account."""

    account: UUID


class SetPassword(AccountCommand):
    """Note that the password changed. `session`: the one that changes it, which stays."""

    internal = True
    account: UUID
    session: UUID | None = None


def _signed_in(command: SignIn, state: Account, context: Context) -> Decision:
    known(state)
    if command.link is not None and command.link in state.links:
        raise Refused("link-used")
    if command.way == "password" and not state.password:
        raise Refused("no-password")
    still = [id for id, ends in state.sessions.items() if ends > context.at]
    events: list[Event] = [SignedOut(session=id) for id in still[: max(0, len(still) - MOST_SESSIONS + 1)]]
    ends = context.at + timedelta(hours=command.hours)
    return [*events, SignedIn(session=context.new_id("session"), way=command.way, ends=ends, link=command.link)]


def _signed_out(command: SignOut, state: Account, context: Context) -> Decision:
    return [SignedOut(session=command.session)] if command.session in state.sessions else []


def _ended(command: EndSessions, state: Account, context: Context) -> Decision:
    if state.kind is None:
        raise Refused("unknown-account")
    return [SessionsEnded()] if state.sessions else []


def _password_set(command: SetPassword, state: Account, context: Context) -> Decision:
    known(state)
    if state.kind == "contact":
        raise Refused("contact-has-no-password")
    return [PasswordSet(kept=command.session if command.session in state.sessions else None)]


DECISIONS: dict[type[Command], Any] = {
    SignIn: _signed_in,
    SignOut: _signed_out,
    EndSessions: _ended,
    SetPassword: _password_set,
}
