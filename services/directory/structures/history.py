"""A record as it was on any day, and as an answer of before showed it: structures folded from what happened.

`as of` a day is what had happened by its end in Paris, whenever it was learnt; `upto` a sequence is what was known
then. Of what happened, the later wins, by when it happened and then by when it was written (as the observatory counts).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.directory.structures.view_walk import chosen
from services.directory.structures.views import TIMELINES
from shared.base import paris_days as days
from shared.contract.envelope import instant
from shared.contract.structure_facts import FACTS, NUMBERS, nothing
from shared.kernel.projection import Document, Store, folded

Told = Mapping[str, Any]
"""An event as the view of timelines keeps it: seq, time, recorded, type, actor, data."""


@dataclass(frozen=True)
class Value:
    """A value that a field of a record had: since when, who said so, from which source, by which event."""

    value: Any
    at: str
    recorded: str
    actor: str
    source: str | None
    seq: int


def end_of(day: date) -> str:
    """The first moment after a day in Paris, as events write moments."""
    return instant(days.end_of(day))


def in_order(events: Iterable[Told], before: str | None = None, upto: int | None = None) -> list[Told]:
    """Events that had happened `before` a moment and were written up to a sequence, by when they happened."""
    heard = [e for e in events if (before is None or e["time"] < before) and (upto is None or e["seq"] <= upto)]
    return sorted(heard, key=lambda e: (e["time"], e["seq"]))


def folded_from(key: str, events: Sequence[Told]) -> Document | None:
    """The record that events in their order come to, as the view of structures has it; None before it is registered."""
    document: Document | None = None
    for event in events:
        said = event["data"]
        match event["type"]:
            case "StructureRegistered":
                facts = {name: said.get(name) or nothing(name) for name in FACTS}
                document = {
                    "key": key, **facts, "listed": False, "wished": False, "closed": False, "picture": None,
                    "picture_text": None, "merged_into": None, "absorbed": [], "former": [],
                    "invented": bool(said.get("invented")), "since": event["time"], **(document or {}),
                }  # fmt: skip
            case "StructureRevised" if document:
                before = {name: document[name] for name in NUMBERS if document[name]}
                document |= {name: said[name] for name in FACTS if said.get(name) is not None}
                document |= {name: nothing(name) for name in said.get("cleared", ())}
                changed = [name for name in before if document[name] != before[name]]
                former = [{"scheme": name, "number": before[name], "until": event["time"]} for name in changed]
                document["former"] = [*document["former"], *former]
            case "StructureListed" if document:
                document |= {"listed": True, "wished": False}
            case "StructureUnlisted" if document:
                document["listed"] = False
            case "StructureListingWished" if document:
                document["wished"] = True
            case "StructureListingDeclined" if document:
                document["wished"] = False
            case "StructureClosed" if document:
                document["closed"] = True
            case "StructureReopened" if document:
                document["closed"] = False
            case "StructurePictured" if document:
                document |= {"picture": said["picture"], "picture_text": said.get("picture_text")}
            case "StructureUnpictured" if document:
                document |= {"picture": None, "picture_text": None}
            case "StructuresMerged" if document:
                document["absorbed"] = [*document["absorbed"], said["merged"], *said.get("followers", ())]
            case "StructuresUnmerged" if document:
                gone = {said["merged"], *said.get("followers", ())}
                document["absorbed"] = [id for id in document["absorbed"] if id not in gone]
            case "StructureAbsorbed" if document:
                document["merged_into"] = said["kept"]
            case "StructureReleased" if document:
                document["merged_into"] = None
    if document is None:
        return None
    return {**document, "sort": folded(document["name"]), "seen": events[-1]["time"], "seq": events[-1]["seq"]}


def field_history(events: Iterable[Told]) -> dict[str, list[Value]]:
    """field → the values it has had, the latest first: when, who, source. A field that was never set is not there."""
    found: dict[str, list[Value]] = {}

    def note(event: Told, name: str, value: Any) -> None:
        before = found.get(name)
        if (before and before[0].value == value) or (not before and value in (None, [])):
            return
        source = event["data"].get("source")
        one = Value(value, event["time"], event["recorded"], event["actor"], source, event["seq"])
        found.setdefault(name, []).insert(0, one)

    for event in in_order(events):
        said = event["data"]
        if event["type"] in ("StructureRegistered", "StructureRevised"):
            for name in FACTS:
                if said.get(name) is not None:
                    note(event, name, said[name])
            for name in said.get("cleared", ()):
                note(event, name, nothing(name))
        elif event["type"] in ("StructureListed", "StructureUnlisted"):
            note(event, "listed", event["type"] == "StructureListed")
        elif event["type"] in ("StructureClosed", "StructureReopened"):
            note(event, "closed", event["type"] == "StructureClosed")
    return found


async def timeline(store: Store, key: str) -> list[Told]:
    """All that happened to one structure, in the order of the log."""
    document = await store.get(TIMELINES, key)
    return list(document["events"]) if document else []


async def record_as_of(store: Store, key: str, day: date | None = None, *, upto: int | None = None) -> Document | None:
    """A record as it was at the end of a day, or as it was known at a sequence; None if it was not there."""
    events = in_order(await timeline(store, key), end_of(day) if day else None, upto)
    return folded_from(key, events)


async def as_given(store: Store, keys: Sequence[str], upto: int) -> AsyncIterator[Document]:
    """The records of an answer in its order, as they were known at the sequence that it was given at."""
    async for document in chosen(store, TIMELINES, keys):
        found = folded_from(document["key"], in_order(document["events"], None, upto))
        if found is not None:
            yield found
