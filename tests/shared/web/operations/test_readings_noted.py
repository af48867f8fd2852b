"""What is noted of a request: who, by which page, and whether anybody was shown anything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from shared.identity.principal import OPERATOR, PUBLIC, Who
from shared.persons.readings.journal import Journal, Wanted
from shared.persons.readings.noting import looked_up, opens
from shared.web.operations.readings_noted import Noting, role_of, why_of

EDITOR = Who("account:1", "staff", UUID(int=1), roles={"events": frozenset({"reader", "editor"})})
CONTACT = Who("account:2", "contact", UUID(int=2))
HER = UUID(int=9)


@pytest.mark.parametrize(
    ("method", "route", "query", "who", "why"),
    [
        ("GET", "/directory/structures/{key}", "", EDITOR, "record"),
        ("GET", "/membership/members", "", EDITOR, "list"),
        ("GET", "/membership/members", "page=2&q=zo", EDITOR, "search"),
        ("GET", "/directory/do/{name}", "", EDITOR, "form"),
        ("POST", "/directory/accounts/{key}/label", "", EDITOR, "form"),
        ("GET", "/directory/again/{kind}/{key}/{fact}", "", EDITOR, "form"),
        ("GET", "/observatory/surveys/{key}/results.{ending}", "", EDITOR, "export"),
        ("GET", "/directory/structures/{key}.vcf", "", EDITOR, "export"),
        ("GET", "/directory/api/structures/{key}", "", EDITOR, "program"),
        ("POST", "/directory/api/persons/export", "", OPERATOR, "request"),
        ("GET", "/observatory/answer/{token}", "", PUBLIC, "own"),
        ("GET", "/directory/me", "", EDITOR, "own"),
    ],
)
def test_a_reading_says_by_what_kind_of_page_it_was(method: str, route: str, query: str, who: Who, why: str) -> None:
    assert why_of({"method": method, "query_string": query.encode()}, route, who) == why


def test_a_role_is_the_highest_in_the_service_that_was_asked() -> None:
    assert [role_of(EDITOR, one) for one in ("events", "directory")] == ["editor", "reader"]
    assert [role_of(one, "events") for one in (OPERATOR, PUBLIC, CONTACT)] == ["operator", "public", "contact"]


@pytest.mark.parametrize(
    ("status", "method", "noted"),
    [
        (200, "GET", 1),
        (422, "POST", 1),
        (404, "GET", 1),
        (303, "POST", 0),
        (503, "GET", 0),
        (200, "HEAD", 0),
        (0, "GET", 0),
    ],
)
async def test_what_was_shown_to_nobody_was_read_by_nobody(
    tmp_path: Path, status: int, method: str, noted: int
) -> None:
    journal = Journal(tmp_path, "events")
    service: Any = SimpleNamespace(name="events", readings=journal, now=lambda: datetime.now(UTC))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        opens(HER)
        if not status:
            raise RuntimeError("before anything was sent")
        await send({"type": "http.response.start", "status": status})

    async def nothing(*_: Any) -> None:
        return None

    scope: dict[str, Any] = {"type": "http", "method": method, "query_string": b"", "state": {"who": EDITOR}}
    scope |= {"root_path": "/events", "route": SimpleNamespace(path="/do/{name}"), "path_params": {"name": "AddGuest"}}
    try:
        await Noting(app, service)(scope, nothing, nothing)
    except RuntimeError:
        assert not status
    await journal.write()
    found, total = journal.find(Wanted(), limit=9)
    assert total == noted
    if noted:
        assert (found[0].who, found[0].role, found[0].persons) == ("account:1", "editor", (HER,))
        assert found[0].route == ("" if method == "GET" else "POST ") + "/events/do/AddGuest"


async def test_a_look_into_the_journal_is_noted_though_nothing_was_opened(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "events")
    service: Any = SimpleNamespace(name="events", readings=journal, now=lambda: datetime.now(UTC))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        looked_up()
        await send({"type": "http.response.start", "status": 200})

    async def nothing(*_: Any) -> None:
        return None

    await Noting(app, service)({"type": "http", "method": "GET", "state": {"who": EDITOR}}, nothing, nothing)
    await Noting(app, service)({"type": "lifespan"}, nothing, nothing)
    assert journal.waiting == 1
