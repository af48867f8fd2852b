"""The lists that a network may have, and what is made of what it says of them."""

from __future__ import annotations

from datetime import date

from shared.base.translations import FIRST, languages
from shared.contract.membership.members import CollegeClosed, CollegeOpened, CollegeRevised
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.contract.newsletter.bulletins import BulletinClosed, BulletinOpened, BulletinRevised
from shared.notions.vocabularies import VOCABULARIES, folded, general, in_use, used

OPENED, RENAMED, ENDED = date(2012, 1, 1), date(2015, 1, 1), date(2017, 1, 1)
CAFE = {"vocabulary": "gathering", "code": "cafe", "titles": {"fr": "Café"}, "rank": 3, "marks": ["tour"]}
SAID = [
    (TermDefined(**CAFE), OPENED),
    (TermRevised(**{**CAFE, "titles": {"fr": "Thé", "en": "Tea"}}), RENAMED),
    (TermClosed(vocabulary="gathering", code="cafe", into=["other"]), ENDED),
]


def test_every_list_has_a_title_and_the_general_ones_have_titles_in_every_language() -> None:
    assert all(one.title for one in VOCABULARIES.values())
    for name in VOCABULARIES:
        for term in general(name).values():
            assert term.titles.keys() == set(languages()) and term.marks <= VOCABULARIES[name].marks.keys()
    assert not general("college") and not general("bulletin") and not general("theme")


def test_colleges_and_bulletins_are_lists_too() -> None:
    colleges = folded(
        "college",
        [
            (CollegeOpened(college="public", title="Public"), OPENED),
            (CollegeOpened(college="economic", title="Écoles"), RENAMED),
            (CollegeClosed(college="public", reason="statuts"), ENDED),
        ],
    )
    assert [one.code for one in in_use(colleges)] == ["economic"] and colleges["public"].closed == ENDED
    bulletins = folded("bulletin", [(BulletinOpened(bulletin="echos", title="Échos", purpose="p"), OPENED)])
    assert bulletins["echos"].title("en") == "Échos"


def test_colleges_and_bulletins_are_renamed_and_closed_and_keep_what_else_is_so_of_them() -> None:
    experts = CollegeOpened(college="experts", title="Experts", persons=True, rank=4)
    said = [(experts, OPENED), (CollegeRevised(college="experts", title="Savants", titles={"en": "Scholars"}), RENAMED)]
    term = folded("college", said)["experts"]
    assert (term.title("fr"), term.title("en"), term.rank, term.marks) == ("Savants", "Scholars", 4, {"persons"})
    assert term.since == OPENED and term.closed is None
    letter = BulletinOpened(bulletin="letter", title="Lettre", purpose="p", arrivals=["news"], rank=2)
    anew = BulletinRevised(bulletin="letter", title="La Lettre", purpose="p", arrivals=["offer"])
    shut = BulletinClosed(bulletin="letter")
    term = folded("bulletin", [(letter, OPENED), (anew, RENAMED), (shut, ENDED)])["letter"]
    assert (term.title(), term.rank, term.marks, term.closed) == ("La Lettre", 2, {"offer"}, ENDED)
    again = folded("bulletin", [(letter, OPENED), (shut, RENAMED), (letter, ENDED)])["letter"]
    assert again.closed is None and again.since == OPENED


def test_a_title_is_in_the_first_language_of_the_network_on_its_day() -> None:
    """Cases: said without a language, with a title in another, renamed after the network's languages have changed."""
    opened = CollegeOpened(college="charities", title="Charities")
    renamed = CollegeRevised(college="charities", title="Charities renamed", titles={"fr": "Assos renommées"})
    letter = BulletinOpened(bulletin="letter", title="Letter", purpose="p")
    anew = BulletinRevised(bulletin="letter", title="The Letter", purpose="p", titles={"fr": "La Lettre"})
    for name, code, said, called in (
        ("college", "charities", (opened, renamed), {"en": "Charities renamed", "fr": "Assos renommées"}),
        ("bulletin", "letter", (letter, anew), {"en": "The Letter", "fr": "La Lettre"}),
    ):
        line = [(said[0], OPENED), (said[1], RENAMED)]
        english = folded(name, line, lambda day: "en")[code]
        assert (english.titles, english.in_lists) == (called, {"fr": called["fr"]})
        assert folded(name, line[:1], lambda day: "en")[code].titles == {"en": said[0].title}
        later = folded(name, line, lambda day: "fr" if day < RENAMED else "en")[code]
        assert later.titles == called, "what was said in French before is not what it is called now"
    french = folded("college", [(CollegeOpened(college="x", title="Villes", titles={"en": "Towns"}), OPENED)])["x"]
    assert (french.title("fr"), french.title("en")) == ("Villes", "Towns")


def test_what_a_language_lacks_is_said_in_the_networks_first_and_else_in_any() -> None:
    term = folded("gathering", [(TermDefined(**{**CAFE, "titles": {"fr": "Café", "en": "Coffee"}}), OPENED)])["cafe"]
    assert term.title("oc") == "Café"
    before = FIRST.set(lambda: "en")
    try:
        assert (term.title("oc"), term.title("fr")) == ("Coffee", "Café")
        only = folded("gathering", [(TermDefined(**{**CAFE, "titles": {"fr": "Café"}}), OPENED)])["cafe"]
        assert only.title("oc") == only.title("en") == "Café"
    finally:
        FIRST.reset(before)


def test_an_earlier_college_without_titles_is_called_as_the_product_has_it() -> None:
    opened = CollegeOpened(college="public", title="Structures à vocation publique")
    term = folded("college", [(opened, OPENED), (opened, RENAMED)])["public"]
    assert (term.title("fr"), term.title("en"), term.said, term.official) == ("Public", "Public", False, opened.title)
    again = CollegeOpened(college="public", title="Collectivités")
    term = folded("college", [(opened, OPENED), (again, RENAMED)])["public"]
    assert (term.title("fr"), term.said) == ("Collectivités", True)


def test_what_is_so_of_a_general_term_in_every_network_stays_so() -> None:
    said = TermRevised(vocabulary="gathering", code="agora", titles={"fr": "Foire"}, marks=["tour"])
    assert folded("gathering", [(said, OPENED)])["agora"].marks == {"yearly", "tour"}


def test_why_a_code_may_not_be_used() -> None:
    assert used("gathering", "training", {}) is None
    assert used("gathering", "cafe", {}) == "unknown-term"
    assert used("gathering", "cafe", folded("gathering", SAID)) == "term-closed"
