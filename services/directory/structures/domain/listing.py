"""The public directory and what a record shows there: the structure's wish, the network's answer, a picture."""

from __future__ import annotations

from uuid import UUID

from services.directory.structures.domain.structure_state import Structure, known, open_facts
from shared.contract.directory.structures import (
    StructureListed,
    StructureListingDeclined,
    StructureListingWished,
    StructurePictured,
    StructureUnlisted,
    StructureUnpictured,
)
from shared.contract.fields import Line, Reason, Sha256
from shared.kernel.decider import Command, Context, Decision, Refused


class ListStructure(Command):
    """Show a structure in the public directory, on its own wish."""

    entity = "structure"
    takes = "now"
    structure: UUID


class UnlistStructure(Command):
    """Take a structure out of the public directory."""

    entity = "structure"
    takes = "now"
    structure: UUID
    reason: Reason | None = None


class WishListing(Command):
    """Ask that a structure stand in the public directory; the network looks at it first."""

    entity = "structure"
    takes = "now"
    structure: UUID


class DeclineListing(Command):
    """Do not list a structure that asked for it, and say why."""

    entity = "structure"
    takes = "now"
    structure: UUID
    reason: Reason


class PictureStructure(Command):
    """Show a picture on a structure's record. `picture`: the SHA-256 of the file, as it was kept."""

    entity = "structure"
    takes = "now"
    structure: UUID
    picture: Sha256
    picture_text: Line | None = None


class UnpictureStructure(Command):
    """Show no picture any more."""

    entity = "structure"
    takes = "now"
    structure: UUID


def listed(command: ListStructure, state: Structure, context: Context) -> Decision:
    open_facts(state)
    return [] if state.listed else [StructureListed()]


def unlisted(command: UnlistStructure, state: Structure, context: Context) -> Decision:
    known(state)
    return [StructureUnlisted(reason=command.reason)] if state.listed else []


def wished(command: WishListing, state: Structure, context: Context) -> Decision:
    open_facts(state)
    return [] if state.listed or state.wished else [StructureListingWished()]


def declined(command: DeclineListing, state: Structure, context: Context) -> Decision:
    known(state)
    if not state.wished:
        raise Refused("no-listing-wished")
    return [StructureListingDeclined(reason=command.reason)]


def pictured(command: PictureStructure, state: Structure, context: Context) -> Decision:
    open_facts(state)
    if state.picture == (command.picture, command.picture_text):
        return []
    return [StructurePictured(picture=command.picture, picture_text=command.picture_text)]


def unpictured(command: UnpictureStructure, state: Structure, context: Context) -> Decision:
    known(state)
    return [StructureUnpictured()] if state.picture else []
