"""What the directory's pages read."""

from __future__ import annotations

from typing import Any

from services.directory.duplicates.views import MERGES
from services.directory.projects.views import PROJECTS
from services.directory.register_views import CLAIMS, IMPORTS, MEMBERSHIPS, NAMESAKES, TIMELINES
from services.directory.space.views import SPACE
from services.directory.structures.domain.structure import FACTS
from shared.base.paris_days import PARIS
from shared.contract.directory import (
    ContactAdded,
    ContactRemoved,
    ContactRevised,
    IdentificationAnswered,
    IdentificationRequested,
    IdentificationRequestWithdrawn,
    MediaCoverageNoted,
    MediaCoverageWithdrawn,
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationWithdrawn,
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureListingDeclined,
    StructureListingWished,
    StructurePictured,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
    StructuresUnmerged,
    StructureUnlisted,
    StructureUnpictured,
    SupportGiven,
    SupportWithdrawn,
)  # fmt: skip
from shared.contract.envelope import Recorded
from shared.contract.membership import MemberCollegeChanged, MemberJoined, MemberLeft, MemberRestored
from shared.kernel.projection import Document, View, folded, kept

FACT_NAMES = frozenset(FACTS)
LISTS = ("themes", "countries", "sdgs")
IDENTIFIERS = ("siren", "siret", "rna")


def _day(event: Recorded) -> str:
    return event.cloud.time


def _structure(document: Document, event: Recorded) -> Document:
    """When the record was last touched, and its version. By `seq` the search index (finding.py) sees what changed."""
    return {**document, "seen": _day(event), "version": event.version, "seq": event.seq}


APART: Document = {
    "wished": False, "picture": None, "picture_text": None, "merged_into": None, "absorbed": [], "former": [],
}  # fmt: skip
"""`absorbed`: the records merged into this one, by which other views may still know it; `former`: its numbers of before."""


def _registered(document: Document | None, data: StructureRegistered, event: Recorded) -> Document:
    facts: dict[str, Any] = {name: getattr(data, name) for name in FACTS}
    state = {"listed": False, "closed": False, "invented": data.invented, "since": _day(event), **APART}
    return _structure({**facts, **state, "sort": folded(data.name)}, event)


