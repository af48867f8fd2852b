"""The product names nobody's region: a network is data (docs/adr/0053). Whoever writes one into the code finds it
here."""

from __future__ import annotations

import re

import pytest
import yaml

from shared.base.network_files import NETWORKS, REVIEWS, printed_reviews
from shared.geo import DEPARTMENTS
from shared.notions.network.beginning import known
from tests.house.counts import ROOT

DATA = re.compile(
    r"deploy/(sample|networks)/|shared/geo/\w+\.(csv|json|md)$|shared/locale/|services/\w+/\w+/common_passwords\.txt$"
    r"|services/observatory/indicators/\w+\.yaml$"
)
"""Where names of networks and of places may stand: the sample, networks to begin with, geography; translations, whose
French is refused where it stands; words that people choose as passwords; histories that indicators are tried on"""
SOURCES = ("deploy", "services", "shared")


def sources() -> list[str]:
    found = [path for folder in SOURCES for path in (ROOT / folder).rglob("*") if path.is_file()]
    named = [path.relative_to(ROOT).as_posix() for path in sorted(found) if "__pycache__" not in path.parts]
    return [name for name in named if not DATA.search(name)]


def names() -> dict[str, set[str]]:
    """network → what only it is called: its names and its region, the titles of its colleges and bulletins (those of
    several words), its departments, its printed reviews."""
    found = {}
    for name, one in known().items():
        own = {said.name for said in one.names} | {*one.reviews} | {one.region.name if one.region else None}
        own |= {title for part in (one.colleges, one.bulletins) for title in (said.title for said in part)}
        own |= {DEPARTMENTS[code].name for code in (one.region.all if one.region else ())}
        found[name] = {text for text in own - {None} if text is not None}
    return found


LAW = re.compile(r"\bAlsace (and|et de)\s+Moselle\b|^\s+Moselle\b")
"""A law is called so in all of France"""
LEFT = {
    "services/directory/structures/words.py": {"Personnalités qualifiées"},
    "services/membership/members/words.py": {"Personnalités qualifiées"},
    "shared/notions/vocabularies/__init__.py": {"Personnalités qualifiées"},
}
"""What a college is called of the closed list of earlier releases"""
WORDS_OF_ALL = {"Rendez-vous", "Diary", "Parcours"}
"""Titles of bulletins that are words like others"""


@pytest.mark.parametrize("network", [name for name, own in names().items() if own])
def test_no_code_names_a_network_its_region_or_its_departments(network: str) -> None:
    own = names()[network] - WORDS_OF_ALL
    pattern = re.compile("|".join(rf"\b{re.escape(text)}\b" for text in sorted(own, key=len, reverse=True)))
    found = []
    for name in sources():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, a font
        found += [
            f"{name}:{n}: {hit[0]}"
            for n, line in enumerate(text.splitlines(), 1)
            for hit in pattern.finditer(LAW.sub("", line))
            if hit[0] not in LEFT.get(name, ())
        ]
    assert not found, found


def test_a_printed_review_is_a_network_s_and_lies_beside_it() -> None:
    said = {review for one in known().values() for review in one.reviews}
    assert said == {*printed_reviews()}
    for review in said:
        assert yaml.safe_load((REVIEWS / review / "review.yaml").read_text(encoding="utf-8"))
    assert (NETWORKS / "README.md").is_file()


NAMED_LAW = re.compile(r"loi (du 1er juillet |de )?1901|[Cc]ode civil|[Cc]ode général des impôts", re.IGNORECASE)
SAID_BY_OTHERS = {"services/directory/imports/files/columns.py"}
"""What stands in the files of others, in their words"""


def test_no_text_names_an_article_of_a_law_but_the_terms_of_the_law() -> None:
    """A network is under one law or another, and laws change: a text asks for the source (docs/adr/0058)."""
    found = [
        f"{name}:{n}: {hit[0]}"
        for name in sources()
        if name.startswith(("services/", "shared/")) and name.endswith((".py", ".html"))
        if name not in SAID_BY_OTHERS and not name.startswith("shared/notions/legal_terms/")
        for n, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        for hit in NAMED_LAW.finditer(line)
    ]
    assert not found, found
