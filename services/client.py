"""Asks a running instance over its own HTTP API, with what Python brings along."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

TIMEOUT = 600.0  # seconds; a rebuild of a long log takes its time


class NoAnswer(Exception):
    """The instance did not answer, or refused; the text says what it said."""


@dataclass(frozen=True)
class Client:
    """The instance at `url`."""

    url: str

    async def get(self, path: str) -> Any:
        return await asyncio.to_thread(self._ask, Request(self.url + path, headers={"Accept": "application/json"}))

    async def post(self, path: str) -> Any:
        return await asyncio.to_thread(
            self._ask, Request(self.url + path, data=b"", headers={"Accept": "application/json"})
        )

    def _ask(self, request: Request) -> Any:
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except HTTPError as error:
            try:
                said = json.load(error)
                fields = "; ".join(f"{k}: {v}" for k, v in said.get("fields", {}).items())
                raise NoAnswer(f"{said['message']} {fields}".strip()) from None
            except (ValueError, KeyError):
                raise NoAnswer(f"{request.full_url} answered {error.code}") from None
        except (URLError, OSError) as error:
            raise NoAnswer(f"{self.url} does not answer: {error}") from None
