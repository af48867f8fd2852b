"""Coming in and going out: by the first link, a password, a mail link; once each; nobody learns who is known."""

from __future__ import annotations

import asyncio
import logging
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from httpx2 import AsyncClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from services.directory.accounts.domain.account import CloseAccount
from services.directory.sign_in.bootstrap_link import first_link
from services.directory.sign_in.doors.attempts import Attempts
from services.directory.sign_in.pages import local
from services.directory.sign_in.passwords import Passwords, check_new
from services.directory.sign_in.signed_links import BadLink, Links, OldLink
from services.directory.structures.domain.contact import ReviseContact
from shared.contract.personal import Personal
from shared.kernel.decider import Refused
from shared.web.security.authorization import RENEW, cookie_name
from tests.fixtures.running_directory import HOST, PASSWORD, House, house, mail_server, path_in, posting, until
from tests.services.newsletter.conftest import MailServer

pytestmark = pytest.mark.slow

WHO = "equipe@exemple.invalid"
__all__ = ["house", "mail_server", "posting"]  # pytest finds its fixtures here


def cookie_of(house: House, browser: AsyncClient) -> str | None:
    return browser.cookies.get(cookie_name(house.now.settings))


async def signed_in(browser: AsyncClient) -> bool:
    """Whether the browser is let in."""
    return (await browser.get("/directory/me")).status_code == 200


async def with_password(browser: AsyncClient, address: str, password: str, **more: str) -> tuple[int, str]:
    answer = await browser.post("/directory/sign-in", data={"email": address, "password": password, **more})
    return answer.status_code, answer.headers.get("location", "")


# the first link


async def test_the_first_link_makes_an_administrator_and_is_gone(house: House) -> None:
    link = await first_link(house.now)
    assert link is not None and link.startswith(f"{HOST}/directory/sign-in/first/")
    assert await first_link(house.now) == link  # the same at the next start
    async with house.browser() as browser, house.browser() as another:
        assert (await browser.get(link.removeprefix(HOST))).status_code == 200
        done = await house.first(browser)
        assert (done.status_code, done.headers["location"]) == (303, "/directory/accounts?welcome=1")
        assert await signed_in(browser)
        assert (await browser.get("/directory/accounts")).status_code == 200
        assert await first_link(house.now) is None
        assert (await another.get(link.removeprefix(HOST))).status_code == 404
        again = {"email": "autre@exemple.invalid", "label": "Autre", "password": PASSWORD}
        assert (await another.post(link.removeprefix(HOST), data=again)).status_code == 404


async def test_the_first_link_used_twice_at_once_makes_one_administrator(house: House) -> None:
    link = await first_link(house.now)
    assert link is not None
    async with house.browser() as one, house.browser() as two:
        answers = await asyncio.gather(house.first(one, link=link), house.first(two, "autre@exemple.invalid", link))
    assert sorted(answer.status_code for answer in answers) == [303, 404]
    assert await house.events("AccountOpened") == 1


async def test_what_is_wrong_on_the_first_page_is_said_and_the_link_stays(house: House) -> None:
    link = await first_link(house.now)
    assert link is not None
    async with house.browser() as browser:
        form = {"email": "pas une adresse", "label": "x", "password": "court"}
        answer = await browser.post(link.removeprefix(HOST), data=form)
        assert answer.status_code == 422
        assert "au moins 12 caractères" in answer.text and "Il en faut une comme nom@exemple.fr" in answer.text
        assert "court" not in answer.text
    assert await first_link(house.now) == link


async def test_a_guessed_first_link_opens_nothing(house: House) -> None:
    await first_link(house.now)
    async with house.browser() as browser:
        for code in ("x", "../../keys", "é" * 40, "%00"):
            assert (await browser.get(f"/directory/sign-in/first/{code}")).status_code in (404, 400)


# passwords


async def test_a_password_signs_in_once_for_all_and_out_again(house: House) -> None:
    async with house.browser() as first, house.browser() as browser:
        await house.first(first)
        assert not await signed_in(browser)
        assert await with_password(browser, " CHEF@exemple.invalid ", PASSWORD) == (303, "/")
        assert await signed_in(browser)
        out = await browser.post("/directory/sign-out")
        assert (out.status_code, out.headers["location"]) == (303, "/directory/sign-in/out")
        assert cookie_of(house, browser) is None
        assert not await signed_in(browser)


