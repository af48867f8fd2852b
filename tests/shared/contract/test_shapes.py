"""The way out where the shape of an event type was wrong: its next shape, and an upcast from the one before (ADR
34)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.observatory.event_table.columns import fields_of, readers
from shared.base.translations import L
from shared.contract import EVENTS, Event
from shared.contract.envelope import Message, Provenance, Recorded, Void, knows, opened, sealed_body
from shared.contract.says import Says, Thing
from shared.contract.schemas import schema_of
from tests.fixtures.log_writing import changed

NOW = datetime(2026, 5, 4, 10, tzinfo=UTC)


@contextmanager
def a_type() -> Iterator[type[Event]]:
    """A type whose first shape held one number, in kilometres, and whose second a length in metres under another name;
    in its third, what was measured may be named."""

    class PathMeasured(Event):
        """A path was measured."""

        service = "directory"
        entity = "path"
        thing = Thing(L("chemin"))
        says = Says(L("Chemin mesuré"), detail="metres")
        shape = 3
        upcasts = {
            1: lambda data: {"metres": round(data["km"] * 1000)},
            2: lambda data: {**data, "names": [data["name"]] if "name" in data else []},
        }
        metres: int
        names: list[str] = []

    try:
        yield PathMeasured
    finally:
        del EVENTS["PathMeasured"]


@pytest.fixture
def measured() -> Iterator[type[Event]]:
    with a_type() as kind:
        yield kind


def recorded(kind: type[Event], data: dict[str, Any], shape: int | None, **more: Any) -> Recorded:
    """An event as a release of that shape wrote it; None: as the first release did, which did not say."""
    body = sealed_body(
        "reseau",
        kind(metres=1),
        uuid4(),
        id=uuid4(),
        version=1,
        at=NOW,
        now=NOW,
        by=Provenance("staff:test", uuid4(), uuid4()),
    )
    said = None if shape is None else f"urn:maillage:directory:PathMeasured:{shape}"
    body = changed(body, data=data, **{"dataschema": said, **more})
    subject = "reseau.directory.path." + json.loads(body)["subject"].partition("/")[2] + ".PathMeasured"
    return opened(Message(1, subject, body))


@given(km=st.floats(0, 1000), name=st.text(max_size=5))
def test_what_an_earlier_release_wrote_is_read_as_the_shape_of_today(km: float, name: str) -> None:
    with a_type() as kind:
        first = recorded(kind, {"km": km}, None)
        before = first.body
        assert first.data == kind(metres=round(km * 1000)) and first.shape == 1 and first.kind == "PathMeasured"
        assert recorded(kind, {"km": km}, 1).data == first.data
        assert recorded(kind, {"metres": 5, "name": name}, 2).data == kind(metres=5, names=[name])
        assert recorded(kind, {"metres": 5, "names": [name]}, 3).data == kind(metres=5, names=[name])
        assert first.body is before, "the bytes of the log stay, and with them the archive and its proofs"


def test_the_table_of_the_observatory_holds_what_is_read_and_counts_nothing_that_is_not(measured: type[Event]) -> None:
    readers.cache_clear()  # they are made once, of the types that there are
    try:
        first = {"km": 1.5, "metres": 7}  # which today's shape would take, for something else
        for shape, data in ((None, first), (1, first), (2, {"metres": 1500}), (3, {"metres": 1500})):
            row = fields_of(recorded(measured, data, shape))
            assert row["readable"] and json.loads(row["data"])["metres"] == 1500, shape
        later = fields_of(recorded(measured, {"yards": 5}, 4))
        assert not later["readable"] and json.loads(later["data"]) == {"yards": 5}
        odd = fields_of(recorded(measured, {"metres": 5}, 3, dataschema="x"))
        assert not odd["readable"] and odd["data"] is None
    finally:
        readers.cache_clear()


def test_every_new_event_says_its_schema_which_has_that_name(measured: type[Event]) -> None:
    body = json.loads(
        sealed_body(
            "reseau",
            measured(metres=1),
            uuid4(),
            id=uuid4(),
            version=1,
            at=NOW,
            now=NOW,
            by=Provenance("staff:test", uuid4(), uuid4()),
        )
    )
    assert body["dataschema"] == schema_of(measured)["$id"] == "urn:maillage:directory:PathMeasured:3"


def test_the_shape_of_a_later_release_is_as_unknown_as_its_types(measured: type[Event]) -> None:
    later = recorded(measured, {"yards": 5}, 4)
    assert (
        later.kind == "PathMeasured:4" and not knows(later.kind) and knows("PathMeasured:3") and knows("PathMeasured")
    )
    with pytest.raises(KeyError):
        _ = later.data


@pytest.mark.parametrize(
    "said",
    [5, "", "urn:maillage:directory:PathMeasured:0", "urn:maillage:directory:StructureRegistered:1", "x", {"a": 1}],
)
def test_a_schema_that_is_none_of_its_type_makes_the_data_unreadable_and_the_event_keeps_its_turn(
    measured: type[Event], said: object
) -> None:
    odd = recorded(measured, {"metres": 5}, 3, dataschema=said)
    with pytest.raises(Void, match="unreadable-data"):
        _ = odd.data


def test_data_that_the_earlier_shape_did_not_allow_are_unreadable(measured: type[Event]) -> None:
    for data in ({}, {"km": "far"}):
        with pytest.raises(Void, match="unreadable-data"):
            _ = recorded(measured, data, None).data


def test_a_shape_without_an_upcast_from_each_before_it_is_refused() -> None:
    with pytest.raises(TypeError, match="needs an upcast"):

        class PathForgotten(Event):
            """A path was forgotten."""

            service = "directory"
            entity = "path"
            shape = 2

    assert "PathForgotten" not in EVENTS
