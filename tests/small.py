"""A small service of the directory's facts, for the kernel's tests: structures and contacts, as short as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from nats.aio.client import Client

from shared.base.outside import REAL, Outside
from shared.base.settings import Settings
from shared.contract import Event
from shared.contract.directory.structures import (
    ContactAdded,
    ContactRevised,
    StructureClosed,
    StructureListed,
    StructureRegistered,
    StructureRevised,
)
from shared.contract.envelope import Recorded
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refused
from shared.kernel.projection import Document, Store, View, kept
from shared.kernel.reactions import Reaction
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Definition, Service, Surroundings


@dataclass(frozen=True)
class State:
    name: str | None = None
    tags: tuple[str, ...] = ()
    closed: bool = False


class Register(Command):
    entity = "structure"
    creates = True
    name: str


class RegisterAs(Command):
    """Registers a structure under an id of its own, if it is not there."""

    entity = "structure"
    structure: UUID
    name: str


class Tag(Command):
    entity = "structure"
    structure: UUID
    tag: str


class Close(Command):
    entity = "structure"
    structure: UUID


class AddContact(Command):
    entity = "contact"
    creates = True
    structure: UUID
    name: PersonalText
    email: PersonalText | None = None


def evolve(state: State, event: Event) -> State:
    match event:
        case StructureRegistered():
            return State(name=event.name)
        case StructureRevised() if event.themes is not None:
            return replace(state, tags=tuple(event.themes))
        case StructureClosed():
            return replace(state, closed=True)
    return state


def register(command: Register | RegisterAs, state: State, context: Context) -> Decision:
    if state.name is not None:
        raise Refused("there-already", name=state.name)
    if command.name == "twice":
        return [StructureRegistered(name="twice", kind="association"), StructureListed()]
    return [StructureRegistered(name=command.name, kind="association")]


def tag(command: Tag, state: State, context: Context) -> Decision:
    if state.name is None:
        raise Refused("unknown")
    if state.closed:
        raise Refused("closed")
    return [] if command.tag in state.tags else [StructureRevised(themes=[*state.tags, command.tag])]


def close(command: Close, state: State, context: Context) -> Decision:
    return [] if state.closed else [StructureClosed(reason="over")]


def add(command: AddContact, state: None, context: Context) -> Decision:
    person = context.new_id("person")
    email = command.email.of(person) if command.email else None
    return [ContactAdded(structure=command.structure, name=command.name.of(person), email=email)]


STRUCTURE = Decider("structure", State(), evolve, {Register: register, RegisterAs: register, Tag: tag, Close: close})
CONTACT: Decider[None] = Decider("contact", None, lambda state, event: None, {AddContact: add})


def _registered(document: Document | None, data: StructureRegistered, event: Recorded) -> Document:
    return {"name": data.name, "tags": data.themes, "closed": False, "version": event.version, "seen": event.cloud.time}


def _revised(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    return document and {**document, "tags": data.themes or document["tags"], "version": event.version}


def _closed(document: Document | None, data: StructureClosed, event: Recorded) -> Document | None:
    return document and {**document, "closed": True, "version": event.version}


STRUCTURES = View(
    name="structures",
    version=1,
    on={StructureRegistered: _registered, StructureRevised: _revised, StructureClosed: _closed},
    fields=("name", "tags", "closed"),
    text=lambda d: d["name"],
)


def _contact(document: Document | None, data: Any, event: Recorded) -> Document:
    return {"name": kept(data.name, event, "name"), "email": kept(data.email, event, "email")}


CONTACTS = View(name="contacts", version=1, on={ContactAdded: _contact, ContactRevised: _contact})


def definition(
    name: str = "directory", views: Sequence[View] = (STRUCTURES, CONTACTS), reactions: Sequence[Reaction] = ()
) -> Definition:
    return Definition(
        name=name,
        folder=Path(__file__).parent,
        deciders=(STRUCTURE, CONTACT),
        views=views,
        words={},
        routes=APIRouter(),
        reactions=reactions,
    )


def service(
    what: Definition, network: str, nc: Client, server: NatsServer, folder: Path, store: Store | None = None,
    outside: Outside = REAL,
) -> Service:  # fmt: skip
    """The service on a data folder, not started yet. Two on one folder are a restart, or replicas if they share a
    store."""
    store = store or SqliteStore(folder / "views" / f"{what.name}.sqlite")
    return Service(what, Surroundings(network, nc, Settings(), folder, store, server.broker(), outside=outside))
