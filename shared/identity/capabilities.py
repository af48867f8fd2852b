"""Capabilities: grants beside the roles, each at one thing or at all, until an end (ADR 69). What there is of them is
said here once, for all services; who has which, the view `access` knows.

A capability that opens nothing yet is declared for its name, and offered to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shared.contract.directory.capabilities import CapabilityName

SCOPES = "capability.scopes"
"""The question to the service of a capability: `{"capability": …, "lang": …}`, answered by
`{"scopes": [[id, name], …]}`, at what it may be given."""


@dataclass(frozen=True, slots=True)
class Capability:
    """`service`: where it opens something; `scoped`: whether it must, may or can't be given at one thing; what must has
    an end, too. `opens`: the commands that its holder may send."""

    name: CapabilityName
    service: str
    scoped: Literal["must", "may", "never"] = "never"
    opens: frozenset[str] = frozenset()

    @property
    def offered(self) -> bool:
        return bool(self.opens)


CAPABILITIES: Mapping[CapabilityName, Capability] = {
    one.name: one
    for one in (
        Capability("approver", "newsletter", "may", frozenset({"ApproveIssue"})),
        Capability("door", "events", "must", frozenset({"CheckIn"})),
        Capability("treasurer", "membership"),
        Capability("juror", "membership", "must"),
        Capability("chair", "events", "must"),
    )
}
OFFERED: Sequence[Capability] = tuple(one for one in CAPABILITIES.values() if one.offered)


def opening(service: str, command: str) -> Capability | None:
    """The capability that opens a command of a service, beside the level that it asks."""
    return next((one for one in OFFERED if one.service == service and command in one.opens), None)


@dataclass(frozen=True, slots=True)
class Held:
    """A capability that somebody has now; `scope`: the id of the one thing, None for all."""

    capability: CapabilityName
    scope: str | None = None


def standing(grants: Sequence[Mapping[str, Any]], now: datetime) -> tuple[Held, ...]:
    """Those of these grants, as a view keeps them, that are not over. A name of a later release is none of ours."""
    return tuple(
        Held(one["capability"], one["scope"])
        for one in grants
        if one["capability"] in CAPABILITIES and (one["ends"] is None or datetime.fromisoformat(one["ends"]) > now)
    )


def granted(grants: Sequence[Mapping[str, Any]], event: Any, **more: Any) -> list[dict[str, Any]]:
    """The grants of an account after `CapabilityGranted`."""
    one = {
        "capability": event.capability,
        "scope": str(event.scope) if event.scope else None,
        "ends": event.ends.isoformat() if event.ends else None,
        **more,
    }
    return [*withdrawn(grants, event), one]


def withdrawn(grants: Sequence[Mapping[str, Any]], event: Any) -> list[dict[str, Any]]:
    """The same after `CapabilityWithdrawn`."""
    at = str(event.scope) if event.scope else None
    return [dict(one) for one in grants if (one["capability"], one["scope"]) != (event.capability, at)]
