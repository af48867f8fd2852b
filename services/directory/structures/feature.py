"""Structures and their contacts: what is decided and known of them. Their pages are above, with what others know."""

from __future__ import annotations

from collections.abc import Sequence

from services.directory.structures.both_members import not_both_members
from services.directory.structures.contact_views import CONTACT_ADDRESSES, CONTACTS
from services.directory.structures.domain.contact import CONTACT, AddContact, RemoveContact, ReviseContact
from services.directory.structures.domain.structure import (
    STRUCTURE,
    CloseStructure,
    MergeStructures,
    RegisterStructure,
    ReviseStructure,
    StructureCommand,
)
from services.directory.structures.member_views import MEMBER_LINES, MEMBERS, MEMBERSHIPS
from services.directory.structures.record_fields import commune_named, goal
from services.directory.structures.views import STRUCTURES, TIMELINES
from services.directory.structures.words import WORDS
from shared.base.translations import Lexicon
from shared.contract.directory.structures import (
    ContactAdded,
    ContactRemoved,
    ContactRevised,
    StructureAbsorbed,
    StructureClosed,
    StructureRegistered,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
)
from shared.geo import DEPARTMENTS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.faces import Premises
from shared.runtime.feature import Feature, Sayings
from shared.runtime.service import Again, Choices, Retired, Suggestion
from shared.web.formatting import countries
from shared.web.words.goals import SDG_WORDS

GOALS = Lexicon(SDG_WORDS)


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The record of a structure, for its own commands and for whatever is said about one: its contacts, a support."""
    if isinstance(command, StructureCommand):
        return f"/directory/structures/{outcome.entity_id}"
    structure = getattr(command, "structure", None)
    return None if structure is None else f"/directory/structures/{structure}"


async def choices(service: Premises, command: type[Command], lang: str) -> Choices:
    """Departments and countries by name, the seventeen goals: for the forms of every command that asks for them."""
    departments = [(code, f"{one.name} ({code})") for code, one in DEPARTMENTS.items()]
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "department" in command.model_fields:
        found["department"] = departments
    if "departments" in command.model_fields:
        region = service.ourselves.region()
        found["departments"] = [d for d in departments if not region or d[0] in region]
    for name in {"country", "countries"} & command.model_fields.keys():
        found[name] = countries(lang)
    if "sdgs" in command.model_fields:
        found["sdgs"] = [(str(n), goal(n, GOALS, lang)) for n in range(1, 18)]
    return found


RETIRED = {
    "UnmergeStructures": Retired("structure", "StrikeEvents"),
}

MERGED = "a merge writes two records: it is noted by mistake as a whole, and made anew on the page of duplicates"
AGAIN: Sayings = {
    StructureRegistered: RegisterStructure,
    StructureRevised: ReviseStructure,
    StructureClosed: CloseStructure,
    StructureReopened: Again(never="it says nothing but its day"),
    StructuresMerged: Again(never=MERGED),
    StructureAbsorbed: Again(never=MERGED),
    # the same person is named: what was revised since is sealed for them
    ContactAdded: Again(AddContact, lambda said: {**said, "person": said["name"]["person"]}),
    ContactRevised: ReviseContact,
    ContactRemoved: RemoveContact,
}

FEATURE = Feature(
    name="structures",
    deciders=(STRUCTURE, CONTACT),
    views=(STRUCTURES, CONTACTS, MEMBERS, TIMELINES, MEMBERSHIPS, MEMBER_LINES, CONTACT_ADDRESSES),
    words=WORDS,
    page_of=page_of,
    choices=choices,
    suggestions={"commune": Suggestion("/directory/communes", commune_named)},
    retired=RETIRED,
    judging={MergeStructures: not_both_members},
    whole=(ReviseStructure, ReviseContact),
    again=AGAIN,
)
