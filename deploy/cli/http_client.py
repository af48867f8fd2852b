"""Asks a running instance over its own HTTP API, with what Python brings along."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

T = TypeVar("T")
TIMEOUT = 600.0  # seconds; a rebuild of a long log takes its time


class NoAnswer(Exception):
    """The instance did not answer, or refused; the text says what it said. `code`: of its refusal, where it gave
    one."""

    def __init__(self, said: str, code: str | None = None) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Place:
    """Where one service is asked, with the operator's token of that service."""

    url: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Client:
    """The instance at `url`, asked with a token: the operator's (`<data>/keys/operator-token`), or an account's.

    Where each service is a process of its own, `places` says where each is, and has the token of each: what one service
    keeps opens no other.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    places: Mapping[str, Place] = field(default_factory=dict, repr=False)

    async def get(self, path: str) -> Any:
        return await asyncio.to_thread(self._ask, self._request(path))

    async def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """`body` is sent as JSON, and nothing without it; `key`: the id of the command that it is, so that it is one
        however often it is sent."""
        request = self._request(path, b"" if body is None else json.dumps(body).encode())
        if key is not None:
            request.add_header("Idempotency-Key", key)
        if body is not None:
            request.add_header("Content-Type", "application/json")
        return await asyncio.to_thread(self._ask, request)

    async def save(self, path: str, to: Path) -> int:
        """Writes an answer to a file, whole or not at all; how many bytes it has."""
        return await asyncio.to_thread(self._save, self._request(path), to)

    def _request(self, path: str, data: bytes | None = None) -> Request:
        """Raises NoAnswer for a service that has no place."""
        first = path.split("/")[1]
        place = self.places.get(first) if self.places else Place(self.url, self.token)
        if place is None:
            raise NoAnswer(f"MAILLAGE_SERVICES_AT does not say where {first} is")
        request = Request(place.url + path, data=data, headers={"Accept": "application/json"})
        if place.token:
            request.add_header("Authorization", f"Bearer {place.token}")
        if self.places:  # a container's name is no name of the installation, which answers to its own only
            request.add_header("Host", "localhost")
        return request

    def _save(self, request: Request, to: Path) -> int:
        draft = to.with_name(f"{to.name}.part")

        def take(answer: IO[bytes]) -> int:
            with draft.open("wb") as file:
                shutil.copyfileobj(answer, file)
            return draft.replace(to).stat().st_size

        try:
            return self._answered(request, take)
        finally:
            draft.unlink(missing_ok=True)

    def _ask(self, request: Request) -> Any:
        return self._answered(request, json.load)

    def _answered(self, request: Request, take: Callable[[IO[bytes]], T]) -> T:
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                return take(answer)
        except HTTPError as error:
            try:
                said = json.load(error)
                fields = "; ".join(f"{k}: {v}" for k, v in said.get("fields", {}).items() if v not in said["message"])
                raise NoAnswer(f"{said['message']} {fields}".strip(), said.get("error")) from None
            except (ValueError, KeyError):
                raise NoAnswer(f"{request.full_url} answered {error.code}") from None
        except (URLError, OSError) as error:
            raise NoAnswer(f"{request.type}://{urlsplit(request.full_url).netloc} does not answer: {error}") from None
