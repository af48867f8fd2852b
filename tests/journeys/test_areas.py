"""The daily path of each of the five areas, on two networks and in two languages: each begins with nothing but what its
file in deploy/networks says, and is walked by its pages alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from shared.base.network_files import NETWORKS
from shared.base.paris_days import PARIS
from tests.fixtures.accessibility import Barriers, Unlike, barriers, node_modules
from tests.fixtures.browser import asked, fits, needs_browser
from tests.fixtures.installation import Up, maillage, shown_everywhere
from tests.journeys.conftest import Post

__all__ = ["barriers", "node_modules"]  # fixtures
pytestmark = needs_browser
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
FRENCH = re.compile(
    r"\b(les?|la|des|du|une|est|ou|où|aucune?|pour|avec|dans|sur|par|été|depuis|vous|nous|votre|cette|sont|qui|que|mais"
    r"|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre)\b|n°|[ \u00a0\u202f]:|[«»]"
)
"""What no English page holds, written small; names of departments hold some of it, written large or joined"""
ALL_BUT_CHOICES = """() => {
  const all = document.body.cloneNode(true);
  all.querySelectorAll("select, datalist").forEach(one => one.remove());
  return all.textContent;
}"""
"""What a page says, without the lists of all departments from which a form lets choose"""
JOINED = re.compile(r"\w+(?:['’-]\w+)+")


@dataclass(frozen=True)
class Network:
    """A network to begin with. `name`: how it is called; `college`, `kind`, `bulletin`: codes and titles of its own
    lists, and what a record calls the college; `department`: one of its region's."""

    file: str
    lang: str
    name: str
    college: tuple[str, str, str]
    kind: str
    bulletin: tuple[str, str]
    department: str
    not_its: re.Pattern[str]

    def __call__(self, french: str, english: str) -> str:
        """What a page of this network says."""
        return french if self.lang == "fr" else english


FIRST = Network(
    file="occitanie",
    lang="fr",
    name="Occitanie Coopération",
    college=("associative", "Associatif", "Associatif"),
    kind="Apér’OC",
    bulletin=("echos", "Les Échos du Réseau"),
    department="Ariège (09)",
    not_its=re.compile("Rhine|Grand Est|Monthly Letter|Bas-Rhin"),
)
SECOND = Network(
    file="grand-est",
    lang="en",
    name="Rhine and Meuse Cooperation Network",
    college=("charities", "Charities and associations", "Charities and associations"),
    kind="Border Forum",
    bulletin=("monthly-letter", "The Monthly Letter"),
    department="Bas-Rhin (67)",
    not_its=re.compile(r"Occitanie|Midi-Pyrénées|Les Échos|Ariège|Apér|2\s?616"),
)


@dataclass
class Place:
    """A network that runs: its team at a desk, strangers on phones without scripts, its mails."""

    says: Network
    url: str
    post: Post
    team: BrowserContext
    browser: Browser
    barriers: Barriers
    unlike: Unlike

    def stranger(self) -> Page:
        return self.browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()  # type: ignore[arg-type]

    def shows(self, page: Page, heading: str | re.Pattern[str]) -> None:
        """The page is there, in the language of the network, says nothing of another one, and is in nobody's way."""
        expect(page.locator("h1")).to_have_text(heading)
        expect(page.locator("html")).to_have_attribute("lang", self.says.lang)
        sizes = (DESK, PHONE) if page.context is self.team else (PHONE,)
        for size in sizes:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            fits(page)
        page.set_viewport_size(sizes[0])  # type: ignore[arg-type]
        if page.context is self.team and self.unlike(page):  # axe takes its time
            assert self.barriers(page) == [], page.url
        assert (found := self.says.not_its.search(asked(page, ALL_BUT_CHOICES))) is None, f"{page.url}: {found}"
        if self.says.lang == "en":
            own = JOINED.sub("", page.locator("body").inner_text())
            around = [own[max(0, one.start() - 40) : one.end() + 20] for one in FRENCH.finditer(own)]
            assert not around, f"{page.url}: {around}"

    def registered(self, page: Page, name: str) -> str:
        """A structure is entered by the form; the path of its record."""
        say = self.says
        page.goto(f"{self.url}/directory/")
        link(page, say("Inscrire une structure", "Register a structure")).first.click()
        self.shows(page, say("Inscrire une structure", "Register a structure"))
        page.get_by_label(say("Nom", "Name"), exact=True).fill(name)
        page.get_by_label(say("Nature", "Kind")).select_option(label="Association")
        page.get_by_label(say("Département", "Department")).select_option(label=say.department)
        button(page, say("Inscrire une structure", "Register a structure")).click()
        self.shows(page, name)
        shown_everywhere(self.url)
        return page.url.removeprefix(self.url).partition("?")[0]


