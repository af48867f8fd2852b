"""What is known of an account: whether it is open, its roles, its tokens. No secret is in it. Its sessions have streams
of their own (sessions.py); those that began before they had are here until they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from shared.contract import Event
from shared.contract.directory.accounts import (
    AccountClosed,
    AccountKind,
    AccountOpened,
    AccountReopened,
    AccountRevised,
    LinkHandedOver,
    PasswordSet,
    Role,
    RoleGranted,
    RoleWithdrawn,
    SessionsEnded,
    SignedIn,
    SignedOut,
    TokenIssued,
    TokenWithdrawn,
    Where,
)
from shared.contract.directory.capabilities import CapabilityGranted, CapabilityName, CapabilityWithdrawn
from shared.contract.directory.second_factors import SecondFactorRemoved, SecondFactorReset, SecondFactorSet
from shared.identity.capabilities import CAPABILITIES
from shared.identity.principal import GIVES
from shared.kernel.decider import Command, Refused

Grant = tuple[Where, Role]
LONGEST = timedelta(days=30)  # that a session may be open
LINKS_GO = timedelta(days=4)  # after which no mail link is good any more, used or not


def account_id(person: UUID) -> UUID:
    """The id of the account of this person: one address is one person is one account."""
    return uuid5(person, "account")


class AccountCommand(Command):
    entity = "account"
    asks = "administrator"


@dataclass(frozen=True, slots=True)
class Token:
    scopes: tuple[str, ...]
    ends: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """A link that was handed over: to whom, and whether it still lets somebody in."""

    given_to: UUID | None
    ends: datetime
    good: bool = True


@dataclass(frozen=True)
class Account:
    """`kind` is None before it is opened. `sessions` and `links`: of sessions that began in its own stream, id → end,
    and used mail link → end of what it began; what must have ended is left out. `handed`: links that others were
    given. `capabilities`: by name and scope, until when; None where nothing ends them but a word."""

    kind: AccountKind | None = None
    person: UUID | None = None
    label: str = ""
    open: bool = False
    roles: frozenset[Grant] = frozenset()
    password: bool = False
    second_factor: bool = False
    sessions: Mapping[UUID, datetime] = field(default_factory=dict)
    links: Mapping[UUID, datetime] = field(default_factory=dict)
    tokens: Mapping[UUID, Token] = field(default_factory=dict)
    handed: Mapping[UUID, Handed] = field(default_factory=dict)
    capabilities: Mapping[tuple[CapabilityName, UUID | None], datetime | None] = field(default_factory=dict)

    @property
    def administers(self) -> bool:
        """Whether it may open accounts and give roles."""
        return self.open and not self.roles.isdisjoint({("all", "administrator"), ("directory", "administrator")})

    def able(self, at: datetime) -> set[CapabilityName]:
        """The capabilities that it has at this moment, wherever."""
        return {name for (name, _), ends in self.capabilities.items() if ends is None or ends > at}

    def allows(self, scope: str, at: datetime) -> bool:
        """Whether its roles give all that a scope (`<service>:<role>`) does, or it has the capability that it names."""
        service, _, role = scope.partition(":")
        if any(role == name and CAPABILITIES[name].service == service for name in self.able(at)):
            return True
        given = [GIVES[r] for where, r in self.roles if where in (service, "all")]
        wanted = next((levels for name, levels in GIVES.items() if name == role), None)
        return wanted is not None and wanted <= frozenset().union(*given)


def evolve(state: Account, event: Event) -> Account:
    match event:
        case AccountOpened():
            return replace(state, kind=event.kind, person=event.email.person, label=event.label, open=True)
        case AccountRevised():
            return replace(state, kind=event.kind or state.kind, label=event.label or state.label)
        case AccountClosed():
            return replace(state, open=False, sessions={}, tokens={}, handed=_void(state), capabilities={})
        case AccountReopened():
            return replace(state, open=True)
        case RoleGranted():
            return replace(state, roles=state.roles | {(event.where, event.role)}, handed=_void(state))
        case RoleWithdrawn():
            return replace(state, roles=state.roles - {(event.where, event.role)})
        case CapabilityGranted():
            more = {(event.capability, event.scope): event.ends}
            return replace(state, capabilities={**state.capabilities, **more}, handed=_void(state))
        case CapabilityWithdrawn():
            gone = (event.capability, event.scope)
            return replace(state, capabilities={k: end for k, end in state.capabilities.items() if k != gone})
        case PasswordSet():
            kept = {id: ends for id, ends in state.sessions.items() if id == event.kept}
            return replace(state, password=True, sessions=kept)
        case SecondFactorSet():
            return replace(state, second_factor=True)
        case SecondFactorRemoved() | SecondFactorReset():
            return replace(state, second_factor=False)
        case _:
            return _of_sessions(state, event)


def _of_sessions(state: Account, event: Event) -> Account:
    match event:
        case SignedIn():
            sessions = {i: e for i, e in state.sessions.items() if e > event.ends - LONGEST}
            links = {i: e for i, e in state.links.items() if e > event.ends - LONGEST - LINKS_GO}
            if event.link is not None:
                links[event.link] = event.ends
            return replace(state, sessions={**sessions, event.session: event.ends}, links=links)
        case SignedOut():
            return replace(state, sessions={i: e for i, e in state.sessions.items() if i != event.session})
        case SessionsEnded():
            return replace(state, sessions={}, handed=_void(state))
        case LinkHandedOver():
            still = {i: h for i, h in state.handed.items() if h.ends > event.ends - LINKS_GO}
            return replace(state, handed={**still, event.link: Handed(event.given_to, event.ends)})
        case TokenIssued():
            return replace(state, tokens={**state.tokens, event.token: Token(tuple(event.scopes), event.ends)})
        case TokenWithdrawn():
            return replace(state, tokens={i: t for i, t in state.tokens.items() if i != event.token})
    return state


def _void(state: Account) -> Mapping[UUID, Handed]:
    """The links that were handed over, good no more."""
    return {id: replace(one, good=False) for id, one in state.handed.items()}


def known(state: Account) -> UUID:
    """The person of an account that is open."""
    if state.kind is None or state.person is None:
        raise Refused("unknown-account")
    if not state.open:
        raise Refused("account-closed")
    return state.person
