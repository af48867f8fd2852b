"""Which messages of a log hold sealed values, of whom: never too few."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.host.sealed_messages import persons_in, sealed_by, written_by
from shared.contract.envelope import Message

SEALED = {"person": "p1", "sealed": "…"}


def message(data: Any, subject: str = "exemple.directory.contact.k") -> Message:
    return Message(seq=1, subject=subject, body=json.dumps({"data": data}).encode())


@pytest.mark.parametrize(
    ("data", "holds"),
    [
        ({"name": SEALED}, True),
        ({"a": [{"b": [SEALED]}]}, True),
        ({"name": "sealed"}, False),
        ({}, False),
        ({"name": {"person": "p1", "sealed": "…", "more": 1}}, False),
        ([], False),
        ("sealed", False),
    ],
)
def test_a_sealed_value_is_found_wherever_it_lies(data: Any, holds: bool) -> None:
    assert sealed_by("exemple", "directory")(message(data)) is holds
    assert bool(list(persons_in(data))) is holds


def test_of_what_cannot_be_read_it_is_taken_to_hold_some() -> None:
    for body in (b'{"sealed"', b'"sealed"', b'{"sealed": 1}', b'[{"sealed": 1}]'):
        broken = Message(seq=1, subject="exemple.directory.contact.k", body=body)
        assert sealed_by("exemple", "directory")(broken), body


def test_only_what_this_service_of_this_network_wrote_counts() -> None:
    for subject in ("exemple.membership.x.k", "autre.directory.x.k", "exemple.directory2.x.k"):
        assert not sealed_by("exemple", "directory")(message({"name": SEALED}, subject))
    assert written_by("exemple", ["directory", "events"])(message({}, "exemple.events.x.k"))


def test_each_person_is_named() -> None:
    assert list(persons_in({"a": SEALED, "b": [{**SEALED, "person": "p2"}]})) == ["p1", "p2"]
