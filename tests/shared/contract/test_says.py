"""What types of events say of themselves (shared/contract/says.py), and that nobody says it a second time."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from deploy.host.all_services import DEFINITIONS
from services.observatory.indicators import INDICATORS
from shared.base.translations import L, translated
from shared.contract import EVENTS, Event, load_all
from shared.contract.labels import CODES, COMMON, FIELDS, PARTS, VALUES, event_words, life_words, sentence
from shared.contract.says import ASIDE, Says
from shared.runtime.feature import Feature, composed

TYPES = load_all()
ROOT = Path(__file__).parents[3]


def siblings(kind: type[Event]) -> set[type[Event]]:
    return {one for one in TYPES.values() if (one.service, one.entity) == (kind.service, kind.entity)}


def test_every_type_says_what_happened_in_both_languages_with_a_detail_that_is_not_personal() -> None:
    for name, kind in TYPES.items():
        says = kind.says
        for words in filter(None, (says.words, says.here, kind.thing.words)):
            assert all(translated(words, lang).strip() for lang in ("fr", "en")), name
        assert says.here != says.words, f"{name} says the same twice"
        assert says.detail is not None or not says.joined
        if says.detail is not None:
            assert says.detail in kind.model_fields, f"{name} has no field {says.detail}"
            assert "Personal" not in str(kind.model_fields[says.detail].annotation)


def test_what_a_type_sets_clears_and_takes_back_is_of_its_own_thing() -> None:
    for name, kind in TYPES.items():
        says, around = kind.says, siblings(kind)
        assert set(says.parts) <= kind.model_fields.keys(), name
        assert set(says.undoes) <= around, name
        assert set(says.clears) <= {field for one in around for field in one.model_fields}, name
        assert says.undoes_if is None or says.undoes_if[0] in kind.model_fields, name
        if says.mails is not None:
            entity, field = says.mails
            assert any(one.entity == entity and field in one.model_fields for one in TYPES.values()), name


def test_one_thing_has_one_name_and_one_page() -> None:
    for kind in TYPES.values():
        assert {one.thing for one in siblings(kind)} == {kind.thing}


def test_every_field_fact_and_part_has_a_label() -> None:
    named = {name for kind in TYPES.values() for name in (*kind.model_fields, *kind.says.sets)}
    assert named - {"cleared"} == (COMMON.keys() | FIELDS.keys()) & named == COMMON.keys() | FIELDS.keys()
    assert {kind.says.parts[-1] for kind in TYPES.values() if kind.says.part} == set(PARTS)
    assert named >= ASIDE and not COMMON.keys() & FIELDS.keys()
    assert {code.split(".")[0] for code in VALUES} <= named and CODES
    assert all(translated(words, "fr").strip() for words in life_words().values())


def test_a_type_that_says_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="needs `says`"):

        class BridgeBuilt(Event):
            """A bridge was built."""

            service = "events"
            entity = "bridge"

    assert "BridgeBuilt" not in EVENTS


def test_a_type_takes_back_by_mistake_alone_where_it_says_so() -> None:
    left = TYPES["MemberLeft"].says
    assert left.takes_back({"reason": "mistake"}) == {"MemberJoined"} and not left.takes_back({"reason": "lapse"})
    assert Says(L("Rien")).takes_back({}) == frozenset()


def test_a_sentence_tells_what_is_told_apart() -> None:
    found = sentence("SupportGiven", {"kind": "funding_search"}, "fr")
    assert found == "Appui individuel donné\u00a0: recherche de financements"
    assert sentence("MembershipRenewed", {"year": 2016}, "en") == "Membership renewed for 2016"
    assert sentence("ContactAdded", {"role": {"sealed": "x"}}, "fr") == "Contact ajouté"
    assert sentence("SomethingNew", {}, "en") == "Something new"


def test_services_say_their_own_events_by_the_words_of_the_contract() -> None:
    for one in DEFINITIONS:
        own = event_words(one.name)
        assert own and own.items() <= one.words.items()
        assert {code for code in one.words if code.startswith("event.")} == own.keys()
    again = Feature(name="again", words={"event.StructureClosed": ("Fermée", "Closed")})
    with pytest.raises(ValueError, match=re.escape("event.StructureClosed")):
        composed("directory", ROOT, [again])


def test_the_observatory_names_no_event_type_of_another_service() -> None:
    others = {name for name, kind in TYPES.items() if kind.service != "observatory" and not kind.anywhere}
    listed = subprocess.run(["git", "ls-files", "services/observatory"], cwd=ROOT, capture_output=True, text=True)
    files = [ROOT / name for name in listed.stdout.split()] or list((ROOT / "services/observatory").rglob("*"))
    named = {}
    for path in files:
        if path.parent.name == "indicators" and path.suffix in (".sql", ".yaml"):
            continue  # what counts names what it counts
        if path.suffix in (".py", ".html", ".sql", ".md", ".yaml", ".css") and path.is_file():
            named[path.name] = sorted(others & set(re.findall(r"\w+", path.read_text(encoding="utf-8"))))
    assert {name: found for name, found in named.items() if found} == {}


def test_an_indicator_declares_types_that_there_are() -> None:
    declared = {name for one in INDICATORS.values() for name in one.types}
    assert declared and declared <= TYPES.keys()
