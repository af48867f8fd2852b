"""The lists as a service's view has them, as of a day, and the names that texts take from them."""

from __future__ import annotations

from datetime import date

from shared.base.translations import TITLES, Lexicon
from shared.contract.membership.members import CollegeOpened, CollegeRevised
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.notions.vocabularies import general_words
from shared.notions.vocabularies.view import Lists, Renamed, as_of, renamed

OPENED, RENAMED, ENDED = date(2012, 1, 1), date(2015, 1, 1), date(2017, 1, 1)
CAFE = {"vocabulary": "gathering", "code": "cafe", "titles": {"fr": "Café"}, "rank": 3, "marks": ["tour"]}
SAID = [
    (TermDefined(**CAFE), OPENED),
    (TermRevised(**{**CAFE, "titles": {"fr": "Thé", "en": "Tea"}}), RENAMED),
    (TermClosed(vocabulary="gathering", code="cafe", into=["other"]), ENDED),
]


def document(*said: tuple[object, date]) -> dict[str, object]:
    return {
        "said": [
            {"day": day.isoformat(), "seq": n, "type": type(event).__name__, "data": event.model_dump(mode="json")}  # type: ignore[attr-defined]
            for n, (event, day) in enumerate(said, 1)
        ]
    }


LISTS = Lists({"gathering": document(*SAID)})


def test_a_list_is_as_it_was_on_the_day() -> None:
    assert "cafe" not in LISTS.terms("gathering", date(2011, 1, 1))
    assert LISTS.title("gathering", "cafe", "en", date(2013, 1, 1)) == "Café", "French where a language has none"
    assert LISTS.title("gathering", "cafe", "en", date(2016, 1, 1)) == "Tea"
    assert "cafe" in [one.code for one in LISTS.offered("gathering", date(2016, 1, 1))]
    assert "cafe" not in [one.code for one in LISTS.offered("gathering")]
    assert LISTS.terms("gathering")["cafe"].into == ("other",)


def test_a_closed_term_stays_readable_and_a_code_of_no_list_is_said_as_it_is_written() -> None:
    assert LISTS.title("gathering", "cafe", "fr") == "Thé"
    assert LISTS.title("gathering", "cafe", "fr", date(2011, 1, 1)) == "Thé", "what it was called later, before it was"
    assert LISTS.title("gathering", "vol_de_nuit", "fr") == "Vol de nuit"
    assert LISTS.listed("gathering", ["cafe", "vol_de_nuit"])[-1] == "vol_de_nuit"
    assert LISTS.listed("gathering").index("cafe") < LISTS.listed("gathering").index("training")


def test_marks_are_asked_also_of_what_was_closed() -> None:
    assert LISTS.marked("gathering", "tour") == ["departmental_tour", "cafe"]
    assert LISTS.marked("gathering", "tour", date(2011, 1, 1)) == ["departmental_tour"]


def test_texts_name_a_term_as_the_network_does() -> None:
    lexicon = Lexicon(general_words())
    assert lexicon.say("term.gathering.training", "en") == "Training"
    assert not lexicon.has("term.gathering.cafe")
    before = TITLES.set(LISTS.said)
    try:
        assert lexicon.say("term.gathering.cafe", "en") == "Tea" and lexicon.has("term.gathering.cafe")
        assert lexicon.say("term.gathering.training", "en") == "Training", "of which the network said nothing"
        assert lexicon.say("term.offer.training", "fr") == "Formation"
    finally:
        TITLES.reset(before)


def test_a_name_that_has_changed_is_told_in_the_language_of_the_page() -> None:
    said = [
        (CollegeOpened(college="charities", title="Charities"), OPENED),
        (CollegeOpened(college="towns", title="Towns"), OPENED),
        (CollegeRevised(college="charities", title="Charities renamed", titles={"fr": "Assos renommées"}), RENAMED),
        (CollegeRevised(college="towns", title="Towns", titles={"fr": "Villes"}), RENAMED),
    ]
    lists = Lists({"college": document(*said)}, lambda day: "en")
    with as_of(date(2014, 12, 31)):
        for lang in ("fr", "en"):
            assert lists.said("college", "charities", lang) == "Charities"
            assert lists.said("college", "towns", lang) == "Towns"
        assert renamed("en") == [Renamed("Charities", "Charities renamed", RENAMED, "en")]
        assert renamed("fr") == [Renamed("Charities", "Assos renommées", RENAMED, "fr")], "a title more renames nothing"
        assert renamed("en") == [], "each is told once"


def test_what_was_known_at_a_point_of_the_log_is_what_was_said_up_to_it() -> None:
    late = CollegeRevised(college="towns", title="Communes")
    said = [(CollegeOpened(college="towns", title="Villes"), OPENED), (late, RENAMED)]
    lists = Lists({"college": document(*said)})
    with as_of(ENDED):
        assert lists.said("college", "towns", "fr") == "Communes" and renamed("fr") == []
    with as_of(ENDED, 1):
        assert lists.said("college", "towns", "fr") == "Villes"
        assert renamed("fr") == [Renamed("Villes", "Communes", RENAMED, "fr")], "since its own day, which is before"


def test_an_earlier_college_is_told_in_the_words_that_pages_have_for_it() -> None:
    said = [
        (CollegeOpened(college="public", title="Structures à vocation publique"), OPENED),
        (CollegeRevised(college="public", title="Collectivités"), RENAMED),
    ]
    lists = Lists({"college": document(*said)})
    with as_of(OPENED):
        assert lists.said("college", "public", "fr") is None and lists.title("college", "public", "fr") == "Public"
        assert renamed("fr") == [Renamed("Public", "Collectivités", RENAMED, "fr", "term.college.public")]
