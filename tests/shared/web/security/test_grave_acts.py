"""A session that proved long ago who it is of is asked again before what is grave, in every service; nothing is lost by
it, a program is not asked, and a new route of these kinds can't be forgotten."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from httpx2 import AsyncClient

from deploy.host.all_services import DEFINITIONS
from deploy.host.root_app import root_of
from shared.base.outside import REAL
from shared.identity.principal import OPERATOR, PUBLIC, Who
from shared.runtime.service import Definition, Service
from shared.web.app import routes_of
from shared.web.security.authorization import cookie_name, level_of
from shared.web.security.grave_acts import COMMANDS, EVERYWHERE, FILES, ROUTES, is_grave
from tests.conftest import OpenService
from tests.fixtures.signing_in import Account, account, operator, signer
from tests.shared.web.security.test_authorization import OWN

UNKNOWN = "01890000-0000-7000-8000-00000000abcd"
TYPED = "écrit avant la preuve"
LONG_AGO = timedelta(minutes=16)

NOT_GRAVE = {
    "POST /api/clock/confirm": "says that the clock is right: what ends by it had been foretold",
    "POST /api/times/redate": "a correction of a day, which is itself corrected",
    "POST /api/times/moves": "shows what a redating would move, and does nothing",
    "POST /api/state/views/{name}/rebuild": "makes a view anew from the log",
    "POST /api/state/parked/{reaction}/{seq}/retry": "does what was to be done",
    "POST /api/state/parked/{reaction}/{seq}/drop": "leaves undone what can be done by hand",
    "POST /api/persons/find": "says ids of records, nothing of a person",
    "POST /api/accounts/find": "says the id and the function of an account",
    "POST /begin": "what the network is called and where it is",
    "POST /me/told": "says that a notice was read",
    "POST /me/label": "a function, in one's own account: no right hangs on it",
    "POST /me/sessions/end": "ends something that is open",
    "POST /me/sessions/{session}/end": "ends something that is open",
    "POST /me/tokens/{token}/withdraw": "ends something that is open",
    "POST /accounts/{key}/sessions/end": "ends something that is open",
    "POST /accounts/{key}/sessions/{session}/end": "ends something that is open",
    "POST /accounts/{key}/tokens/{token}/withdraw": "ends something that is open",
    "GET /readings.csv": "ids of accounts and of persons: nobody is named",
    "GET /export.{format}": "structures: nothing personal is in it",
    "GET /projects/export": "structures: nothing personal is in it",
    "GET /requests/{key}/export": "structures: nothing personal is in it",
    "GET /structures/{key}.jsonld": "structures: nothing personal is in it",
    "GET /public/structures/{key}.jsonld": "everybody reads it",
    "GET /public/sitemap.xml": "everybody reads it",
    "GET /public/sitemap/{number}.xml": "everybody reads it",
    "GET /surveys/public/{key}.json": "everybody reads it",
    "GET /open-data/{name}.{ending}": "everybody reads it",
    "GET /asyncapi.json": "everybody reads it",
    "GET /imports/files/{token}": "a page",
    "GET /imports/files/{token}/lines": "a page",
    "GET /imports/files/{token}/wrong.csv": "what whoever asks has just sent, under a token that they alone have",
    "GET /issues/{key}/preview.txt": "what is sent to everybody",
    "GET /surveys/{key}/links.csv": "structures and their links: nobody is named",
    "GET /api/files/events.{format}": "as the journal has it: what is sealed stays so",
    "GET /dashboard/chart/{name}.{ending}": "figures",
    "GET /reviews/period.{ending}": "figures",
    "GET /identification/export.{ending}": "structures: nothing personal is in it",
    "GET /identification/saved/{key}/export.{ending}": "structures: nothing personal is in it",
}
"""Routes of these kinds that are not grave, and why"""
COMMANDS_NOT_GRAVE = {
    "SignOut": "ends something that is open",
    "EndSessions": "ends something that is open",
    "WithdrawToken": "ends something that is open",
    **dict.fromkeys(
        (
            "DrawRegion",
            "ChooseLanguages",
            "ChooseDye",
            "ChooseLaw",
            "StateLegalTerm",
            "NamePrintedReviews",
            "DefineTerm",
            "ReviseTerm",
            "CloseTerm",
        ),
        "what the network is called, where it is, what its lists hold",
    ),
}
"""Commands of administrators that are not grave, and why"""
KINDS = re.compile(r"/persons/|/accounts|second-factor|/me/|password|forget|roles?\b|token")
FILE = re.compile(r"\.\w+$|\.\{\w+\}$|export|/files?/|download")


class Route(NamedTuple):
    """`act`: method and path within the service; `command`: the one that it is for."""

    service: str
    act: str
    command: str
    level: str


def all_routes(definition: Definition) -> Iterator[Route]:
    for one in iter_route_contexts(routes_of(definition)):
        for method in sorted(set(one.methods or ()) - {"HEAD"}):
            path = str(one.path)
            command = one.name or "" if path.startswith("/api/commands/") else ""
            yield Route(definition.name, f"{method} {path}", command, level_of(one.endpoint, method))


def grave(route: Route) -> bool:
    method, _, path = route.act.partition(" ")
    return is_grave(route.service, method, path, route.command)


def of_these_kinds(route: Route) -> bool:
    """Whether a route may be grave: it changes something that only administrators may, or one's own account, or its
    name speaks of persons, accounts or secrets; or it gives a file away."""
    method, _, path = route.act.partition(" ")
    if route.command or path.startswith(("/sign-in", "/sign-out", "/api/commands/")):
        return False
    named = re.sub(r"{[^}]+}", "", path)
    return bool(FILE.search(path)) if method == "GET" else route.level == "administrator" or bool(KINDS.search(named))


EVERY = [one for definition in DEFINITIONS for one in all_routes(definition)]


def test_each_route_of_these_kinds_is_grave_or_says_why_not() -> None:
    asked = {one for one in EVERY if of_these_kinds(one)}
    forgotten = [f"{one.service} {one.act}" for one in sorted(asked) if not grave(one) and one.act not in NOT_GRAVE]
    assert forgotten == [], "put it into shared/web/security/grave_acts.py, or say here why it is not grave"
    assert not [one for one in asked if grave(one) and one.act in NOT_GRAVE]
    assert NOT_GRAVE.keys() <= {one.act for one in EVERY}, "a reason for what is not there"


def test_each_command_of_administrators_is_grave_or_says_why_not() -> None:
    commands = {
        command.__name__
        for definition in DEFINITIONS
        for decider in definition.deciders
        for command in decider.decisions
        if command.asks == "administrator" and not command.internal
    }
    assert commands == COMMANDS | COMMANDS_NOT_GRAVE.keys()
    assert not COMMANDS & COMMANDS_NOT_GRAVE.keys()


def test_what_is_declared_is_there() -> None:
    for definition in DEFINITIONS:
        there = {one.act for one in all_routes(definition)}
        declared = EVERYWHERE | ROUTES.get(definition.name, frozenset()) | FILES.get(definition.name, frozenset())
        assert declared <= there, declared - there
    assert ROUTES.keys() | FILES.keys() <= {one.name for one in DEFINITIONS}


def test_files_with_persons_are_grave_for_whoever_is_shown_persons() -> None:
    assert is_grave("directory", "GET", "/structures/{key}.vcf")
    assert is_grave("directory", "HEAD", "/structures/{key}.vcf")
    assert not is_grave("directory", "GET", "/structures/{key}.vcf", sees_persons=False)
    assert not is_grave("events", "GET", "/structures/{key}.vcf")


@pytest.mark.parametrize(
    ("ago", "lately"), [(0, True), (14.9, True), (15.1, False), (600, False), (-1, True), (-15.1, False), (-5e6, False)]
)
def test_a_moment_ahead_is_no_proof_for_ever(ago: float, lately: bool) -> None:
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    who = Who("account:x", "staff", proved=now - timedelta(minutes=ago))
    assert who.proved_within(timedelta(minutes=15), now) is lately
    assert not PUBLIC.proved_within(timedelta(minutes=15), now) and not OPERATOR.proved_within(timedelta(1), now)


# over HTTP, in each service


class Asked(NamedTuple):
    """A service, an administrator in it, and how they ask: with a session that proved long ago who it is of, with one
    that has just done so, as a program, as the operator."""

    service: Service
    client: AsyncClient
    who: Account
    old: dict[str, str]
    fresh: dict[str, str]

    async def send(self, act: str, how: dict[str, str]) -> httpx2.Response:
        method, _, path = act.partition(" ")
        where = f"/{self.service.name}{re.sub(r'{[^}]+}', UNKNOWN, path)}"
        if method == "GET":
            return await self.client.get(where, headers=how)
        if path.startswith("/api/"):
            return await self.client.post(where, json={"address": "personne@exemple.invalid"}, headers=how)
        form = {"command_id": UNKNOWN, "label": TYPED, "reason": TYPED}
        return await self.client.post(where, data=form, headers=how)


async def cookies(service: Service, who: Account) -> Iterator[dict[str, str]]:
    session, seq, ends = await who.session()
    now = datetime.now(UTC)
    made = (signer(service).sign(who.id, session, seq, ends, moment) for moment in (now - LONG_AGO, now))
    return ({"Cookie": f"{cookie_name(service.settings)}={one}"} for one in made)


@pytest.fixture(params=DEFINITIONS, ids=lambda definition: definition.name)
async def asked(open_service: OpenService, request: pytest.FixtureRequest) -> AsyncIterator[Asked]:
    service = await open_service(request.param)
    who = await account(service, "all:administrator", label="Direction")
    app = root_of({service.name: service}, service.settings)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://localhost", headers=OWN) as client:
        old, fresh = await cookies(service, who)
        yield Asked(service, client, who, old, fresh)


def grave_of(service: Service) -> list[str]:
    """Methods and paths, the forms of commands with the name of each."""
    own = {one.act for one in EVERY if one.service == service.name and grave(one)}
    there = {command.__name__ for command in service.execute.commands.values()}
    return sorted(own | {f"POST /do/{name}" for name in COMMANDS & there})


@pytest.mark.slow
async def test_a_session_of_long_ago_is_asked_and_goes_on_with_nothing_lost(asked: Asked) -> None:
    acts = grave_of(asked.service)
    assert len(acts) >= 3
    before = await asked.service.log.last()
    for act in acts:
        answer = await asked.send(act, asked.old)
        if act.startswith("GET "):
            assert answer.status_code == 303 and answer.headers["location"].endswith("&again=1"), act
        else:
            assert answer.status_code == 401, (act, answer.text)
        if " /api/" in act:
            assert answer.json()["error"] == "prove-again", act
            assert "insufficient_user_authentication" in answer.headers["WWW-Authenticate"], act
        elif act.startswith("POST "):
            assert "Prouvez que c’est bien vous" in answer.text
            place = re.search(r'name="to" value="([^"]+/kept/[^"]+)"', answer.text)
            assert place is not None, act
            again = await asked.client.get(place[1], headers=asked.fresh)
            assert again.status_code == 200 and TYPED in again.text, act
    assert await asked.service.log.last() == before, "nothing was done"
    for act in acts:
        answer = await asked.send(act, asked.fresh)
        assert answer.status_code != 401 and "again=1" not in answer.headers.get("location", ""), (act, answer.text)


@pytest.mark.slow
async def test_a_program_and_the_operator_are_not_asked_and_nobody_else_comes_in_by_that(asked: Asked) -> None:
    token = await asked.who.token(f"{asked.service.name}:administrator", hours=1)
    reader = await account(asked.service, "all:reader")
    old, _ = await cookies(asked.service, reader)
    for act in EVERYWHERE:
        assert (await asked.send(act, {"Authorization": f"Bearer {token}"})).status_code != 401
        assert (await asked.send(act, operator(asked.service))).status_code != 401
        assert (await asked.send(act, old)).status_code == 403, "what is not theirs is not, however fresh"


@pytest.mark.slow
async def test_a_cookie_of_an_older_release_does_not_say_and_is_asked(asked: Asked) -> None:
    from shared.identity.sessions import Claims

    session, seq, ends = await asked.who.session()
    now = REAL.now()
    silent = Claims(asked.who.id, session, seq, now, ends)
    cookie = signer(asked.service).sign(asked.who.id, session, seq, ends, now, before=silent)
    shown = {"Cookie": f"{cookie_name(asked.service.settings)}={cookie}"}
    assert (await asked.send("POST /api/persons/export", shown)).status_code == 401
    assert (await asked.client.get("/privacy", headers=shown)).status_code in (200, 404)
