"""docs/events.md, made from the contract and from the services: `python -m tests.docs.events_page` writes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.host.all_services import DEFINITIONS
from shared.base.services import SERVICES
from shared.base.translations import translated
from shared.contract import Event, load_all
from shared.contract.says import Says
from shared.contract.schemas import Schema, schema_of

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
HEAD = """# Events

What each service says, with its fields, in which words readers are told, and who hears it. `make contract` makes it \
from the
code; a test compares. The schemas are in `shared/contract/schemas/`, the envelope in [subscribe.md](subscribe.md). \
The observatory reads every
event into its table, so it is named only where it has a view or a reaction of its own.

A field in *italics* may be absent. `sealed` is a personal value that only the service which said it can open.
"""


def heard() -> dict[str, list[str]]:
    """Event type → who hears it: views by service, reactions by name."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in DEFINITIONS:
        for view in one.views:
            for name in sorted(view.listens):
                found[name].append(f"{one.name}: view `{view.name}`")
        for reaction in one.reactions:
            found[reaction.event.type_name()].append(f"{one.name}: reaction `{reaction.name}`")
    return found


def kind_of(schema: Schema) -> str:
    """The type of a field in a word or two."""
    if "anyOf" in schema:
        return " or ".join(kind_of(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return "one of " + ", ".join(f"`{one}`" for one in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    if {"person", "sealed"} <= set(schema.get("properties", {})):
        return "sealed"
    return str(schema.get("format") or schema.get("type") or "anything")


def in_words(says: Says) -> str:
    """What readers are told of it."""
    found = [
        (
            f"In words: *{translated(says.words, 'fr')}*, "
            f"{translated(says.words, 'en')}{f', with `{says.detail}`' if says.detail else ''}."
        )
    ]
    if says.part:
        found.append(f"Of one part: `{says.part}`.")
    found += [f"Sets `{name}` to {'yes' if value else 'no'}." for name, value in says.sets.items()]
    if says.clears:
        found.append(f"Empties {', '.join(f'`{name}`' for name in says.clears)}.")
    if says.undoes:
        only = " where `{}` is `{}`".format(*says.undoes_if) if says.undoes_if else ""
        found.append(f"Takes back {' or '.join(kind.__name__ for kind in says.undoes)}{only}.")
    return " ".join(found)


def lines(kind: type[Event], hearers: list[str]) -> Iterator[str]:
    schema: dict[str, Any] = schema_of(kind)
    yield f"### {kind.type_name()}\n"
    yield f"{' '.join((kind.__doc__ or '').split())}\n"
    said = [f"Entity: *{kind.entity}*."]
    if kind.shape > 1:
        said.append(f"Shape: {kind.shape}.")
    if hearers:
        said.append(f"Heard by {'; '.join(hearers)}.")
    yield f"{' '.join(said)}\n"
    yield f"{in_words(kind.says)}\n"
    required = set(schema.get("required", ()))
    fields: dict[str, Schema] = schema.get("properties", {})
    for name, part in fields.items():
        shown = f"`{name}`" if name in required else f"*`{name}`*"
        yield f"- {shown}: {kind_of(part)}"
    if fields:
        yield ""


OF_ANY = """## any service

Corrections: of any entity of any service, stored under the entity whose event they name.
"""


def page() -> str:
    """The whole page."""
    hearers = heard()
    parts = [HEAD]
    for service in (*SERVICES, "any"):
        parts.append(f"## {service}\n" if service != "any" else OF_ANY)
        kinds = [kind for kind in load_all().values() if kind.service == service]
        for kind in sorted(kinds, key=lambda one: (one.entity, one.type_name())):
            parts.append("\n".join(lines(kind, hearers.get(kind.type_name(), []))))
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
