"""The register of administrators: which accounts may open accounts and give roles, over all accounts. One is left.

It has an id of its own and is stored beside the accounts, as one of their kind; each event of it stands in one atomic
batch with what makes it true, which the decision about an account asks it for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from shared.contract import Event
from shared.contract.directory.accounts import AdministratorNamed, AdministratorReleased
from shared.kernel.decider import Command, Context, Decider, Refused

ADMINISTRATORS = uuid5(UUID("5f2b6a1e-98b0-5e2a-8a52-3f0c7f4de3a1"), "administrators")
"""The id of the register"""


class RegisterCommand(Command):
    """What is decided about the register: by the service alone, with what happens to an account."""

    entity = "account"
    asks = "administrator"
    internal = True
    account: UUID

    def target(self, context: Context) -> UUID:
        return ADMINISTRATORS


class NameAdministrator(RegisterCommand):
    """Note that an account has come to administer the directory."""


class ReleaseAdministrator(RegisterCommand):
    """Note that an account administers the directory no more."""


@dataclass(frozen=True)
class Register:
    administrators: frozenset[UUID] = frozenset()


def evolve(state: Register, event: Event) -> Register:
    match event:
        case AdministratorNamed():
            return replace(state, administrators=state.administrators | {event.account})
        case AdministratorReleased():
            return replace(state, administrators=state.administrators - {event.account})
    return state


def named(command: NameAdministrator, state: Register, context: Context) -> list[Event]:
    return [] if command.account in state.administrators else [AdministratorNamed(account=command.account)]


def released(command: ReleaseAdministrator, state: Register, context: Context) -> list[Event]:
    if not state.administrators - {command.account}:
        raise Refused("last-administrator")
    return [AdministratorReleased(account=command.account)]


REGISTER = Decider(
    entity="account",
    initial=Register(),
    evolve=evolve,
    decisions={NameAdministrator: named, ReleaseAdministrator: released},
    takes="now",
)
