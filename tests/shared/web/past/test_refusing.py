"""Whatever is read of a service takes a day, or refuses it: never does it answer with what stands today."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import Request
from fastapi.routing import APIRoute

from deploy.host.all_services import DEFINITIONS
from shared.base.translations import Lexicon
from shared.kernel.decider import Refused
from shared.runtime.service import Definition
from shared.web.past.refusing import DAYS, FORMS, no_other_day
from shared.web.words.messages import WORDS
from tests.services.test_past_days import Page, read, takes_a_day

pytestmark = pytest.mark.slow

LEXICON = Lexicon(WORDS)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.name)
async def test_what_takes_no_day_refuses_one(definition: Definition) -> None:
    """Each as its service would be asked: never does it answer with what stands today."""
    service = SimpleNamespace(now=lambda: datetime(2020, 6, 1, 12, tzinfo=UTC))
    seen = 0
    for page in read(definition):
        if page.path.startswith(FORMS):
            continue
        for name in DAYS:
            for value, other in (("2016-12-31", True), ("31/12/2016", True), ("2020-06-01", False), ("", False)):
                refused = await refuses(page, service, f"{name}={quote(value)}")
                assert refused == (name if other and not takes_a_day(page, name) else None), (page.path, name, value)
                seen += refused is not None
    assert seen > 40


async def refuses(page: Page, service: Any, query: str) -> str | None:
    """The parameter that a route refuses."""
    one = APIRoute(page.path, page.endpoint, methods=["GET"], response_model=None)
    scope = {"type": "http", "method": "GET", "path": page.path, "query_string": query.encode(), "headers": []}
    scope |= {"route": one, "app": SimpleNamespace(state=SimpleNamespace(service=service))}
    try:
        await no_other_day(Request(scope))
    except Refused as no:
        assert LEXICON.has(f"refused.{no.code}") and LEXICON.has(f"refused.{no.code}.api")
        return no.field
    return None
