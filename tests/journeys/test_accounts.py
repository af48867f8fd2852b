"""Accounts in the whole product: from the first link on the terminal to a session that all five services refuse."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.fixtures.browser import needs_browser
from tests.fixtures.installation import Up, maillage, shown_everywhere
from tests.journeys.conftest import Post

pytestmark = [*needs_browser]
LINK = r"http\S+/sign-in/link/\S+"
SERVICES = ("directory", "membership", "events", "newsletter", "observatory")
PASSWORD = "quatre moutons sur le causse"
WHO = "equipe@exemple.invalid"


def test_from_the_first_link_to_a_session_that_all_five_refuse(mailing: Up, post: Post, browser: Browser) -> None:
    url = mailing.wait()
    (first,) = re.findall(r"http\S+/sign-in/first/\S+", mailing.output())
    chief, member = (browser.new_context(locale="fr-FR").new_page() for _ in range(2))

    # The first administrator, from the link on the terminal.
    chief.goto(f"{url}/events/")
    expect(chief).to_have_url(f"{url}/directory/sign-in?to=%2Fevents%2F")
    chief.goto(first)
    chief.fill("#email", "direction@exemple.invalid")
    chief.fill("#label", "Direction")
    chief.fill("#password", PASSWORD)
    chief.click("text=Ouvrir le compte")
    expect(chief).to_have_url(f"{url}/directory/accounts?welcome=1")

    # A second account, by mail.
    chief.click("main >> text=Ouvrir un compte")
    chief.fill("#label", "Animation")
    chief.fill("#email", WHO)
    for role in ("all:reader", "events:editor"):
        chief.check(f'input[value="{role}"]')
    chief.click("main form.form button")
    expect(chief.locator("h1")).to_have_text("Animation")
    account = chief.url.partition("?")[0]

    # Comes in by its link; the roles say what is open.
    link = post.link(member, WHO, LINK, 1)
    member.goto(link)
    member.click("text=Me connecter")
    expect(member.locator(".tools")).to_contain_text("Animation")
    for name in SERVICES:
        answer = member.goto(f"{url}/{name}/")
        assert answer is not None and answer.status == 200
    for path, status in (
        ("/events/do/FormTandem", 200),
        ("/membership/do/ChangeCollege", 403),
        ("/directory/accounts", 403),
    ):
        answer = member.goto(url + path)
        assert answer is not None and answer.status == status, path
    replayed = member.request.post(link, headers={"Sec-Fetch-Site": "same-origin"})
    assert replayed.status == 410

    # Sent away by the administrator: out of all five.
    chief.goto(account)
    chief.click("text=Terminer toutes les sessions")
    expect(chief.locator("main")).to_contain_text("Aucune session ouverte")
    for name in SERVICES:
        member.goto(f"{url}/{name}/")
        expect(member).to_have_url(re.compile("/directory/sign-in"))

    # Asks for another link, signs in, and out.
    member.fill("#link-email", WHO)
    member.click("text=Recevoir un lien")
    expect(member.locator("h1")).to_have_text("Regardez votre messagerie")
    member.goto(post.link(member, WHO, LINK, 2))
    assert list(post.taken) == [WHO], "nobody else gets a mail"
    member.click("text=Me connecter")
    member.click("text=Se déconnecter")
    expect(member.locator("h1")).to_have_text("Vous êtes déconnecté")

    # By password, and back where one wanted to go.
    chief.click("text=Se déconnecter")
    chief.goto(f"{url}/newsletter/")
    chief.fill("#email", "direction@exemple.invalid")
    chief.fill("#password", PASSWORD)
    chief.press("#password", "Enter")
    expect(chief).to_have_url(f"{url}/newsletter/")
    chief.goto(first)
    expect(chief.locator("h1")).to_have_text("Le premier accès est fermé")


@pytest.mark.slow
def test_the_command_line_opens_lists_and_closes_accounts(tmp_path: Path) -> None:
    up = Up(tmp_path / "data", ["--no-sample"]).start()
    try:
        url = up.wait()
        (first,) = re.findall(r"/sign-in/first/\S+", up.output())
        chief = ("open", "--label", "Direction", "--email", WHO, "--role", "all:administrator")
        opened = maillage("account", *chief, data=up.data)
        assert opened.returncode == 0 and "/directory/sign-in/link/" in opened.stdout
        gone = maillage("account", "first-link", data=up.data)
        assert gone.returncode == 2 and first not in gone.stdout
        listed = maillage("account", "ls", data=up.data).stdout
        assert "Direction" in listed and WHO not in listed
        issued = maillage("account", "token", "issue", WHO, "--name", "essai", "--scope", "events:reader", data=up.data)
        assert issued.stdout.startswith("mlg_")
        shown_everywhere(url)
        shown = Request(f"{url}/events/api/state", headers={"Authorization": f"Bearer {issued.stdout.strip()}"})
        with urlopen(shown, timeout=30) as answer:
            assert answer.status == 200
        last = maillage("account", "close", WHO, data=up.data)
        assert last.returncode == 2 and "dernier administrateur" in last.stderr
        assert maillage("account", "rotate-key", data=up.data).returncode == 0
    finally:
        up.stop()
    # With nothing running, an instance is started for the moment.
    assert "/directory/sign-in/link/" in maillage("account", "link", WHO, data=up.data).stdout
