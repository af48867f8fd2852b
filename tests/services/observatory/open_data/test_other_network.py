"""Open data of a network that speaks English first: its own names of colleges and kinds, no other network's words."""

from __future__ import annotations

import re

import httpx2
import pytest

from services.observatory.indicators import LISTED
from shared.contract.directory.structures import StructureRegistered
from shared.contract.membership.members import CollegeOpened, MemberJoined
from shared.contract.membership.network import LanguagesChosen, NetworkNamed
from shared.contract.membership.vocabularies import TermRevised
from shared.notions.network import NETWORK_ID
from shared.notions.vocabularies import vocabulary_id
from shared.runtime.service import Service
from tests.fixtures.observatory_history import History, named
from tests.services.observatory.open_data.test_releases import OPEN, anybody, table
from tests.services.observatory.test_pages import front, service, write

pytestmark = pytest.mark.slow
__all__ = ["anybody", "front", "service"]  # fixtures
KINDS = vocabulary_id("structure")
OTHERS = re.compile("occitan|midi-pyrénées|languedoc", re.IGNORECASE)


def network() -> History:
    h = History()
    h.say(LanguagesChosen(languages=["en", "fr"]), NETWORK_ID, "2018-01-01")
    h.say(NetworkNamed(name="Grand Est Sans Frontières"), NETWORK_ID, "2018-01-01")
    h.say(
        TermRevised(vocabulary="structure", code="association", titles={"fr": "Asso", "en": "Charity"}, rank=1),
        KINDS,
        "2018-01-02",
    )
    for code in ("towns", "clubs"):
        h.say(CollegeOpened(college=code, title=code.title(), titles={"fr": f"Collège {code}"}), code, "2018-01-03")
    for n in range(12):
        h.say(StructureRegistered(name=f"S{n}", kind="association", department="67"), f"{n}", "2018-01-10")
        member = MemberJoined(college="towns", charter_version=1, structure=named(f"structure/{n}"), name=f"S{n}")
        h.say(member, f"m{n}", "2018-03-02")
    return h


async def test_its_files_say_its_own_names_in_its_first_language(anybody: httpx2.AsyncClient, service: Service) -> None:
    await write(service, network())
    for one in (one for one in LISTED if one.public):
        for ending in ("", ".csv", ".json"):
            text = (await anybody.get(f"{OPEN}/{one.name}{ending}")).text
            assert not OTHERS.search(text), (one.name, ending, OTHERS.findall(text))
    members = table((await anybody.get(f"{OPEN}/members_by_college.csv")).text)
    assert any("Towns" in row["label"] for row in members) and not any("Collège" in row["label"] for row in members)
    kinds = table((await anybody.get(f"{OPEN}/structures_total.csv?by=kind")).text)
    assert {row["part_label"] for row in kinds} <= {"Charity", "Total"}
    said = (await anybody.get(f"{OPEN}/structures_total.json")).json()
    assert said["publisher"] == "Grand Est Sans Frontières"
