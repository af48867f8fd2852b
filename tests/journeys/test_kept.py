"""Whoever writes for long loses nothing: in a browser, and by every kind of form of all five services."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, expect

from shared.identity.sessions import Signer
from tests.fixtures.browser import fits, needs_browser
from tests.fixtures.installation import Up, get_json, post_json
from tests.fixtures.outcome_tables import record
from tests.fixtures.page_forms import filled_in, forms_of, written
from tests.journeys.conftest import Post

pytestmark = [*needs_browser]
PASSWORD = "quatre moutons sur le causse"
CHIEF = "direction@exemple.invalid"
Fields = Sequence[tuple[str, str]]


class Late(NamedTuple):
    """A page with a form. `posts`: where it sends to, if not to itself; `grown`: what its own buttons have added."""

    page: str
    posts: str = ""
    grown: Fields = ()
    file: str = ""


PARTNERS = [
    (name, value)
    for n in range(12)
    for name, value in (("partner_name", f"Commune {n}"), ("partner_kind", "local-authority"))
]
QUESTIONS = [
    (name, value)
    for n in (3, 1, 2)
    for name, value in (
        ("question", f"q{n}"),
        (f"q{n}-kind", "one"),
        (f"q{n}-text", f"Question {n} ?"),
        (f"q{n}-hint", ""),
        (f"q{n}-options", f"a{n}\nb{n}"),
    )
]
FORMS = (
    Late("/directory/do/RegisterStructure"),
    Late("/directory/do/AddContact?structure={structure}&back=/directory/structures/{structure}"),
    Late("/directory/projects/new?country=ML", grown=PARTNERS),
    Late("/directory/accounts/new"),
    Late("/directory/imports/new", file="file"),
    Late("/directory/space/{structure}/new/event", file="picture_file"),
    Late("/directory/space/{structure}/projects/new"),
    Late("/directory/me", "/directory/me/password"),
    Late("/membership/do/JoinNetworkAsPerson"),
    Late("/membership/do/AdoptCharter"),
    Late("/events/do/PlanGathering"),
    Late("/newsletter/subscribers", "/newsletter/subscribers/find"),
    Late("/newsletter/do/OpenBulletin"),
    Late("/observatory/surveys/new", grown=QUESTIONS),
    Late("/observatory/do/DraftSurvey"),
    Late("/observatory/identification/save?kind=association"),
)


@pytest.fixture(scope="module")
def letters() -> Iterator[Post]:
    letters = Post()
    controller = Controller(letters, hostname="127.0.0.1", port=letters.port)
    controller.start()
    yield letters
    controller.stop()


@pytest.fixture(scope="module")
def house(letters: Post, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """An empty installation for both tests, since each start takes seconds."""
    smtp = {"MAILLAGE_SMTP_HOST": "127.0.0.1", "MAILLAGE_SMTP_PORT": str(letters.port), "MAILLAGE_SMTP_TLS": "none"}
    up = Up(tmp_path_factory.mktemp("kept") / "data", ["--no-sample"], smtp).start()
    try:
        yield up
    finally:
        up.stop()


def ask(
    url: str, method: str, path: str, cookie: str, body: bytes | None = None, **headers: str
) -> tuple[int, str, str]:
    """Status, text, and where it leads."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request(method, path, body, {"Cookie": cookie, "Origin": url, **headers})
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), answer.headers.get("Location", "")
    connection.close()
    return found


def sessions(url: str) -> tuple[str, str]:
    """The cookies of an administrator of all: of a session that was ended, and of one that is open."""
    email = f"personne-{uuid4().hex}@exemple.invalid"
    post_json(f"{url}/directory/api/accounts", {"email": email, "label": "Équipe", "roles": ["all:administrator"]})
    cookies = []
    for _ in range(2):
        link = post_json(f"{url}/directory/api/accounts/link", {"email": email})["link"]
        connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        connection.request("POST", urlsplit(link).path, headers={"Origin": url})
        cookies.append(str(connection.getresponse().headers["Set-Cookie"]).partition(";")[0])
        connection.close()
    said = claims(cookies[0].partition("=")[2])
    post_json(f"{url}/directory/api/commands/sign-out", {"account": said["sub"], "session": said["sid"]})
    return cookies[0], cookies[1]


def claims(cookie: str) -> Any:
    return json.loads(urlsafe_b64decode(cookie.split(".")[1] + "=="))


