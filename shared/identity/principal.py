"""Who asks, and what they may do. Known in every service alike, from the directory's events about accounts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

from shared.contract.directory.accounts import Role
from shared.contract.directory.capabilities import CapabilityName
from shared.identity.capabilities import Held
from shared.kernel.decider import Level

GIVES: Mapping[Role, frozenset[Level]] = {
    "reader": frozenset({"public", "reader"}),
    "auditor": frozenset({"public", "reader", "auditor"}),
    "editor": frozenset({"public", "reader", "space", "editor"}),
    "administrator": frozenset({"public", "reader", "auditor", "space", "editor", "administrator"}),
}
"""What each role opens."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who sends a request.

    `actor` is what their events say: `account:<id>`, `token:<account id>/<token id>`, `operator`, `public`,
    `service:<name>`; never anything personal. `roles`: service → roles there. `session`: of the cookie; `told`: what
    the pages tell them of their account (`access_view._told`); `proved`: when they last showed that it is they, None
    where their cookie does not say; `strong`: with a second factor; `withheld`: whether a role of theirs waits for one,
    which this session has not shown (ADR 63). `held`: the capabilities that they have now (ADR 69)."""

    actor: str
    kind: Literal["public", "staff", "contact", "token", "operator"]
    account: UUID | None = None
    label: str | None = None
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    session: UUID | None = None
    told: Sequence[Mapping[str, Any]] = ()
    proved: datetime | None = None
    strong: bool = False
    withheld: bool = False
    held: tuple[Held, ...] = ()

    @property
    def signed_in(self) -> bool:
        return self.kind != "public"

    def may(self, service: str, level: Level) -> bool:
        """Whether a route of `service` that asks for `level` is open to them."""
        if level == "public":
            return True
        if level == "space" and self.kind == "contact":
            return True
        return any(level in GIVES[role] for role in self.roles.get(service, frozenset()))

    def holds(self, capability: CapabilityName, scope: str | None = None) -> bool:
        """Whether they have a capability at this thing; of all where none is named. Whoever sits at the machine has
        every one."""
        own = (one for one in self.held if one.capability == capability)
        return self.kind == "operator" or any(one.scope is None or one.scope == scope for one in own)

    def holds_any(self, capability: CapabilityName) -> bool:
        """Whether they have it anywhere."""
        return self.kind == "operator" or any(one.capability == capability for one in self.held)

    def proved_within(self, term: timedelta, now: datetime) -> bool:
        """Whether they have shown lately that it is they. A moment that is further ahead than that is none: the clock
        was wrong then, or is now."""
        return self.proved is not None and abs(now - self.proved) <= term

    def sees_persons(self, service: str) -> bool:
        """Whether personal values of a service are opened for them."""
        return self.may(service, "editor")


Permit = Callable[[Any, Any, Who], Awaitable[None]]
"""(service, command, who sends it): whether they may, beyond the level that it asks. Raises Refused"""
PUBLIC = Who("public", "public")
OPERATOR = Who(
    "operator",
    "operator",
    roles={
        name: frozenset(get_args(Role)) for name in ("directory", "membership", "events", "newsletter", "observatory")
    },
)
"""Whoever holds the secret in the data folder: the command line on the machine itself."""
