"""Every page of staff takes a day of the past, or stands here with why it has none; and only those that take one offer
it. The observatory's have a test of their own (tests/services/observatory/test_moments.py). Whatever is read of all
five services, API and exports too, answers as of a day and as known on one, or refuses to: never with what stands
today."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.dependencies.utils import get_dependant
from fastapi.routing import iter_route_contexts

from deploy.host.all_services import DEFINITIONS
from shared.runtime.service import Definition
from shared.web.app import routes_of
from shared.web.history.pages import histories
from shared.web.history.saying_again import sayings
from shared.web.past.moments import of_days
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


def takes_a_day(page: Page, name: str = "as_of") -> bool:
    asked = [get_dependant(path=page.path, call=page.endpoint)]
    names: set[str] = set()
    while asked:
        one = asked.pop()
        asked += one.dependencies
        names |= {about.alias for about in one.query_params}
    return name in names


ONLY_AS_OF = {
    "membership": {
        "/network": "what was said of a day is read as it is known now: it is corrected by saying it again",
        "/vocabularies/{name}": "the same",
        "/api/definitions": "the same",
        "/api/definitions/lists": "the same",
        "/api/definitions/lists/{name}": "the same",
        "/api/definitions/legal-terms": "the same",
    }
}
"""service → what takes a day, and refuses what was known on one: why"""
WHOLE_LOG = "tells of the whole log at once"
OTHER_KEYS = "its keys are of no entity whose line could be folded"
UNFOLDED = {
    "accounts": OTHER_KEYS,
    "processes": OTHER_KEYS,
    "registrations": OTHER_KEYS,
    "issue_numbers": OTHER_KEYS,
    "items": OTHER_KEYS,
    "restores": OTHER_KEYS,
    "survey_recipients": OTHER_KEYS,
    "timelines": WHOLE_LOG,
    "member_lines": WHOLE_LOG,
    "term_uses": WHOLE_LOG,
    "bulletin_uses": WHOLE_LOG,
    "sources": WHOLE_LOG,
    "named_by": WHOLE_LOG,
    "events.held": WHOLE_LOG,
    "newsletter.held": WHOLE_LOG,
    "observatory.held": WHOLE_LOG,
    "told": WHOLE_LOG,
}
"""view (or service.view) → why no document of it is given as of a day by the API; no list of a view is, since each of
its documents would be folded"""
NOW = "how the service is, or what is to be done, now"
REFUSING = {
    "/api/persons/due": NOW,
    "/api/persons/unreadable": NOW,
    "/api/persons/of/{view}/{key}": "all that is kept of a person",
    "/api/clock": NOW,
    "/api/readings": "who read what is not told of the log: each line is of its moment",
    "/api/times": NOW,
    "/api/state": NOW,
    "/api/state/checks": NOW,
    "/api/state/views": NOW,
    "/api/schemas/{name}/{shape}": "is of this release",
    "/api/indicators": "which there are, of this release",
    "/api/events/{seq}": "an event is what it is",
    "/api/chains/{key}": "an event leads to those that it led to, whenever it is asked",
    "/api/actors": "of the whole journal",
    "/api/ledger": "what is signed now",
}
"""What else of the API refuses every day but today"""
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


def read(definition: Definition) -> Iterator[Page]:
    """All that may be got of a service."""
    for one in iter_route_contexts(routes_of(definition)):
        if "GET" in (one.methods or ()):
            yield Page(str(one.path), one.endpoint)


def test_what_takes_a_day_takes_what_was_known_on_one_or_says_why_not() -> None:
    for definition in DEFINITIONS:
        found = {one.path for one in read(definition) if takes_a_day(one) != takes_a_day(one, "known_at")}
        assert found == ONLY_AS_OF.get(definition.name, {}).keys(), definition.name


def test_what_of_the_api_takes_no_day_stands_here() -> None:
    for definition in DEFINITIONS:
        lists = {f"/api/{view.name}" for view in definition.views}
        told = {
            view.name for view in definition.views if {view.name, f"{definition.name}.{view.name}"} & UNFOLDED.keys()
        }
        assert told == {view.name for view in definition.views if not of_days(view)}, definition.name
        unfolded = {f"/api/{name}/{{key}}" for name in told}
        refusing = {one.path for one in read(definition) if "/api/" in one.path and not takes_a_day(one)}
        assert refusing - REFUSING.keys() == lists | unfolded, definition.name
    views = {name for one in DEFINITIONS for view in one.views for name in (view.name, f"{one.name}.{view.name}")}
    assert views > UNFOLDED.keys(), "a view that is no more"
