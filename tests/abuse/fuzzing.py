"""Requests made up from an OpenAPI document (schemathesis), valid and not; what an answer breaks is collected."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

SEED = 20161231
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LAST = ("/api/persons/forget", "/rebuild", "/verify")
"""What undoes what the others need, or takes long, comes at the end."""
NO_HTTP = "Invalid HTTP request received."
"""What uvicorn answers by itself to a made-up header that no request can have: no service has seen it"""


@dataclass
class Fuzzed:
    """What came of the requests to one document."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)


def fuzz(url: str, service: str, least: int, who: Sequence[tuple[str, Mapping[str, str]]]) -> Fuzzed:
    """Sends at least `least` requests to the operations of one document: most as the first of `who`, each fourth as
    another of them. Ids that commands gave back are used in later requests, so that some reach something."""
    document = requests.get(f"{url}/{service}/openapi.json", timeout=30).json()
    schema = schemathesis.openapi.from_dict(document)
    done, known, chance = Fuzzed(), ["01890000-0000-7000-8000-00000000abcd"], random.Random(SEED)
    operations = sorted(
        (one.ok() for one in schema.get_all_operations()),
        key=lambda one: (one.path.endswith(LAST), not one.path.startswith("/api/commands/register")),
    )
    with closing(requests.Session()) as session:
        while done.requests < least:
            before, each = done.requests, max(2, (least - done.requests) // (2 * len(operations)) + 1)
            for number, operation in enumerate(operations):
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    for case in cases(operation, mode, each, SEED + number + done.requests):
                        with_known_ids(case, known, chance)
                        name, headers = who[0] if chance.random() < 0.75 or len(who) == 1 else chance.choice(who[1:])
                        one(session, f"{url}/{service}", case, name, headers, known, done)
            assert done.requests > before, f"no request can be made up for {service}"
    return done


def one(
    session: requests.Session,
    base: str,
    case: Any,
    name: str,
    headers: Mapping[str, str],
    known: list[str],
    done: Fuzzed,
) -> None:
    """Sends a request and judges the answer."""
    answer = case.call(base_url=base, session=session, headers=dict(headers), timeout=60, allow_redirects=False)
    done.requests += 1
    done.statuses[answer.status_code] += 1
    if answer.status_code == 400 and answer.text == NO_HTTP:
        return
    try:
        case.validate_response(answer, checks=CHECKS, headers=dict(headers))
    except FailureGroup as group:
        for failure in group.exceptions:
            about = f"{case.operation.label} as {name}: {failure.title}"  # type: ignore[attr-defined]
            done.failures.setdefault(
                about, f"{answer.status_code} {case.as_curl_command()[:600]} → {answer.text[:300]} {failure!s:.400}"
            )
    if answer.status_code == 200 and "/api/commands/" in case.operation.path and len(known) < 400:
        known.append(json.loads(answer.text)["entity"])


def with_known_ids(case: Any, known: list[str], chance: random.Random) -> None:
    """Half of what may be an id becomes one that is known."""
    parameters = case.path_parameters
    for name in parameters if isinstance(parameters, dict) else ():
        if name == "key" and chance.random() < 0.5:
            parameters[name] = chance.choice(known)
    if isinstance(case.body, dict):
        for name, value in case.body.items():
            if looks_like_id(value) and chance.random() < 0.7:
                case.body[name] = chance.choice(known)


def looks_like_id(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4


def cases(operation: Any, mode: GenerationMode, count: int, start: int) -> Iterator[Any]:
    """Requests for an operation, the same for the same `start`."""
    made: list[Any] = []

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        made.append(case)

    try:
        collect()
    except Exception as error:  # nothing wrong can be said to an operation that takes nothing
        if type(error).__name__ not in ("Unsatisfiable", "SkipTest", "Skipped"):
            raise
    yield from made
