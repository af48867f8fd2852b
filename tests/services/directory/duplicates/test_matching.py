"""Likely duplicates: the review's own pairs are found, the sample's invented names are not."""

from __future__ import annotations

import pytest

from deploy.sample.structures import structures
from services.directory.duplicates.matching import LIKELY, Likeness, Named

SAMPLE = tuple(Named(s.key, s.name, None, s.department) for s in structures())
AS_THE_REVIEW_ALSO_WRITES_THEM = {
    "Collectif des associations de solidarité internationale du Roussillon - Casir": "(Casir)",
    "Casir": "(Casir)",
    "Kynarou": "Kynarou France",
    "Service international d’aide au développement - Siad Midi-Pyrénées": "(Siad)",
    "Siad Midi-Pyrénées": "(Siad)",
}
"""A name in the review's text → what its list of members has in the name of the same structure"""


@pytest.fixture(scope="module")
def with_the_reviews_names() -> Likeness:
    also = [Named(f"also/{name}", name) for name in AS_THE_REVIEW_ALSO_WRITES_THEM]
    return Likeness([*SAMPLE, *also])


@pytest.mark.parametrize(("name", "member"), AS_THE_REVIEW_ALSO_WRITES_THEM.items())
def test_the_pairs_of_the_reviews_own_duplicates_are_found(
    with_the_reviews_names: Likeness, name: str, member: str
) -> None:
    names = {one.key: one.name for one in SAMPLE}
    (key,) = [key for key, text in names.items() if member in text]
    found = [pair for pair in with_the_reviews_names.pairs() if {pair.first, pair.second} == {key, f"also/{name}"}]
    assert len(found) == 1 and found[0].likeness >= LIKELY


def test_nothing_else_in_the_sample_looks_like_anything_else() -> None:
    assert Likeness(SAMPLE).pairs() == []


def test_the_same_number_is_the_same_structure_whatever_its_name() -> None:
    one, other = Named("a", "Eau vive", numbers=("W313004120",)), Named("b", "Jappoo", numbers=("W313004120", "x"))
    assert Likeness([one, other]).pairs()[0].reason == "identifier"


def test_namesakes_in_two_departments_are_less_alike_and_told_apart_they_are_gone() -> None:
    one, other = Named("a", "Amis du Mali", department="31"), Named("b", "Les amis du Mali", department="81")
    near = Named("c", "Amis du Mali", department="31")
    found = {(pair.first, pair.second): pair.likeness for pair in Likeness([one, other, near]).pairs()}
    assert found[("a", "c")] > found[("a", "b")] >= LIKELY
    left = Likeness([one, other, near]).pairs([frozenset("ac")])
    assert ("a", "c") not in {(pair.first, pair.second) for pair in left}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Kynarou", "Kynaru", True),
        ("KYNAROU", "Association Kynarou", True),
        ("Comité de jumelage de Muret", "Comité jumelage Muret", True),
        ("Association inventée 0001", "Association inventée 0002", False),
        ("Ville de Toulouse", "Université de Toulouse Jean-Jaurès", False),
        ("Lycée Bellevue", "Collège Bellevue", False),
    ],
)
def test_a_typing_error_or_an_empty_word_is_no_difference_and_another_number_is(
    one: str, other: str, same: bool
) -> None:
    others = [
        Named(str(n), text) for n, text in enumerate(("Lycée Rive", "Collège Lac", "Ville de Muret", "Université"))
    ]
    likely = Likeness([*SAMPLE, *others, Named("other", other)]).like(Named("one", one))
    assert ("other" in {one.key for one in likely}) == same


def test_a_line_is_not_like_itself_nor_like_those_left_out() -> None:
    made = Likeness([Named("a", "Jappoo"), Named("b", "Jappoo")])
    assert [one.key for one in made.like(Named("a", "Jappoo"))] == ["b"]
    assert made.like(Named("x", "Jappoo"), but=frozenset("ab")) == []
