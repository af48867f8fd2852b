"""A person of one role tries every route of every service, by pages and by the API: who comes in, and who does not."""

from __future__ import annotations

import re
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from nats.aio.client import Client

from deploy.host.all_services import DEFINITIONS
from shared.runtime.nats.embedded_server import NatsServer
from shared.web.app import service_app
from tests.abuse.house import SERVICES, House
from tests.abuse.routes import FILE, Route, shown_to_readers, with_new, written
from tests.fixtures import small_directory as small
from tests.fixtures.outcome_tables import record

pytestmark = pytest.mark.slow
TABLE = "Every role at every route"
UNKNOWN = "01890000-0000-7000-8000-00000000abcd"
LEVELS = ("public", "own", "space", "reader", "auditor", "editor", "administrator", "nowhere")
EVERY_ROLE = {
    "nobody": {"public"},
    "closed account": {"public"},
    "contact": {"public", "own", "space"},
    "narrow token": {"public", "reader"},
    "reader": {"public", "own", "reader"},
    "auditor": {"public", "own", "reader", "auditor"},
    "editor": {"public", "own", "reader", "space", "editor"},
    "administrator": {"public", "own", "reader", "auditor", "space", "editor", "administrator"},
    "elsewhere": {"public", "own"},
}
"""Who → the levels of the routes that are open to them; said here once more, beside shared/identity/principal.py."""
NOT_SIGNED_IN = {"nobody", "closed account"}
ENDS_SESSIONS = {"/sign-out", "/me/sessions/end"}
OWN_PAGE = "RequestSubscription"
"""A command that has routes of its own"""
FILLED = {
    "seq": "1",
    "view": "nothing",
    "reaction": "nothing",
    "name": "nothing",
    "command": "Nothing",
    "code": "nothing",
}


def listed() -> list[Route]:
    """All routes: those that are written down, and the commands of editors, who need no line."""
    routes = written(FILE.read_text())
    there = {(one.service, one.path) for one in routes if one.method == "COMMAND"} | {("newsletter", OWN_PAGE)}
    commands = [(d.name, one.__name__) for d in DEFINITIONS for decider in d.deciders for one in decider.decisions]
    retired = [(d.name, one) for d in DEFINITIONS for one in d.retired]
    more = [Route(service, "COMMAND", one, "editor") for service, one in (*commands, *retired)]
    return routes + [one for one in dict.fromkeys(more) if (one.service, one.path) not in there]


def kebab(name: str) -> str:
    return re.sub(r"\B([A-Z])", r"-\1", name).lower()


def addresses(route: Route) -> list[tuple[str, str]]:
    """Methods and paths that stand for a route."""
    if route.method != "COMMAND":
        path = re.sub(r"\{(\w+)\}", lambda found: FILLED.get(found[1], UNKNOWN), route.path)
        return [(route.method, path if route.service == "root" else f"/{route.service}{path}")]
    form, api = f"/{route.service}/do/{route.path}", f"/{route.service}/api/commands/{kebab(route.path)}"
    return [("GET", form), ("POST", form), ("POST", api)]


def test_a_command_without_a_line_is_one_of_editors() -> None:
    lines = {(one.service, one.path) for one in written(FILE.read_text()) if one.method == "COMMAND"}
    for definition in DEFINITIONS:
        for command in {one for decider in definition.deciders for one in decider.decisions}:
            if (definition.name, command.__name__) not in lines and command.__name__ != OWN_PAGE:
                assert command.asks == "editor" and not command.internal, command


def test_what_readers_are_shown_is_put_into_the_list_and_nothing_else() -> None:
    text = FILE.read_text()
    shown = [one for definition in DEFINITIONS for one in shown_to_readers(definition)]
    assert len(shown) > 150 and with_new(text, shown) == text
    more = [Route("events", "GET", "/opening-hours", "reader"), Route("directory", "GET", "/", "reader")]
    assert with_new(text, more).split("events GET /opening-hours reader\n")[1].startswith("\nnewsletter ")
    open_to_all = with_new(text.replace("directory GET / reader", "directory GET / public"), more)
    assert "directory GET / reader" not in open_to_all, "a line that is there stays as a hand wrote it"


def test_the_list_of_routes_is_whole_and_says_a_level_for_each() -> None:
    routes = listed()
    assert len(routes) > 400 and {one.level for one in routes} == set(LEVELS)
    assert len({one[:3] for one in routes}) == len(routes)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
async def test_a_route_or_command_that_is_added_must_be_listed(
    definition: object, nats_server: NatsServer, nc: Client, tmp_path: Path
) -> None:
    service = small.service(definition, "routes", nc, nats_server, tmp_path)  # type: ignore[arg-type]
    app: FastAPI = service_app(service)
    found = set()
    for route in iter_route_contexts(app.routes):
        path = str(route.path)
        if path == "/do/{name}" or (path.startswith("/api/commands/") and path != "/api/commands/request-subscription"):
            continue
        found |= {(method, path) for method in route.methods or () if method != "HEAD"}
    commands = {c.__name__ for c in service.execute.commands.values()} | set(service.definition.retired)
    found |= {("COMMAND", name) for name in commands - {OWN_PAGE}}
    assert found == {(one.method, one.path) for one in listed() if one.service == service.name}
    await service.store.close()
    service.keyring.close()


