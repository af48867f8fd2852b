"""Every door that takes a body: JSON, a form, a file. What is made to harm is refused in a sentence, and the process
that answers everybody holds no more of it than a door may take.

Files are read and made anew by processes of their own, whose memory is tried where they are:
`tests/services/directory/imports/files/test_apart.py`, `tests/services/directory/publications/test_pictures.py`."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from fastapi.routing import iter_route_contexts

from deploy.host.all_services import DEFINITIONS
from shared.web.app import routes_of
from shared.web.security.request_limits import BODY, LARGER
from tests.abuse.house import House

ROOT = Path(__file__).parents[2]
SOURCES = [path for room in ("services", "shared", "deploy") for path in (ROOT / room).rglob("*.py")]
READ_BY_HAND = {
    "services/directory/imports/pages.py": "the file of an import, never on disk",
    "shared/web/forms/kept_pages.py": "what was typed, without its files",
}
"""Who reads a body otherwise than by `request.form` or as the model of a route, and why"""
FILES = {"/directory/imports/new": 20, "/directory/space/": 15}
"""The only doors that take more than a form → MB (rounded): behind each is a process of its own, with limits"""
MEMORY = 250 * 2**20  # bytes by which the process may grow over all of this: some bodies of 1 MB, unfolded


class Door(NamedTuple):
    service: str
    path: str

    @property
    def json(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def command(self) -> bool:
        return self.path.startswith(("/api/commands/", "/do/"))


@cache
def doors() -> list[Door]:
    """All routes of all services that take a body."""
    return [
        Door(definition.name, str(one.path))
        for definition in DEFINITIONS
        for one in iter_route_contexts(routes_of(definition))
        if {"POST", "PUT", "PATCH", "DELETE"} & set(getattr(one, "methods", None) or ())
    ]


def tried() -> Iterator[Door]:
    """Each door that is no command's, and some of those, which are all made alike."""
    commands: dict[tuple[str, str], int] = {}
    for door in doors():
        kind = (door.service, door.path.split("/")[1])
        commands[kind] = commands.get(kind, 0) + door.command
        if not door.command or commands[kind] <= 2:
            yield door


def test_no_door_takes_more_than_a_form_but_those_of_files() -> None:
    assert {path: round(most / 2**20) for path, most in LARGER.items()} == FILES and BODY == 1_000_000
    assert len(doors()) > 300 and {door.service for door in doors()} == {one.name for one in DEFINITIONS}
    under = {f"/{door.service}{door.path}" for door in doors()}
    for path in FILES:
        assert any(one == path or (path.endswith("/") and one.startswith(path)) for one in under)


def test_every_form_says_how_many_fields_and_files_it_takes() -> None:
    found = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in SOURCES}
    for path, source in found.items():
        for asked in re.findall(r"\b(?:request|self)\.form\(([^)]*)\)", source):
            assert "max_fields=" in asked and "max_files=" in asked, f"{path}: request.form({asked})"
    by_hand = {path for path, source in found.items() if re.search(r"request\.(stream|body|json)\(", source)}
    assert by_hand == READ_BY_HAND.keys()


def multipart(*parts: tuple[str, bytes]) -> tuple[bytes, str]:
    body = b"".join(b"--grenze\r\n%s\r\n\r\n%s\r\n" % (head.encode(), data) for head, data in parts)
    return body + b"--grenze--\r\n", "multipart/form-data; boundary=grenze"


def part(name: str, file: str = "") -> str:
    return f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file else "")


