"""Each request that opens personal values is noted in the journal of readings, once it is answered: who, by which page
or file, and whose (docs/adr/0064)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.identity.principal import PUBLIC, Who
from shared.persons.readings.journal import Journal, Read, Why
from shared.persons.readings.noting import reading
from shared.web.operations.request_metrics import route_of
from shared.web.security.authorization import SAFE

FILES = ("csv", "xlsx", "ods", "json", "vcf", "jsonl", "parquet", "{ending}", "{format}")
"""How the address of a file ends, as its route has it"""
ROLES = ("administrator", "editor", "auditor", "reader")


class Noted(Protocol):
    """A service, as who reads in it is noted."""

    @property
    def name(self) -> str: ...
    @property
    def readings(self) -> Journal: ...
    def now(self) -> datetime: ...


class Noting:
    """The app, whose readings are noted. A page that was not shown was not read: a redirect, a failure, the answer to
    HEAD."""

    def __init__(self, app: ASGIApp, service: Noted) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        journal = self._service.readings
        with reading(journal.has_room) as one:
            try:
                await self._app(scope, receive, noting)
            finally:
                shown = 0 < status < 300 or 400 <= status < 500
                if (one.persons or one.looked_up) and shown and scope["method"] != "HEAD":
                    who: Who = scope.get("state", {}).get("who", PUBLIC)
                    route, persons = _address(scope), tuple(one.persons)
                    why: Why = "journal" if one.looked_up else why_of(scope, route, who)
                    way = route if scope["method"] == "GET" else f"{scope['method']} {route}"
                    role = role_of(who, self._service.name)
                    journal.note(Read(self._service.now(), who.actor, role, why, way, persons))


def _address(scope: Scope) -> str:
    """The template of the route, with the name of the command whose form it is."""
    route, name = route_of(scope), str(scope.get("path_params", {}).get("name", ""))
    return route.replace("{name}", name) if re.fullmatch(r"[A-Z][A-Za-z]{2,60}", name) else route


def role_of(who: Who, service: str) -> str:
    """What let somebody read: a role, or what they are else."""
    if who.kind in ("public", "operator", "contact"):
        return who.kind
    roles = who.roles.get(service, frozenset())
    return next((one for one in ROLES if one in roles), "reader")


def why_of(scope: Scope, route: str, who: Who) -> Why:
    """What kind of page or file it was, by the address of its route."""
    if who.kind == "public" or route.startswith("/directory/me"):
        return "own"
    if "/api/persons/" in route:
        return "request"
    if "/api/" in route:
        return "program"
    if route.endswith("/export") or route.rpartition("/")[2].rpartition(".")[2] in FILES:
        return "export"
    if scope["method"] not in SAFE or "/do/" in route or "/again/" in route:
        return "form"
    if any(name == "q" for name, _ in parse_qsl(scope["query_string"].decode("latin-1"))):
        return "search"
    return "record" if route.endswith("}") else "list"