def outcome(status: int, location: str) -> str:
    if status == 401 or (status == 303 and "/directory/sign-in?to=" in location):
        return "sign in"
    return "refused" if status == 403 else "nothing there" if status in (404, 405) else "in"


def expected(who: str, level: str) -> set[str]:
    if level == "nowhere":
        return {"nothing there"}
    if level in EVERY_ROLE[who]:
        return {"in", "nothing there"}  # the ids are unknown
    return {"sign in"} if who in NOT_SIGNED_IN or level == "own" else {"refused"}


@pytest.mark.parametrize("who", EVERY_ROLE)
@pytest.mark.parametrize("service", ["root", *SERVICES])
def test_each_role_opens_its_own_routes_and_no_other(house: House, service: str, who: str) -> None:
    name = f"elsewhere than {'observatory' if service == 'root' else service}" if who == "elsewhere" else who
    wrong: list[str] = []
    told: Counter[str] = Counter()
    before = house.last()
    connection = HTTPConnection(urlsplit(house.url).netloc, timeout=60)
    for route in (one for one in listed() if one.service == service):
        if route.path in ENDS_SESSIONS and "Cookie" in house.who[name]:
            # tests/services/directory/sign_in/test_pages.py and tests/services/directory/account_pages/test_pages.py do
            continue
        for method, path in addresses(route):
            connection.request(method, path, headers={"X-Forwarded-For": house.address(), **house.who[name]})
            answer = connection.getresponse()
            answer.read()
            came = outcome(answer.status, answer.headers.get("location", ""))
            if came not in expected(who, route.level) or answer.status >= 500:
                wrong.append(f"{method} {path} ({route.level}): {answer.status}, {came}")
            told["open" if route.level in EVERY_ROLE[who] else "shut"] += 1
    connection.close()
    tried = {f"routes that are {what}": str(told[what]) for what in ("open", "shut")}
    record(TABLE, {"role": who, "service": service, **tried, "otherwise than meant": str(len(wrong))})
    assert not wrong, "\n".join(wrong)
    if who not in ("editor", "administrator"):
        assert house.last() == before, "nobody who may not has left an event"


def test_a_token_of_a_closed_account_opens_nothing(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.ids['closed token']}", "Accept": "application/json"}
    for path in ("/directory/api/structures", "/directory/", "/directory/me"):
        assert house.ask("GET", path, headers).status == 401, path


def test_a_contact_sees_their_own_space_and_no_other(house: House) -> None:
    page = house.get("/directory/space", "contact")
    assert page.status == 200 and "Eau vive" in page.text
    other = house.do("directory", "register-structure", name="Soleil levant", kind="association")
    assert "Soleil levant" not in house.get("/directory/space", "contact").text
    for path in (f"/directory/structures/{other}", f"/directory/api/space/{other}", "/directory/api/contacts"):
        assert house.get(path, "contact").status == 403, path


def test_nobody_touches_the_sessions_tokens_or_account_of_another(house: House) -> None:
    account, token = house.ids["account"], house.who["narrow token"]
    id = token["Authorization"].split("_")[1]
    for who in ("reader", "editor", "auditor", "contact"):
        for path in ("label", "roles", "close", "link", "tokens", "sessions/end"):
            assert house.form(f"/directory/accounts/{account}/{path}", "", who).status == 403, (who, path)
        house.form(f"/directory/me/tokens/{id}/withdraw", "", who)
        assert house.ask("GET", "/directory/api/structures", token).status == 200, "it is not theirs to withdraw"
        body = {"account": account, "where": "all", "role": "administrator"}
        assert house.post("/directory/api/commands/grant-role", body, who).status == 403


@pytest.mark.parametrize("who", ["reader", "auditor", "narrow token", "editor", "administrator"])
def test_personal_values_leave_by_no_address_of_the_api_nor_the_journal(house: House, who: str) -> None:
    contact = house.ids["contact"]
    page = house.get(f"/directory/structures/{house.ids['structure']}", who)
    assert ("Zénobie" in page.text) == (who in ("editor", "administrator"))
    events = house.get(f"/observatory/api/events?entity={contact}&limit=10", who)
    assert events.json()["events"], "the event is there"
    (added, *_) = events.json()["events"]
    for path in (
        f"/directory/api/contacts/{contact}", "/directory/api/contacts", f"/observatory/api/events/{added['seq']}",
        f"/observatory/journal/{added['seq']}", "/observatory/journal", "/observatory/api/events?limit=1000",
    ):  # fmt: skip
        answer = house.get(path, who)
        assert answer.status == 200, path
        assert "Zénobie" not in answer.text and "contact@exemple" not in answer.text, path
