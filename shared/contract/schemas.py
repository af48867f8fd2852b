"""JSON Schemas of all event types, committed under `schemas/`, and what would break a reader of old events.

`python -m shared.contract.schemas` writes them; it refuses a change that breaks.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.contract import Event, load_all

FOLDER = Path(__file__).parent / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
NARROWER: dict[str, Callable[[Any, Any], Any] | None] = {
    "maxLength": min,
    "minLength": max,
    "maximum": min,
    "minimum": max,
    "exclusiveMaximum": min,
    "exclusiveMinimum": max,
    "maxItems": min,
    "minItems": max,
    "uniqueItems": max,
    "multipleOf": None,
    "pattern": None,
}
"""For each limit, which of two values allows less; None where they can't be compared, so any change counts."""


def schema_of(kind: type[Event]) -> Schema:
    """The JSON Schema (2020-12) of the data of one event type in its shape of today, without references."""
    schema = {"$schema": DIALECT, "$id": kind.dataschema, **kind.model_json_schema()}
    definitions = schema.pop("$defs", {})

    def inlined(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return inlined(definitions[part["$ref"].rpartition("/")[2]])
            return {key: inlined(value) for key, value in part.items()}
        if isinstance(part, list):
            return [inlined(each) for each in part]
        return part

    result: Schema = inlined(schema)
    return result


def path_of(kind: type[Event], shape: int) -> Path:
    """Where the schema of one shape lies: `<type>.json` for the first, `<type>.2.json` for the next."""
    return FOLDER / (f"{kind.__name__}.json" if shape == 1 else f"{kind.__name__}.{shape}.json")


def as_text(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def breaks(old: Schema, new: Schema, at: str = "") -> list[str]:
    """Why a reader with the schema `new` would fail on data that `old` allowed, or lose a field of it; [] if it
    won't."""
    found: list[str] = []
    here = at.rstrip(".")
    old_kinds, new_kinds = _kinds(old), _kinds(new)
    for kind in sorted(old_kinds.keys() - new_kinds.keys()):
        found.append(f"{here} may be no {kind} now")
    for kind in old_kinds.keys() & new_kinds.keys():
        before, after = old_kinds[kind], new_kinds[kind]
        if "enum" in after and not set(before.get("enum", ["anything"])) <= set(after["enum"]):
            found.append(f"{here} allows fewer values now")
        if "enum" in before and "enum" not in after:
            if any(_refuses(after, value) for value in before["enum"]):
                found.append(f"{here} refuses a value that it had")
            continue
        if before.get("x-vocabulary") not in (None, after.get("x-vocabulary")):
            found.append(f"{here} is of another list now")
        for key, narrower in NARROWER.items():
            changed = key in after and after[key] != before.get(key)
            if changed and (narrower is None or key not in before or narrower(before[key], after[key]) == after[key]):
                found.append(f"{here} has a narrower {key} now")
        if "items" in before and "items" in after:
            found += breaks(before["items"], after["items"], f"{here}[].")
        if kind == "object" or "properties" in before:
            found += _breaks_of_fields(before, after, at)
    return found


def _breaks_of_fields(old: Schema, new: Schema, at: str) -> list[str]:
    found: list[str] = []
    before, after = old.get("properties", {}), new.get("properties", {})
    required, was_required = set(new.get("required", ())), set(old.get("required", ()))
    for name in sorted(set(before) - set(after)):
        found.append(f"{at}{name} is gone")
    for name in sorted(required - was_required):
        found.append(f"{at}{name} is required now")
    for name in sorted(set(before) & set(after)):
        if name not in was_required | required and before[name].get("default") != after[name].get("default"):
            found.append(f"{at}{name} means something else where it is absent")
        found += breaks(before[name], after[name], f"{at}{name}.")
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        found.append(f"{at}* is refused now")
    was, now = old.get("additionalProperties"), new.get("additionalProperties")
    if isinstance(now, dict) and was is not False:  # a mapping: what its values may be
        found += breaks(was if isinstance(was, dict) else {}, now, f"{at}*.")
    return found


def _refuses(schema: Schema, value: Any) -> bool:
    """Whether a text without a list of values refuses this one."""
    if not isinstance(value, str):
        return schema.get("type") == "string"
    long = len(value) > schema.get("maxLength", len(value)) or len(value) < schema.get("minLength", 0)
    return long or not re.search(schema.get("pattern", ""), value)


def _kinds(schema: Schema) -> dict[str, Schema]:
    """The alternatives of a schema by JSON type (and format)."""
    options = schema.get("anyOf") or [schema]
    kinds: dict[str, Schema] = {}
    for option in options:
        if "const" in option:
            option = {**option, "enum": [option["const"]]}
        kind = option.get("type") or "anything"
        kinds[f"{kind} {option['format']}" if "format" in option else str(kind)] = option
    return kinds


WAY_OUT = (
    "Old logs hold such events, and others read them. A new field is optional; a new meaning is a new type; where "
    "the shape was wrong, the class gets its next `shape`, and in `upcasts` what makes it of the one before "
    "(docs/contributing.md)."
)


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    bad = 0
    types = load_all()
    for path in FOLDER.glob("*.json"):
        name, _, shape = path.stem.partition(".")
        if name not in types or int(shape or 1) > types[name].shape:
            print(f"{path.stem}: an event type never goes, and no shape of it; old logs hold it", file=sys.stderr)
            bad += 1
    for name, kind in types.items():
        path, new = path_of(kind, kind.shape), schema_of(kind)
        if missing := [n for n in range(1, kind.shape) if not path_of(kind, n).exists()]:
            print(f"{name}: the schemas of its shapes {missing} are gone", file=sys.stderr)
            bad += 1
        why = breaks(json.loads(path.read_text()), new) if path.exists() else []
        if why:
            print(f"{name}: {'; '.join(why)}", file=sys.stderr)
            bad += 1
        else:
            path.write_text(as_text(new))
    if bad:
        print(WAY_OUT, file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
