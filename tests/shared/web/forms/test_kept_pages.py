"""A form that was sent after its session had ended: nothing typed is lost, nobody else gets it, and nothing is kept for
long."""

from __future__ import annotations

import os
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

import httpx2
import pytest
from httpx2 import AsyncClient, Response

from deploy.host.root_app import root_of
from shared.base.outside import Outside
from shared.base.secret_files import OPERATOR_TOKEN
from shared.contract.directory.accounts import SessionsEnded
from shared.identity.sessions import Sessions
from shared.kernel.command_handler import utc_now
from shared.runtime.kept_forms import LONGEST, SECRET, KeptForm, KeptForms
from shared.runtime.service import Service
from shared.web.forms.refilling import Page, best_filling, rewritten
from shared.web.security.rate_limits import RATES
from tests.conftest import OpenService
from tests.fixtures.page_forms import filled_in, forms_of
from tests.fixtures.signing_in import Account, account, signer
from tests.shared.web.security.test_authorization import OWN

pytestmark = pytest.mark.slow

REGISTER = "/directory/do/Register"
TYPED = 'Réseau <b>« d’eau »</b> & "suite"'


@pytest.fixture
async def service(open_service: OpenService) -> Service:
    return await open_service()


@pytest.fixture
async def anybody(service: Service) -> AsyncIterator[AsyncClient]:
    app = root_of({"directory": service}, service.settings)
    async with AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost", headers=OWN) as client:
        yield client


async def cookie(who: Account) -> dict[str, str]:
    (found,) = (await who.cookie()).items()
    return {"Cookie": "=".join(found)}


async def late(anybody: AsyncClient, service: Service, who: Account | None, **more: str) -> tuple[str, Response]:
    """Sends a form after the session's end; where it is kept, and the answer."""
    headers = {}
    if who is not None:
        headers = await cookie(who)
        await who.say(SessionsEnded())
    fields = {"command_id": str(uuid4()), "name": TYPED, **more}
    answer = await anybody.post(REGISTER, data=fields, headers=headers)
    found = re.search(r'name="to" value="([^"]+)"', answer.text)
    return found[1] if found else "", answer


def files(service: Service) -> list[Path]:
    return sorted(service.kept.folder.glob("*"))


async def test_a_cookie_whose_minutes_are_over_saves_what_was_typed(anybody: AsyncClient, service: Service) -> None:
    who = await account(service, "directory:editor")
    session, seq, ends = await who.session()
    old = signer(service).sign(who.id, session, seq, ends, datetime.now(UTC) - timedelta(minutes=21))
    shown = {"Cookie": f"maillage-session={old}"}
    sent = await anybody.post(REGISTER, data={"command_id": str(uuid4()), "name": TYPED}, headers=shown)
    assert sent.status_code == 303 and "done=" in sent.headers["location"]
    made = await anybody.post("/directory/api/commands/register", json={"name": "A"}, headers=shown)
    assert made.status_code == 200 and (await anybody.get(REGISTER, headers=shown)).status_code == 200
    await who.say(SessionsEnded())
    assert (
        await anybody.post("/directory/api/commands/register", json={"name": "B"}, headers=shown)
    ).status_code == 401
    assert (await anybody.post(REGISTER, data={"name": "B"}, headers=shown)).status_code == 401


async def test_a_service_that_is_cut_off_asks_for_patience_and_keeps_what_is_public_open(
    anybody: AsyncClient, service: Service
) -> None:
    who = await account(service, "directory:editor")
    session, seq, ends = await who.session()
    judge = service.sessions
    service.sessions = Sessions(
        service.runner,
        service.store,
        service.network,
        f"{OPERATOR_TOKEN}{token_hex(32)}",
        behind=lambda: 16 * 60.0,
        minutes=15,
    )
    for minutes, status in ((14, 200), (16, 503)):
        old = signer(service).sign(who.id, session, seq, ends, datetime.now(UTC) - timedelta(minutes=minutes))
        shown = {"Cookie": f"maillage-session={old}"}
        assert (await anybody.get(REGISTER, headers=shown)).status_code == status
        assert (await anybody.get("/directory/docs", headers=shown)).status_code == 200
    assert (await anybody.post(REGISTER, data={"name": "B"}, headers=shown)).status_code == 503
    service.sessions = judge
    assert (await anybody.get(REGISTER, headers=shown)).status_code == 200


