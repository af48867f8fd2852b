"""Whether a process lives and can work: asked under any name, answered before all else, looked at once a second."""

from __future__ import annotations

from typing import Any

import httpx2
from starlette.types import Receive, Scope, Send

from shared.runtime.readiness import Checks
from shared.web.operations import health
from shared.web.operations.health import with_health


class Behind:
    """The app that stands behind: it answers 418."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def asked(app: Any, path: str, method: str = "GET") -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://any") as client:
        return await client.request(method, path)


async def test_a_process_that_starts_lives_and_is_not_ready() -> None:
    app = with_health(Behind(), (), starting=lambda: "the log")
    assert (await asked(app, "/healthz")).json() == {"alive": True}
    for path in ("/readyz", "/directory/readyz"):
        waiting = await asked(app, path)
        assert (waiting.status_code, waiting.json()["starting"]) == (503, "the log")
        assert waiting.headers["cache-control"] == "no-store"


async def test_without_services_it_is_ready_and_only_these_addresses_are_its_own() -> None:
    app = with_health(Behind(), ())
    assert (await asked(app, "/readyz")).json() == {"ready": True, "services": {}}
    for path, method in (("/directory/readyz", "GET"), ("/x/y/healthz", "GET"), ("/z", "GET"), ("/healthz", "POST")):
        assert (await asked(app, path, method)).status_code == 418, path


def test_a_part_that_is_not_good_makes_it_unready() -> None:
    checks: Checks = {"log": {"good": False, "text": "away"}}  # type: ignore[typeddict-item,dict-item,unused-ignore]
    assert health._answered({"directory": checks}, False).status_code == 503
