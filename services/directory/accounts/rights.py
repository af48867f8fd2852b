"""Who may do what to which account: nobody to one that may do more than they, and nobody gives what they have not. By
that no link, role or token makes anybody more than they are, and a token with a scope no session with more.

The same for pages, programs and the command line. Whoever sits at the machine may do all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.directory.accounts.domain.account import ACCOUNT, GrantRole, SetRoles
from services.directory.accounts.domain.account_state import Account
from services.directory.accounts.domain.capabilities import GrantCapability
from services.directory.accounts.domain.sessions import EndSessions, SignOut
from services.directory.accounts.domain.tokens import WithdrawToken
from shared.base.services import SERVICES
from shared.identity.capabilities import CAPABILITIES
from shared.identity.principal import GIVES, Who
from shared.kernel.command_handler import told_of
from shared.kernel.decider import Command, Refused
from shared.runtime.faces import Commands

FREE = (EndSessions, SignOut, WithdrawToken)
"""What only takes away a way in, and brings nobody in: whoever looks after accounts may do it to every one"""


async def account_of(service: Commands, account: UUID) -> Account:
    """What the log says of an account now."""
    history = await service.execute.history("account", account)
    return ACCOUNT.fold(fact.event for fact in told_of(history).line)


def beyond(who: Who, grants: Iterable[str]) -> list[str]:
    """Those of these grants (`<service or all>:<role>`, `<service>:<capability>`) that give something which `who` may
    not, nor give."""
    return [grant for grant in grants if not _has(who, grant)]


def _has(who: Who, grant: str) -> bool:
    where, _, role = grant.partition(":")
    if capability := next((one for name, one in CAPABILITIES.items() if name == role), None):
        return where == capability.service and (
            who.holds_any(capability.name) or who.may(capability.service, "administrator")
        )
    wanted = next((levels for name, levels in GIVES.items() if name == role), None)
    services = SERVICES if where == "all" else (where,)
    return wanted is not None and all(
        wanted <= frozenset().union(*(GIVES[one] for one in who.roles.get(name, ()))) for name in services
    )


async def not_above(service: Commands, who: Who, account: UUID) -> Account:
    """The account, if it may do nothing that `who` may not, open or closed. Raises Refused(`account-above-you`)."""
    state = await account_of(service, account)
    now = service.now()
    able = [at for at, ends in state.capabilities.items() if ends is None or ends > now]
    if beyond(who, (f"{where}:{role}" for where, role in state.roles)) or not all(
        who.may(CAPABILITIES[name].service, "administrator") or who.holds(name, str(scope) if scope else None)
        for name, scope in able
    ):
        raise Refused("account-above-you")
    return state


def gives(who: Who, grants: Iterable[str], field: str = "roles") -> None:
    """Returns if `who` has all these roles, or scopes. Raises Refused(`beyond-own-roles`)."""
    if more := beyond(who, grants):
        raise Refused("beyond-own-roles", field=field, roles=", ".join(sorted(more)))


async def permitted(service: Commands, command: Command, who: Who) -> None:
    """Judges a command about an account by who sends it. Raises Refused."""
    given: dict[str, Any] = dict(command)
    await not_above(service, who, given["account"])
    if isinstance(command, SetRoles):
        gives(who, command.roles)
    elif isinstance(command, GrantRole):
        gives(who, [f"{command.where}:{command.role}"], "role")
    elif isinstance(command, GrantCapability) and not who.may(
        CAPABILITIES[command.capability].service, "administrator"
    ):
        raise Refused("capability-not-yours-to-give", field="capability")


PERMITTING = {command: permitted for command in ACCOUNT.decisions if not command.internal and command not in FREE}
"""Every command about an account that somebody may send, but for those"""