async def test_a_form_sent_too_late_comes_back_filled_and_is_sent_once(anybody: AsyncClient, service: Service) -> None:
    who, id = await account(service, "directory:editor"), str(uuid4())
    before = await service.log.last()
    place, answer = await late(anybody, service, who, command_id=id, happened_on="2017-03-01")
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    assert "Rien n’est perdu" in answer.text and answer.headers["cache-control"] == "no-store"
    assert 'action="/directory/sign-in"' in answer.text and 'action="/directory/sign-in/ask"' in answer.text
    assert f'href="{place}?lang=en"' in answer.text, "in English it is still there"
    assert (await anybody.get(place)).status_code == 401, "nobody in particular sees it"
    live = await cookie(who)
    page = await anybody.get(place, headers=live)
    assert page.status_code == 200 and "Voici ce que vous aviez écrit." in page.text
    (form,) = forms_of(page.text, REGISTER)
    fields = dict(filled_in(form))
    assert (fields["name"], fields["command_id"], fields["happened_on"]) == (TYPED, id, "2017-03-01")
    assert await service.log.last() == before + 3, (
        "a session began, ended, and another began: nothing is done by itself"
    )
    english = await anybody.get(f"{place}?lang=en", headers=live)
    assert (
        "Here is what you had written." in english.text
        and TYPED in dict(filled_in(forms_of(english.text, REGISTER)[0])).values()
    )
    for _ in range(2):
        assert (await anybody.post(REGISTER, data=fields, headers=live)).status_code == 303
    assert await service.log.last() == before + 4, "one event, though it was sent twice"


async def test_only_the_account_whose_form_it_is_gets_it(anybody: AsyncClient, service: Service) -> None:
    who, other = await account(service, "directory:editor"), await account(service, "directory:administrator")
    place, _ = await late(anybody, service, who)
    page = await anybody.get(place, headers=await cookie(other))
    assert page.status_code == 403 and "avec un autre compte" in page.text and "d’eau" not in page.text
    assert (await anybody.get(place, headers=await cookie(who))).status_code == 200, (
        "it is still there for whom it is for"
    )


async def test_without_a_cookie_it_is_for_the_browser_that_sent_it(anybody: AsyncClient, service: Service) -> None:
    """The browser was closed, or one signed out in another tab."""
    who, other = await account(service, "directory:editor"), await account(service, "directory:editor")
    place, answer = await late(anybody, service, None)
    assert answer.status_code == 401 and "Rien n’est perdu" in answer.text
    known = answer.headers["set-cookie"].partition(";")[0]
    anybody.cookies.clear()
    headers = await cookie(who)
    elsewhere = await anybody.get(place, headers=headers)
    assert elsewhere.status_code == 403 and "autre navigateur" in elsewhere.text and "d’eau" not in elsewhere.text
    page = await anybody.get(place, headers={"Cookie": f"{headers['Cookie']}; {known}"})
    assert page.status_code == 200 and "d’eau" in page.text
    assert (await anybody.get(place, headers=headers)).status_code == 200, "it is theirs now, and can be loaded again"
    assert (
        await anybody.get(place, headers={"Cookie": f"{(await cookie(other))['Cookie']}; {known}"})
    ).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://elsewhere.example", "Sec-Fetch-Site": ""}, 403),
        ({"Accept": "application/json"}, 401),
        ({"Authorization": "Bearer mlg_x_y"}, 401),
        ({"Content-Type": "text/plain"}, 401),
    ],
)
async def test_what_no_page_of_ours_has_sent_is_not_kept(
    anybody: AsyncClient, service: Service, headers: dict[str, str], status: int
) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await anybody.post(REGISTER, content=b"name=eau", headers={**kind, **headers})
    assert answer.status_code == status and not files(service) and "set-cookie" not in answer.headers


async def test_on_disk_it_is_sealed_it_is_gone_after_an_hour_and_no_secret_is_in_it(
    anybody: AsyncClient, service: Service
) -> None:
    who = await account(service, "directory:editor")
    place, answer = await late(anybody, service, who, password="geheim", old="geheim")
    assert "Les mots de passe ne sont jamais gardés." in answer.text
    (path,) = files(service)
    token = place.rpartition("/")[2]
    assert b"eau" not in path.read_bytes() and token not in path.name and path.stat().st_mode & 0o077 == 0
    form = await service.kept.get(token)
    assert form is not None and "geheim" not in repr(form)
    late_clock = KeptForms(service.kept.folder, Outside(now=lambda: utc_now() + timedelta(minutes=61)))
    assert await late_clock.get(token) is None
    assert service.kept.sweep() == 0
    os.utime(path, (time.time() - 3601,) * 2)
    assert service.kept.sweep() == 1 and not files(service)
    gone = await anybody.get(place, headers=await cookie(who))
    assert gone.status_code == 404 and "n’est plus gardé" in gone.text


