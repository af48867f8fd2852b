"""What search engines may look at: the pages that are for everybody. The rest asks who comes, and would tell them
nothing."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from shared.runtime.faces import Premises
from shared.web.here import Here
from shared.web.security.authorization import access

CLOSED = (
    "/*/api/", "/*/do/", "/directory/sign-in", "/directory/space", "/directory/public/claim", "/newsletter/confirm/",
    "/newsletter/unsubscribe/",
)  # fmt: skip


robots = APIRouter(include_in_schema=False)


@robots.get("/robots.txt")
@access("public")
async def robots_txt(service: Here[Premises]) -> PlainTextResponse:
    """RFC 9309; it also names the map of the public directory."""
    lines = ["User-agent: *", "Allow: /directory/public", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {service.public_url.rstrip('/')}/directory/public/sitemap.xml", ""]
    return PlainTextResponse("\n".join(lines), headers={"Cache-Control": "public, max-age=86400"})
