"""What a code is called in each language; French set as French is."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.base.translations import FIRST, L, Lexicon, Phrase, Spoken, among, translated, typeset
from shared.web.words.messages import WORDS
from tests.texts.language import language

NNBSP = "\u202f"


def test_a_code_is_said_in_the_language_asked(tmp_path: Path) -> None:
    lexicon = Lexicon({"kind.school": "École"})
    with language(tmp_path, "eo", {"École": "Lernejo"}):
        assert (lexicon.say("kind.school", "fr"), lexicon.say("kind.school", "eo")) == ("École", "Lernejo")


def test_a_later_table_wins_over_an_earlier_one() -> None:
    lexicon = Lexicon(WORDS, {"field.name": "Nom de la structure"})
    assert lexicon.say("field.name", "fr") == "Nom de la structure"


def test_an_unknown_code_is_said_in_plain_letters_rather_than_breaking_a_page() -> None:
    lexicon = Lexicon()
    assert not lexicon.has("event.MemberJoined")
    assert lexicon.say("event.MemberJoined", "fr") == "Member joined"
    assert lexicon.say("refused.already-closed", "en") == "Already closed"


def test_values_are_put_in_and_a_missing_one_leaves_the_sentence_whole() -> None:
    lexicon = Lexicon({"refused.full": f"Il reste {{places}}{NNBSP}places !"})
    assert lexicon.say("refused.full", "fr", places=3) == f"Il reste 3{NNBSP}places{NNBSP}!"
    assert "{places}" in lexicon.say("refused.full", "fr", other=3)


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Qui ? « Eau » : rien ; bon !", "Qui\u202f? «\u00a0Eau\u00a0»\u00a0: rien\u202f; bon\u202f!"),
        ("à 10:30, http://x/?a=b", "à 10:30, http://x/?a=b"),
        ("{n} : {what}", "{n}\u00a0: {what}"),
        ("déjà\u00a0: bien", "déjà\u00a0: bien"),
        ("", ""),
    ],
)
def test_no_line_of_french_begins_with_a_sign(typed: str, set_: str, tmp_path: Path) -> None:
    assert typeset(typed) == set_ == typeset(set_)
    assert Lexicon({"x": typed}).say("x", "fr") == set_
    with language(tmp_path, "eo", {typed: typed} if typed else {}):
        assert Lexicon({"x": typed}).say("x", "eo") == typed


def test_what_a_networks_own_data_lack_in_a_language_is_said_in_its_first_and_else_in_any() -> None:
    titles = {"fr": "Villes", "en": "Towns", "oc": ""}
    spoken = Spoken("Villes", {}, titles)
    assert among(titles, "oc") == among(titles, "de") == translated(spoken, "de") == "Villes"
    before = FIRST.set(lambda: "en")
    try:
        assert among(titles, "oc") == translated(spoken, "oc") == "Towns" and translated(spoken, "fr") == "Villes"
        assert among({"fr": "Villes"}, "en") == "Villes" and among({}, "en") is None
    finally:
        FIRST.reset(before)


def test_a_value_that_is_a_text_is_said_in_the_language_too() -> None:
    said = Phrase(
        L("{list}\u00a0: {term}"), {"list": Phrase(L("Collèges")), "term": Spoken("x", {}, {"en": "{Towns}"})}
    )
    assert translated(said, "en") == "Colleges: {Towns}"
