"""The AsyncAPI documents: each service publishes all event types of the network, and every reference resolves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shared.base.services import SERVICES
from shared.contract import load_all
from shared.contract.asyncapi import asyncapi
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import opened
from shared.contract.examples import example_of
from shared.contract.schemas import schema_of
from shared.notions.network.beginning import known
from shared.notions.vocabularies import general
from tests.fixtures.json_schemas import draft, judge
from tests.fixtures.log_writing import write

TYPES = load_all()
KEYS = {"public"}
"""What says the public half of a key, and not a college"""
REQUIRED = {"asyncapi", "info"}  # AsyncAPI 3.0.0, "AsyncAPI Object"
KNOWN = REQUIRED | {"id", "servers", "defaultContentType", "channels", "operations", "components"}


@cache
def document_of(service: str) -> dict[str, Any]:
    """Made once: no test changes it."""
    return asyncapi("reseau", service)


@pytest.fixture(params=SERVICES)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return document_of(request.param)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def at(document: Any, pointer: str) -> Any:
    for part in pointer.removeprefix("#/").split("/"):
        document = document[part]
    return document


def test_the_document_has_the_shape_that_the_specification_wants(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0" and set(document) >= REQUIRED and set(document) <= KNOWN
    assert {"title", "version"} <= set(document["info"])
    for channel in document["channels"].values():
        assert isinstance(channel["address"], str) and channel["messages"]
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])
    for name, operation in document["operations"].items():
        assert operation["action"] in ("send", "receive") and set(operation["channel"]) == {"$ref"}
        assert re.fullmatch(r"[a-zA-Z0-9_.-]+", name)
    for name in document["components"]["messages"]:
        assert re.fullmatch(r"[a-zA-Z0-9_.-]+", name)
    assert json.loads(json.dumps(document)) == document


def test_every_event_type_of_the_network_is_there_with_its_address(document: dict[str, Any]) -> None:
    assert set(document["channels"]) == set(document["components"]["messages"]) == set(TYPES)
    addresses = {name: channel["address"] for name, channel in document["channels"].items()}
    of = {n: "{service}.{entity}" if t.anywhere else f"{t.service}.{t.entity}" for n, t in TYPES.items()}
    assert addresses == {n: f"reseau.{of[n]}.{{id}}.{n}" for n in TYPES}


def test_a_service_sends_its_own_events_and_may_receive_all_others(document: dict[str, Any]) -> None:
    service = document["info"]["title"].removeprefix("Maillage: ")
    actions = {o["channel"]["$ref"].rpartition("/")[2]: o["action"] for o in document["operations"].values()}
    assert actions == {name: "send" if kind.service in (service, "any") else "receive" for name, kind in TYPES.items()}


def test_every_reference_leads_somewhere_within_the_document(document: dict[str, Any]) -> None:
    found = list(references(document))
    assert len(found) == 2 * len(TYPES)
    for pointer in found:
        assert pointer.startswith("#/") and isinstance(at(document, pointer), dict)


@cache
def is_a_schema(validator: str, payload: str) -> None:
    """What five documents say alike is judged once."""
    draft(validator).check_schema(json.loads(payload))


@pytest.mark.slow
@pytest.mark.parametrize("validator", ["Draft202012Validator", "Draft7Validator"])
def test_every_payload_is_a_json_schema(document: dict[str, Any], validator: str) -> None:
    """AsyncAPI's default schema language is a superset of draft 07; ours is read alike by it and by 2020-12."""
    for message in document["components"]["messages"].values():
        is_a_schema(validator, json.dumps(message["payload"]))


def test_a_stored_event_is_valid_by_its_published_payload_and_by_no_other(document: dict[str, Any]) -> None:
    from uuid import uuid4

    stored = json.loads(write("reseau", uuid4(), 1, StructureRegistered(name="Eau vive", kind="school", sdgs=[6])).body)
    valid = {
        name
        for name, message in document["components"]["messages"].items()
        if judge(message["payload"]).is_valid(stored)
    }
    assert valid == {"StructureRegistered"}


@pytest.mark.slow
def test_the_official_json_schema_of_asyncapi_3_accepts_the_document(
    document: dict[str, Any], node_modules: Path
) -> None:
    """That of npm's @asyncapi/specs, which the AsyncAPI initiative publishes (draft 07)."""
    official = json.loads((node_modules / "@asyncapi" / "specs" / "schemas" / "3.0.0.json").read_text())
    validator = draft("Draft7Validator")(official)
    assert list(validator.iter_errors(document)) == []
    broken = {**document, "channels": {"x": {"address": 5}}}
    assert not validator.is_valid(broken) and not validator.is_valid({**document, "asyncapi": "2.0.0"})


@pytest.mark.parametrize("name", TYPES)
def test_every_event_type_has_an_example_that_is_valid_and_that_our_readers_open(name: str) -> None:
    shown = document_of(TYPES[name].service)["components"]["messages"][name]
    (example,), payload = shown["examples"], shown["payload"]
    judge(payload).validate(example["payload"])
    message = example_of(TYPES[name])
    event = opened(message)
    assert json.loads(message.body) == example["payload"] and isinstance(event.data, TYPES[name])
    fields = set(schema_of(TYPES[name]).get("properties", {}))
    assert set(example["payload"]["data"]) == fields, "an example shows every field"
    assert message == example_of(TYPES[name])


def test_examples_name_terms_that_every_network_has_and_nobody_s_own() -> None:
    """Neither codes of a network to begin with nor departments of its region: an example is nobody's."""
    own = {one.code for network in known().values() for part in (network.colleges, network.bulletins) for one in part}
    own |= {code for network in known().values() for code in (network.region.all if network.region else ())}
    own |= {
        code for one in known().values() for name, terms in one.lists.items() for code in {*terms} - {*general(name)}
    }
    for kind in TYPES.values():
        data = json.loads(example_of(kind).body)["data"]
        listed = [one for value in data.values() for one in (value if isinstance(value, list) else [value])]
        said = {one for one in listed if isinstance(one, str)}
        assert not own & (said - KEYS), (kind.type_name(), own & said)
