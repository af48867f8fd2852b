"""One's own second factor: set up by page, with its recovery codes; changed, taken away, reset by the operator. All of
it asks a fresh proof, and the session that has shown a code may prove itself by a code alone."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pyotp
import pytest
from httpx2 import AsyncClient, Response

from services.directory.accounts.domain.account_state import account_id
from services.directory.sign_in.retention import PURPOSE
from shared.web.security.authorization import cookie_name
from tests.fixtures.running_directory import HOST, PASSWORD, House, house
from tests.fixtures.signing_in import operator

pytestmark = pytest.mark.slow

CHIEF = "chef@exemple.invalid"
PAGE = "/directory/me/second-factor"
__all__ = ["house"]  # pytest finds its fixtures here


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
"""As a browser sends a form that has no fields"""


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def key_in(page: str) -> str:
    """The key that a page offers to an app, in letters."""
    found = re.search(r'id="key"[^>]*>([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1].replace(" ", "")


def codes_in(page: str) -> list[str]:
    return re.findall(r"<li><code>([A-Z2-7-]{19})</code></li>", page)


def code(house: House, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(house.now.now() + timedelta(seconds=30 * steps))


async def set_up(house: House, browser: AsyncClient, steps: int = -1) -> tuple[str, Response]:
    """Sets up an app; its secret, and the page with the recovery codes. `steps`: of the code that it shows first."""
    page = (await browser.get(f"{PAGE}/new")).text
    secret = key_in(page)
    form = {
        "command_id": hidden(page, "command_id"),
        "secret": hidden(page, "secret"),
        "code": code(house, secret, steps),
    }
    return secret, await browser.post(f"{PAGE}/new", data=form)


def me(house: House) -> UUID:
    person = house.now.keyring.find(CHIEF)
    assert person is not None
    return account_id(person)


async def grow_old(house: House, browser: AsyncClient) -> None:
    """The browser's session proved itself twenty minutes ago."""
    sessions, name = house.now.sessions, cookie_name(house.now.settings)
    claims = await sessions.claims(browser.cookies[name])
    assert claims is not None
    ends, then = house.now.now() + timedelta(hours=1), house.now.now() - timedelta(minutes=20)
    old = house.entry.keys.signer.sign(claims.account, claims.session, claims.seq, ends, then, strong=claims.strong)
    browser.cookies.delete(name)
    browser.cookies.set(name, old)


async def history(house: House) -> list[tuple[str, str]]:
    events = (await house.now.execute.history("account", me(house))).events
    return [(one.type, one.actor) for one in events]


async def test_an_app_is_set_up_by_picture_link_or_letters_and_asked_from_then_on(house: House) -> None:
    async with house.browser() as chief, house.browser() as another:
        await house.first(chief)
        page = (await chief.get(f"{PAGE}/new")).text
        address = re.search(r'href="(otpauth://totp/[^"]+)"', page)
        assert address is not None and "<svg" in page and "http" not in page.partition("<svg")[2].partition("</svg>")[0]
        app = pyotp.parse_uri(unescape(address[1]))
        assert isinstance(app, pyotp.TOTP) and (app.secret, app.name) == (key_in(page), CHIEF)
        assert app.issuer == house.now.ourselves.title
        secret, done = await set_up(house, chief)
        codes = codes_in(done.text)
        assert done.status_code == 200 and len(set(codes)) == 10 and done.headers["Cache-Control"] == "no-store"
        assert [kind for kind, _ in await history(house)][-2:] == ["SecondFactorSet", "RecoveryCodesMade"]
        shown = (await chief.get("/directory/me")).text
        assert "En place depuis le" in shown and "10 codes de secours restants" in unescape(shown).replace(
            "\u00a0", " "
        )
        again = (await chief.get(PAGE)).text
        assert secret not in again and not codes_in(again), "told once"
        form = {"email": CHIEF, "password": PASSWORD}
        assert (await another.post("/directory/sign-in", data=form)).headers["location"] == "/directory/sign-in/code"
        assert (await another.post("/directory/sign-in/code", data={"recovery": codes[0]})).status_code == 303
        assert (await house.document(me(house)))["recovery_codes"] == 9
    assert "second facteur" in str(PURPOSE.what)


async def test_a_wrong_first_code_sets_nothing_and_shows_the_same_key_again(house: House) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        page = (await chief.get(f"{PAGE}/new")).text
        form = {"command_id": str(uuid4()), "secret": hidden(page, "secret"), "code": "12"}
        answer = await chief.post(f"{PAGE}/new", data=form)
        assert answer.status_code == 422 and "Ce code ne va pas" in answer.text and key_in(answer.text) == key_in(page)
        assert not house.entry.factors.has(me(house))
        for bad in ({**form, "secret": "x"}, {**form, "secret": ""}):
            assert (await chief.post(f"{PAGE}/new", data=bad)).headers["location"] == f"{PAGE}/new"
        assert (await chief.post(f"{PAGE}/new", data={"secret": "x"})).status_code == 400


async def test_one_may_not_be_given_the_key_of_somebody_else_s_choosing(house: House) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        theirs = house.entry.factors.new_secret()
        ticket = house.entry.factors.tickets.offering(uuid4(), theirs)
        form = {"command_id": str(uuid4()), "secret": ticket, "code": code(house, theirs)}
        assert (await chief.post(f"{PAGE}/new", data=form)).status_code == 303
        assert not house.entry.factors.has(me(house))


