"""What is true of every service: the same rooms, words for everything, forms for every command."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from deploy.host.all_services import DEFINITIONS
from shared.base.translations import Lexicon, languages, translated
from shared.contract import load_all
from shared.kernel.decider import Command
from shared.notions.published_reviews import PUBLISHED
from shared.notions.vocabularies.uses import TERM_USES
from shared.runtime.feature import Feature
from shared.runtime.service import Definition
from shared.web.forms.field_shapes import shapes
from shared.web.forms.forms import Form
from shared.web.words.messages import WORDS

each_service = pytest.mark.parametrize("service", DEFINITIONS, ids=lambda d: d.name)


def commands(service: Definition) -> list[type[Command]]:
    """Those that people and programs send; a service's own have no form."""
    found = [command for decider in service.deciders for command in decider.decisions]
    return [command for command in found if not command.internal]


@each_service
def test_a_newcomer_finds_the_same_rooms_in_each_service(service: Definition) -> None:
    rooms = {path.name for path in service.folder.iterdir()}
    assert {"README.md", "app.py", "templates"} <= rooms


BELOW = {"indicators", "network", "pages", "second_factor"}
"""Rooms that others stand on, and that decide, show and answer nothing by themselves"""


@each_service
def test_each_room_of_a_service_is_a_feature(service: Definition) -> None:
    rooms = [path.parent for path in service.folder.glob("*/__init__.py")]
    assert {room.name for room in rooms if not (room / "feature.py").exists()} <= BELOW
    assert not {"views.py", "web.py", "words.py"} & {path.name for path in service.folder.iterdir()}


@each_service
def test_what_a_feature_has_stands_in_rooms_of_the_same_names(service: Definition) -> None:
    """Decisions in `domain`, views in `…views`, words in `…words`, what answers in `…pages` or an API. A view
    that several services share stands in shared/notions."""
    without: list[str] = []
    for room in sorted(path.parent for path in service.folder.glob("*/feature.py")):
        feature = getattr(import_module(f"services.{service.name}.{room.name}.feature"), "FEATURE", None)
        if not isinstance(feature, Feature):  # it is made with what others give it
            continue
        views = [view for view in feature.views if view not in (PUBLISHED, TERM_USES)]
        there = " ".join(path.stem for path in room.iterdir())
        for has, name in (
            (feature.deciders, "domain"),
            (views, "views"),
            (feature.words, "words"),
            (feature.routes, "pages|api|picker"),
        ):
            if has and not re.search(name, there):
                without.append(f"{room.name}: {name}")
    assert without == []


@each_service
def test_every_command_event_field_and_option_has_words_in_both_languages(service: Definition) -> None:
    words = {**WORDS, **service.words}
    wanted = {f"event.{name}" for name, kind in load_all().items() if kind.service == service.name}
    for command in commands(service):
        wanted.add(f"command.{command.__name__}")
        for shape in shapes(command):
            wanted.add(f"field.{shape.name}")
            wanted |= {f"{shape.name}.{option}" for option in shape.options}
    assert not sorted(wanted - words.keys())
    said = {code: [translated(text, lang) for lang in languages()] for code, text in service.words.items()}
    assert not [code for code, texts in said.items() if not all(text.strip() for text in texts)]


@each_service
def test_every_refusal_is_said_in_words(service: Definition) -> None:
    source = "\n".join(path.read_text() for path in service.folder.rglob("*.py"))
    codes = set(re.findall(r"Refused\(\s*\"([a-z-]+)\"", source)) | set(
        re.findall(r"ValueError\(\"([a-z]+(?:-[a-z]+)+)\"\)", source)
    )
    words = {**WORDS, **service.words}
    assert not sorted(code for code in codes if f"refused.{code}" not in words)


@each_service
def test_every_command_has_a_form(service: Definition) -> None:
    lexicon = Lexicon(WORDS, service.words)
    for command in commands(service):
        for lang in ("fr", "en"):
            form = Form.of(command, lexicon, lang)
            assert len(form.fields) >= len([s for s in shapes(command) if s.required])


@each_service
def test_every_text_number_and_list_of_a_command_is_bounded(service: Definition) -> None:
    def unbounded(schema: dict[str, Any]) -> bool:
        if "anyOf" in schema:
            return any(unbounded(option) for option in schema["anyOf"])
        kind = schema.get("type")
        if kind == "string":
            return not ({"maxLength", "enum", "const", "pattern", "format"} & schema.keys())
        if kind in ("integer", "number"):
            return "maximum" not in schema and "exclusiveMaximum" not in schema and "enum" not in schema
        if kind == "array":
            return ("maxItems" not in schema and "enum" not in schema.get("items", {})) or unbounded(
                schema.get("items", {})
            )
        return False

    found = []
    for command in commands(service):
        schema = command.model_json_schema()
        for name, part in schema.get("properties", {}).items():
            if unbounded(part) and "$ref" not in str(part):
                found.append(f"{command.__name__}.{name}")
    # Codes are checked against a list by their validator, which bounds them better than a length.
    codes = {"department", "commune", "countries", "departments", "country"}
    assert not [one for one in found if one.partition(".")[2] not in codes]


def test_no_template_names_a_variable_self() -> None:
    """Inside a block `self` is Jinja's own object, whatever was set outside: links made of it are silently broken."""
    for definition in DEFINITIONS:
        for path in (Path(definition.folder) / "templates").glob("*.html"):
            assert not re.search(r"\{[%{][^}]*\bself\b", path.read_text()), path.name


@each_service
def test_the_readme_of_a_service_leads_to_its_events(service: Definition) -> None:
    text = (service.folder / "README.md").read_text()
    assert f"(../../docs/events.md#{service.name})" in text
