"""Somebody asks on the public page to look after a structure's record, or to have one; the network answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.claims import ClaimAccepted, ClaimConfirmed, ClaimRefused, ListingClaimed
from shared.contract.directory.structure_facts import StructureKind
from shared.contract.fields import DepartmentCode, Line, MailAddress, Name, Reason, WebAddress
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.vocabularies.referent import term_of


class ClaimListing(Command):
    """Ask to look after a structure's record. Who asks has one person's key; nothing personal is outside it."""

    entity = "claim"
    refers = {"structure": Refers("directory.structure", "listed"), "kind": term_of("structure")}
    creates = True
    structure_name: Name
    name: PersonalText
    email: MailAddress
    role: Line | None = None
    structure: UUID | None = None
    kind: StructureKind | None = None
    department: DepartmentCode | None = None
    website: WebAddress | None = None
    message: PersonalText | None = None


class ConfirmClaim(Command):
    """Say that the address of a claim is reached by who claimed: they followed the link that was sent there."""

    internal = True
    entity = "claim"
    claim: UUID


class AcceptClaim(Command):
    """Say that who claimed speaks for that structure."""

    entity = "claim"
    refers = {"structure": Refers("directory.structure", "open")}
    claim: UUID
    structure: UUID


class RefuseClaim(Command):
    """Do not accept a claim, and say why."""

    entity = "claim"
    claim: UUID
    reason: Reason


@dataclass(frozen=True)
class Claim:
    made: bool = False
    confirmed: bool = False
    answered: bool = False


def evolve(state: Claim, event: Event) -> Claim:
    match event:
        case ListingClaimed():
            return Claim(made=True)
        case ClaimConfirmed():
            return replace(state, confirmed=True)
        case ClaimAccepted() | ClaimRefused():
            return replace(state, answered=True)
    return state


def _claimed(command: ClaimListing, state: Claim, context: Context) -> Decision:
    if state.made:
        raise Refused("already-registered")
    person = context.new_id("person")
    return [
        ListingClaimed(
            structure_name=command.structure_name,
            name=command.name.of(person),
            email=command.email.of(person),
            role=command.role,
            structure=command.structure,
            kind=command.kind,
            department=command.department,
            website=command.website,
            message=command.message.of(person) if command.message else None,
        )
    ]


def _confirmed(command: ConfirmClaim, state: Claim, context: Context) -> Decision:
    if not state.made:
        raise Refused("unknown-claim")
    return [] if state.confirmed or state.answered else [ClaimConfirmed()]


def _accepted(command: AcceptClaim, state: Claim, context: Context) -> Decision:
    _open(state)
    if not state.confirmed:
        raise Refused("claim-unconfirmed")
    return [ClaimAccepted(structure=command.structure)]


def _refused(command: RefuseClaim, state: Claim, context: Context) -> Decision:
    _open(state)
    return [ClaimRefused(reason=command.reason)]


def _open(state: Claim) -> None:
    if not state.made:
        raise Refused("unknown-claim")
    if state.answered:
        raise Refused("claim-answered")


CLAIM = Decider(
    "claim",
    Claim(),
    evolve,
    {ClaimListing: _claimed, ConfirmClaim: _confirmed, AcceptClaim: _accepted, RefuseClaim: _refused},
    takes="now",
)
