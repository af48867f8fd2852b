"""The network itself in the sample: its names and charters, its colleges, the networks beside it on the national
map."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime

from deploy.sample.plan import DATA, Step, noon, some_day
from deploy.sample.structures import FOUNDED
from services.membership.members.domain.charter import AdoptCharter
from services.membership.members.domain.college import OpenCollege
from services.membership.network.domain.network import NameNetwork
from services.membership.network.domain.peer_network import AddPeerNetwork, RenamePeerNetwork, peer_network_id
from services.membership.vocabularies.domain.vocabulary import DefineTerm
from shared.contract.membership.members import CollegeCode

FORMER_NAME, NAME = "Midi-Pyrénées Coopdev'", "Occitanie Coopération"
RENAMED = noon(2016, 10, 14)
STATUTES = noon(2017, 3, 18)  # the review says March 2017; the day is invented
PRINCIPLES = [
    "Notre action est définie en partenariat avec les populations locales.",
    "Elle vise à répondre aux besoins prioritaires destinés à renforcer leur autonomie et à améliorer "
    "leur condition de vie ; à ce titre, toute forme d’assistanat pérenne est proscrite.",
    "Elle est menée dans le respect des Droits de l’homme, et en excluant tout projet visant un intérêt "
    "particulier ethnique, politique, partisan, religieux ou économique.",
    "Nous nous engageons à associer systématiquement les autorités locales à tous les stades de vie du "
    "projet dans le respect des organisations et pratiques locales, en cherchant à promouvoir un "
    "approfondissement d’une part de la démocratie locale, notamment le respect de l’égalité des chances "
    "femmes-hommes et des minorités, et d’autre part de la décentralisation.",
]
"""The four principles of the charter of Occitanie Coopération."""
COLLEGES: dict[CollegeCode, tuple[str, datetime]] = {
    "public": ("Structures à vocation publique", FOUNDED),
    "associative": ("Structures à but non lucratif", FOUNDED),
    "economic": ("Structures à vocation économique", FOUNDED),
    "qualified_persons": ("Personnalités qualifiées", STATUTES),
}
"""Title, and since when it is open."""


def charter(key: str, name: str, adopted: datetime) -> Iterator[Step]:
    """The network's name and the charter that members sign under it. The principles of the first are taken to be the
    same, since only the second is known."""
    yield Step(f"network/{key}", NameNetwork(name=name), adopted)
    title = f"Charte de la coopération et de la solidarité internationales, {name}"
    yield Step(f"charter/{key}", AdoptCharter(title=title, principles=PRINCIPLES), adopted)


def colleges() -> Iterator[Step]:
    for rank, (code, (title, opened)) in enumerate(COLLEGES.items(), 1):
        persons = code == "qualified_persons"
        yield Step(f"college/{code}", OpenCollege(college=code, title=title, persons=persons, rank=rank), opened)


def lists() -> Iterator[Step]:
    """What this network calls otherwise than any network, or has beside what any network has."""
    titles = {"fr": "Apér’OC", "en": "Apér’OC"}
    command = DefineTerm(vocabulary="gathering", code="aper_oc", titles=titles, rank=5, marks=["guests"])
    yield Step("term/gathering/aper_oc", command, FOUNDED)


def peers() -> Iterator[Step]:
    """The eleven networks of the 2017 map. Ours joined in 2013 under its former name; the others' days are invented."""
    with (DATA / "rrma.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    for name in names:
        ourselves = name == NAME
        day = noon(2013, 6, 20) if ourselves else some_day(f"peer/{name}", date(2012, 2, 1), date(2017, 1, 31))
        command = AddPeerNetwork(name=FORMER_NAME if ourselves else name, ourselves=ourselves)
        yield Step(f"peer/{name}", command, day)


def renamed_peer() -> Iterator[Step]:
    """Our own name on the map follows that of the network."""
    command = RenamePeerNetwork(peer_network=peer_network_id(FORMER_NAME), name=NAME)
    yield Step(f"peer/{NAME}/renamed", command, RENAMED)