async def test_a_cookie_that_was_kept_is_worth_nothing_after_signing_out(house: House) -> None:
    async with house.browser() as browser, house.browser() as thief:
        await house.first(browser)
        thief.cookies.update({cookie_name(house.now.settings): cookie_of(house, browser) or ""})
        assert await signed_in(thief)
        await browser.post("/directory/sign-out")
        assert not await signed_in(thief)


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(house: House) -> None:
    async with house.browser() as first, house.browser() as browser:
        await house.first(first)
        await house.opened(WHO, "all:reader")  # known, without a password
        pages = set()
        for address in ("chef@exemple.invalid", WHO, "personne@exemple.invalid"):
            answer = await browser.post("/directory/sign-in", data={"email": address, "password": "autre chose encore"})
            assert answer.status_code == 422
            pages.add(re.sub(re.escape(address), "…", answer.text))
        assert len(pages) == 1
        assert "ne vont pas ensemble" in pages.pop()


async def test_an_unknown_account_costs_as_much_hashing_as_a_known_one(tmp_path: Path) -> None:
    checks = 0

    class Counting(Argon2Hasher):
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:
            nonlocal checks
            checks += 1
            return super().verify(password, hash)

    passwords = Passwords(tmp_path, PasswordHash((Counting(),)))
    known = uuid4()
    await passwords.keep(known, PASSWORD)
    for account in (known, uuid4(), None):
        before = checks
        assert not await passwords.fits(account, "autre chose encore")
        assert checks == before + 1
    passwords.close()


async def test_a_closed_account_signs_in_no_more_in_the_same_words(house: House) -> None:
    async with house.browser() as first, house.browser() as browser:
        await house.first(first)
        account = await house.opened(WHO, "all:reader")
        await house.entry.set_password(account, PASSWORD, session=None, actor="test")
        assert (await with_password(browser, WHO, PASSWORD))[0] == 303
        await house.do(CloseAccount(account=account))
        assert not await signed_in(browser)
        answer = await browser.post("/directory/sign-in", data={"email": WHO, "password": PASSWORD})
        assert answer.status_code == 422 and "ne vont pas ensemble" in answer.text


async def test_attempts_on_one_address_are_counted_and_come_to_an_end(house: House) -> None:
    house.entry.attempts = Attempts(lambda: 1000.0)  # no time passes
    async with house.browser() as browser:
        answers = [(await with_password(browser, WHO, f"essai numéro {n}"))[0] for n in range(12)]
    assert answers == [422] * 5 + [429] * 7


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("onze signes", "password-too-short"),
        ("motdepasse1234", "password-common"),
        ("Mot de passe 2024!", "password-common"),
        ("AZERTYUIOPQS", "password-common"),
        ("aaaaaaaaaaaaaaaa", "password-common"),
        ("equipe@exemple.invalid", "password-common"),
        ("x" * 201, "password-too-long"),
        ("douze signes \ud800", "password-unreadable"),
    ],
)
def test_a_weak_password_is_refused(password: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_new(password, WHO)
    assert refused.value.code == code


async def test_hashes_are_argon2id_grow_with_the_parameters_and_are_nowhere_else(house: House, tmp_path: Path) -> None:
    weak, account = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8192),)), uuid4()
    old = Passwords(tmp_path / "k", weak)
    await old.keep(account, PASSWORD)
    before = old._hash(account)
    old.close()
    new = Passwords(tmp_path / "k")
    assert await new.fits(account, PASSWORD)
    after = new._hash(account)
    assert before != after and after is not None and after.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    new.forget(account)
    assert not await new.fits(account, PASSWORD)
    new.close()
    file = tmp_path / "k" / "directory.passwords.sqlite"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert after.encode() not in file.read_bytes()  # overwritten, not only unlinked


# mail links


async def test_a_link_by_mail_signs_in_once(posting: House, mail_server: MailServer) -> None:
    await posting.opened(WHO, "all:reader")
    async with posting.browser() as browser, posting.browser() as another:
        asked = await browser.post("/directory/sign-in/ask", data={"email": WHO})
        assert (asked.status_code, asked.headers["location"]) == (303, "/directory/sign-in/sent")
        await until(lambda: _taken(mail_server, 1))
        (to, mail) = mail_server.taken[0]
        assert to == WHO and mail["Auto-Submitted"] == "auto-generated"
        path = path_in(mail)
        assert WHO not in path
        assert (await browser.get(path)).status_code == 200
        assert await posting.events("SessionBegan") == 0  # a GET changes nothing
        come = await browser.post(path)
        assert (come.status_code, come.headers["location"]) == (303, "/")
        assert await signed_in(browser)
        again = await another.post(path)
        assert again.status_code == 410 and "déjà servi" in again.text
        assert not await signed_in(another)


async def test_a_link_used_twice_at_once_gives_one_session(house: House) -> None:
    account = await house.opened(WHO, "all:reader")
    person = (await house.document(account))["person"]
    path = house.entry.mail.link(type(account)(person)).removeprefix(HOST)
    async with house.browser() as one, house.browser() as two, house.browser() as three:
        answers = await asyncio.gather(*(browser.post(path) for browser in (one, two, three)))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410]
    assert await house.events("SessionBegan") == 1


