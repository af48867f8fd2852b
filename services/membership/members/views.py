"""Members as the pages show them, present and former, with all that happened to each (`merged_into`: the record that
the directory keeps instead of its structure's); the structures that may join; the
charter that they sign, and their colleges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.membership.base.status_history import happened, sort_key, with_happening, with_person, year_of
from shared.contract import Event
from shared.contract.directory.structures import StructureAbsorbed, StructureReleased, StructureRevised
from shared.contract.envelope import Recorded
from shared.contract.membership.members import (
    CharterAdopted,
    CollegeClosed,
    CollegeOpened,
    CollegeRevised,
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MemberRestored,
    MembershipRenewed,
)
from shared.kernel.views.projection import Document, View, folded, own_entity
from shared.notions import membership
from shared.notions.structure_on_record import member_of, structures_on_record

FACTS = ("person", "college", "structure", "name", "charter_version", "joined_on", "since", "left_on", "left_because")


def _member(document: Document | None, data: Event, event: Recorded) -> Document:
    after = with_happening(document, data, event)
    if isinstance(data, MemberJoined):
        after = with_person(after, data, event, "person")
    found: Document = {**_stands(after["history"]), "person": after.get("person")}
    if document is not None and document.get("name"):
        # The directory may have renamed it since it joined.
        found["name"] = document["name"] if not isinstance(data, MemberJoined) else data.name or document["name"]
    moved = [one["at"] for one in after["history"] if one["event"] != "MembershipRenewed"]
    found["moved_on"] = moved[-1] if moved else ""
    found["sort"] = sort_key(found.get("name"))
    return {**after, **found}


def _stands(history: Iterable[Document]) -> Document:
    """What a member's history comes to: whether it is one, since when, in which college, which years it renewed."""
    happenings = list(history)
    found: Document = {"renewed": [], **dict.fromkeys(FACTS)}
    for one in happenings:
        match one["event"]:
            case "MemberJoined":
                found |= {name: one[name] for name in ("structure", "name", "charter_version") if name in one}
            case "MembershipRenewed":
                found["renewed"] = sorted({*found["renewed"], one["year"]})
    stands = membership.folded((one["event"], one, one["at"]) for one in happenings)
    return {
        **found,
        "status": "current" if stands.member else "former",
        "college": stands.college,
        "joined_on": stands.since,
        "since": year_of(stands.since) if stands.since else None,
        "left_on": stands.left,
        "left_because": stands.because,
    }


def _renamed(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None or data.name is None or document.get("structure") is None:
        return document  # of a structure that never joined nothing is known here
    return {**document, "name": data.name, "sort": folded(data.name)}


def _absorbed(
    document: Document | None, data: StructureAbsorbed | StructureReleased, event: Recorded
) -> Document | None:
    if document is None:
        return None
    into = str(data.kept) if isinstance(data, StructureAbsorbed) else None
    return {**document, "merged_into": into, "merged": into is not None}


def _concerned(event: Recorded) -> Sequence[str]:
    return (str(member_of(UUID(event.entity_id))),) if event.entity == "structure" else own_entity(event)


def _sources(key: str, document: Document | None) -> Sequence[str]:
    """Its membership, and what the directory says of the structure that it is."""
    structure = document.get("structure") if document else None
    return [f"membership.member.{key}", *([f"directory.structure.{structure}"] if structure else [])]


MEMBERS = View(
    name="members",
    version=2,
    on={
        MemberJoined: _member,
        MembershipRenewed: _member,
        MemberCollegeChanged: _member,
        MemberLeft: _member,
        MemberRestored: _member,
        StructureRevised: _renamed,
        StructureAbsorbed: _absorbed,
        StructureReleased: _absorbed,
    },
    keys=_concerned,
    sources=_sources,
    fields=("sort", "status", "college", "since", "charter_version", "moved_on", "structure", "merged"),
    text=lambda d: d.get("name") or "",
)

STRUCTURES = structures_on_record(version=3)
"""Structures that may join, by the ids of the directory."""


def _charter(document: Document | None, data: CharterAdopted, event: Recorded) -> Document:
    versions = [*(document or {}).get("versions", []), happened(data, event)]
    return {"versions": sorted(versions, key=lambda one: one["version"]), "version": event.version}


CHARTER = View(name="charter", version=1, on={CharterAdopted: _charter})


def _college(
    document: Document | None, data: CollegeOpened | CollegeRevised | CollegeClosed, event: Recorded
) -> Document:
    after = with_happening(document, data, event)
    named = [one for one in after["history"] if one["event"] != "CollegeClosed"]
    opened = [one for one in named if one["event"] == "CollegeOpened"]
    turned = [one for one in after["history"] if one["event"] != "CollegeRevised"]
    return {
        **after,
        "college": data.college,
        "title": named[-1]["title"] if named else data.college,
        "titles": named[-1].get("titles", {}) if named else {},
        "rank": next((one["rank"] for one in reversed(named) if one.get("rank")), None),
        "open": bool(turned) and turned[-1]["event"] == "CollegeOpened",
        "opened_on": opened[0]["at"] if opened else None,
        "closed_on": turned[-1]["at"] if turned and turned[-1]["event"] == "CollegeClosed" else None,
    }


COLLEGES = View(
    name="colleges",
    version=2,
    on=dict.fromkeys((CollegeOpened, CollegeRevised, CollegeClosed), _college),
    fields=("college", "open"),
)