async def test_what_is_kept_is_bounded_and_says_so(anybody: AsyncClient, service: Service) -> None:
    who = await account(service, "directory:editor")
    place, answer = await late(anybody, service, who, name="x" * (LONGEST - 100))
    assert place, "as large as a form may be"
    for n in range(RATES["kept"].burst + 1):
        place, answer = await late(anybody, service, None)
        assert bool(place) == (n < RATES["kept"].burst), n
    assert answer.status_code == 401 and "n’a pas pu être gardé" in answer.text and "page précédente" in answer.text
    service.kept.room = {"account": (40, 10**6), "nobody": (RATES["kept"].burst, 10**6)}
    full = await service.kept.keep(KeptForm("/directory/do/Register", "", None, (), utc_now()))
    assert full is None and (await late(anybody, service, who))[0], "those of nobody take no room from others"


async def test_a_file_is_passed_over_and_said_to_be_chosen_again(anybody: AsyncClient, service: Service) -> None:
    who = await account(service, "directory:editor")
    headers = await cookie(who)
    await who.say(SessionsEnded())
    answer = await anybody.post(
        REGISTER, data={"name": TYPED}, files={"file": ("a.csv", b"geheim" * 60_000)}, headers=headers
    )
    assert answer.status_code == 401 and "Les fichiers ne sont pas gardés" in answer.text
    place = re.findall(r'name="to" value="([^"]+)"', answer.text)[0]
    assert files(service)[0].stat().st_size < 2000
    page = await anybody.get(place, headers=await cookie(who))
    assert "choisissez-les à nouveau" in page.text and "d’eau" in page.text


def test_a_form_is_known_among_many_and_what_it_does_not_ask_is_seen() -> None:
    one = (
        '<form method="post" action="/a/do/X"><input type="hidden" name="item" value="{0}"><button name="do" '
        'value="up">'
    )
    page = Page(f"<main>{''.join(one.format(n) + '</form>' for n in range(3))}</main>")
    made = best_filling(page, "/a/", "/a/do/X", [("item", "1"), ("do", "up"), ("said", "Oui")])
    assert made is not None and made.form is page.forms[1] and made.rest == [("said", "Oui")]
    text = rewritten(page, made, "REST", lambda anchor: f"[{anchor}]", {})
    assert text.count("REST") == 1 and '[#kept]<form method="post" action="/a/do/X" id="kept">REST<input' in text


def test_every_kind_of_question_is_filled_as_it_was_sent() -> None:
    page = Page(
        '<div class="head"><div>T</div></div><details><form method="post" action="">'
        '<input name="a"><input name="a" value="old"><textarea name="t">\nold</textarea>'
        '<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="c" value="2"><textarea '
        'name="c"></textarea><input type="radio" name="r" value="x" checked><input type="radio" name="r" '
        'value="y"><select name="s"><option value="">-</option><option selected>un</option></select><select name="m" '
        'multiple><option value="1"></option><option value="2"></option></select><input type="password" '
        'name="p"><input type="file" name="f"></form></details>'
    )
    sent = [
        ("a", "1<"),
        ("a", '2"'),
        ("t", "\nx\n"),
        ("c", "2"),
        ("c", "autre"),
        ("r", "y"),
        ("s", "parti"),
        ("m", "1"),
        ("m", "2"),
    ]
    made = best_filling(page, "/a/b", "/a/b", sent)
    assert made is not None and not made.rest
    text = rewritten(page, made, "", lambda anchor: "", {})
    assert "<details open>" in text
    (form,) = forms_of(text, "/a/b")
    assert filled_in(form) == sent


def test_every_secret_that_a_page_asks_for_has_a_name_by_which_it_is_not_kept() -> None:
    asked = set()
    for path in Path(__file__).parents[4].glob("s*/**/templates/**/*.html"):
        tags = re.findall(r"<input[^>]*type=\"password\"[^>]*>", path.read_text())
        asked |= {found[1] for tag in tags if (found := re.search(r'name="(\w+)"', tag))}
    assert asked == {"password", "old"} and all(map(SECRET, asked))
