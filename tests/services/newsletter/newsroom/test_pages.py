"""The team's pages: an issue is edited, previewed and approved by its buttons; wild input is a sentence, never a
500."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from services.newsletter.bulletins.domain.issue import AddItem, StartIssue, issue_id
from services.newsletter.bulletins.views import ISSUES
from shared.contract.newsletter.bulletins import SectionCode
from shared.runtime.nats.embedded_server import NatsServer
from tests.services.newsletter.conftest import House

pytestmark = pytest.mark.slow

ISSUE = issue_id("echos", 1)
PAGE = f"/newsletter/issues/{ISSUE}"
NOBODY = "00000000-0000-4000-8000-000000000000"


async def draft(house: House, *titles: str, section: SectionCode = "news") -> None:
    await house.do(StartIssue(bulletin="echos", number=1))
    for title in titles:
        await house.do(AddItem(issue=ISSUE, section=section, title=title, text="Une phrase.\nUne autre."))


async def titles(house: House, *, dropped: bool = False) -> list[str]:
    found = await house.now.store.get(ISSUES, str(ISSUE))
    assert found is not None
    return [i["title"] for i in found["items"] if i["dropped"] == dropped]


async def press(browser: AsyncClient, path: str, button: str, about: str) -> str:
    """Presses a button of a page by its words and the thing it is about; returns where it leads."""
    page = (await browser.get(path)).text
    for action, inside in re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', page, re.S):
        words = re.sub(r"<[^>]+>", "", inside).strip()
        if words == f"{button} {about}":
            fields = re.findall(r'name="([^"]+)" value="([^"]*)"', inside)
            answer = await browser.post(action, data={k: html.unescape(v) for k, v in fields})
            assert answer.status_code == 303, answer.text
            return str(answer.headers["location"])
    raise AssertionError(f"no button {button} {about}")


async def test_items_go_up_and_down_out_and_back_by_their_buttons(house: House) -> None:
    await draft(house, "Un", "Deux", "Trois")
    async with house.browser("newsletter:editor") as browser:
        where = await press(browser, PAGE, "Monter", "Trois")
        assert where.startswith(f"{PAGE}?done=")
        assert "C’est enregistré." in (await browser.get(where)).text
        assert await titles(house) == ["Un", "Trois", "Deux"]
        await press(browser, PAGE, "Descendre", "Un")
        assert await titles(house) == ["Trois", "Un", "Deux"]
        await press(browser, PAGE, "Retirer", "Un")
        assert await titles(house) == ["Trois", "Deux"]
        await press(browser, PAGE, "Descendre", "Trois")
        assert await titles(house) == ["Deux", "Trois"]  # over the one that is set aside between them
        await press(browser, PAGE, "Remettre", "Un")
        assert sorted(await titles(house)) == ["Deux", "Trois", "Un"]


async def test_up_and_down_stay_within_a_section(house: House) -> None:
    await draft(house, "Un", "Deux")
    await draft(house, "Appel", section="call")
    await draft(house, "Trois")
    async with house.browser("newsletter:editor") as browser:
        await press(browser, PAGE, "Monter", "Trois")
        assert [t for t in await titles(house) if t != "Appel"] == ["Un", "Trois", "Deux"]
        with pytest.raises(AssertionError, match="no button"):
            await press(browser, PAGE, "Monter", "Appel")


async def test_an_item_is_edited_and_an_edit_on_an_older_reading_is_refused_with_what_was_typed(house: House) -> None:
    await draft(house, "Un")
    found = await house.now.store.get(ISSUES, str(ISSUE))
    assert found is not None
    path = f"{PAGE}/items/{found['items'][0]['item']}"
    async with house.browser("newsletter:editor") as browser:
        page = (await browser.get(path)).text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
        answers = {**hidden, "title": "Un, corrigé", "text": "Mieux.", "url": "https://exemple.invalid/a"}
        assert (await browser.post("/newsletter/do/ReviseItem", data=answers)).status_code == 303
        assert await titles(house) == ["Un, corrigé"]
        late = {**hidden, "command_id": str(uuid4()), "title": "Ma version", "text": "Autre."}
        answer = await browser.post("/newsletter/do/ReviseItem", data=late)
        assert answer.status_code == 422
        assert "Quelqu’un a modifié cet article" in answer.text
        assert "Ma version" in answer.text


async def test_an_issue_is_approved_as_it_was_read_and_its_page_tells_the_progress(house: House) -> None:
    for n in range(3):
        await house.subscribed(f"personne-{n:04d}@exemple.invalid")
    await draft(house, "Un")
    async with house.browser("newsletter:editor") as browser:
        page = (await browser.get(f"{PAGE}/approve")).text
        assert "Approuver et envoyer à 3" in page
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
        await draft(house, "Arrivé entre-temps")
        assert (await browser.post(f"{PAGE}/approve", data=hidden)).status_code == 409
        page = (await browser.get(f"{PAGE}/approve")).text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
        assert (await browser.post(f"{PAGE}/approve", data=hidden)).status_code == 303
        assert await house.sent(ISSUE) == {"sent": 3, "refused": 0, "doubtful": 0}
        page = (await browser.get(PAGE)).text
        assert "Envoyé" in page
        assert 'value="3" max="3"' in page
        assert "Retirer" not in page
        answer = await browser.post("/newsletter/issues/" + str(issue_id("echos", 2)) + "/approve", data=hidden)
        assert answer.status_code == 404


async def test_an_empty_issue_is_not_approved_and_says_why(house: House) -> None:
    await draft(house)
    async with house.browser("newsletter:editor") as browser:
        answer = await browser.post(f"{PAGE}/approve", data={"command_id": str(uuid4()), "version": "1"})
        assert answer.status_code == 422
        assert "aucun article" in answer.text


async def test_the_preview_is_the_mail_with_everything_escaped(house: House) -> None:
    await draft(house, "<b>Titre</b> & Cie")
    async with house.browser("newsletter:editor") as browser:
        page = await browser.get(f"{PAGE}/preview")
        assert "&lt;b&gt;Titre&lt;/b&gt; &amp; Cie" in page.text
        assert "<b>Titre" not in page.text
        assert "viewport" in page.text
        text = await browser.get(f"{PAGE}/preview.txt")
        assert text.headers["content-type"].startswith("text/plain")
        assert "* <b>Titre</b> & Cie" in text.text
        assert max(map(len, text.text.splitlines())) <= 72


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_every_page_answers_in_both_languages_empty_or_not(house: House, lang: str) -> None:
    async with house.browser("newsletter:editor") as browser:
        for path in (
            "",
            "bulletins/info-flash",
            "subscribers",
            "deliveries",
            "subscribe",
            "subscribe/sent",
            "confirmed",
        ):
            assert (await browser.get(f"/newsletter/{path}", params={"lang": lang})).status_code == 200, path
        who = await house.subscribed("personne-0001@exemple.invalid", "echos", "parcours")
        await draft(house, "Un", "Deux")
        await draft(house, "Appel", section="call")
        token = house.sending.links.leaving(who, "echos")
        for path in (
            "", "bulletins/echos", f"issues/{ISSUE}", f"issues/{ISSUE}/approve",
            "subscribers?state=active&bulletin=echos",
            f"subscribers/{who}", f"unsubscribe/{token}", "unsubscribed", "docs", "do/AddItem?issue=" + str(ISSUE),
        ):  # fmt: skip
            answer = await browser.get(f"/newsletter/{path}{'&' if '?' in path else '?'}lang={lang}")
            assert answer.status_code == 200, path
            assert "TemplateReference" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/newsletter/bulletins/inconnu", 404),
        ("GET", f"/newsletter/issues/{NOBODY}", 404),
        ("GET", "/newsletter/issues/x'; drop", 404),
        ("GET", f"/newsletter/issues/{NOBODY}/preview", 404),
        ("GET", f"/newsletter/issues/{NOBODY}/items/{NOBODY}", 404),
        ("GET", f"/newsletter/subscribers/{NOBODY}", 404),
        ("GET", "/newsletter/subscribers?page=0", 422),
        ("GET", "/newsletter/subscribers?state=" + "x" * 30, 422),
        ("GET", "/newsletter/subscribers?state=x&bulletin=y", 200),
        ("POST", f"/newsletter/issues/{NOBODY}/approve", 422),
        ("POST", "/newsletter/issues/é/approve", 422),
        ("POST", "/newsletter/subscribe", 400),
        ("POST", "/newsletter/do/RequestSubscription", 405),
        ("GET", "/newsletter/do/RequestSubscription", 303),
        ("POST", "/newsletter/subscribers/find", 303),
        ("GET", "/newsletter/confirm/" + "A" * 5000, 404),
    ],
)
async def test_wild_input_is_answered_with_a_sentence(house: House, method: str, path: str, status: int) -> None:
    async with house.browser("newsletter:editor") as browser:
        answer = await browser.request(method, path)
        assert answer.status_code == status


# a network without bulletins


@pytest.fixture
async def empty(nats_server: NatsServer, network: str, tmp_path: Path) -> AsyncIterator[House]:
    house = House(nats_server, network, tmp_path, opens=())
    await house.start(reactions=True)
    yield house
    await house.end()


async def test_a_network_has_no_bulletin_until_somebody_opens_one(empty: House) -> None:
    assert await empty.now.log.last() == 0, "nothing is said by code"
    async with empty.browser("newsletter:editor") as editor, empty.browser() as anybody:
        page = (await editor.get("/newsletter/")).text
        assert "Aucun bulletin" in page and "/newsletter/do/OpenBulletin" in page
        public = await anybody.get("/newsletter/subscribe")
        assert public.status_code == 200 and "Ce réseau n’a pas encore de bulletin" in public.text
        assert "<form" not in public.text.partition("<main")[2].partition("</main")[0]
        for path in ("/newsletter/subscribers", "/newsletter/subscribe", "/newsletter/", "/newsletter/do/OpenBulletin"):
            text = (await editor.get(path)).text
            assert not re.search("Échos|Bloc note|Info Flash|[Cc]inq bulletins", text), path
        assert (await editor.get("/newsletter/bulletins/echos")).status_code == 404
        wish = {"email": "personne@exemple.invalid", "bulletins": ["echos"]}
        asked = await anybody.post("/newsletter/api/commands/request-subscription", json=wish)
        assert asked.status_code == 422 and asked.json()["error"] == "unknown-bulletin"
        form = {"command_id": str(uuid4()), **wish, "_shown": "bulletins"}
        assert (await anybody.post("/newsletter/subscribe", data=form)).status_code == 422
        started = await editor.post("/newsletter/api/commands/start-issue", json={"bulletin": "echos", "number": 1})
        assert started.status_code == 422 and started.json()["error"] == "unknown-bulletin"

        opening = (await editor.get("/newsletter/do/OpenBulletin")).text
        assert "Ce qui y arrive" in opening and "les nouvelles des membres y arrivent" in opening
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', opening))
        answers = {**hidden, "bulletin": "echos", "title": "La lettre de Bretagne", "purpose": "Ce qui se passe."}
        opened = await editor.post("/newsletter/do/OpenBulletin", data=answers)
        assert opened.status_code == 303 and "/newsletter/bulletins/echos" in opened.headers["location"]
        for path in ("/newsletter/", "/newsletter/subscribe", "/newsletter/subscribers", "/newsletter/bulletins/echos"):
            assert "La lettre de Bretagne" in (await editor.get(path)).text, path
        assert (await anybody.post("/newsletter/api/commands/request-subscription", json=wish)).status_code == 200
