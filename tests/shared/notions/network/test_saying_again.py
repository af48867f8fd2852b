"""A file of a network that has begun: what is there otherwise is revised, what the file leaves out stays."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.notions.network.beginning import Step, of, steps
from shared.notions.network.saying_again import list_of, said_again
from shared.notions.vocabularies import Term, Terms

DAY = date(2020, 1, 1)


def again(said: dict[str, Any], terms: Terms, purposes: dict[str, str] | None = None) -> Step:
    asked: list[date | None] = []

    def there(name: str, day: date | None) -> Terms:
        asked.append(day)
        return terms

    first, *_ = steps(of({"since": DAY, **said}, "x"))
    (found,) = said_again([first], there, purposes or {})
    assert asked == ([DAY] if list_of(first) else []) and found.day == DAY and found.id("a") == first.id("a")
    return found


def soup(**said: Any) -> dict[str, Any]:
    return {"lists": {"gathering": {"soup": {"titles": {"fr": "Soupes"}, **said}}}}


def test_a_term_is_defined_kept_revised_or_opened_again() -> None:
    there = Term("soup", {"fr": "Soupes"})
    closed = Term("soup", {"fr": "Soupes"}, closed=DAY)
    assert again(soup(), {}).command == "DefineTerm" and again(soup(), {"soup": there}).command == "DefineTerm"
    assert again(soup(), {"soup": closed}).command == "DefineTerm"
    for other in (soup(rank=3), soup(marks=["yearly"]), soup(titles={"fr": "Potages"})):
        assert again(other, {"soup": there}).command == "ReviseTerm"
    agora = {"lists": {"gathering": {"agora": {"titles": {"fr": "F"}}}}}
    assert again(agora, {"agora": Term("agora", {"fr": "G"}, closed=DAY)}).command == "DefineTerm", "opened again"
    closing = {"lists": {"gathering": {"agora": {"closed": True}}}}
    assert again(closing, {"agora": Term("agora", {})}).command == "CloseTerm"


def test_a_college_is_revised_but_not_into_one_of_persons_and_keeps_what_the_file_leaves_out() -> None:
    there = {"towns": Term("towns", {"fr": "Villes", "en": "Towns"}, rank=1, kinds=("school",))}
    same = again({"colleges": [{"code": "towns", "title": "Villes"}]}, there)
    assert same.command == "OpenCollege"
    revised = again({"colleges": [{"code": "towns", "title": "Communes"}]}, there)
    assert revised.command == "ReviseCollege"
    assert revised.fields == {"college": "towns", "title": "Communes", "rank": 1, "titles": {"en": "Towns"}}
    of_kinds = again({"colleges": [{"code": "towns", "title": "Villes", "kinds": ["company"]}]}, there)
    assert of_kinds.command == "ReviseCollege" and of_kinds.fields["kinds"] == ["company"]
    assert again({"colleges": [{"code": "towns", "title": "V2", "persons": True}]}, there).command == "OpenCollege"


def test_a_bulletin_is_revised_and_keeps_what_arrives_in_it() -> None:
    there = {"b": Term("b", {"fr": "La Feuille"}, rank=4, marks=frozenset({"news"}))}
    said = {"code": "b", "title": "La Feuille", "purpose": "Tout."}
    assert again({"bulletins": [said]}, there, {"b": "Tout."}).command == "OpenBulletin"
    revised = again({"bulletins": [said]}, there, {"b": "Rien."})
    assert revised.command == "ReviseBulletin"
    assert revised.fields == {"bulletin": "b", "title": "La Feuille", "purpose": "Tout.", "arrivals": ["news"]}
    assert again({"bulletins": [{**said, "arrivals": ["offer"]}]}, there).fields["arrivals"] == ["offer"]


def test_what_is_no_term_is_said_as_it_is() -> None:
    assert again({"names": [{"name": "Amont"}]}, {}).command == "NameNetwork"
