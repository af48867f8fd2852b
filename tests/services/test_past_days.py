"""Every page of staff takes a day of the past, or stands here with why it has none; and only those that take one offer
it. The observatory's have a test of their own (tests/services/observatory/test_moments.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.dependencies.utils import get_dependant
from fastapi.routing import iter_route_contexts

from deploy.host.all_services import DEFINITIONS
from shared.runtime.service import Definition
from shared.web.history.pages import histories
from shared.web.history.saying_again import sayings
from shared.web.security.authorization import level_of

TODAY = "tells what stands today and offers no day; the clock at its head leads to the review, which takes one"
FORM = "is about to be sent"
OWN = "who asks sees what is theirs today"
WORK = "what waits for somebody now"
HISTORY = "tells every day at once"
NO_PAST = {
    "directory": {
        "/projects": TODAY,
        "/projects/world": TODAY,
        "/projects/export": TODAY,
        "/projects/{key}": TODAY,
        "/projects/new": FORM,
        "/projects/{key}/revise": FORM,
        "/choose/{command}": FORM,
        "/structures/{key}.vcf": "is put into an address book of today",
        "/structures/{key}.jsonld": TODAY,
        "/requests": TODAY,
        "/requests/{key}": TODAY,
        "/requests/{key}/answer": FORM,
        "/requests/{key}/export": "is the answer as it was given",
        "/supports": TODAY,
        "/coverages": TODAY,
        "/publications": WORK,
        "/listings": TODAY,
        "/claims": WORK,
        "/claims/{key}": WORK,
        "/duplicates": WORK,
        "/duplicates/compare": WORK,
        "/accounts": "who may what now",
        "/accounts/new": FORM,
        "/accounts/{key}": "who may what now",
        "/space": OWN,
        "/space/{structure}": OWN,
        "/space/{structure}/record": OWN,
        "/space/{structure}/picture": OWN,
        "/space/{structure}/picture/{name}": OWN,
        "/space/{structure}/new/{sort}": FORM,
        "/space/{structure}/projects/new": FORM,
        "/space/{structure}/projects/{key}": OWN,
        "/space/publications/{key}": OWN,
        "/space/publications/{key}/edit": FORM,
        "/imports": WORK,
        "/imports/new": FORM,
        "/imports/files/{token}": FORM,
        "/imports/files/{token}/lines": FORM,
        "/imports/files/{token}/wrong.csv": FORM,
        "/imports/{key}": WORK,
        "/imports/{key}/left-out.csv": WORK,
    },
    "membership": {
        "/": TODAY,
        "/members": TODAY,
        "/members/{key}": TODAY,
        "/join": FORM,
        "/charter": TODAY,
        "/colleges": TODAY,
        "/peers": TODAY,
        "/begin": FORM,
        "/board": TODAY,
        "/groups": TODAY,
        "/groups/{key}": TODAY,
        "/team": TODAY,
        "/volunteers": TODAY,
        "/civic-service": TODAY,
        "/vocabularies": "leads to the lists, each of which takes a day",
    },
    "events": {
        "/": TODAY,
        "/gatherings": TODAY,
        "/gatherings/{key}": TODAY,
        "/trainings": TODAY,
        "/projects": TODAY,
        "/gatherings/{key}/registrations": "who is expected now",
        "/gatherings/{key}/check-in": FORM,
        "/tandems": TODAY,
        "/tandems/{key}": TODAY,
        "/choose/{command}": FORM,
    },
    "newsletter": {
        "/begin": FORM,
        "/issues/{key}/preview": "what would be sent",
        "/issues/{key}/preview.txt": "the same",
        "/issues/{key}/approve": FORM,
        "/issues/{key}/items/{item}": FORM,
        "/deliveries": "mails that wait for somebody's decision now",
    },
}
"""service → page → why it has no past"""
OF_ALL = {"/history/{kind}/{key}": HISTORY, "/again/{kind}/{key}/{fact}": FORM}
STAFF = ("reader", "editor", "auditor", "administrator", "space")
DAY = re.compile(r"name=\"(as_of|known_at)\"|block when_action|another_day\(")


class Page(NamedTuple):
    path: str
    endpoint: Callable[..., Any]


def pages(definition: Definition) -> Iterator[Page]:
    """What staff may get of a service, but for the API."""
    for one in iter_route_contexts([*definition.routes.routes, *histories.routes, *sayings.routes]):
        if "GET" in (one.methods or ()) and level_of(one.endpoint, "GET") in STAFF and "/api/" not in str(one.path):
            yield Page(str(one.path), one.endpoint)


def takes_a_day(page: Page) -> bool:
    asked = [get_dependant(path=page.path, call=page.endpoint)]
    names: set[str] = set()
    while asked:
        one = asked.pop()
        asked += one.dependencies
        names |= {about.alias for about in one.query_params}
    return "as_of" in names


SERVICES = [one for one in DEFINITIONS if one.name in NO_PAST]


def test_every_page_of_staff_takes_a_day_or_says_why_not() -> None:
    assert {one.name for one in DEFINITIONS} - {one.name for one in SERVICES} == {"observatory"}
    taking = 0
    for definition in SERVICES:
        told = {**OF_ALL, **NO_PAST[definition.name]}
        there = {one.path: takes_a_day(one) for one in pages(definition)}
        assert {path for path, takes in there.items() if not takes} == told.keys(), definition.name
        taking += sum(there.values())
    assert taking > 6


def test_only_pages_that_take_a_day_offer_one() -> None:
    """A template that asks for a day is shown by a function that takes one."""
    for definition in SERVICES:
        offering = {
            one.name
            for one in (definition.folder / "templates").glob("*.html")
            if DAY.search(one.read_text(encoding="utf-8")) and "{% extends" in one.read_text(encoding="utf-8")
        }
        shown = {
            name: page
            for page in pages(definition)
            for name in _templates(definition.folder, page)
            if not takes_a_day(page)
        }
        assert not offering & shown.keys(), (definition.name, offering & shown.keys())
        assert offering or definition.name == "events", definition.name


def _templates(folder: Path, page: Page) -> set[str]:
    """The templates that the function of a page names itself."""
    module = Path(page.endpoint.__code__.co_filename)
    lines = module.read_text(encoding="utf-8").splitlines()
    start = page.endpoint.__code__.co_firstlineno
    end = next(
        (n for n in range(start + 1, len(lines)) if lines[n].startswith(("@", "def ", "async def "))), len(lines)
    )
    text = "\n".join(lines[start:end]) if folder in module.parents else ""
    return set(re.findall(r"\"([a-z_]+\.html)\"", text))
