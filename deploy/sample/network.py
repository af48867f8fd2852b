"""The network itself in the sample: its names and charters, its colleges, the networks beside it on the national
map."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from deploy.sample.plan import BEGINNING, DATA, Step, noon, noon_of, some_day
from deploy.sample.structures import FOUNDED
from services.membership.members.domain.charter import AdoptCharter
from services.membership.members.domain.college import COLLEGE
from services.membership.network.domain.network import NETWORK, NameNetwork
from services.membership.network.domain.peer_network import AddPeerNetwork, RenamePeerNetwork, peer_network_id
from services.membership.vocabularies.domain.vocabulary import VOCABULARY
from shared.kernel.decider import Command
from shared.notions.network.beginning import steps

FORMER_NAME, NAME = (one.name for one in BEGINNING.names)
STATUTES = noon(2017, 3, 18)  # the review says March 2017; the day is invented
RENAMED = noon_of(BEGINNING.names[-1].since or BEGINNING.since or FOUNDED.date())
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
SAYS: dict[str, type[Command]] = {
    one.__name__: one for decider in (NETWORK, VOCABULARY, COLLEGE) for one in decider.decisions
}


def definitions() -> Iterator[Step]:
    """What the network says of itself but its names, which its charters bear: its colleges and lists with it."""
    for one in steps(BEGINNING, "membership"):
        if one.command != NameNetwork.__name__:
            yield Step(_key(one.command, one.fields), SAYS[one.command].model_validate(one.fields), _when(one.day))


def _key(command: str, fields: Mapping[str, Any]) -> str:
    if "vocabulary" in fields:
        return f"term/{fields['vocabulary']}/{fields['code']}"
    return f"college/{fields['college']}" if "college" in fields else f"network/{command}"


def _when(day: date | None) -> datetime:
    return FOUNDED if day is None else noon_of(day)


def charter(key: str, name: str, adopted: datetime) -> Iterator[Step]:
    """The network's name and the charter that members sign under it. The principles of the first are taken to be the
    same, since only the second is known."""
    yield Step(f"network/{key}", NameNetwork(name=name), adopted)
    title = f"Charte de la coopération et de la solidarité internationales, {name}"
    yield Step(f"charter/{key}", AdoptCharter(title=title, principles=PRINCIPLES), adopted)


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
