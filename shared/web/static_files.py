"""The style sheet and its like at `/static`: kept for a year, for their address changes with them."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["STATIC", "asset", "static_app"]

STATIC = Path(__file__).parent / "static"


@cache
def asset(name: str) -> str:
    """ "maillage.css" → "/static/maillage.css?v=<hash of its bytes>". Raises FileNotFoundError."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


class _LongLived(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def static_app() -> StaticFiles:
    """The app to mount at `/static`."""
    return _LongLived(directory=STATIC)
