"""A contact: a person who is reached at a structure. What is personal is sealed with the key of that person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.structures import ContactAdded, ContactRemoved, ContactRevised
from shared.contract.fields import Line, MailAddress, Reason
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused


class ContactCommand(Command):
    entity = "contact"


class AddContact(ContactCommand):
    """Name a person as contact of a structure. `person`: who it is, if this service knows the person already."""

    refers = {"structure": Refers("directory.structure", "apart")}
    creates = True
    structure: UUID
    name: PersonalText
    email: MailAddress | None = None
    phone: PersonalText | None = None
    role: Line | None = None
    person: UUID | None = None


class ReviseContact(ContactCommand):
    """Change what is known of a contact; what is left empty stays."""

    contact: UUID
    name: PersonalText | None = None
    email: MailAddress | None = None
    phone: PersonalText | None = None
    role: Line | None = None


class RemoveContact(ContactCommand):
    """Count a contact no more."""

    contact: UUID
    reason: Reason | None = None


@dataclass(frozen=True)
class Contact:
    person: UUID | None = None
    role: str | None = None
    removed: bool = False


def evolve(state: Contact, event: Event) -> Contact:
    match event:
        case ContactAdded():
            return Contact(event.name.person, event.role)
        case ContactRevised() if event.role is not None:
            return Contact(state.person, event.role, state.removed)
        case ContactRemoved():
            return Contact(state.person, state.role, removed=True)
    return state


def _added(command: AddContact, state: Contact, context: Context) -> Decision:
    if state.person is not None:
        raise Refused("already-registered")
    person = command.person or context.new_id("person")
    return [
        ContactAdded(
            structure=command.structure,
            name=command.name.of(person),
            email=command.email.of(person) if command.email else None,
            phone=command.phone.of(person) if command.phone else None,
            role=command.role,
        )
    ]


def _revised(command: ReviseContact, state: Contact, context: Context) -> Decision:
    person = _known(state)
    personal = {n: v.of(person) for n in ("name", "email", "phone") if (v := getattr(command, n)) is not None}
    role = command.role if command.role != state.role else None
    return [ContactRevised(**personal, role=role)] if personal or role else []


def _removed(command: RemoveContact, state: Contact, context: Context) -> Decision:
    if state.removed:
        return []
    _known(state)
    return [ContactRemoved(reason=command.reason)]


def _known(state: Contact) -> UUID:
    if state.person is None:
        raise Refused("unknown-contact")
    if state.removed:
        raise Refused("contact-removed")
    return state.person


def allows(state: Contact, event: Event) -> str | None:
    match event:
        case ContactAdded():
            return None if state.person is None else "already-registered"
        case ContactRevised() | ContactRemoved():
            return "contact-removed" if state.removed else None
    return None


CONTACT = Decider(
    entity="contact",
    initial=Contact(),
    evolve=evolve,
    decisions={AddContact: _added, ReviseContact: _revised, RemoveContact: _removed},
    allows=allows,
    births=(ContactAdded,),
    rests={ContactAdded: AddContact.refers},
)
