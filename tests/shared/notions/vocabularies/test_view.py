"""The lists as a service's view has them, as of a day, and the names that texts take from them."""

from __future__ import annotations

from datetime import date

from shared.base.translations import TITLES, Lexicon
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.notions.vocabularies import general_words
from shared.notions.vocabularies.view import Lists

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