JSON = "application/json"
AS_JSON: Mapping[str, tuple[bytes, str]] = {
    "arrays in arrays": (b"[" * 900_000, JSON),
    "objects in objects": (b'{"a":' * 150_000 + b"1" + b"}" * 150_000, JSON),
    "a number of 900,000 digits": (b'{"name": ' + b"9" * 900_000 + b"}", JSON),
    "a number beyond all": (b'{"name": 1e999999, "fte": 1e999}', JSON),
    "no number": (b'{"name": NaN, "fte": NaN, "value": Infinity}', JSON),
    "the same name twice": (b'{"name": "a", "name": ["b"], "name": {}}', JSON),
    "100,000 names": (json.dumps({f"n{n}": 0 for n in range(70_000)}).encode(), JSON),
    "half a character": (b'{"name": "\\ud800", "kind": "\\udfff"}', JSON),
    "NUL": (b'{"name": "\\u0000"}', JSON),
    "UTF-16": ('{"name": "é"}'.encode("utf-16"), JSON),
    "no UTF-8": (b'{"name": "\xff\xfe"}', JSON),
    "packed": (gzip.compress(b'{"name": "' + b"a" * 50_000_000 + b'"}'), JSON),
    "nothing": (b"", JSON),
    "a form": (b"name=a&kind=b", "application/x-www-form-urlencoded"),
    "XML": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "application/xml"),
    "a calendar": (b"BEGIN:VCALENDAR\r\n" * 1000, "text/calendar"),
}
FORM = "application/x-www-form-urlencoded"
AS_FORM: Mapping[str, tuple[bytes, str]] = {
    "400,000 fields": (b"a&" * 400_000, FORM),
    "400,000 fields without a name": (b"&=" * 400_000, FORM),
    "one long field": (b"name=" + b"a" * 990_000, FORM),
    "one long name": (b"a" * 990_000 + b"=1", FORM),
    "percent signs": (b"name=" + b"%" * 990_000, FORM),
    "NUL and no UTF-8": (b"name=%00%ff%fe&kind=%ed%a0%80&sent=%00", FORM),
    "10,000 parts": multipart(*((part(f"n{n}"), b"") for n in range(10_000))),
    "10,000 files": multipart(*((part(f"n{n}", "a.csv"), b"") for n in range(10_000))),
    "a file where none is asked": multipart((part("name", "a.png"), b"\x89PNG" * 1000)),
    "a part with a long head": multipart((part("name") + "\r\nX: " + "a" * 900_000, b"")),
    "a part with many heads": multipart((part("name") + "\r\nX: a" * 100_000, b"")),
    "no boundary": (b"--a\r\n\r\n", "multipart/form-data"),
    "a boundary that never comes": (b"-" * 900_000, "multipart/form-data; boundary=" + "-" * 70),
    "no end": (multipart((part("name"), b"a"))[0][:-20], "multipart/form-data; boundary=grenze"),
    "packed": (gzip.compress(b"name=" + b"a" * 50_000_000), FORM),
    "JSON": (b'{"name": "a"}', JSON),
    "nothing": (b"", FORM),
}
NEVER_SENT = ("/sign-out", "/sessions/end")  # they take nothing, and would end who sends all of this


def memory(house: House, what: str) -> int:
    assert house.up.process is not None
    status = Path(f"/proc/{house.up.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1]) * 1024


@pytest.mark.slow
def test_what_is_made_to_harm_is_refused_in_a_sentence_at_every_door(house: House) -> None:
    before, wrong, count = memory(house, "VmRSS"), [], 0
    for door in tried():
        path = f"/{door.service}{re.sub(r'{[^}]*}', lambda _: str(uuid4()), door.path)}"
        if any(end in path for end in NEVER_SENT):
            continue
        for what, (body, kind) in (AS_JSON if door.json else AS_FORM).items():
            who = house.who["operator"] if door.json else house.who["administrator"]
            packed = {"Content-Encoding": "gzip"} if what == "packed" else {}
            answer = house.ask("POST", path, {**who, "Content-Type": kind, **packed}, body)
            count += 1
            if answer.status >= 500 or (answer.status >= 400 and not told(answer.text, door)):
                wrong.append(f"{path}, {what}: {answer.status} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong[:20])
    assert count > 1000
    grown = memory(house, "VmHWM") - before
    assert grown < MEMORY, f"{grown / 2**20:.0f} MiB"


def told(text: str, door: Door) -> bool:
    """Whether whoever sent it reads a sentence."""
    if door.json:
        said: dict[str, Any] = json.loads(text)
        return bool(said["message"].strip())
    return "<h1" in text or "<p" in text
