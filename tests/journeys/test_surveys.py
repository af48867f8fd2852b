"""A survey from its form to its results: built and sent by the team, answered by mail on a phone, changed, closed,
read."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from services.observatory.event_table.moment import today
from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import needs_browser, too_wide
from tests.fixtures.installation import Up, post_json
from tests.journeys.conftest import Post

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
ANSWER = r"http\S+/observatory/answer/\S+"
TITLE = "État des lieux de l’accès à l’eau"


def do(url: str, command: str, **body: Any) -> str:
    return str(post_json(f"{url}/directory/api/commands/{command}", body)["entity"])


def test_a_survey_is_built_sent_answered_on_a_phone_changed_closed_and_read(
    mailing: Up, post: Post, browser: Browser, barriers: Barriers
) -> None:
    url = mailing.wait()
    people = {}
    for n, (name, department) in enumerate([("Eau vive", "31"), ("Puits du Sahel", "09"), ("Ville de Mirepoix", "09")]):
        structure = do(
            url, "register-structure", name=name, kind="public_body" if n == 2 else "association", department=department
        )
        people[name] = f"contact-{n}@exemple.invalid"
        do(url, "add-contact", structure=structure, name="Personne inventée", email=people[name])
    phone = browser.new_page(viewport={"width": 390, "height": 844}, locale="fr-FR")
    team = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    team.add_cookies(mailing.browser_cookies("all:editor"))
    staff = team.new_page()

    def check(page: Page, heading: str | re.Pattern[str]) -> None:
        """Nothing on the page is in anybody's way; a page of the team is looked at as on a phone, too."""
        expect(page.locator("h1")).to_have_text(heading)
        for width in (1280, 390) if page is staff else (390,):
            page.set_viewport_size({"width": width, "height": 900})
            wide = too_wide(page)
            found = barriers(page)
            assert not found and not wide, f"{urlsplit(page.url).path} at {width}: {wide} px too wide\n" + "\n".join(
                found
            )
        if page is staff:
            page.set_viewport_size({"width": 1280, "height": 900})

    # The team builds a form, wrongly first.
    staff.goto(f"{url}/observatory/surveys")
    check(staff, "Enquêtes")
    staff.get_by_role("link", name="Préparer une enquête").first.click()
    check(staff, "Préparer une enquête")
    staff.get_by_label("Titre").fill(TITLE)
    staff.get_by_label("Présentation").fill("Vos réponses serviront à **l’état des lieux** de l’année.")
    for kind in ("Un choix", "Plusieurs choix", "Nombre", "Oui ou non", "Échelle", "Date", "Texte long"):
        staff.get_by_label("Une question de plus").select_option(label=kind)
        staff.get_by_role("button", name="Ajouter").click()
    texts = ("Où travaillez-vous le plus\u202f?", "Sur quoi\u202f?", "Combien de personnes y travaillent\u202f?",
             "Avez-vous un partenaire local\u202f?",
             "Êtes-vous satisfaits\u202f?", "Depuis quand\u202f?", "Que vous manque-t-il\u202f?")  # fmt: skip
    for n, text in enumerate(texts, 1):
        staff.get_by_label("La question").nth(n - 1).fill(text)
    staff.get_by_label("Unité").fill("personnes")
    staff.get_by_role("button", name="Enregistrer").last.click()
    expect(staff.get_by_role("alert")).to_contain_text("Deux réponses sont à revoir")
    check(staff, "Préparer une enquête")
    staff.get_by_label("Réponses possibles").nth(0).fill("Sénégal\nMaroc\nLiban")
    staff.get_by_label("Réponses possibles").nth(1).fill("Eau potable\nAssainissement\nHygiène")
    staff.get_by_label("Il faut y répondre").nth(0).check()
    staff.get_by_role("button", name="Monter la question 7").click()
    expect(staff.get_by_label("La question").nth(5)).to_have_value(texts[6])
    staff.get_by_role("button", name="Enregistrer").last.click()
    check(staff, TITLE)
    staff.get_by_role("link", name="Aperçu").click()
    check(staff, TITLE)
    staff.get_by_role("link", name="L’enquête", exact=True).click()

    # Opens it and sends it.
    staff.get_by_role("link", name="Ouvrir l’enquête").click()
    staff.get_by_label("Jusqu’au").fill((today() + timedelta(days=30)).isoformat())
    staff.get_by_label("Donner aussi un lien ouvert").check()
    check(staff, "Ouvrir l’enquête")
    staff.get_by_role("button", name="Ouvrir l’enquête").click()
    expect(staff.locator(".badge").first).to_have_text("ouverte")
    staff.get_by_role("link", name="Envoyer l’enquête").click()
    check(staff, "Envoyer l’enquête")
    staff.get_by_role("button", name="Inviter les 3").click()
    expect(staff.locator("table")).to_contain_text("Puits du Sahel")
    first = post.link(staff, people["Eau vive"], ANSWER)
    check(staff, "Destinataires")

    # On a phone: wrong first, then answered, then changed.
    phone.goto(first)
    check(phone, TITLE)
    phone.get_by_label("Combien de personnes").fill("beaucoup")
    phone.get_by_role("button", name="Enregistrer ma réponse").click()
    expect(phone.get_by_role("alert")).to_contain_text("Deux réponses sont à revoir")
    check(phone, TITLE)
    phone.get_by_label("Combien de personnes").fill("12")
    phone.get_by_label("Sénégal").check()
    phone.get_by_label("Eau potable").check()
    phone.get_by_label("Que vous manque-t-il").fill("Une pompe.\nEt du temps.")
    phone.get_by_role("button", name="Enregistrer ma réponse").click()
    expect(phone.locator("main")).to_contain_text("Votre réponse est enregistrée")
    check(phone, TITLE)
    phone.get_by_label("Maroc").check()
    phone.get_by_role("button", name="Enregistrer ma réponse").click()
    expect(phone.locator("main")).to_contain_text("Votre réponse est enregistrée")
    expect(phone.get_by_label("Maroc")).to_be_checked()
    phone.goto(post.link(phone, people["Puits du Sahel"], ANSWER))
    phone.get_by_role("button", name="Je ne souhaite pas répondre").click()
    check(phone, "C’est noté")

    # The last one is reminded, and answers; somebody answers by the open link.
    staff.reload()
    staff.get_by_role("button", name="Relancer celle qui n’a pas répondu").click()
    phone.goto(post.link(phone, people["Ville de Mirepoix"], ANSWER, 2))
    phone.get_by_label("Liban").check()
    phone.get_by_role("button", name="Enregistrer ma réponse").click()
    expect(phone.locator("main")).to_contain_text("Votre réponse est enregistrée")
    assert [len(post.taken[address]) for address in people.values()] == [1, 1, 2]
    check(staff, "Destinataires")
    staff.get_by_role("link", name="L’enquête", exact=True).click()
    phone.goto(staff.locator("p.hash").inner_text())
    phone.get_by_label("Maroc").check()
    phone.get_by_role("button", name="Enregistrer ma réponse").click()
    expect(phone.locator("main")).to_contain_text("Gardez l’adresse de cette page")
    check(phone, TITLE)

    # Closed, read, exported, published.
    staff.reload()
    check(staff, TITLE)
    staff.get_by_role("link", name="Clore l’enquête").click()
    staff.get_by_role("button", name="Clore l’enquête").click()
    phone.reload()
    check(phone, "Cette enquête est close")
    staff.get_by_role("link", name="Résultats", exact=True).click()
    expect(staff.locator("main")).to_contain_text("Une pompe.")
    check(staff, TITLE)
    staff.get_by_label("Ariège").check()
    staff.get_by_role("button", name="Appliquer les filtres").click()
    expect(staff.locator(".head")).to_contain_text("1\u00a0réponse sur 3")
    with staff.expect_download() as file:
        staff.get_by_role("link", name="XLSX").click()
    assert Path(file.value.path()).read_bytes()[:2] == b"PK"
    staff.get_by_role("link", name="L’enquête", exact=True).click()
    staff.get_by_role("link", name="Publier les résultats").click()
    staff.get_by_role("button", name="Publier les résultats").click()
    staff.get_by_role("link", name="La page que chacun peut lire").click()
    expect(staff.locator("main")).to_contain_text("masqué")
    check(staff, TITLE)