def multipart(fields: Fields, file: str) -> tuple[bytes, str]:
    parts = [f'name="{name}"\r\n\r\n{value}' for name, value in fields]
    parts.append(f'name="{file}"; filename="secret.csv"\r\nContent-Type: text/csv\r\n\r\ncontenu-du-fichier')
    body = "".join(f"--ligne\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return f"{body}--ligne--\r\n".encode(), "multipart/form-data; boundary=ligne"


def said(fields: Fields) -> Counter[tuple[str, str]]:
    """What a form says, whatever its order; what is empty says nothing."""
    return Counter((name, value.replace("\r\n", "\n")) for name, value in fields if value)


def test_every_kind_of_form_of_all_five_services_comes_back_with_all_that_was_typed(house: Up) -> None:
    url = house.wait()
    structure = post_json(
        f"{url}/directory/api/commands/register-structure", {"name": "Eau vive", "kind": "association"}
    )
    dead, live = sessions(url)
    before, wrong = get_json(f"{url}/observatory/api/state")["last"], []
    for late in FORMS:
        page = late.page.format(structure=structure["entity"])
        where = late.posts or urlsplit(page).path
        status, text, _ = ask(url, "GET", page, live)
        assert status == 200, f"{page}: {status}"
        form = forms_of(text, where)[0]
        target = form.get("action") or page
        fields = [*written(form), *late.grown]
        body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        if late.file:
            body, kind = multipart(fields, late.file)
        gone = 0
        for referer in ({"Referer": f"{url}{page}"}, {}):
            status, text, _ = ask(url, "POST", target, dead, body, **{"Content-Type": kind}, **referer)
            place = re.findall(r'name="to" value="([^"]+)"', text)
            assert status == 401 and place and "Rien n’est perdu" in text, f"{page}: {status}"
            status, text, _ = ask(url, "GET", place[0], live)
            found = [said(filled_in(one)) for one in forms_of(text, where)]
            lost = min((said(fields) - one for one in found), key=len, default=said(fields))
            more = min((one - said(fields) for one in found), key=len, default=said(fields))
            gone = max(gone, sum(lost.values()))
            if lost or {name for name, _ in more} - {"partner_kind"}:  # of the empty lines that the form offers
                wrong.append(f"{page} ({'referer' if referer else 'no referer'}): {status}, lost {dict(lost)}")
            assert ("choisissez-les à nouveau" in text) == bool(late.file), page
        record(
            "Forms sent after their session had ended",
            {"form": late.page.partition("?")[0], "answers": str(len(fields)), "came back": str(len(fields) - gone)},
        )
    assert not wrong, "\n".join(wrong)
    assert get_json(f"{url}/observatory/api/state")["last"] == before, "nothing is done by itself"
    kept = [path.read_bytes() for path in (house.data / "kept").rglob("*") if path.is_file()]
    assert len(kept) == 2 * len(FORMS) and not any(b"Texte" in one or b"contenu" in one for one in kept)
    assert "contenu-du-fichier" not in house.output()


def test_whoever_writes_for_longer_than_a_session_finds_the_text_after_signing_in(
    house: Up, letters: Post, browser: Browser, tmp_path: Path
) -> None:
    url = house.wait()
    (first,) = re.findall(r"http\S+/sign-in/first/\S+", house.output())
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    page, other = context.new_page(), context.new_page()
    page.goto(first)
    for name, value in (("email", CHIEF), ("label", "Direction"), ("password", PASSWORD)):
        page.fill(f"#{name}", value)
    page.click("text=Ouvrir le compte")

    # The cookie's minutes are over, the session is open: what is sent is saved.
    structure(page, url, "Longue saisie")
    over(context, house, url)
    page.click("main form.form .row button")
    expect(page.locator("main")).to_contain_text("C’est enregistré.")

    # Signed out in another tab: by password.
    structure(page, url, "Plus longue saisie")
    other.goto(url)
    other.click("text=Se déconnecter")
    page.click("main form.form .row button")
    expect(page.locator("h1")).to_have_text("Rien n’est perdu")
    snapshot(page, tmp_path, "kept")
    page.fill("#email", CHIEF)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    expect(page.locator("main")).to_contain_text("Voici ce que vous aviez écrit.")
    expect(page.locator("#f-name")).to_have_value("Plus longue saisie")
    snapshot(page, tmp_path, "filled")
    page.click("main form.form .row button")
    expect(page.locator("main")).to_contain_text("C’est enregistré.")

    # Ended by somebody else: by a link in a mail.
    structure(page, url, "La plus longue saisie")
    (cookie,) = (one for one in context.cookies() if one["name"] == "maillage-session")
    said = claims(cookie["value"])
    post_json(f"{url}/directory/api/commands/end-sessions", {"account": said["sub"]})
    page.click("main form.form .row button")
    expect(page.locator("h1")).to_have_text("Rien n’est perdu")
    page.goto(letters.link(asked(page), CHIEF, r"http\S+/sign-in/link/\S+", 1))
    page.click("text=Me connecter")
    expect(page.locator("#f-name")).to_have_value("La plus longue saisie")
    page.click("main form.form .row button")
    expect(page.locator("main")).to_contain_text("C’est enregistré.")
    names = [one["name"] for one in get_json(f"{url}/directory/api/structures")["documents"]]
    assert sorted(name for name in names if "saisie" in name) == [
        "La plus longue saisie",
        "Longue saisie",
        "Plus longue saisie",
    ]
    context.close()


def structure(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/directory/do/RegisterStructure")
    page.fill("#f-name", name)
    page.select_option("#f-kind", "association")


def asked(page: Page) -> Page:
    """After a link was asked for."""
    page.fill("#link-email", CHIEF)
    page.click("text=Recevoir un lien")
    expect(page.locator("main")).to_contain_text("Ouvrez le lien dans ce navigateur")
    return page


def over(context: Any, up: Up, url: str) -> None:
    """Puts in place of the browser's cookie the one that it would have been given 21 minutes ago."""
    (cookie,) = (one for one in context.cookies() if one["name"] == "maillage-session")
    network = json.loads((up.data / "installation.json").read_text())["network"]
    said, now = claims(cookie["value"]), datetime.now(UTC)
    old = Signer(up.data / "keys" / "directory.session-key", network).sign(
        UUID(said["sub"]), UUID(said["sid"]), said["seq"], now + timedelta(hours=1), now - timedelta(minutes=21)
    )
    context.add_cookies([{"name": cookie["name"], "value": old, "url": url}])


def snapshot(page: Page, folder: Path, name: str) -> None:
    """No page is wider than its window, on a telephone either."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})
