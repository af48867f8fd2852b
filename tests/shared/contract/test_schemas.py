"""The published language: what is committed is what the code says, and no change breaks a reader of old events."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.base.services import SERVICES
from shared.contract import Event, load_all
from shared.contract.schemas import FOLDER, as_text, breaks, path_of, schema_of
from tests.fixtures.json_schemas import draft

ROOT = Path(__file__).parents[3]

TYPES = load_all()
Schema = dict[str, Any]


@pytest.mark.parametrize("name", TYPES)
def test_the_committed_schema_is_that_of_the_code(name: str) -> None:
    path = path_of(TYPES[name], TYPES[name].shape)
    assert path.exists() and path.read_text() == as_text(schema_of(TYPES[name])), (
        "run python -m shared.contract.schemas"
    )


def test_no_schema_is_of_a_type_that_the_code_has_not() -> None:
    every = {path_of(kind, shape) for kind in TYPES.values() for shape in range(1, kind.shape + 1)}
    assert set(FOLDER.iterdir()) == every


def parts(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, dict):
        yield schema
        values = [schema.get("items"), schema.get("additionalProperties")]
        for each in [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *values]:
            yield from parts(each)


UNDERSTOOD = {
    "type", "format", "enum", "const", "anyOf", "items", "properties", "required", "additionalProperties", "default",
    "title", "description", "maxLength", "minLength", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum",
    "maxItems", "minItems", "uniqueItems", "multipleOf", "pattern", "$schema", "$id", "x-vocabulary",
}  # fmt: skip


@pytest.mark.parametrize("name", TYPES)
def test_every_schema_is_valid_and_holds_nothing_that_the_check_for_breaks_does_not_see(name: str) -> None:
    schema = schema_of(TYPES[name])
    draft().check_schema(schema)
    for part in parts(schema):
        assert set(part) <= UNDERSTOOD, f"breaks() knows nothing of {set(part) - UNDERSTOOD}"
        kinds = [f"{option.get('type')} {option.get('format')}" for option in part.get("anyOf", [])]
        assert len(kinds) == len(set(kinds)), "of two alternatives of one kind breaks() sees one"


@pytest.mark.parametrize("name", TYPES)
def test_every_type_says_who_says_it_of_what_and_what_happened(name: str) -> None:
    kind: type[Event] = TYPES[name]
    assert kind.service in SERVICES or (kind.anywhere and kind.service == "any")
    own = f"shared.contract.{kind.service}."
    common = (f"shared.contract.{name}" for name in ("persons", "processes", "clocks", "corrections"))
    assert kind.__module__.startswith((own, *common))
    assert kind.entity and set(kind.entity) <= set("abcdefghijklmnopqrstuvwxyz-")
    assert kind.__doc__ and kind.__doc__.strip().endswith(".")


@pytest.mark.parametrize("name", TYPES)
def test_what_may_be_absent_is_read_as_absent(name: str) -> None:
    """None is not written into the log, so a field that may be None must mean None where it is not there."""
    for field, part in schema_of(TYPES[name]).get("properties", {}).items():
        if any(option.get("type") == "null" for option in part.get("anyOf", [])):
            assert (
                TYPES[name].model_fields[field].get_default() is None
                and not TYPES[name].model_fields[field].is_required()
            )


OLD: Schema = {
    "type": "object",
    "description": "Something happened.",
    "required": ["name", "kind"],
    "properties": {
        "name": {"type": "string", "maxLength": 50, "minLength": 2, "title": "Name"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "count": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 9}, {"type": "null"}], "default": None},
        "day": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
        "tags": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}, "default": [], "maxItems": 5},
        "code": {"type": "string", "pattern": "^a", "default": "a"},
        "open": {"type": "boolean", "default": False},
        "by": {"type": "object", "additionalProperties": {"type": "integer", "maximum": 9}, "default": {}},
        "who": {"anyOf": [{
            "type": "object", "required": ["person"],
            "properties": {"person": {"type": "string"}, "sealed": {"type": "string", "default": ""}},
        }, {"type": "null"}], "default": None},
    },
}  # fmt: skip
Change = Callable[[Schema], Any]


def field(name: str, **more: Any) -> Change:
    return lambda s: s["properties"][name].update(more)


def option(name: str, **more: Any) -> Change:
    return lambda s: s["properties"][name]["anyOf"][0].update(more)


BREAKING: dict[str, Change] = {
    "a field goes": lambda s: s["properties"].pop("tags"),
    "a field gets another name": lambda s: s["properties"].update(label=s["properties"].pop("name")),
    "a new required field": lambda s: (s["properties"].update(new={"type": "string"}), s["required"].append("new")),
    "an optional field becomes required": lambda s: s["required"].append("code"),
    "another type": field("name", type="integer"),
    "no null any more": lambda s: s["properties"]["count"]["anyOf"].pop(),
    "an alternative goes": lambda s: s["properties"]["count"]["anyOf"].pop(0),
    "a value of an enumeration goes": field("kind", enum=["a"]),
    "an enumeration where there was none": field("name", enum=["x"]),
    "a constant where there was none": field("name", const="x"),
    "shorter": field("name", maxLength=49),
    "longer at least": field("name", minLength=3),
    "a length where there was none": field("code", maxLength=100),
    "a smaller maximum": option("count", maximum=8),
    "a larger minimum": option("count", minimum=1),
    "an exclusive minimum": option("count", exclusiveMinimum=0),
    "another pattern": field("code", pattern="^b"),
    "a pattern where there was none": field("name", pattern="^b"),
    "multiples only": option("count", multipleOf=2),
    "fewer items": field("tags", maxItems=4),
    "some items at least": field("tags", minItems=1),
    "no item twice": field("tags", uniqueItems=True),
    "a value of an item's enumeration goes": field("tags", items={"type": "string", "enum": ["x"]}),
    "items of another type": field("tags", items={"type": "integer"}),
    "a format where there was none": field("name", format="date"),
    "values of a mapping of another type": field("by", additionalProperties={"type": "string"}),
    "values of a mapping with a narrower bound": field("by", additionalProperties={"type": "integer", "maximum": 8}),
    "a mapping where there was any object": lambda s: s["properties"]["who"]["anyOf"][0].update(
        additionalProperties={"type": "string"}
    ),
    "another format": option("day", format="date-time"),
    "another meaning of what is absent": field("open", default=True),
    "nothing else allowed": lambda s: s.update(additionalProperties=False),
    "within an alternative a field goes": lambda s: s["properties"]["who"]["anyOf"][0]["properties"].pop("sealed"),
    "within an alternative a field becomes required": option("who", required=["person", "sealed"]),
}
HARMLESS: dict[str, Change] = {
    "nothing": lambda s: None,
    "a new optional field": lambda s: s["properties"].update(new={"type": "string", "default": "x"}),
    "a required field becomes optional": lambda s: s["required"].remove("kind"),
    "a value of an enumeration more": field("kind", enum=["c", "b", "a"]),
    "an enumeration becomes free": lambda s: s["properties"]["kind"].pop("enum"),
    "longer": field("name", maxLength=60),
    "shorter at least": field("name", minLength=1),
    "no length": lambda s: s["properties"]["name"].pop("maxLength"),
    "a larger maximum": option("count", maximum=10),
    "a smaller minimum": option("count", minimum=-1),
    "no pattern": lambda s: s["properties"]["code"].pop("pattern"),
    "values of a mapping with a wider bound": field("by", additionalProperties={"type": "integer", "maximum": 10}),
    "more items": field("tags", maxItems=6),
    "null too": lambda s: s["properties"].update(name={"anyOf": [s["properties"]["name"], {"type": "null"}]}),
    "one alternative more": lambda s: s["properties"]["count"]["anyOf"].append({"type": "string"}),
    "other words": lambda s: (s.update(description="x"), s["properties"]["name"].update(title="y", description="z")),
    "a value of an item's enumeration more": field("tags", items={"type": "string", "enum": ["x", "y", "z"]}),
    "within an alternative a new optional field": lambda s: s["properties"]["who"]["anyOf"][0]["properties"].update(
        n={"type": "string"}
    ),
}


@pytest.mark.parametrize("change", BREAKING)
def test_a_change_that_breaks_readers_of_old_events_is_found(change: str) -> None:
    new = copy.deepcopy(OLD)
    BREAKING[change](new)
    draft().check_schema(new)
    assert len(breaks(OLD, new)) >= 1


@pytest.mark.parametrize("change", HARMLESS)
def test_a_harmless_change_is_let_through(change: str) -> None:
    new = copy.deepcopy(OLD)
    HARMLESS[change](new)
    draft().check_schema(new)
    assert breaks(OLD, new) == []


def git(*arguments: str, stdin: str = "") -> str:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments], input=stdin, capture_output=True, text=True, check=True
    ).stdout


BEFORE_THE_FIRST_RELEASE = {
    # Blobs of the hours in which the language was found; no log was ever kept that holds such events. Nothing is added
    # here any more: what is released stays (ADR 3).
    "0166425498fe",  # BoardSeatTaken
    "5f5e106d479d",  # DeliveryRefused
    "c527c0d9c312",  # IssueApproved
    "bffb003e298c",  # ItemAdded
    "d7bbbcccc6b7",  # ReviewPublished
    "734bb8a1e61e",  # SubscriptionRequested
    "f932b1c17f2d",  # WorkingGroupJoined
}


def ever_committed() -> Iterator[tuple[str, Schema]]:
    """Every version of each schema file in the history of this branch."""
    changes = git("log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", str(FOLDER.relative_to(ROOT)))
    blobs = {(line.split()[3], Path(line.split("\t")[1]).stem) for line in changes.splitlines() if line.startswith(":")}
    for blob, name in sorted(blobs):
        if set(blob) != {"0"} and blob[:12] not in BEFORE_THE_FIRST_RELEASE:
            yield name, json.loads(git("cat-file", "blob", blob))


@pytest.mark.slow
def test_no_version_that_was_ever_committed_is_broken_by_the_code() -> None:
    try:
        if git("rev-parse", "--is-shallow-repository").strip() == "true":
            pytest.skip("a shallow clone has no history of the schemas: fetch it (git fetch --unshallow) to compare")
        versions = list(ever_committed())
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no git history here to compare the schemas with")
    broken = [
        f"{name}: {', '.join(why)}" if name in TYPES else f"{name} is gone"
        for name, old in versions
        if name not in TYPES or (why := breaks(old, schema_of(TYPES[name])))
    ]
    assert versions and broken == []