def link(page: Page | Locator, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("link", name=name, exact=isinstance(name, str))


def button(page: Page | Locator, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("button", name=name, exact=isinstance(name, str))


@pytest.fixture(scope="module", params=[FIRST, SECOND], ids=lambda one: one.file)
def place(
    request: pytest.FixtureRequest, browser: Browser, barriers: Barriers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    says, post = request.param, Post()
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    smtp = {"MAILLAGE_SMTP_HOST": "127.0.0.1", "MAILLAGE_SMTP_PORT": str(post.port), "MAILLAGE_SMTP_TLS": "none"}
    data = tmp_path_factory.mktemp(says.file) / "data"
    data.mkdir()
    up = Up(data, ["--no-sample"], {"MAILLAGE_NETWORK": f"n{uuid4().hex[:8]}", **smtp}).start()
    try:
        url = up.wait()
        begun = maillage("network", "init", str(NETWORKS / f"{says.file}.yaml"), "--yes", data=data)
        assert begun.returncode == 0, begun.stdout + begun.stderr
        shown_everywhere(url)
        team = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
        team.add_cookies(up.browser_cookies("all:administrator"))
        yield Place(says, url, post, team, browser, barriers, Unlike())
        team.close()
    finally:
        up.stop()
        controller.stop()


@pytest.fixture
def page(place: Place) -> Iterator[Page]:
    tab = place.team.new_page()
    yield tab
    tab.close()


def test_directory_a_structure_is_registered_corrected_found_and_shown_to_everybody(place: Place, page: Page) -> None:
    say = place.says
    record = place.registered(page, "Sahel 2030")
    link(page, say("Modifier", "Change")).first.click()
    place.shows(page, say("Modifier la fiche", "Change the record"))
    page.get_by_label(say("Sigle", "Acronym")).fill("PDS")
    button(page, say("Enregistrer la fiche", "Save the record")).click()
    place.shows(page, "Sahel 2030")
    expect(page.get_by_role("main")).to_contain_text("PDS")
    page.goto(f"{place.url}/directory/")
    page.get_by_role("searchbox").fill("sahl 2030")  # a typing error is forgiven
    page.get_by_role("searchbox").press("Enter")
    expect(link(page, "Sahel 2030 (PDS)").first).to_be_visible()
    place.shows(page, say("Annuaire des structures", "Directory of structures"))
    page.goto(place.url + record)
    link(page, say("Montrer dans l’annuaire public", "Show in the public directory")).click()
    place.shows(page, say("Montrer dans l’annuaire public", "Show in the public directory"))
    button(page, say("Montrer dans l’annuaire public", "Show in the public directory")).click()
    place.shows(page, "Sahel 2030")

    stranger = place.stranger()
    stranger.goto(f"{place.url}/directory/public")
    place.shows(stranger, say("Annuaire public", "Public directory"))
    link(stranger, re.compile("^Sahel 2030")).first.click()
    place.shows(stranger, "Sahel 2030")
    expect(stranger.get_by_role("main")).to_contain_text(say.department.partition(" (")[0])
    stranger.context.close()


def test_membership_a_structure_joins_renews_and_leaves(place: Place, page: Page) -> None:
    say = place.says
    place.registered(page, "Aqua Viva")
    page.goto(f"{place.url}/membership/do/AdoptCharter")
    page.get_by_label(say("Intitulé", "Title")).fill("Charta")
    page.get_by_label(say("Principes", "Principles")).fill("Solidarity.")
    button(page, say("Adopter la charte", "Adopt the charter")).click()
    page.goto(f"{place.url}/membership/")
    place.shows(page, say("Adhésions", "Membership"))
    link(page, say("Accueillir un adhérent", "Welcome a member")).first.click()
    page.get_by_role("searchbox").fill("aqua viva")
    button(page, say("Chercher", "Search")).click()
    link(page, re.compile(say("^Accueillir", "^Welcome"))).last.click()
    place.shows(page, say("Accueillir la structure", "Welcome the structure"))
    page.get_by_label(say("Collège", "College")).select_option(label=say.college[1])
    page.get_by_label(say("Charte signée", "Charter signed")).select_option(index=1)
    button(page, say("Accueillir la structure", "Welcome the structure")).click()
    place.shows(page, "Aqua Viva")
    expect(page.get_by_role("main")).to_contain_text(say.college[2])
    member = page.url.partition("?")[0]

    year = datetime.now(PARIS).year + 1
    link(page, say("Renouveler", "Renew")).click()
    page.get_by_label(say("Année", "Year")).fill(str(year))
    button(page, say("Noter le renouvellement", "Note the renewal")).click()
    place.shows(page, "Aqua Viva")
    expect(page.get_by_role("main")).to_contain_text(str(year))
    page.goto(f"{place.url}/membership/members?college={say.college[0]}")
    place.shows(page, say("Adhérents", "Members"))
    expect(link(page, "Aqua Viva").first).to_be_visible()
    page.goto(member)
    link(page, say("Noter un départ…", "Note a departure…")).click()
    page.get_by_label(say("Retrait", "Withdrawal")).check()
    place.shows(page, say("Noter le départ", "Note the departure"))
    button(page, say("Noter le départ", "Note the departure")).click()
    place.shows(page, "Aqua Viva")
    page.goto(f"{place.url}/membership/members?status=former")
    expect(link(page, "Aqua Viva").first).to_be_visible()
    place.shows(page, say("Adhérents", "Members"))


def test_events_a_gathering_is_planned_registered_for_checked_in_and_counted(place: Place, page: Page) -> None:
    say = place.says
    page.goto(f"{place.url}/events/")
    place.shows(page, say("Événements", "Events"))
    link(page, say("Prévoir une rencontre", "Plan a gathering")).first.click()
    place.shows(page, say("Prévoir une rencontre", "Plan a gathering"))
    page.get_by_label(say("Nature", "Kind")).select_option(label=say.kind)
    page.get_by_label(say("Titre", "Title")).fill("Forum 2030")
    page.get_by_label(say("Début", "Start")).fill(f"{datetime.now(PARIS):%Y-%m-%d}T00:00")
    button(page, say("Prévoir une rencontre", "Plan a gathering")).click()
    place.shows(page, "Forum 2030")
    expect(page.get_by_role("main")).to_contain_text(say.kind)
    gathering = page.url.partition("?")[0]

    link(page, say("Inscrire une personne", "Register a person")).first.click()
    link(page, say("Continuer sans la choisir", "Go on without choosing")).click()
    place.shows(page, say("Inscrire une personne", "Register a person"))
    page.get_by_label(say("Public", "Public"), exact=True).select_option(label="Associations")
    page.get_by_label(say("Nom de la personne", "Name of the person")).fill("Camille Exemple")
    button(page, say("Inscrire une personne", "Register a person")).click()
    place.shows(page, "Forum 2030")
    page.goto(f"{gathering}/check-in?q=1")
    place.shows(page, re.compile(say("^Accueil", "^Welcome")))
    button(page, say("Accueillir cette personne", "Check this person in")).click()
    expect(page.locator("#h-pres")).to_have_text(say("1 sur 1 accueillies", "1 of 1 checked in"))
    place.shows(page, re.compile(say("^Accueil", "^Welcome")))
    page.goto(gathering)
    link(page, say("Noter qu’elle a eu lieu", "Note that it took place")).click()
    button(page, say("Noter qu’elle a eu lieu", "Note that it took place")).click()
    place.shows(page, "Forum 2030")
    link(page, say("Compter les personnes", "Count heads")).first.click()
    place.shows(page, say("Compter les personnes", "Count heads"))
    page.get_by_label(say("Étudiants", "Students")).fill("41")
    button(page, say("Compter les personnes", "Count heads")).click()
    place.shows(page, "Forum 2030")
    expect(page.locator("main").get_by_text(re.compile("^42$")).first).to_be_visible()


def test_newsletter_somebody_subscribes_and_gets_the_issue_that_is_composed(place: Place, page: Page) -> None:
    say, who = place.says, f"lecture-{uuid4().hex[:8]}@exemple.invalid"
    stranger = place.stranger()
    stranger.goto(f"{place.url}/newsletter/subscribe")
    place.shows(stranger, say("S’abonner aux bulletins", "Subscribe to the bulletins"))
    stranger.get_by_label(say("Adresse électronique", "E-mail address")).fill(who)
    stranger.get_by_label(say.bulletin[1]).check()
    button(stranger, say("S’abonner", "Subscribe")).click()
    stranger.goto(place.post.link(stranger, who, r"http\S+/newsletter/confirm/\S+"))
    button(stranger, re.compile(say("confirme|Confirmer", "onfirm"))).click()
    expect(stranger.locator("html")).to_have_attribute("lang", say.lang)
    fits(stranger)

    page.goto(f"{place.url}/newsletter/bulletins/{say.bulletin[0]}")
    place.shows(page, say.bulletin[1])
    button(page, re.compile(say("^Commencer", "^Start"))).click()
    place.shows(page, re.compile(say.bulletin[1]))
    link(page, say("Ajouter un article", "Add an item")).first.click()
    page.get_by_label(say("Rubrique", "Section")).select_option(label=say("Actualités", "News"))
    page.get_by_label(say("Titre", "Title")).fill("Aqua 10")
    page.get_by_label(say("Texte", "Text")).fill("10.")
    button(page, say("Ajouter un article", "Add an item")).click()
    place.shows(page, re.compile(say.bulletin[1]))
    link(page, re.compile(say("^Approuver", "^Approve"))).click()
    place.shows(page, re.compile(say("^Approuver et envoyer", "^Approve and send")))
    button(page, re.compile(say("^Approuver et envoyer", "^Approve and send"))).click()
    away = place.post.link(page, who, r"http\S+/newsletter/unsubscribe/\S+", 2)
    mail = place.post.taken[who][1]
    text = mail.get_body(("plain",))
    assert text is not None and "Aqua 10" in text.get_content() and say.name in str(mail["From"])
    for one in place.post.taken[who]:
        body = one.get_body(("plain",))
        assert body is not None
        words = f"{one['Subject']}\n{re.sub(r'http[^ ]+', '', body.get_content())}".replace("Aqua 10", "")
        assert say.lang == "fr" or not FRENCH.search(JOINED.sub("", words)), words
        assert not say.not_its.search(words), words
    stranger.goto(away)
    expect(stranger.locator("html")).to_have_attribute("lang", say.lang)
    fits(stranger)
    stranger.context.close()


def test_observatory_a_period_is_counted_published_read_by_strangers_and_compared(place: Place, page: Page) -> None:
    say, year = place.says, datetime.now(PARIS).year
    place.registered(page, "Kynarou")
    page.goto(f"{place.url}/observatory/reviews")
    place.shows(page, say("Bilans", "Reviews"))
    link(page, str(year)).click()
    place.shows(page, say(f"Bilan {year}", f"Review {year}"))
    expect(
        page.get_by_role("row", name=re.compile(say("^Structures recensées", "^Structures on record")))
    ).to_be_visible()
    link(page, say("Publier…", "Publish…")).click()
    place.shows(page, say("Publier un bilan", "Publish a review"))
    page.get_by_label(say("Titre", "Title")).fill(f"Chiffres {year}")
    button(page, re.compile(say("^Publier", "^Publish"))).click()
    public = link(page, say("Sa page publique", "Its public page"))
    expect(public).to_be_visible(timeout=300_000)  # two PDFs are laid out
    fits(page)
    address = public.get_attribute("href")
    link(page, say("Voir le bilan publié", "See the published review")).click()
    expect(page.get_by_text(say("Rien n’a changé", "Nothing has changed"))).to_be_visible()
    place.shows(page, f"Chiffres {year}")
    here = page.url

    stranger = place.stranger()
    stranger.goto(f"{place.url}/observatory/public/reviews")
    link(stranger, f"Chiffres {year}").click()
    place.shows(stranger, f"Chiffres {year}")
    expect(stranger).to_have_url(f"{place.url}{address}")
    stranger.context.close()

    place.registered(page, "Envol Vert")
    page.goto(here)
    changed = page.locator("#h-changed").locator("..")
    expect(changed).to_contain_text("Envol Vert")
    place.shows(page, f"Chiffres {year}")
