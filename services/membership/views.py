"""What membership's pages read. What holds now follows from the happenings in the order of their times, not of their
recording: a departure of 2015 may be learnt today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.membership.domain.member import member_of
from shared.contract import Event
from shared.contract.directory import StructureClosed, StructureRegistered, StructureReopened, StructureRevised
from shared.contract.membership import (
    BoardSeatRestored,
    BoardSeatTaken,
    BoardSeatVacated,
    CharterAdopted,
    CivicServiceEnded,
    CivicServicePlaceApproved,
    CivicServicePlaceEnded,
    CivicServicePlaceRestored,
    CivicServiceRecruited,
    CivicServiceRestored,
    CivicServiceSeconded,
    CivicServiceWithdrawn,
    CollegeClosed,
    CollegeOpened,
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MemberRestored,
    MembershipRenewed,
    NetworkNamed,
    PeerNetworkJoined,
    PeerNetworkLeft,
    PeerNetworkRenamed,
    PeerNetworkRestored,
    StaffPostChanged,
    StaffPostClosed,
    StaffPostCreated,
    StaffPostRestored,
    StaffPostWithdrawn,
    VolunteerContributed,
    VolunteerRestored,
    VolunteerWithdrawn,
    WorkingGroupClosed,
    WorkingGroupFormed,
    WorkingGroupJoined,
    WorkingGroupLeft,
    WorkingGroupRestored,
)
from shared.envelope import Recorded
from shared.keyring import personal_fields
from shared.personal import Personal
from shared.views import Document, Evolve, View, folded, kept, own_entity
from shared.web.formats import as_date

LAST = "~"  # sorts after every name: persons have none that may be sorted


def _happened(data: Event, event: Recorded) -> Document:
    """An event as a document keeps it: what it says, but for what is personal, and when, by whom."""
    said = data.model_dump(mode="json", exclude_none=True, exclude=set(personal_fields(data)))
    return {
        **said,
        "event": event.type,
        "at": event.cloud.time,
        "recorded": event.cloud.recordedtime,
        "seq": event.seq,
        "by": event.actor,
    }


def _with(document: Document | None, data: Event, event: Recorded) -> Document:
    """The document with one more happening in its history, which is in the order of the times."""
    before = document or {"key": event.entity_id}
    history = sorted([*before.get("history", []), _happened(data, event)], key=lambda one: (one["at"], one["seq"]))
    return {**before, "history": history, "version": event.version}


def _personal(document: Document, data: Event, event: Recorded, field: str) -> Document:
    value = getattr(data, field)
    return {**document, field: kept(value, event, field)} if isinstance(value, Personal) else document


def _year(at: str) -> int:
    return as_date(at).year


# members


def _member(document: Document | None, data: Event, event: Recorded) -> Document:
    after = _with(document, data, event)
    if isinstance(data, MemberJoined):
        after = _personal(after, data, event, "person")
    found: Document = {"status": "former", "renewed": [], "person": after.get("person")}
    found |= dict.fromkeys(
        ("college", "structure", "name", "charter_version", "joined_on", "since", "left_on", "left_because")
    )
    for one in after["history"]:
        match one["event"]:
            case "MemberJoined":
                found |= {"status": "current", "college": one["college"], "charter_version": one["charter_version"]}
                found |= {"joined_on": one["at"], "since": _year(one["at"]), "left_on": None, "left_because": None}
                found |= {name: one[name] for name in ("structure", "name") if name in one}
            case "MembershipRenewed":
                found["renewed"] = sorted({*found["renewed"], one["year"]})
            case "MemberCollegeChanged":
                found["college"] = one["college"]
            case "MemberLeft":
                found |= {"status": "former", "left_on": one["at"], "left_because": one["reason"]}
            case "MemberRestored":
                found |= {"status": "current", "college": one["college"], "left_on": None, "left_because": None}
    if document is not None and document.get("name"):
        found["name"] = document["name"] if not isinstance(data, MemberJoined) else data.name or document["name"]
    moved = [one["at"] for one in after["history"] if one["event"] != "MembershipRenewed"]
    found["moved_on"] = moved[-1] if moved else ""
    found["sort"] = folded(found.get("name") or LAST)
    return {**after, **found}


def _member_renamed(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None or data.name is None:
        return document
    return {**document, "name": data.name, "sort": folded(data.name)}


def _member_concerned(event: Recorded) -> Sequence[str]:
    return (str(member_of(UUID(event.entity_id))),) if event.entity == "structure" else own_entity(event)


MEMBERS = View(
    name="members",
    version=1,
    on={
        MemberJoined: _member,
        MembershipRenewed: _member,
        MemberCollegeChanged: _member,
        MemberLeft: _member,
        MemberRestored: _member,
        StructureRevised: _member_renamed,
    },
    keys=_member_concerned,
    fields=("sort", "status", "college", "since", "charter_version", "moved_on", "structure"),
    text=lambda d: d.get("name") or "",
)


# structures that may join: the directory's, as far as a choice needs them


def _structure(document: Document | None, data: StructureRegistered, event: Recorded) -> Document:
    return {"name": data.name, "kind": data.kind, "department": data.department, "sort": folded(data.name), "closed": False}


def _structure_revised(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    changed = {name: value for name in ("name", "kind", "department") if (value := getattr(data, name)) is not None}
    after = {**document, **changed, **({"department": None} if "department" in data.cleared else {})}
    return {**after, "sort": folded(after["name"])}


def _structure_closed(closed: bool) -> Evolve:
    return lambda document, data, event: None if document is None else {**document, "closed": closed}


STRUCTURES = View(
    name="structures",
    version=1,
    on={
        StructureRegistered: _structure,
        StructureRevised: _structure_revised,
        StructureClosed: _structure_closed(True),
        StructureReopened: _structure_closed(False),
    },
    fields=("sort", "closed"),
    text=lambda d: d["name"],
)


# charter, colleges, the network's name


def _charter(document: Document | None, data: CharterAdopted, event: Recorded) -> Document:
    versions = [*(document or {}).get("versions", []), _happened(data, event)]
    return {"versions": sorted(versions, key=lambda one: one["version"]), "version": event.version}


CHARTER = View(name="charter", version=1, on={CharterAdopted: _charter})


def _college(document: Document | None, data: CollegeOpened | CollegeClosed, event: Recorded) -> Document:
    after = _with(document, data, event)
    last = after["history"][-1]
    opened = [one for one in after["history"] if one["event"] == "CollegeOpened"]
    return {
        **after,
        "college": data.college,
        "title": opened[-1]["title"] if opened else data.college,
        "open": last["event"] == "CollegeOpened",
        "opened_on": opened[0]["at"] if opened else None,
    }


COLLEGES = View(
    name="colleges", version=1, on={CollegeOpened: _college, CollegeClosed: _college}, fields=("college", "open")
)


def _network(document: Document | None, data: NetworkNamed, event: Recorded) -> Document:
    after = _with(document, data, event)
    return {**after, "name": after["history"][-1]["name"]}


NETWORK = View(name="network", version=1, on={NetworkNamed: _network})


# what begins, ends and may be restored: seats, volunteers, civic services, places, posts, peer networks


def _standing(states: Mapping[str, str], personal: str | None = None) -> Evolve:
    """Keeps what the events said, the later over the earlier, and the `status` that the last of `states` gives.

    `states`: event type → status; the first of them is the beginning, whose day is `since`.
    """
    beginnings = {kind for kind, status in states.items() if status == "current" and not kind.endswith("Restored")}

    def evolve(document: Document | None, data: Event, event: Recorded) -> Document:
        after = _with(document, data, event)
        if personal is not None and hasattr(data, personal):
            after = _personal(after, data, event, personal)
        found: Document = {"status": "former", "since": None, "until": None, "year": None}
        for one in after["history"]:
            kind, at = one["event"], one["at"]
            found |= {name: one[name] for name in one.keys() - HAPPENING}
            if kind in beginnings:
                found |= {"since": at, "kind": kind, "year": _year(at)}
            if kind in states:
                found |= {"status": states[kind], "until": None if states[kind] == "current" else at}
        return {**after, **found}

    return evolve


HAPPENING = {"event", "at", "recorded", "seq", "by", "reason"}
_seat = _standing(
    {"BoardSeatTaken": "current", "BoardSeatVacated": "former", "BoardSeatRestored": "current"}, "holder"
)
SEATS = View(
    name="seats",
    version=1,
    on={BoardSeatTaken: _seat, BoardSeatVacated: _seat, BoardSeatRestored: _seat},
    fields=("status", "role", "member", "since"),
)

_volunteer = _standing(
    {"VolunteerContributed": "current", "VolunteerWithdrawn": "withdrawn", "VolunteerRestored": "current"}, "person"
)
VOLUNTEERS = View(
    name="volunteers",
    version=1,
    on={VolunteerContributed: _volunteer, VolunteerWithdrawn: _volunteer, VolunteerRestored: _volunteer},
    fields=("status", "year", "since"),
)

_civic_service = _standing(
    {
        "CivicServiceRecruited": "current",
        "CivicServiceSeconded": "current",
        "CivicServiceEnded": "former",
        "CivicServiceWithdrawn": "withdrawn",
        "CivicServiceRestored": "current",
    },
    "person",
)
CIVIC_SERVICES = View(
    name="civic_services",
    version=1,
    on={
        CivicServiceRecruited: _civic_service,
        CivicServiceSeconded: _civic_service,
        CivicServiceEnded: _civic_service,
        CivicServiceWithdrawn: _civic_service,
        CivicServiceRestored: _civic_service,
    },
    fields=("status", "kind", "year", "since", "host"),
)

_place = _standing(
    {
        "CivicServicePlaceApproved": "current",
        "CivicServicePlaceEnded": "former",
        "CivicServicePlaceRestored": "current",
    }
)
CIVIC_PLACES = View(
    name="civic_places",
    version=1,
    on={CivicServicePlaceApproved: _place, CivicServicePlaceEnded: _place, CivicServicePlaceRestored: _place},
    fields=("status", "year", "since"),
)

_post = _standing(
    {
        "StaffPostCreated": "current",
        "StaffPostClosed": "former",
        "StaffPostWithdrawn": "withdrawn",
        "StaffPostRestored": "current",
    }
)
POSTS = View(
    name="posts",
    version=1,
    on={
        StaffPostCreated: _post,
        StaffPostChanged: _post,
        StaffPostClosed: _post,
        StaffPostWithdrawn: _post,
        StaffPostRestored: _post,
    },
    fields=("status", "year", "since"),
)

_peer = _standing({"PeerNetworkJoined": "current", "PeerNetworkLeft": "former", "PeerNetworkRestored": "current"})


def _peer_network(document: Document | None, data: Any, event: Recorded) -> Document | None:
    after = _peer(document, data, event)
    return None if after is None else {**after, "sort": folded(after.get("name") or LAST)}


PEER_NETWORKS = View(
    name="peer_networks",
    version=1,
    on={
        PeerNetworkJoined: _peer_network,
        PeerNetworkRenamed: _peer_network,
        PeerNetworkLeft: _peer_network,
        PeerNetworkRestored: _peer_network,
    },
    fields=("status", "sort", "ourselves"),
)


# working groups and who takes part

_formed = _standing({"WorkingGroupFormed": "current", "WorkingGroupClosed": "former", "WorkingGroupRestored": "current"})


def _group(document: Document | None, data: Any, event: Recorded) -> Document | None:
    after = _formed(document, data, event)
    assert after is not None
    after.pop("member", None)  # of the last who joined or left: no fact about the group
    members: dict[str, str] = {}
    for one in after["history"]:
        if one["event"] == "WorkingGroupJoined":
            members.setdefault(one["member"], one["at"])
        elif one["event"] == "WorkingGroupLeft":
            members.pop(one["member"], None)
    taking_part = [{"member": member, "since": at} for member, at in members.items()]
    return {**after, "taking_part": taking_part, "members": list(members), "sort": folded(after.get("name") or LAST)}


GROUPS = View(
    name="groups",
    version=1,
    on={
        WorkingGroupFormed: _group,
        WorkingGroupJoined: _group,
        WorkingGroupLeft: _group,
        WorkingGroupClosed: _group,
        WorkingGroupRestored: _group,
    },
    fields=("status", "sort", "members"),
    text=lambda d: f"{d.get('name') or ''} {d.get('purpose') or ''}",
)

VIEWS = (
    MEMBERS,
    STRUCTURES,
    CHARTER,
    COLLEGES,
    NETWORK,
    SEATS,
    GROUPS,
    VOLUNTEERS,
    CIVIC_SERVICES,
    CIVIC_PLACES,
    POSTS,
    PEER_NETWORKS,
)
