"""The index: words, parts of words, typing errors; facets and orders; what changes and goes."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from services.directory.search.inverted_index import Entry, Index, Vocabulary

NAMES = ("Kynarou France", "Électriciens sans frontières", "Cœur de forêt", "Association Jappoo", "Eau vive Occitanie")


def entry(key: str, name: str, *, weak: str = "", **facets: Sequence[str]) -> Entry:
    return Entry(key, name, weak, facets, {"name": name.casefold(), "since": key})


def index(*entries: Entry) -> Index:
    made = Index(("kind", "themes"), ("name", "since"))
    for one in entries:
        made.put(one)
    return made


@pytest.fixture
def some() -> Index:
    return index(*(entry(str(n), name, weak="Sénégal" if n % 2 else "Mali") for n, name in enumerate(NAMES)))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("KYNAROU", ["0"]),
        ("electriciens", ["1"]),
        ("frontières sans", ["1"]),
        ("coeur", ["2"]),
        ("cœur", ["2"]),
        ("forêt", ["2"]),
        ("jap", ["3"]),
        ("narou", ["0"]),
        ("senegal", ["1", "3"]),
        ("senegal jappoo", ["3"]),
        ("kynaru", ["0"]),
        ("japoo", ["3"]),
        ("electricen", ["1"]),
        ("ocictanie", ["4"]),
        ("xyzabcd", []),
    ],
)
def test_words_are_found_whatever_their_accents_case_place_and_small_errors(
    some: Index, asked: str, found: list[str]
) -> None:
    assert sorted(some.find(asked, order="name").keys) == found


def test_what_was_forgiven_is_said(some: Index) -> None:
    assert some.find("kynaru", order="name").forgiven == {"kynaru": ["kynarou"]}
    assert some.find("kynarou", order="name").forgiven == {}


def test_an_error_is_forgiven_too_where_the_word_is_another_one_that_no_hit_has() -> None:
    made = index(entry("a", "Comité Lotois"), entry("b", "Eau du Tarn"), entry("c", "Les Lotus de Marseille"))
    found = made.find("lotus comite", order="name")
    assert found.keys == []  # an error too many
    assert made.find("lotos comite", order="name").keys == ["a"]


def test_a_name_comes_before_a_place_that_is_called_alike() -> None:
    made = index(entry("a", "Amis du monde", weak="Castres"), entry("z", "Castres solidaire"))
    assert made.find("castres", order="name").keys == ["z", "a"]


def test_a_facet_counts_what_its_own_choice_would_give() -> None:
    made = index(
        entry("a", "A", kind=["company"], themes=["eau"]),
        entry("b", "B", kind=["school"], themes=["eau", "santé"]),
        entry("c", "C", kind=["school"], themes=["santé"]),
    )
    found = made.find(where={"kind": ["school"], "themes": ["eau"]}, order="name", count=("kind", "themes"))
    assert (found.keys, found.total) == (["b"], 1)
    assert found.facets == {"kind": {"company": 1, "school": 1}, "themes": {"eau": 1, "santé": 2}}
    assert made.find(where={"kind": ["none"]}, order="name").total == 0


def test_pages_follow_each_other_in_every_order_and_from_both_ends() -> None:
    made = index(*(entry(f"{n:03d}", f"Structure {n * 7 % 100:03d}") for n in range(100)))
    for order in ("name", "-name", "since", "-since"):
        whole = made.find(order=order, limit=100).keys
        parts = [key for at in range(0, 100, 9) for key in made.find(order=order, limit=9, offset=at).keys]
        assert parts == whole and len(set(whole)) == 100
        assert made.find(order=order.lstrip("-"), limit=100).keys == (whole[::-1] if order[0] == "-" else whole)


def test_what_changes_and_goes_leaves_nothing_behind() -> None:
    made = index(entry("a", "Kynarou", kind=["school"]), entry("b", "Jappoo", kind=["school"]))
    made.put(entry("a", "Autre nom", kind=["company"]))
    assert made.find("kynarou", order="name").keys == [] and made.find("autre", order="name").keys == ["a"]
    made.drop("b")
    assert made.find(order="name", count=("kind",)).facets == {"kind": {"company": 1}}
    made.put(entry("c", "Cèdre", kind=["school"]))
    assert made.find(order="name").keys == ["a", "c"]


def test_after_any_changes_the_index_is_as_one_made_anew() -> None:
    draw = random.Random(3)
    made, plain = index(), {}
    for _ in range(3000):
        key = str(draw.randrange(900))
        if draw.random() < 0.3:
            made.drop(key)
            plain.pop(key, None)
        else:
            name = " ".join(draw.sample(("eau", "école", "santé", "Mali", "amis", "Tarn", "culture"), 2))
            plain[key] = entry(key, f"{name} {key}", kind=[draw.choice("abc")], themes=draw.sample("xyz", 2))
            made.put(plain[key])
    anew = index(*plain.values())
    for text in ("", "eau", "ecole mali", "sant", "amys"):
        for where in ({}, {"kind": ["a", "b"]}, {"kind": ["c"], "themes": ["x"]}):
            one = made.find(text, where, order="name", limit=1000, count=("kind", "themes"))
            assert one == anew.find(text, where, order="name", limit=1000, count=("kind", "themes"))
            wanted = [e for e in plain.values() if all(set(v) & set(e.facets[f]) for f, v in where.items())]
            if not text:
                assert one.total == len(wanted)


def test_short_words_forgive_nothing_and_long_ones_two_errors() -> None:
    words = Vocabulary()
    for word in ("lot", "eau", "toulouse", "developpement", "roussillon"):
        words.add(word)
    assert words.like("lat") == [] and words.like("tolouse") == ["toulouse"]
    assert words.like("devellopement") == ["developpement"] and words.like("rousilon") == ["roussillon"]
    assert words.like("dvlopemt") == []


def test_a_facet_is_counted_for_the_values_that_begin_as_asked() -> None:
    made = index(*(entry(str(n), "Structure", kind=[f"{31 + n % 2}{n % 3}"]) for n in range(200)))
    whole = made.find(order="name", count=["kind"]).facets["kind"]
    some = made.find(order="name", count=["kind"], prefixes={"kind": "32"}).facets["kind"]
    assert len(whole) == 6 and some == {code: many for code, many in whole.items() if code.startswith("32")}
