"""Bulletins by their codes: those of this network, and what they are called."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import HTTPException

from services.newsletter.bulletins.domain.bulletin import CODES
from services.newsletter.bulletins.queries import bulletin_of, issue_or_404, opened, titles

FIRST, SECOND = [*CODES][:2]
KNOWN = {
    FIRST: {"key": FIRST, "title": "Échos", "purpose": None},
    SECOND: {"key": SECOND, "title": None, "purpose": "x"},
}


async def _get(view: Any, key: str) -> Any:
    return KNOWN.get(key)


async def _get_many(view: Any, keys: list[str]) -> Any:
    return {key: KNOWN[key] for key in keys if key in KNOWN}


SERVICE: Any = SimpleNamespace(store=SimpleNamespace(get=_get, get_many=_get_many))


async def test_a_bulletin_is_called_as_it_was_opened_else_by_what_it_is_for() -> None:
    named = await titles(SERVICE)
    assert set(named) == set(CODES) and named[FIRST] == "Échos" and all(named.values())
    assert (await bulletin_of(SERVICE, SECOND))["title"] == named[SECOND]
    assert (await bulletin_of(SERVICE, FIRST))["purpose"] == ""


async def test_those_are_published_that_were_opened() -> None:
    assert [one["key"] for one in await opened(SERVICE)] == [FIRST, SECOND]


async def test_what_there_is_not_is_not_found() -> None:
    for found in (bulletin_of(SERVICE, "none"), issue_or_404(SERVICE, "none")):
        with pytest.raises(HTTPException) as no:
            await found
        assert no.value.status_code == 404