def _revised(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    changed = {name: value for name in data.model_fields_set & FACT_NAMES if (value := getattr(data, name)) is not None}
    if "name" in changed:
        changed["sort"] = folded(data.name or "")
    emptied: dict[str, Any] = {name: [] if name in LISTS else None for name in data.cleared}
    after = {**document, **changed, **emptied}
    gone = [
        {"scheme": name, "number": document[name], "until": _day(event)}
        for name in IDENTIFIERS
        if document.get(name) and document[name] != after[name]
    ]
    return _structure({**after, "former": [*document["former"], *gone]} if gone else after, event)


def _now(**state: bool | None) -> Any:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else _structure({**document, **state}, event)

    return evolve


def _pictured(document: Document | None, data: StructurePictured, event: Recorded) -> Document | None:
    shown = {"picture": data.picture, "picture_text": data.picture_text}
    return None if document is None else _structure({**document, **shown}, event)


def _merged(document: Document | None, data: StructuresMerged, event: Recorded) -> Document | None:
    if document is None:
        return None
    more = [str(data.merged), *map(str, data.followers)]
    return _structure({**document, "absorbed": [*document["absorbed"], *more]}, event)


def _unmerged(document: Document | None, data: StructuresUnmerged, event: Recorded) -> Document | None:
    if document is None:
        return None
    gone = {str(data.merged), *map(str, data.followers)}
    return _structure({**document, "absorbed": [id for id in document["absorbed"] if id not in gone]}, event)


def _absorbed(document: Document | None, data: StructureAbsorbed, event: Recorded) -> Document | None:
    return None if document is None else _structure({**document, "merged_into": str(data.kept)}, event)


STRUCTURES = View(
    name="structures",
    version=3,
    on={
        StructureRegistered: _registered,
        StructureRevised: _revised,
        StructureListed: _now(listed=True, wished=False),
        StructureUnlisted: _now(listed=False),
        StructureClosed: _now(closed=True),
        StructureReopened: _now(closed=False),
        StructureListingWished: _now(wished=True),
        StructureListingDeclined: _now(wished=False),
        StructurePictured: _pictured,
        StructureUnpictured: _now(picture=None, picture_text=None),
        StructuresMerged: _merged,
        StructuresUnmerged: _unmerged,
        StructureAbsorbed: _absorbed,
        StructureReleased: _now(merged_into=None),
    },
    fields=("sort", "kind", "department", "themes", "countries", "listed", "closed", "since", "wished", "seq"),
    text=lambda d: " ".join([d["sort"], d.get("acronym") or "", *map(folded, d.get("themes", []))]),
)


def _added(document: Document | None, data: ContactAdded, event: Recorded) -> Document:
    return {
        "structure": str(data.structure),
        "name": kept(data.name, event, "name"),
        "email": kept(data.email, event, "email"),
        "phone": kept(data.phone, event, "phone"),
        "role": data.role,
        "since": _day(event),
        "version": event.version,
    }


def _contact_revised(document: Document | None, data: ContactRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    personal = {n: kept(v, event, n) for n in ("name", "email", "phone") if (v := getattr(data, n)) is not None}
    return {**document, **personal, "role": data.role or document["role"], "version": event.version}


def _gone(document: Document | None, data: Any, event: Recorded) -> None:
    return None


CONTACTS = View(
    name="contacts",
    version=1,
    on={ContactAdded: _added, ContactRevised: _contact_revised, ContactRemoved: _gone},
    fields=("structure", "since"),
)


def _fact_of(**more: Any) -> Any:
    """A document with all that the event says, its day, its version and what else is given."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        facts = data.model_dump(mode="json")
        year = str(event.time.astimezone(PARIS).year)
        return {**facts, **more, "at": _day(event), "year": year, "version": event.version}

    return evolve


SUPPORTS = View(
    name="supports",
    version=2,
    on={SupportGiven: _fact_of(), SupportWithdrawn: _gone},
    fields=("structure", "kind", "at", "year"),
)

COVERAGES = View(
    name="coverages",
    version=2,
    on={MediaCoverageNoted: _fact_of(), MediaCoverageWithdrawn: _gone},
    fields=("structure", "medium", "at", "year"),
)


def _answered(document: Document | None, data: IdentificationAnswered, event: Recorded) -> Document | None:
    if document is None:
        return None
    answer = {"answered": _day(event), "structures": data.structures, "answer": data.answer}
    answer |= {"found": [str(id) for id in data.found], "shown_upto": data.shown_upto, "state": "answered"}
    return {**document, **answer, "version": event.version}


def _request_withdrawn(
    document: Document | None, data: IdentificationRequestWithdrawn, event: Recorded
) -> Document | None:
    """It stays to be read under its own address, since answers may have been given; no list or figure counts it."""
    return None if document is None else {**document, "state": "withdrawn", "version": event.version}


REQUESTS = View(
    name="requests",
    version=3,
    on={
        IdentificationRequested: _fact_of(answered=None, state="open"),
        IdentificationAnswered: _answered,
        IdentificationRequestWithdrawn: _request_withdrawn,
    },
    fields=("requester", "at", "year", "answered", "state"),
    text=lambda d: f"{d['requester']} {d.get('question') or ''}",
)


def _withdrawn(document: Document | None, data: Any, event: Recorded) -> Document | None:
    return None if document is None else {**document, "withdrawn": True, "version": event.version}


PUBLICATIONS = View(
    name="publications",
    version=3,
    on={
        MemberNewsPublished: _fact_of(sort="news", withdrawn=False, kind=None),
        MemberOfferPublished: _fact_of(sort="offer", withdrawn=False),
        MemberProjectPublished: _fact_of(sort="project", withdrawn=False, kind=None),
        MemberEventPublished: _fact_of(sort="event", withdrawn=False, kind=None),
        PublicationWithdrawn: _withdrawn,
    },
    fields=("structure", "sort", "at", "year", "withdrawn"),
    text=lambda d: f"{d['title']} {d['structure_name']}",
)


def _joined(document: Document | None, data: MemberJoined | MemberRestored, event: Recorded) -> Document | None:
    return None if data.structure is None else {"structure": str(data.structure), "college": data.college}


def _college(document: Document | None, data: MemberCollegeChanged, event: Recorded) -> Document | None:
    return None if document is None else {**document, "college": data.college}


MEMBERS = View(
    name="members",
    version=1,
    on={MemberJoined: _joined, MemberRestored: _joined, MemberCollegeChanged: _college, MemberLeft: _gone},
    fields=("structure", "college"),
)

VIEWS = (
    STRUCTURES, CONTACTS, SUPPORTS, COVERAGES, REQUESTS, PUBLICATIONS, MEMBERS, PROJECTS, SPACE, TIMELINES, MEMBERSHIPS, NAMESAKES,
    CLAIMS, IMPORTS, MERGES,
)  # fmt: skip
