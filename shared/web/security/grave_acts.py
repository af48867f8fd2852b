"""Grave acts: what a session does only if its holder has proved lately who they are (ADR 63).

Forgetting persons, taking what is personal away, changing who may do what, and the second factor itself. One list for
all services; `admitted` asks it before every route (authorization.py). What only ends something that is open, such as a
session or a token, is none: whoever sees a stranger in their account is not held up.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import Request
from fastapi.routing import APIRoute

COMMANDS = frozenset(
    {
        *("ReviseAccount", "CloseAccount", "ReopenAccount", "GrantRole", "WithdrawRole", "SetRoles"),
        *("GrantCapability", "WithdrawCapability"),
    }
)
"""By their forms and in the API"""
EVERYWHERE = frozenset(
    {
        "POST /api/persons/export",
        "POST /api/persons/forget",
        "POST /api/persons/due/confirm",
    }
)
"""Method and path, in each service"""
ROUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "directory": frozenset(
            {
                "POST /accounts/new",
                "POST /accounts/{key}/label",
                "POST /accounts/{key}/roles",
                "POST /accounts/{key}/capabilities",
                "POST /accounts/{key}/capabilities/withdraw",
                "POST /accounts/{key}/close",
                "POST /accounts/{key}/reopen",
                "POST /accounts/{key}/link",
                "POST /accounts/{key}/tokens",
                "POST /api/accounts",
                "POST /api/accounts/link",
                "POST /api/accounts/first-link",
                "POST /api/accounts/{account}/tokens",
                "POST /api/accounts/{account}/second-factor/reset",
                "POST /api/signing-key/rotate",
                "POST /me/password",
                "POST /me/tokens",
                "GET /me/second-factor/new",
                "POST /me/second-factor/new",
                "POST /me/second-factor/codes",
                "POST /me/second-factor/remove",
            }
        ),
    }
)
"""Service → method and path"""
FILES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "directory": frozenset({"GET /structures/{key}.vcf", "GET /imports/{key}/left-out.csv"}),
        "observatory": frozenset({"GET /surveys/{key}/results.{ending}"}),
    }
)
"""Files in which what is personal is opened, for whoever may see it; for others they are files as all are"""


def is_grave(service: str, method: str, path: str, name: str = "", *, sees_persons: bool = True) -> bool:
    """`path`: of the route, within its service; `name`: the command that it is for, where it is one's. `sees_persons`:
    whether what is personal would be opened for whoever asks."""
    act = f"{'GET' if method == 'HEAD' else method} {path}"
    if name in COMMANDS and method == "POST":
        return True
    if act in EVERYWHERE or act in ROUTES.get(service, ()):
        return True
    return sees_persons and act in FILES.get(service, ())


def asks_proof(request: Request, service: str, *, sees_persons: bool) -> bool:
    """Whether what is asked for is grave."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return False
    command = ""
    if route.path == "/do/{name}":
        command = str(request.path_params.get("name", ""))
    elif route.path.startswith("/api/commands/"):
        command = route.name
    return is_grave(service, request.method, route.path, command, sees_persons=sees_persons)