async def test_new_recovery_codes_are_shown_once_and_another_telephone_takes_the_place_of_the_first(
    house: House,
) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        first, done = await set_up(house, chief)
        old = codes_in(done.text)
        form = {"command_id": hidden((await chief.get(PAGE)).text, "command_id")}
        new = codes_in((await chief.post(f"{PAGE}/codes", data=form)).text)
        assert len(new) == 10 and not set(new) & set(old)
        assert (await chief.post(f"{PAGE}/codes", data=form)).headers["location"] == PAGE
        second, _ = await set_up(house, chief)
        assert second != first
    async with house.browser() as another:
        await another.post("/directory/sign-in", data={"email": CHIEF, "password": PASSWORD})
        for gone in ({"code": code(house, first)}, {"recovery": old[0]}, {"recovery": new[0]}):
            assert (await another.post("/directory/sign-in/code", data=gone)).status_code == 422
        done = await another.post("/directory/sign-in/code", data={"code": code(house, second)})
        assert done.status_code == 303


async def test_it_is_taken_away_by_a_fresh_session_and_by_no_other(house: House) -> None:
    async with house.browser() as chief, house.browser() as another:
        await house.first(chief)
        secret, _ = await set_up(house, chief)
        await grow_old(house, chief)
        for path, how in (("new", "get"), ("codes", "post"), ("remove", "post"), ("new", "post")):
            answer = await getattr(chief, how)(f"{PAGE}/{path}")
            assert answer.status_code == (303 if how == "get" else 401), path
        assert house.entry.factors.has(me(house))
        asked = await chief.post(f"{PAGE}/remove", headers=FORM)
        assert 'action="/directory/sign-in/again"' in asked.text and 'autocomplete="one-time-code"' in asked.text
        place = hidden(asked.text, "to")
        wrong = await chief.post("/directory/sign-in/again", data={"code": "1", "to": place})
        assert wrong.status_code == 422 and "Ce code ne va pas" in wrong.text and hidden(wrong.text, "to") == place
        before = (await house.document(me(house)))["sessions"]
        proved = await chief.post("/directory/sign-in/again", data={"code": code(house, secret), "to": place})
        assert (proved.status_code, proved.headers["location"]) == (303, place)
        after = (await house.document(me(house)))["sessions"]
        assert len(after) == len(before) and after[-1]["way"] == "code", "the old session ended"
        assert f'action="{PAGE}/remove"' in (await chief.get(place)).text
        assert (await chief.post(f"{PAGE}/remove")).status_code == 303
        assert [kind for kind, _ in await history(house)][-1] == "SecondFactorRemoved"
        assert not house.entry.factors.has(me(house))
        form = {"email": CHIEF, "password": PASSWORD}
        assert (await another.post("/directory/sign-in", data=form)).headers["location"] == "/"


async def test_the_password_proves_it_too_and_the_page_is_come_back_to(house: House) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        await grow_old(house, chief)
        led = await chief.get(f"{PAGE}/new")
        assert led.headers["location"].endswith("&again=1")
        page = await chief.get(led.headers["location"])
        assert "Prouvez que c’est bien vous" in page.text and "/sign-in/again" not in page.text
        form = {"email": CHIEF, "password": PASSWORD, "to": hidden(page.text, "to")}
        done = await chief.post("/directory/sign-in", data=form)
        assert done.headers["location"] == f"{PAGE}/new" and (await chief.get(f"{PAGE}/new")).status_code == 200


async def test_where_a_role_asks_for_it_it_can_be_set_up_and_not_taken_away(house: House) -> None:
    await house.end()
    house.settings["second_factor"] = "administrator,editor"
    await house.start()
    async with house.browser() as chief:
        await house.first(chief)
        assert (await chief.get("/directory/accounts")).status_code == 403
        _, done = await set_up(house, chief)
        assert done.status_code == 200
        listed = await chief.get("/directory/accounts")
        assert listed.status_code == 200 and "sans second facteur" not in listed.text
        kept = await chief.post(f"{PAGE}/remove")
        assert kept.status_code == 422 and "ne se retire pas" in kept.text and house.entry.factors.has(me(house))


async def test_the_operator_resets_it_with_a_reason_and_an_administrator_does_not(house: House) -> None:
    async with house.browser() as chief:
        await house.first(chief)
        assert "1 administrateur sans second facteur" in (await chief.get("/directory/accounts")).text.replace(
            "\u00a0", " "
        )
        await set_up(house, chief)
        path = f"/directory/api/accounts/{me(house)}/second-factor/reset"
        assert (await chief.post(path, json={})).status_code == 404 and house.entry.factors.has(me(house))
        chief.cookies.clear()
        for changed in (True, False):
            done = await chief.post(path, json={"reason": "Téléphone perdu."}, headers=operator(house.now))
            assert done.status_code == 200 and done.json()["changed"] is changed
        assert not house.entry.factors.has(me(house))
        assert (await history(house))[-1] == ("SecondFactorReset", "operator")
        form = {"email": CHIEF, "password": PASSWORD}
        assert (await chief.post("/directory/sign-in", data=form)).headers["location"] == "/"


async def test_a_contact_has_none(house: House) -> None:
    await house.contact("contact@exemple.invalid")
    async with house.browser() as browser:
        person = await house.entry.person_at("contact@exemple.invalid")
        assert person is not None
        await browser.post(house.entry.mail.link(person, to="contact@exemple.invalid").removeprefix(HOST))
        assert (await browser.get(PAGE)).status_code == 404
        assert "second-factor" not in (await browser.get("/directory/me")).text
