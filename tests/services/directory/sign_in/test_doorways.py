"""Whoever tries passwords, or asks for links, keeps nobody else out; and learns nothing of who is known here."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from services.directory.accounts.views import ACCOUNTS
from services.directory.sign_in.doors.attempts import FREE, MANY, Attempts
from tests.fixtures.running_directory import PASSWORD, House, house, mail_server, path_in, posting, until
from tests.services.newsletter.conftest import MailServer

pytestmark = pytest.mark.slow
__all__ = ["house", "mail_server", "posting"]  # pytest finds its fixtures here

CHIEF, NOBODY = "chef@exemple.invalid", "personne@exemple.invalid"
ATTACKER, ELSEWHERE = "203.0.113.5", "198.51.100.7"


def at_once(house: House) -> None:
    """Lets no time pass between tries, however slow the machine is."""
    house.entry.attempts = Attempts(lambda: 1000.0)


async def tried(browser: AsyncClient, address: str, password: str) -> int:
    return (await browser.post("/directory/sign-in", data={"email": address, "password": password})).status_code


async def asked(browser: AsyncClient, address: str) -> int:
    return (await browser.post("/directory/sign-in/ask", data={"email": address})).status_code


async def test_a_thousand_wrong_passwords_from_elsewhere_keep_nobody_out(house: House) -> None:
    """Ten did, for a quarter of an hour, from wherever they came."""
    async with house.browser() as own, house.browser(ELSEWHERE) as fresh, house.browser(ATTACKER) as attacker:
        await house.first(own)
        await own.post("/directory/sign-out")
        at_once(house)
        codes = [await tried(attacker, CHIEF, f"essai numéro {n}") for n in range(1000)]
        assert codes == [422] * FREE + [429] * (1000 - FREE)
        assert await tried(own, CHIEF, PASSWORD) == 303, "a browser that is known"
        assert await tried(fresh, CHIEF, PASSWORD) == 303, "a fresh one elsewhere"
        assert await tried(attacker, CHIEF, PASSWORD) == 429, "the right one at last"


async def test_who_shares_the_attacker_s_network_comes_in_by_the_browser_they_know(house: House) -> None:
    async with house.browser(ATTACKER) as own, house.browser(ATTACKER) as attacker:
        await house.first(own)
        await own.post("/directory/sign-out")
        for n in range(80):
            await tried(attacker, f"{n}@exemple.invalid", "autre chose encore")
            await tried(attacker, CHIEF, "autre chose encore")
        assert await tried(attacker, "encore@exemple.invalid", "autre chose encore") == 429
        assert await tried(own, CHIEF, PASSWORD) == 303
        assert await asked(own, CHIEF) == 303


async def test_from_very_many_networks_each_has_one_try_and_the_holder_comes_in(house: House) -> None:
    async with house.browser() as own, house.browser(ELSEWHERE) as fresh:
        await house.first(own)
        await own.post("/directory/sign-out")
        mark = house.entry.links.mark(CHIEF).hex()
        for n in range(2 * MANY):
            assert house.entry.attempts.wait(mark, f"10.0.{n // 256}.{n % 256}") == 0.0
        async with house.browser("10.0.0.1") as attacker:
            assert await tried(attacker, CHIEF, "autre chose encore") == 429
        assert await tried(fresh, CHIEF, PASSWORD) == 303
        assert await tried(own, CHIEF, PASSWORD) == 303


async def test_a_wait_is_said_with_its_minutes_and_alike_for_everybody(house: House) -> None:
    async with house.browser() as first, house.browser(ATTACKER) as attacker:
        await house.first(first)
        at_once(house)
        pages = set()
        for address in (CHIEF, NOBODY):
            codes = [await tried(attacker, address, "autre chose encore") for _ in range(FREE + 1)]
            assert codes == [422] * FREE + [429]
            data = {"email": address, "password": "autre chose encore"}
            answer = await attacker.post("/directory/sign-in", data=data)
            assert answer.status_code == 429 and int(answer.headers["Retry-After"]) >= 1
            pages.add(answer.text.replace(address, "…"))
        assert len(pages) == 1 and "Attendez 1\u00a0min" in pages.pop()


async def test_a_cookie_of_somebody_else_s_browser_helps_nobody(house: House) -> None:
    await house.opened("equipe@exemple.invalid", "all:reader")
    async with house.browser(ATTACKER) as attacker:
        await house.first(attacker, "attaquant@exemple.invalid")  # known, as themselves
        at_once(house)
        codes = [await tried(attacker, "equipe@exemple.invalid", f"essai numéro {n}") for n in range(FREE + 3)]
        assert codes[-1] == 429


async def test_links_are_sent_now_and_then_and_the_holder_can_always_ask(
    posting: House, mail_server: MailServer
) -> None:
    """Three asked links kept everybody from asking for one more."""
    async with posting.browser() as own, posting.browser(ELSEWHERE) as fresh, posting.browser(ATTACKER) as attacker:
        await posting.first(own)
        await own.post("/directory/sign-out")
        unknown = [await asked(attacker, NOBODY) for _ in range(5)]
        codes = [await asked(attacker, CHIEF) for _ in range(50)]
        assert codes[:3] == [303] * 3 and set(codes[3:]) == {429}
        assert codes[:5] == unknown, "alike for who is not known"
        await until(lambda: taken(mail_server, 3))
        sent = path_in(mail_server.taken[0][1])
        assert await asked(fresh, CHIEF) == 303
        await until(lambda: taken(mail_server, 4))
        for n in range(9):
            async with posting.browser(f"192.0.2.{n}") as another:
                assert await asked(another, CHIEF) == 303, "nobody learns that no further one is sent"
        await until(lambda: taken(mail_server, 6))
        assert await asked(own, CHIEF) == 303
        await until(lambda: taken(mail_server, 7))
        assert len(mail_server.taken) == 7
        assert (await fresh.post(sent)).status_code == 303, "one that was sent is good"


async def test_a_link_of_ours_does_not_wait_for_those_that_are_none(house: House) -> None:
    who = await house.opened("equipe@exemple.invalid", "all:reader")
    path = house.entry.mail.link(UUID((await house.document(who))["person"])).removeprefix("http://127.0.0.1:8000")
    async with house.browser() as browser:
        codes = [(await browser.post(f"/directory/sign-in/link/x{n}")).status_code for n in range(70)]
        assert codes[0] == 404 and codes[-1] == 429
        assert (await browser.get(path)).status_code == 200
        assert (await browser.post(path)).status_code == 303


# a browser that is new


async def test_a_new_browser_is_told_and_a_known_one_is_not(posting: House, mail_server: MailServer) -> None:
    async with posting.browser() as own, posting.browser() as another:
        await posting.first(own)
        assert await tried(own, CHIEF, PASSWORD) == 303
        page = (await own.get("/directory/")).text
        assert "Nouvelle connexion" not in page and not mail_server.taken
        assert await tried(another, CHIEF, PASSWORD) == 303
        await until(lambda: taken(mail_server, 1))
        to, mail = mail_server.taken[0]
        assert to == CHIEF and "Nouvelle connexion" in str(mail["Subject"])
        page = (await own.get("/directory/")).text
        assert re.search(r"Nouvelle connexion à votre compte</b> le .*, par mot de passe, depuis un navigateur", page)
        assert "Nouvelle connexion" not in (await another.get("/directory/")).text, "not of itself"
        who = (await posting.now.store.find(ACCOUNTS)).documents[0]
        assert [one["browser"] for one in who["sessions"]] == [
            "known",
            "new",
        ]  # one of a browser


async def test_who_ends_all_sessions_knows_no_browser_any_more(posting: House, mail_server: MailServer) -> None:
    async with posting.browser() as own:
        await posting.first(own)
        await own.post("/directory/me/sessions/end")
        assert await tried(own, CHIEF, PASSWORD) == 303
        await until(lambda: taken(mail_server, 1))
        assert await tried(own, CHIEF, PASSWORD) == 303
        who = (await posting.now.store.find(ACCOUNTS)).documents[0]
        assert [one["browser"] for one in who["sessions"]] == ["known"]


async def taken(server: MailServer, n: int) -> bool:
    return len(server.taken) >= n
