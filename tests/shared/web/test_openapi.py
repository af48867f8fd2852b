"""The document of an API says who may ask what."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI

from deploy.host.all_services import DEFINITIONS
from shared.base.settings import Settings
from shared.notions.vocabularies import VOCABULARIES, general
from shared.web.openapi import REFUSALS, described
from shared.web.security.authorization import access, cookie_name


def document() -> dict[str, Any]:
    app = FastAPI()
    app.state.service = SimpleNamespace(settings=Settings())

    @app.get("/api/loans")
    async def loans() -> None: ...

    @app.post("/api/commands/open-loan")
    async def opened() -> None: ...

    @app.get("/ledger")
    @access("public")
    async def ledger() -> None: ...

    app.openapi = described(app)  # type: ignore[method-assign]
    assert app.openapi() is app.openapi()
    return app.openapi()


def test_each_operation_says_its_level_and_how_one_shows_who_one_is() -> None:
    paths = document()["paths"]
    assert paths["/api/loans"]["get"]["x-level"] == "reader"
    assert paths["/api/commands/open-loan"]["post"]["x-level"] == "editor"
    assert (paths["/ledger"]["get"]["x-level"], paths["/ledger"]["get"]["security"]) == ("public", [])
    assert paths["/api/loans"]["get"]["security"] == [{"token": []}, {"session": []}]


def test_the_api_says_each_refusal_and_pages_do_not() -> None:
    found = document()
    assert set(REFUSALS) <= set(found["paths"]["/api/loans"]["get"]["responses"])
    assert "429" not in found["paths"]["/ledger"]["get"]["responses"]
    schemes = found["components"]["securitySchemes"]
    assert schemes["session"]["name"] == cookie_name(Settings()) and schemes["token"]["scheme"] == "bearer"


def vocabulary_nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Every place of a schema that holds a code of a list of the network."""
    if isinstance(part, dict):
        if "x-vocabulary" in str(part.get("items", part)) and "properties" not in part:
            yield part
        for value in part.values():
            yield from vocabulary_nodes(value)
    elif isinstance(part, list):
        for value in part:
            yield from vocabulary_nodes(value)


def test_no_command_names_a_term_of_a_list_unless_every_network_has_it() -> None:
    """Neither as what it takes, nor as what it takes where nothing is said, nor as an example."""
    general_ones = {code for name in VOCABULARIES for code in general(name)}
    seen = 0
    for definition in DEFINITIONS:
        for command in (one for decider in definition.deciders for one in decider.decisions):
            for node in vocabulary_nodes(command.model_json_schema()):
                seen += 1
                named = [node.get("default"), node.get("const"), *node.get("enum", ()), *node.get("examples", ())]
                flat = [one for said in named for one in (said if isinstance(said, list) else [said])]
                assert {one for one in flat if one is not None} <= general_ones, (command.__name__, node)
    assert seen > 10
