"""Who may open what: default-deny, other sites' pages, personal values, and headers, over the small service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx2
import pytest
from fastapi import APIRouter, Request
from httpx2 import AsyncClient
from markupsafe import Markup
from starlette.responses import PlainTextResponse, Response

from deploy.host.root_app import root_of
from shared.kernel.decider import Command
from shared.runtime.service import Service
from shared.web.here import Here
from shared.web.security.authorization import RENEW, access, cookie_name, who_of
from shared.web.security.rate_limits import RATES, limited
from shared.web.security.redaction import revealed
from shared.web.security.request_limits import SECURITY_HEADERS
from shared.web.templating import Pages
from tests.conftest import OpenService
from tests.fixtures import small_directory as small
from tests.fixtures.signing_in import account, operator, signer

pytestmark = pytest.mark.slow

OWN = {"Sec-Fetch-Site": "same-origin"}
ROLES = ("reader", "auditor", "editor", "administrator")


class Erase(small.Close):
    """What only administrators may."""

    asks: ClassVar[Any] = "administrator"


class Tick(small.Close):
    """What the service says to itself."""

    internal: ClassVar[bool] = True


routes = APIRouter()


@routes.get("/plain")
async def plain(request: Request) -> Response:
    return PlainTextResponse(who_of(request).actor)


@routes.post("/plain")
async def change(request: Request) -> Response:
    return PlainTextResponse(who_of(request).actor)


@routes.get("/open")
@access("public")
async def open_(request: Request) -> Response:
    return PlainTextResponse(who_of(request).actor)


@routes.post("/open")
@access("public")
async def send(request: Request) -> Response:
    limited(request, "form")
    return PlainTextResponse("sent")


@routes.post("/one-click")
@access("public", other_sites=True)
async def one_click(request: Request) -> Response:
    return PlainTextResponse("gone")


@routes.get("/persons")
async def persons(service: Here[Service], request: Request) -> Response:
    found = await service.store.find(small.CONTACTS)
    page = [revealed(request, service, one["name"]) for one in found.documents]
    pages: Pages = request.app.state.pages
    return pages.render(
        request,
        "problem.html",
        problem=404,
        title=None,
        back=None,
        about=None,
        sentence=Markup(" ").join(map(str, page)),
    )


DEFINITION = replace(
    small.definition(),
    routes=routes,
    deciders=(
        replace(
            small.STRUCTURE,
            decisions={**small.STRUCTURE.decisions, Erase: small.close, Tick: small.close},
        ),
        small.CONTACT,
    ),
)


@pytest.fixture
async def service(open_service: OpenService) -> Service:
    return await open_service(DEFINITION)


@pytest.fixture
async def anybody(service: Service) -> AsyncIterator[AsyncClient]:
    app = root_of({"directory": service}, service.settings)
    async with AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost") as client:
        yield client


async def signed_in(anybody: AsyncClient, service: Service, *roles: str, **more: Any) -> dict[str, str]:
    """Headers of a browser that signed in."""
    cookie = await (await account(service, *roles, **more)).cookie()
    return {**OWN, "Cookie": "; ".join(f"{name}={value}" for name, value in cookie.items())}


async def test_without_a_mark_a_page_is_for_readers_and_a_change_for_editors(
    anybody: AsyncClient, service: Service
) -> None:
    outcome = {}
    for role in ROLES:
        headers = await signed_in(anybody, service, f"directory:{role}")
        got, posted = (
            await anybody.get("/directory/plain", headers=headers),
            await anybody.post("/directory/plain", headers=headers),
        )
        outcome[role] = (got.status_code, posted.status_code)
    assert outcome == {"reader": (200, 403), "auditor": (200, 403), "editor": (200, 200), "administrator": (200, 200)}
    elsewhere = await signed_in(anybody, service, "events:administrator")
    assert (await anybody.get("/directory/plain", headers=elsewhere)).status_code == 403
    contact = await signed_in(anybody, service, kind="contact", label="Contact")
    assert (await anybody.get("/directory/plain", headers=contact)).status_code == 403
    assert (await anybody.get("/directory/open", headers=contact)).text.startswith("account:")


async def test_nobody_in_particular_is_led_to_the_sign_in_and_back(anybody: AsyncClient) -> None:
    page = await anybody.get("/directory/plain?q=eau&page=2")
    assert page.status_code == 303
    assert page.headers["location"] == "/directory/sign-in?to=%2Fdirectory%2Fplain%3Fq%3Deau%26page%3D2"
    change = await anybody.post("/directory/plain")
    assert change.status_code == 401 and "Connexion requise" in change.text
    assert (await anybody.get("/directory/open")).text == "public"


@pytest.mark.parametrize("path", ["/directory/api/structures", "/directory/api/state", "/directory/plain"])
async def test_a_program_is_told_how_to_show_who_it_is(anybody: AsyncClient, path: str) -> None:
    answer = await anybody.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 401 and answer.json()["error"] == "sign-in-required"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    wrong = await anybody.get(path, headers={"Accept": "application/json", "Authorization": "Bearer mlg_x_y"})
    assert wrong.status_code == 401 and wrong.json()["error"] == "bad-token"


async def test_a_refusal_says_which_role_is_needed_and_whom_to_ask(anybody: AsyncClient, service: Service) -> None:
    headers = await signed_in(anybody, service, "directory:reader")
    page = await anybody.get("/directory/do/Register", headers=headers)
    assert page.status_code == 403
    assert "le rôle «\u00a0éditeur\u00a0» dans le service Annuaire" in page.text
    assert "Un administrateur du réseau peut vous le donner." in page.text
    assert "Se déconnecter" in page.text and "Secrétariat" in page.text


async def test_each_command_asks_its_own_level_and_an_internal_one_has_no_route(
    anybody: AsyncClient, service: Service
) -> None:
    made = await anybody.post("/directory/api/commands/register", json={"name": "Kynarou"}, headers=operator(service))
    assert made.status_code == 200
    body = {"structure": made.json()["entity"]}
    editor = await signed_in(anybody, service, "directory:editor")
    administrator = await signed_in(anybody, service, "directory:administrator")
    for path in ("/directory/api/commands/erase", "/directory/do/Erase"):
        assert (await anybody.post(path, json=body, headers=editor)).status_code == 403
    assert (await anybody.get("/directory/do/Erase", headers=editor)).status_code == 403
    assert (await anybody.get("/directory/do/Erase", headers=administrator)).status_code == 200
    assert (await anybody.post("/directory/api/commands/erase", json=body, headers=administrator)).status_code == 200
    for method, path in (
        ("POST", "/directory/api/commands/tick"),
        ("POST", "/directory/do/Tick"),
        ("GET", "/directory/do/Tick"),
    ):
        assert (await anybody.request(method, path, headers=administrator)).status_code == 404
    assert "/api/commands/tick" not in (await anybody.get("/directory/openapi.json")).json()["paths"]


async def test_rebuilds_are_for_administrators_and_auditors_may_verify(anybody: AsyncClient, service: Service) -> None:
    outcome = {}
    for role in ROLES:
        headers = await signed_in(anybody, service, f"directory:{role}")
        outcome[role] = [
            (await anybody.request(method, f"/directory/api/state{path}", headers=headers)).status_code
            for method, path in (
                ("GET", ""),
                ("GET", "/views"),
                ("POST", "/views/structures/verify"),
                ("POST", "/views/structures/rebuild"),
                ("POST", "/parked/x/1/drop"),
            )
        ]
    assert outcome == {
        "reader": [200, 200, 403, 403, 403],
        "auditor": [200, 200, 200, 403, 403],
        "editor": [200, 200, 403, 403, 403],
        "administrator": [200, 200, 200, 200, 200],
    }


async def test_the_event_says_who_did_it(anybody: AsyncClient, service: Service) -> None:
    who = await account(service, "directory:editor")
    token = await who.token("directory:editor")
    by_cookie = {**OWN, "Cookie": "; ".join(f"{k}={v}" for k, v in (await who.cookie()).items())}
    for headers, actor in (
        (by_cookie, f"account:{who.id}"),
        ({"Authorization": f"Bearer {token}"}, f"token:{who.id}/"),
        (operator(service), "operator"),
    ):
        made = await anybody.post("/directory/api/commands/register", json={"name": "A"}, headers=headers)
        (event,) = (await service.execute.history("structure", made.json()["entity"])).events
        assert event.actor.startswith(actor)


async def test_an_account_is_called_by_its_label_on_pages(anybody: AsyncClient, service: Service) -> None:
    who = await account(service, "directory:reader", label="Pôle Europe")
    await service.sessions.refresh_labels()
    assert service.sessions.label(f"account:{who.id}") == "Pôle Europe"
    assert service.sessions.label(f"token:{who.id}/x") == "Pôle Europe"
    assert service.sessions.label("operator") is None


@pytest.mark.parametrize(
    ("headers", "with_cookie", "without"),
    [
        ({}, 403, 401),
        (OWN, 200, 401),
        ({"Sec-Fetch-Site": "none"}, 200, 401),
        ({"Sec-Fetch-Site": "cross-site"}, 403, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403, 403),
        ({"Origin": "http://localhost"}, 200, 401),
        ({"Origin": "http://localhost:1"}, 403, 403),
        ({"Origin": "https://elsewhere.example"}, 403, 403),
        ({"Origin": "null"}, 403, 403),
        ({**OWN, "Origin": "http://localhost"}, 200, 401),
    ],
)
async def test_a_page_of_another_site_changes_nothing_in_anybodys_name(
    anybody: AsyncClient, service: Service, headers: dict[str, str], with_cookie: int, without: int
) -> None:
    cookie = {"Cookie": (await signed_in(anybody, service, "directory:editor"))["Cookie"]}
    assert (await anybody.post("/directory/plain", headers={**headers, **cookie})).status_code == with_cookie
    assert (await anybody.post("/directory/plain", headers=headers)).status_code == without
    assert (await anybody.get("/directory/plain", headers={**headers, **cookie})).status_code == 200
    assert (await anybody.post("/directory/one-click", headers={**headers, **cookie})).status_code == 200
    assert (await anybody.post("/directory/plain", headers={**headers, **operator(service)})).status_code == 200


async def test_personal_values_are_opened_for_editors_and_marked_for_others(
    anybody: AsyncClient, service: Service
) -> None:
    contact = {"structure": "0193b4a0-0000-7000-8000-000000000000", "name": "Zénobie"}
    made = await anybody.post("/directory/api/commands/add-contact", json=contact, headers=operator(service))
    assert made.status_code == 200
    editor = await anybody.get("/directory/persons", headers=await signed_in(anybody, service, "directory:editor"))
    assert "Zénobie" in editor.text and editor.headers["cache-control"] == "no-store"
    for role in ("reader", "auditor"):
        other = await anybody.get("/directory/persons", headers=await signed_in(anybody, service, f"directory:{role}"))
        assert "Zénobie" not in other.text and "réservé" in other.text
        assert other.headers["cache-control"] == "private, no-cache"


async def test_too_many_forms_from_one_address_are_answered_with_a_pause(anybody: AsyncClient) -> None:
    answers = [await anybody.post("/directory/open", headers=OWN) for _ in range(RATES["form"].burst + 1)]
    assert [a.status_code for a in answers] == [200] * RATES["form"].burst + [429]
    assert int(answers[-1].headers["retry-after"]) > 0 and "Trop de demandes" in answers[-1].text


async def test_guessing_tokens_soon_ends(anybody: AsyncClient, service: Service) -> None:
    wrong = {"Authorization": "Bearer mlg_x_y", "Accept": "application/json"}
    answers = [await anybody.get("/directory/api/state", headers=wrong) for _ in range(RATES["token"].burst + 1)]
    assert {a.status_code for a in answers[:-1]} == {401} and answers[-1].status_code == 429
    assert answers[-1].json()["error"] == "too-often"
    assert (await anybody.get("/directory/api/state", headers=operator(service))).status_code == 200


async def test_the_api_has_a_limit_for_everybody_but_the_operator(anybody: AsyncClient, service: Service) -> None:
    who = {**OWN, **(await signed_in(anybody, service, "directory:reader"))}
    service.settings = service.settings.model_copy(update={"api_rate": 3})
    app = root_of({"directory": service}, service.settings)
    async with AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost") as limited_one:
        answers = [(await limited_one.get("/directory/api/state", headers=who)).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]
        assert (await limited_one.get("/directory/plain", headers=who)).status_code == 200, "pages are not the API"
        assert (await limited_one.get("/directory/api/state", headers=operator(service))).status_code == 200


async def test_every_answer_has_the_headers(anybody: AsyncClient, service: Service) -> None:
    for path in (
        "/", "/static/maillage.css", "/static/nowhere", "/directory/plain", "/directory/open", "/directory/nowhere",
        "/directory/openapi.json", "/directory/docs", "/directory/api/state", "/nowhere", "/healthz",
    ):  # fmt: skip
        for headers in ({}, operator(service)):
            answer = await anybody.get(path, headers=headers)
            assert {n: answer.headers.get(n) for n in SECURITY_HEADERS} == dict(SECURITY_HEADERS), path
    refused = await anybody.get("/directory/open", headers={"Host": "elsewhere.example"})
    assert refused.status_code == 421 and refused.headers["x-content-type-options"] == "nosniff"


async def test_the_document_of_the_api_says_who_may_ask_what(anybody: AsyncClient) -> None:
    document = (await anybody.get("/directory/openapi.json")).json()
    assert set(document["components"]["securitySchemes"]) == {"token", "session"}
    for path, verbs in document["paths"].items():
        for verb, what in verbs.items():
            assert what["x-level"] in ("public", "reader", "auditor", "editor", "administrator"), (path, verb)
            assert bool(what["security"]) == (what["x-level"] != "public"), (path, verb)
            if path.startswith("/api/"):
                assert {"401", "403", "429"} <= set(what["responses"]), (path, verb)
    assert document["paths"]["/api/commands/erase"]["post"]["x-level"] == "administrator"


async def test_a_cookie_past_half_of_its_life_is_renewed_on_the_way(anybody: AsyncClient, service: Service) -> None:
    who = await account(service, "directory:reader")
    session, seq, ends = await who.session()
    old = signer(service).sign(who.id, session, seq, ends, datetime.now(UTC) - timedelta(minutes=10))
    shown = {"Cookie": f"maillage-session={old}"}
    unanswered = await anybody.get("/directory/plain", headers=shown)
    assert unanswered.status_code == 200 and "set-cookie" not in unanswered.headers, "it goes on until its end"

    async def renew(body: dict[str, Any]) -> dict[str, Any]:
        return {"cookie": await service.sessions.renewed(body["cookie"], signer(service))}

    await service.asking.answer(RENEW, renew)
    answer = await anybody.get("/directory/plain", headers=shown)
    cookie, _, flags = answer.headers["set-cookie"].partition("; ")
    assert {"httponly", "path=/", "samesite=lax"} == set(flags.casefold().split("; "))
    assert cookie.startswith("maillage-session=") and old not in cookie
    new = {"Cookie": cookie}
    assert (await anybody.get("/directory/plain", headers=new)).text == f"account:{who.id}"
    assert "set-cookie" not in (await anybody.get("/directory/plain", headers=new)).headers
    await who.end(session)
    assert (await anybody.get("/directory/plain", headers=new)).status_code == 303


async def test_behind_tls_the_cookie_is_bound_to_the_host(open_service: OpenService) -> None:
    service = await open_service(DEFINITION)
    service.settings = service.settings.model_copy(update={"public_url": "https://reseau.example"})
    who = await account(service, "directory:reader")
    cookie = await who.cookie()
    assert list(cookie) == ["__Host-maillage-session"] == [cookie_name(service.settings)]
    app = root_of({"directory": service}, service.settings)
    transport = httpx2.ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url="https://reseau.example") as client:
        shown = {"Cookie": f"__Host-maillage-session={cookie['__Host-maillage-session']}"}
        page = await client.get("/directory/plain", headers=shown)
        assert page.status_code == 200 and "max-age" in page.headers["strict-transport-security"]
        bare = {"Cookie": f"maillage-session={cookie['__Host-maillage-session']}"}
        assert (await client.get("/directory/plain", headers=bare)).status_code == 303
        posted = await client.post("/directory/plain", headers={**shown, "Origin": "https://reseau.example"})
        assert posted.status_code == 403 and "éditeur" in posted.text
        assert (await client.get("/directory/docs?lang=en")).headers["set-cookie"].endswith("Secure")


def test_a_command_is_for_editors_and_has_a_route_unless_it_says_otherwise() -> None:
    assert (Command.asks, Command.internal) == ("editor", False)