async def test_a_page_says_the_same_of_an_address_that_nobody_has(posting: House, mail_server: MailServer) -> None:
    await posting.opened(WHO, "all:reader")
    async with posting.browser() as browser:
        for address in ("personne@exemple.invalid", WHO):
            asked = await browser.post("/directory/sign-in/ask", data={"email": address})
            assert (asked.status_code, asked.headers["location"]) == (303, "/directory/sign-in/sent")
    await until(lambda: _taken(mail_server, 1))
    await asyncio.sleep(0.2)
    assert [to for to, _ in mail_server.taken] == [WHO]


async def test_a_server_that_is_away_is_tried_again(posting: House, mail_server: MailServer) -> None:
    posting.entry.mail.pauses = (0.05, 60.0)
    await posting.opened(WHO, "all:reader")
    mail_server.rcpt[WHO] = ["451 4.3.0 later"]
    async with posting.browser() as browser:
        await browser.post("/directory/sign-in/ask", data={"email": WHO})
    await until(lambda: _taken(mail_server, 1))


async def test_without_a_mail_server_links_lie_in_files_that_only_their_owner_reads(house: House) -> None:
    await house.opened(WHO, "all:reader")
    async with house.browser() as browser:
        await browser.post("/directory/sign-in/ask", data={"email": WHO})

    async def written() -> bool:
        return len(list((house.folder / "mail").glob("*.eml"))) == 1

    await until(written)
    (file,) = (house.folder / "mail").glob("*.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_link_is_ours_whole_and_young(tmp_path: Path) -> None:
    links, now = Links(tmp_path, "essai"), datetime.now(UTC)
    person, id = uuid4(), uuid4()
    token = links.token(person, id, now + timedelta(minutes=15))
    found = links.read(token, now)
    assert (found.person, found.link) == (person, id)
    with pytest.raises(OldLink):
        links.read(token, now + timedelta(minutes=16))
    for bad in (token[:-2], "A" + token[1:], "", "é", token + "AA", token.swapcase()):
        with pytest.raises(BadLink):
            links.read(bad, now)
    with pytest.raises(BadLink):
        Links(tmp_path, "autre").read(token, now)
    with pytest.raises(BadLink):
        Links(tmp_path / "elsewhere", "essai").read(token, now)


async def test_mails_to_one_address_come_to_an_end(posting: House, mail_server: MailServer) -> None:
    await posting.opened(WHO, "all:reader")
    async with posting.browser() as browser:
        codes = [(await browser.post("/directory/sign-in/ask", data={"email": WHO})).status_code for _ in range(5)]
    assert codes == [303, 303, 303, 429, 429]


# contacts of structures


async def test_a_contact_comes_in_by_mail_and_lands_in_the_space(posting: House, mail_server: MailServer) -> None:
    await posting.contact("contact@exemple.invalid", "Eau vive")
    await posting.contact("Contact@exemple.invalid", "Soleil levant")  # another person in the directory's eyes
    async with posting.browser() as browser:
        for _ in range(2):  # the account is opened at the first use, and used at the second
            mail_server.taken.clear()
            await browser.post("/directory/sign-in/ask", data={"email": "contact@exemple.invalid"})
            await until(lambda: _taken(mail_server, 1))
            come = await browser.post(path_in(mail_server.taken[0][1]))
            assert (come.status_code, come.headers["location"]) == (303, "/directory/space")
        page = (await browser.get("/directory/space")).text
        assert "Eau vive" in page and "Soleil levant" in page
        assert (await browser.get("/directory/me")).status_code == 200
        assert (await browser.get("/directory/")).status_code == 403
        assert (await browser.get("/directory/accounts")).status_code == 403
        assert (await browser.post("/directory/do/RegisterStructure", data={})).status_code == 403
    assert await posting.events("AccountOpened") == 1


async def test_who_is_a_contact_no_more_gets_no_link(posting: House, mail_server: MailServer) -> None:
    structure = await posting.contact("ancien@exemple.invalid")
    from services.directory.structures.contact_views import CONTACTS

    (contact,) = (await posting.now.store.find(CONTACTS, {"structure": str(structure)})).documents
    person = await posting.entry.person_at("ancien@exemple.invalid")
    assert person is not None
    await posting.do(ReviseContact(contact=contact["key"], email=Personal("nouveau@exemple.invalid")))
    assert await posting.entry.person_at("ancien@exemple.invalid") is None
    assert await posting.entry.person_at("nouveau@exemple.invalid") == person


# sessions


async def test_a_cookie_is_renewed_while_its_session_stands(house: House) -> None:
    async with house.browser() as browser:
        await house.first(browser)
        cookie = cookie_of(house, browser)
        answer = await house.now.asking.ask("directory", RENEW, {"cookie": cookie})
        assert isinstance(answer["cookie"], str)
        await browser.post("/directory/sign-out")
        assert await house.now.asking.ask("directory", RENEW, {"cookie": cookie}) == {"cookie": None}
        assert await house.now.asking.ask("directory", RENEW, {"cookie": "junk"}) == {"cookie": None}


async def test_the_key_is_replaced_without_anybody_noticing_or_at_once(house: House) -> None:
    async with house.browser() as browser, house.browser() as another:
        await house.first(browser)
        old = house.entry.keys.signer.key_id
        new = await house.entry.keys.rotate("test")
        assert new != old
        assert await signed_in(browser)  # the old key is good still
        assert (await with_password(another, "chef@exemple.invalid", PASSWORD))[0] == 303
        await house.entry.keys.retire(datetime.now(UTC))
        assert await signed_in(browser)
        await house.entry.keys.retire(datetime.now(UTC) + timedelta(hours=12))
        assert await signed_in(browser), "as long as a session may last"
        await house.entry.keys.retire(datetime.now(UTC) + timedelta(hours=13))
        await house.now.runner.wait_for(await house.now.log.last())
        assert not await signed_in(browser)
        assert await signed_in(another)
        await house.entry.keys.rotate("test", at_once=True)
        await house.now.runner.wait_for(await house.now.log.last())
        assert not await signed_in(another)


async def test_a_session_outlives_a_restart(house: House) -> None:
    async with house.browser() as browser:
        await house.first(browser)
        cookies = dict(browser.cookies)
    await house.end()
    await house.start()
    async with house.browser() as browser:
        browser.cookies.update(cookies)
        assert await signed_in(browser)
        assert (await with_password(browser, "chef@exemple.invalid", PASSWORD))[0] == 303


# what may not be


@pytest.mark.parametrize(
    "to",
    [
        "//ailleurs.invalid",
        "https://ailleurs.invalid/",
        "/\\ailleurs.invalid",
        "/a\\b",
        "/a\nb",
        "ailleurs",
        "",
        "javascript:1",
        "/ /x",
        None,
    ],
)
def test_no_way_leads_elsewhere(to: str | None) -> None:
    assert local(to) is None


async def test_whoever_comes_in_goes_on_where_they_wanted_to(house: House) -> None:
    async with house.browser() as first, house.browser() as browser:
        await house.first(first)
        sent = await browser.get("/directory/supports?page=2")
        assert sent.headers["location"] == "/directory/sign-in?to=%2Fdirectory%2Fsupports%3Fpage%3D2"
        assert 'value="/directory/supports?page=2"' in (await browser.get(sent.headers["location"])).text
        there = await with_password(browser, "chef@exemple.invalid", PASSWORD, to="/directory/supports?page=2")
        assert there == (303, "/directory/supports?page=2")
        assert await with_password(browser, "chef@exemple.invalid", PASSWORD, to="//ailleurs.invalid") == (303, "/")


async def test_a_page_of_another_site_signs_nobody_in_or_out(house: House) -> None:
    async with house.browser() as browser:
        await house.first(browser)
        foreign = {"Sec-Fetch-Site": "cross-site"}
        form = {"email": "chef@exemple.invalid", "password": PASSWORD}
        assert (await browser.post("/directory/sign-in", data=form, headers=foreign)).status_code == 403
        assert (await browser.post("/directory/sign-out", headers=foreign)).status_code == 403
        assert await signed_in(browser)


async def test_no_secret_and_no_address_is_in_the_log_the_views_or_what_the_program_says(
    posting: House, mail_server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    try:
        async with posting.browser() as browser, posting.browser() as another:
            await posting.first(browser)
            await posting.contact("contact@exemple.invalid")
            await another.post("/directory/sign-in/ask", data={"email": "contact@exemple.invalid"})
            await until(lambda: _taken(mail_server, 1))
            path = path_in(mail_server.taken[0][1])
            await another.post(path)
            await with_password(another, "chef@exemple.invalid", "pas le bon du tout")
            cookie = cookie_of(posting, browser) or ""
    finally:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    bodies = b"".join([message.body async for run in posting.now.log.read() for message in run])
    said = "".join(capsys.readouterr())
    await posting.end()
    views = b"".join(file.read_bytes() for file in (posting.folder / "views").rglob("*") if file.is_file())
    for secret in ("chef@exemple", "contact@exemple", PASSWORD, path.rpartition("/")[2], cookie, "$argon2id"):
        assert secret.encode() not in bodies
        assert secret.encode() not in views
        assert secret not in said


async def _taken(server: MailServer, n: int) -> bool:
    return len(server.taken) >= n
