"""A fact says what people call a thing, in the reader's language, and no code of ours."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contract import load_all
from shared.notions.network import SAYS
from shared.notions.sayings import DETAILS, sentence

TITLES = {"fr": "Fête", "en": "Fair"}
OF = {"vocabulary": "gathering", "code": "fete"}


@pytest.mark.parametrize(
    ("kind", "data", "lang", "said"),
    [
        ("LawChosen", {"law": "local"}, "fr", "Droit dont relève le réseau : Droit local d’Alsace et de Moselle"),
        ("LawChosen", {"law": "martian"}, "fr", "Droit dont relève le réseau : martian"),
        ("DyeChosen", {"dye": "garance"}, "fr", "Couleur du réseau : Garance, un rouge"),
        ("TermDefined", {**OF, "titles": TITLES}, "fr", "Terme ajouté à une liste du réseau : Fête"),
        ("TermRevised", {**OF, "titles": {"fr": "Fête"}}, "en", ": Fête"),
        ("TermDefined", {**OF, "titles": TITLES}, "en", ": Fair"),
        ("TermClosed", {"vocabulary": "gathering", "code": "training"}, "fr", ": Formation"),
        ("PrintedReviewsNamed", {"reviews": []}, "fr", "Bilans imprimés par le réseau : aucun"),
        ("PrintedReviewsNamed", {}, "fr", "Bilans imprimés par le réseau : aucun"),
        ("LanguagesChosen", {"languages": ["fr", "en"]}, "fr", "Langues du réseau : français, anglais"),
        ("RegionDrawn", {"departments": ["31", "81"]}, "fr", "Région du réseau : Haute-Garonne, Tarn"),
        ("RegionDrawn", {"region": "Sud", "departments": ["31"]}, "fr", "Région du réseau : Sud (Haute-Garonne)"),
        ("RegionDrawn", {}, "fr", "Région du réseau : aucune"),
    ],
)
def test_a_fact_says_titles_and_names(kind: str, data: dict[str, Any], lang: str, said: str) -> None:
    assert sentence(kind, data, lang).replace("\u00a0", " ").endswith(said.replace("\u00a0", " "))


def test_all_that_the_network_says_of_itself_is_said_in_words() -> None:
    names = {one.type_name() for one in SAYS}
    assert names - {"NetworkNamed"} <= DETAILS.keys() <= load_all().keys()


def test_without_its_data_a_fact_is_said_by_its_type() -> None:
    assert sentence("LawChosen", None, "fr") == "Droit dont relève le réseau"
