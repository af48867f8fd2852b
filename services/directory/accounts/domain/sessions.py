"""Signing in and out. That somebody is who they say was found out before: here it is decided that a session begins.

A session is an entity of its own, with a stream that ends with it (ADR 50); its account decides, and is not written to,
so that an account's stream does not grow by who comes in. Sessions that began in the account's own stream, before there
was this, are honoured until they end. What begins a session comes from no form of its own:
services/directory/sign_in/entry.py sends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.directory.accounts.domain.account_state import LONGEST, Account, AccountCommand, known
from services.directory.accounts.domain.handed_links import by_what
from shared.contract import Event
from shared.contract.directory.accounts import (
    Browser,
    PasswordSet,
    Second,
    SessionBegan,
    SessionEnded,
    SessionsEnded,
    SignedOut,
    Way,
)
from shared.kernel.decider import Beside, Command, Context, Decider, Decision, Elsewhere, Place, Refused

MOST_SESSIONS = 20  # open at a time; the oldest gives way


@dataclass(frozen=True)
class Session:
    """`account` is None before it began. `ends`: when nothing has to end it any more."""

    account: UUID | None = None
    ends: datetime | None = None
    ended: bool = False

    def stands(self, account: UUID, at: datetime) -> bool:
        """Whether it is a session of this account, and not over, as far as its own stream says."""
        return self.account == account and not self.ended and self.ends is not None and self.ends > at


def evolve(state: Session, event: Event) -> Session:
    match event:
        case SessionBegan():
            return Session(event.account, event.ends)
        case SessionEnded():
            return Session(state.account, state.ends, True)
    return state


SESSION: Decider[Session] = Decider("session", Session(), evolve, {}, takes="now")
"""What is written of a session, the commands of its account decide."""


def place(session: UUID) -> Place:
    return Place(SESSION.entity, session)


class SignIn(AccountCommand):
    """Begin a session of so many hours, under an id that is its own. `link`: the mail link that shows who it is; it is
    good once. `browser`: whether the holder had come in by it before. `factor`: the second factor that was shown.
    `give_way`: the oldest sessions of the account, where it has too many."""

    internal = True
    account: UUID
    session: UUID
    way: Way
    link: UUID | None = None
    factor: Second | None = None
    hours: Annotated[int, Field(ge=1, le=24 * LONGEST.days)] = 12
    give_way: list[UUID] = Field([], max_length=200)
    browser: Browser | None = None

    def alongside(self) -> Sequence[Beside]:
        return [place(one) for one in (self.session, *self.give_way)]


class SignOut(AccountCommand):
    """End one session."""

    account: UUID
    session: UUID

    def alongside(self) -> Sequence[Beside]:
        return (place(self.session),)


class EndSessions(AccountCommand):
    """End all sessions of an account."""

    account: UUID


class SetPassword(AccountCommand):
    """Note that the password changed. `session`: the one that changes it, which stays."""

    internal = True
    account: UUID
    session: UUID | None = None

    def alongside(self) -> Sequence[Beside]:
        return () if self.session is None else (place(self.session),)


def _signed_in(command: SignIn, state: Account, context: Context) -> Decision:
    known(state)
    begun: Session = context.others[place(command.session)]
    if begun.account is not None or (command.link is not None and command.link in state.links):
        raise Refused("link-used")
    if command.way == "password" and not state.password:
        raise Refused("no-password")
    if command.way == "code" and command.factor is None:
        raise Refused("second-factor-wrong")
    ends = context.at + timedelta(hours=command.hours)
    way, given_to = by_what(command.way, command.link, state, context)
    began = SessionBegan(
        account=command.account,
        way=way,
        ends=ends,
        link=command.link,
        given_to=given_to,
        browser=command.browser,
        factor=command.factor,
    )
    return [*_ended(command.account, command.give_way, state, context), Elsewhere(command.session, began)]


def _ended(account: UUID, sessions: Iterable[UUID], state: Account, context: Context) -> list[Event | Elsewhere]:
    """What ends those of these sessions that stand, each in the stream in which it began."""
    found: list[Event | Elsewhere] = []
    for one in sessions:
        own: Session = context.others[place(one)]
        if own.stands(account, context.at):
            found.append(Elsewhere(one, SessionEnded(account=account)))
        elif one in state.sessions:
            found.append(SignedOut(session=one))
    return found


def _signed_out(command: SignOut, state: Account, context: Context) -> Decision:
    return _ended(command.account, [command.session], state, context)


def _all_ended(command: EndSessions, state: Account, context: Context) -> Decision:
    """Said whether or not there are any: which there are, their own streams say."""
    if state.kind is None:
        raise Refused("unknown-account")
    return [SessionsEnded()]


def _password_set(command: SetPassword, state: Account, context: Context) -> Decision:
    known(state)
    if state.kind == "contact":
        raise Refused("contact-has-no-password")
    kept = command.session
    if kept is not None and kept not in state.sessions:
        own: Session = context.others[place(kept)]
        kept = kept if own.stands(command.account, context.at) else None
    return [PasswordSet(kept=kept)]


DECISIONS: dict[type[Command], Any] = {
    SignIn: _signed_in,
    SignOut: _signed_out,
    EndSessions: _all_ended,
    SetPassword: _password_set,
}
