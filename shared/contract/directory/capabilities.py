"""What the directory says of capabilities: what an account may do beside its roles, at one thing or at all, until an
end (ADR 69). What each of them opens, shared/identity/capabilities.py says."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract.directory.accounts import AccountEvent
from shared.contract.fields import SaidMoment
from shared.contract.says import Says

CapabilityName = Literal["approver", "door", "treasurer", "juror", "chair"]


class CapabilityGranted(AccountEvent):
    """The account may do what this capability opens: at `scope` alone (a gathering, a bulletin), or at all where that
    is absent; until `ends`, or until it is withdrawn. Said again of the same scope, the last word holds. It is over
    with its account (`AccountClosed`), which does not have it back when it is reopened."""

    says = Says(L("Capacité donnée"), detail="capability", part="capability:scope", sets={"granted": True})

    capability: CapabilityName
    scope: UUID | None = None
    ends: SaidMoment | None = None


class CapabilityWithdrawn(AccountEvent):
    """The account no longer has this capability there, before its end."""

    says = Says(L("Capacité retirée"), detail="capability", part="capability:scope", sets={"granted": False})

    capability: CapabilityName
    scope: UUID | None = None
