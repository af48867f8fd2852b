"""The list of who may open what, and what a new page or view adds to it: `python -m tests.abuse.routes`, which is part
of `make contract`.

It adds to routes.txt what shows something to whoever signed in, which is what a route asks that says nothing
(shared/web/security/authorization.py): a door as all others are, and a change of the list that a reviewer sees. What is
open to others, or changes something, is written down by a hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from deploy.host.all_services import DEFINITIONS
from shared.runtime.service import Definition
from shared.web.api import add_api
from shared.web.security.authorization import level_of

FILE = Path(__file__).with_suffix(".txt")
DEFAULT = "reader"


class Route(NamedTuple):
    service: str
    method: str
    path: str
    level: str


def written(text: str) -> list[Route]:
    """The routes of a list."""
    return [Route(*line.split()) for line in text.splitlines() if line and not line.startswith("#")]


def shown_to_readers(definition: Definition) -> Iterator[Route]:
    """The pages and views of a service that ask no more than to be signed in."""
    api = APIRouter()
    add_api(api, definition)
    for one in iter_route_contexts([*definition.routes.routes, *api.routes]):
        if "GET" in (one.methods or ()) and level_of(one.endpoint, "GET") == DEFAULT:
            yield Route(definition.name, "GET", str(one.path), DEFAULT)


def with_new(text: str, routes: Iterable[Route]) -> str:
    """The list with those that it does not have, each at the end of its service's."""
    there = {one[:3] for one in written(text)}
    for one in routes:
        if one[:3] not in there:
            there.add(one[:3])
            head, own, rest = re.split(rf"((?:^{one.service} .+\n)+)", text, maxsplit=1, flags=re.MULTILINE)
            text = f"{head}{own}{' '.join(one)}\n{rest}"
    return text


def main() -> None:
    before = FILE.read_text(encoding="utf-8")
    after = with_new(before, (one for definition in DEFINITIONS for one in shown_to_readers(definition)))
    FILE.write_text(after, encoding="utf-8")
    print(f"{len(written(after))} routes, {len(written(after)) - len(written(before))} of them new")


if __name__ == "__main__":
    main()
