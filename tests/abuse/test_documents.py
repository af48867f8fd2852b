"""Requests made up from the five OpenAPI documents: no 5xx, and no answer that its document does not describe."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.abuse.house import House
from tests.fixtures.outcome_tables import record

pytestmark = pytest.mark.slow
TABLE = "Made-up requests to the five OpenAPI documents"
SHARES = {"directory": 1700, "membership": 1300, "events": 800, "newsletter": 800, "observatory": 500}
"""Requests to each document; 5,100 in all."""


@pytest.fixture(scope="module")
def fuzzing() -> Any:
    """Imported by the one worker that needs schemathesis, a second of a processor, and not by all that collect."""
    from tests.abuse import fuzzing

    return fuzzing


def test_at_least_5000_requests_are_made() -> None:
    assert sum(SHARES.values()) >= 5000


@pytest.mark.parametrize("service", SHARES)
def test_no_made_up_request_breaks_a_service_or_its_document(house: House, fuzzing: Any, service: str) -> None:
    who = [(name, house.who[name]) for name in ("operator", "administrator", "reader", "nobody")]
    done = fuzzing.fuzz(house.url, service, SHARES[service], who)
    kinds = {f"{kind}xx": sum(n for status, n in done.statuses.items() if status // 100 == kind) for kind in (2, 4, 5)}
    row = {"document": service, "requests": str(done.requests), **{kind: str(n) for kind, n in kinds.items()}}
    record(TABLE, {**row, "outside of the document": str(len(done.failures))})
    assert done.requests >= SHARES[service]
    assert not done.failures, "\n\n".join(f"{what}\n{how}" for what, how in done.failures.items())
    assert kinds["2xx"] > done.requests / 20, "some must reach what they ask for"
    assert house.up.children() and house.get("/healthz").status == 200


def test_an_answer_outside_of_its_document_would_be_seen(
    house: House, fuzzing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document says that a state is a text and that nobody is ever refused."""

    class Doctored(requests.Response):
        def json(self, **kwargs: object) -> object:
            document = super().json(**kwargs)
            paths = {path: one for path, one in document["paths"].items() if path == "/api/state"}
            responses = paths["/api/state"]["get"]["responses"]
            responses["200"]["content"]["application/json"]["schema"] = {"type": "string"}
            del responses["401"]
            return {**document, "paths": paths}

    plain = requests.get

    def doctored(url: str, **kwargs: object) -> requests.Response:
        answer = plain(url, **kwargs)  # type: ignore[arg-type]
        answer.__class__ = Doctored
        return answer

    monkeypatch.setattr(fuzzing.requests, "get", doctored)
    for name, seen in (("operator", "Response violates schema"), ("nobody", "Undocumented status code")):
        failures = fuzzing.fuzz(house.url, "events", 3, [(name, house.who[name])]).failures
        assert any(seen in what for what in failures), json.dumps(failures)
