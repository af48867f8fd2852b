"""From the public page to the bulletin: a visitor claims a record, comes into the space, publishes, takes it back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.fixtures.accessibility import Barriers, barriers, node_modules
from tests.fixtures.browser import needs_browser, too_wide
from tests.fixtures.installation import Up, open_bulletin, post_json, shown_everywhere
from tests.fixtures.two_structures import picture
from tests.journeys.conftest import Post

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
LINK = r"http\S+/directory/\S+/\S+"
WHO = "claire@eauvive.exemple"


def test_a_visitor_claims_a_record_enters_the_space_publishes_and_finds_it_in_the_bulletins_draft(
    mailing: Up, post: Post, browser: Browser, barriers: Barriers
) -> None:
    url = mailing.wait()
    for code, title in (("echos", "Les Échos du Réseau"), ("parcours", "Parcours"), ("rendez-vous", "Rendez-vous")):
        open_bulletin(url, code, title)
    own = do(url, "directory", "register-structure", name="Eau vive", kind="association", department="09")
    do(url, "directory", "list-structure", structure=own)
    other = do(url, "directory", "register-structure", name="Puits du Sahel", kind="association", commune="09122")
    do(url, "directory", "list-structure", structure=other)
    visitor = browser.new_page(viewport={"width": 390, "height": 844}, locale="fr-FR")
    team = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    team.add_cookies(mailing.browser_cookies("all:editor"))
    staff = team.new_page()
    seen: list[str] = []

    def check(page: Page, heading: str | re.Pattern[str]) -> None:
        """Nothing on the page that a tab is coming to is in anybody's way."""
        expect(page.locator("h1")).to_have_text(heading)
        wide = too_wide(page)
        found = barriers(page)
        assert not found and not wide, f"{urlsplit(page.url).path}: {wide} px too wide\n" + "\n".join(found)
        seen.append(urlsplit(page.url).path)

    # A visitor finds the record and asks to look after it.
    visitor.goto(url)
    visitor.click("text=Chercher dans l’annuaire public")
    check(visitor, "Annuaire public")
    visitor.get_by_label("Chercher une structure").fill("eau vivve")  # as people type
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#h-found")).to_have_text(re.compile("1.structure"))
    visitor.goto(f"{url}/directory/public?department=09")
    expect(visitor.locator("#g-map")).to_contain_text("De plus près")
    visitor.get_by_text("Les mêmes chiffres en tableau").press("Enter")
    visitor.get_by_role("link", name="Foix (09122)").click()
    expect(visitor.locator("#h-found")).to_have_text(re.compile("1.structure"))
    check(visitor, "Annuaire public")
    visitor.go_back()
    visitor.click("text=Eau vive >> nth=-1")
    check(visitor, "Eau vive")
    visitor.click("text=Demander à tenir cette fiche")
    check(visitor, "Demander à tenir cette fiche")
    visitor.click("text=Envoyer la demande")
    expect(visitor.get_by_role("alert")).to_be_visible()
    check(visitor, "Demander à tenir cette fiche")
    visitor.get_by_label("Votre nom").fill("Claire Inventée")
    visitor.get_by_label("Votre adresse électronique").fill(WHO)
    visitor.click("text=Envoyer la demande")
    expect(visitor.locator("h1")).to_have_text("Regardez votre messagerie")
    visitor.goto(post.link(visitor, WHO, LINK, 1))
    check(visitor, "Confirmez votre demande")
    visitor.click("text=Confirmer ma demande")
    expect(visitor.locator("h1")).to_have_text("Votre demande est confirmée")

    # The team accepts; a link to the space comes by mail.
    staff.goto(f"{url}/directory/claims")
    check(staff, "Demandes du public")
    staff.click("main ul.lines a")
    check(staff, "Eau vive")
    staff.click("text=Accepter la demande")
    expect(staff.locator("main")).to_contain_text("Acceptée")
    visitor.goto(post.link(visitor, WHO, LINK, 2))
    visitor.click("text=Me connecter")
    expect(visitor.locator("h1")).to_have_text("Mon espace")
    check(visitor, "Mon espace")

    # Corrects the record, though no member; leaves the public directory and asks to be in it again.
    visitor.click("main h3 >> text=Eau vive")
    expect(visitor.locator("main")).to_contain_text("réservé aux adhérents")
    check(visitor, "Eau vive")
    visitor.click("text=Modifier la fiche")
    check(visitor, "Modifier la fiche")
    visitor.get_by_label("En quelques mots").fill("Des puits, *ici et là-bas*.")
    visitor.click("text=Enregistrer la fiche")
    expect(visitor.get_by_role("status")).to_contain_text("C’est enregistré")
    visitor.click("summary >> text=Retirer de l’annuaire public")
    check(visitor, "Eau vive")
    visitor.click("form >> text=Retirer >> nth=-1")
    expect(visitor.locator("main")).to_contain_text("Hors de l’annuaire public")
    gone = staff.goto(f"{url}/directory/public/structures/{own}")
    assert gone is not None and gone.status == 410
    visitor.click("text=Demander l’inscription")
    staff.goto(f"{url}/directory/listings")
    check(staff, "Annuaire public")
    staff.click("text=Ne pas inscrire")
    check(staff, "Annuaire public")
    staff.click("main li button >> text=Inscrire")
    expect(staff.locator("main")).to_contain_text("Rien à décider")
    assert f"/directory/public/structures/{own}" in post.link(visitor, WHO, LINK, 3), "the answer comes by mail too"
    staff.goto(f"{url}/directory/public/structures/{own}")
    expect(staff.locator(".prose em")).to_have_text("ici et là-bas")

    # Once a member, publishes news with a picture.
    do(url, "membership", "open-college", college="associative", title="Associations")
    do(url, "membership", "adopt-charter", title="Charte", principles=["Agir ensemble."])
    do(url, "membership", "join-network", structure=own, name="Eau vive", college="associative", charter_version=1)
    shown_everywhere(url)
    visitor.reload()
    visitor.get_by_role("link", name="Écrire une actualité").click()
    check(visitor, "Écrire une actualité")
    visitor.get_by_label("Titre").fill("Un puits de plus")
    visitor.get_by_label("Texte", exact=True).fill("Il donne **dix** mètres cubes.\n\n<script>alert(1)</script>")
    visitor.set_input_files("#f-picture_file", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    visitor.click("text=Enregistrer et voir l’aperçu")
    expect(visitor.locator("#f-picture_text-e")).to_be_visible()  # what it shows is missing
    check(visitor, "Écrire une actualité")
    visitor.get_by_label("Ce que montre l’image").fill("Le puits et sa pompe")
    visitor.click("text=Enregistrer et voir l’aperçu")
    expect(visitor.locator("article strong")).to_have_text("dix")
    expect(visitor.locator("article img")).to_have_js_property("naturalWidth", 320)
    check(visitor, "Un puits de plus")
    visitor.get_by_role("button", name="Publier").click()
    expect(visitor.locator("main")).to_contain_text("bulletin des nouvelles")
    check(visitor, "Un puits de plus")
    visitor.click("text=Voir la page publique")
    expect(visitor.get_by_role("img", name="Le puits et sa pompe")).to_be_visible()
    check(visitor, "Un puits de plus")
    shown = visitor.url.partition("?")[0]

    # Enters a cooperation project, with another structure of the public directory.
    visitor.goto(f"{url}/directory/space/{own}")
    visitor.click("text=Saisir un projet")
    check(visitor, "Saisir un projet de coopération")
    visitor.get_by_label("Titre").fill("Un puits à Podor")
    visitor.get_by_label("En quelques mots").fill("Un puits et son entretien.")
    visitor.get_by_label("Pays", exact=True).select_option(label="Sénégal")
    visitor.get_by_label("En cours").check()
    visitor.get_by_label("Ajouter une structure d’ici").fill("puits du sael")  # a typing error is forgiven
    visitor.get_by_role("button", name="Chercher").click()
    visitor.get_by_role("checkbox", name="Puits du Sahel").check()
    check(visitor, "Saisir un projet de coopération")
    visitor.get_by_role("button", name="Enregistrer").click()
    check(visitor, "Un puits à Podor")
    visitor.get_by_role("button", name="Publier le projet").click()
    visitor.click("text=Voir la page publique")
    expect(visitor.get_by_role("main").get_by_role("link", name="Puits du Sahel")).to_be_visible()
    check(visitor, "Un puits à Podor")

    # An offer and an event, each on its way to its bulletin.
    for sort, title, bulletin in (
        ("offer", "Un service civique", "bulletin des offres"),
        ("event", "Une rencontre", "bulletin de l’agenda"),
    ):
        visitor.goto(f"{url}/directory/space/{own}")
        visitor.get_by_role("link", name={"offer": "Écrire une offre", "event": "Écrire un événement"}[sort]).click()
        visitor.get_by_label("Titre").fill(title)
        visitor.get_by_label("Texte", exact=True).fill("À Foix.")
        if sort == "offer":
            visitor.get_by_label("Nature").select_option(label="Service civique")
        else:
            visitor.get_by_label("Début").fill(f"{datetime.now() + timedelta(days=40):%Y-%m-%dT18:00}")
        visitor.click("text=Enregistrer et voir l’aperçu")
        check(visitor, title)
        visitor.get_by_role("button", name="Publier").click()
        expect(visitor.locator("main")).to_contain_text(bulletin)

    # It is in the bulletin's draft, with its picture and the way back; withdrawn, it is not.
    in_draft(staff, url, "main h3 >> text=Un puits de plus")
    expect(staff.get_by_role("img", name="Le puits et sa pompe")).to_have_js_property("naturalWidth", 320)
    check(staff, re.compile("Les Échos du Réseau"))
    staff.click("text=page publique")
    expect(staff).to_have_url(shown)
    visitor.goto(f"{url}/directory/space/publications/{shown.rpartition('/')[2]}")
    visitor.click("summary >> text=Retirer")
    visitor.click("form >> text=Retirer >> nth=-1")
    expect(visitor.locator(".kicker")).to_have_text("Retiré")
    answer = staff.goto(shown)
    assert answer is not None and answer.status == 410
    in_draft(staff, url, "#h-dropped")
    assert len(seen) > 18


def do(url: str, service: str, command: str, **body: Any) -> str:
    """Lets the operator send a command; the entity's id."""
    return str(post_json(f"{url}/{service}/api/commands/{command}", body)["entity"])


def in_draft(page: Page, url: str, shown: str) -> None:
    """Opens the draft of Les Échos du Réseau, until it shows what it is to show; the newsletter hears of it later."""
    for _ in range(600):
        page.goto(f"{url}/newsletter/bulletins/echos")
        issue = page.locator('a[href^="/newsletter/issues/"]').first
        if issue.count():
            page.goto(f"{url}{issue.get_attribute('href')}")
            if page.locator(shown).count():
                return
        page.wait_for_timeout(100)
    raise AssertionError("not in the draft")
