"""A bulletin: one of those that the network publishes, once somebody has opened it; found by its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args
from uuid import UUID, uuid5

from services.newsletter.base.fields import NEWSLETTER
from shared.contract import Event
from shared.contract.fields import Line
from shared.contract.newsletter.bulletins import BulletinCode, BulletinOpened
from shared.kernel.decider import Command, Context, Decider, Decision, Refused

FIVE: dict[BulletinCode, tuple[str, str]] = {
    "bloc-note": (
        "Bloc note",
        "L’actualité de la coopération et de la solidarité internationales, de la région au monde.",
    ),
    "echos": (
        "Les Échos du Réseau",
        "Les informations et actualités que les membres publient dans le portail régional.",
    ),
    "parcours": ("Parcours", "Les offres de formation, d’emploi, de stage, de volontariat et de bénévolat."),
    "rendez-vous": ("Rendez-vous", "Les événements et rencontres du réseau et de ses partenaires."),
    "info-flash": ("Info Flash", "Au cas par cas, pour alerter ou mobiliser sur une question ou une actualité."),
}
"""Title and purpose of each, after the review 2012-2017, « Bulletins électroniques »: what the sample opens. A network
names its own."""
CODES: tuple[BulletinCode, ...] = get_args(BulletinCode)


def bulletin_id(code: BulletinCode) -> UUID:
    """The id of the bulletin with this code."""
    return uuid5(NEWSLETTER, f"bulletin/{code}")


class OpenBulletin(Command):
    """Begin to publish a bulletin."""

    entity = "bulletin"
    bulletin: BulletinCode
    title: Line
    purpose: Line

    def target(self, context: Context) -> UUID:
        return bulletin_id(self.bulletin)


def opening_of(code: BulletinCode) -> OpenBulletin:
    """The command that opens one of the five of the sample."""
    title, purpose = FIVE[code]
    return OpenBulletin(bulletin=code, title=title, purpose=purpose)


@dataclass(frozen=True)
class Bulletin:
    """`said`: its title and purpose, once it is opened."""

    said: tuple[str, str] | None = None


def evolve(state: Bulletin, event: Event) -> Bulletin:
    return Bulletin((event.title, event.purpose)) if isinstance(event, BulletinOpened) else state


def _opened(command: OpenBulletin, state: Bulletin, context: Context) -> Decision:
    if state.said is not None:
        if state.said != (command.title, command.purpose):
            raise Refused("bulletin-opened")
        return []
    return [BulletinOpened(bulletin=command.bulletin, title=command.title, purpose=command.purpose)]


BULLETIN = Decider(
    "bulletin",
    Bulletin(),
    evolve,
    {OpenBulletin: _opened},
    takes="now",
)
