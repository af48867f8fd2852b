"""What the newsletter says of bulletins, their issues and the items of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields.codes import Code, Of
from shared.contract.says import Says, Thing

BulletinCode = Annotated[Code, Of("bulletin")]
Arrival = Literal["news", "project", "offer", "event", "gathering"]
"""What arrives in a bulletin by itself: what members publish, by its sort, and gatherings that are announced"""
EARLIER: Mapping[str, Sequence[Arrival]] = {
    "bloc-note": (),
    "echos": ("news", "project"),
    "parcours": ("offer",),
    "rendez-vous": ("event", "gathering"),
    "info-flash": (),
}
"""The bulletins that there were while they were a closed list, in their order: what arrived in each"""
SectionCode = Annotated[Code, Of("section")]


class BulletinEvent(Event, abstract=True):
    service = "newsletter"
    entity = "bulletin"
    thing = Thing(L("bulletin"))


class BulletinOpened(BulletinEvent):
    """The network publishes this bulletin, or publishes it again. `arrivals`: what arrives in it by itself; absent
    where the list of bulletins was closed, so that their codes say it. `titles`: what it is called, language → text,
    where that is not its title; `rank`: where it stands among the others, from 1."""

    says = Says(L("Bulletin ouvert"), detail="title", sets={"open": True})

    bulletin: BulletinCode
    title: str
    purpose: str
    arrivals: list[Arrival] | None = None
    titles: dict[str, str] = {}
    rank: int | None = None


class BulletinRevised(BulletinEvent):
    """The network calls a bulletin otherwise, or says otherwise what it is for, what arrives in it, where it stands
    among the others (`rank` absent: where it stood). All of it is said, also what stays. Its issues keep their numbers.
    """

    says = Says(L("Bulletin renommé ou changé"), detail="title")

    bulletin: BulletinCode
    title: str
    purpose: str
    arrivals: list[Arrival] = []
    titles: dict[str, str] = {}
    rank: int | None = None


class BulletinClosed(BulletinEvent):
    """The network publishes this bulletin no more. Its issues and who reads them stay; nothing arrives in it or is sent
    of it any more."""

    says = Says(L("Bulletin fermé"), detail="bulletin", sets={"open": False})

    bulletin: BulletinCode
    reason: str | None = None


class IssueEvent(Event, abstract=True):
    service = "newsletter"
    entity = "issue"
    live = True
    thing = Thing(L("numéro d’un bulletin"), "/newsletter/issues/{}")


class IssueStarted(IssueEvent):
    """A new issue of a bulletin is a draft. Numbers count from 1 for each bulletin."""

    says = Says(L("Numéro commencé"), detail="number")

    bulletin: BulletinCode
    number: int


class ItemAdded(IssueEvent):
    """An item came into the draft; `source_event` is the event that it came from, if it came by itself.

    `source_page`: where the whole of it stands, a path of the installation; `picture`: the SHA-256 of the picture
    there.
    """

    says = Says(
        L("Article ajouté au brouillon"),
        detail="title",
        here=L("Article arrivé"),
        part="item",
    )

    item: UUID
    section: SectionCode
    title: str
    text: str
    url: str | None = None
    source_event: UUID | None = None
    source_entity: UUID | None = None
    source_name: str | None = None
    source_page: str | None = None
    picture: str | None = None
    picture_text: str | None = None


class ItemRevised(IssueEvent):
    """An editor changed an item. An absent `url` means that it has none."""

    says = Says(L("Article modifié"), detail="title", here=L("Article modifié", context="ItemRevised"), part="item")

    item: UUID
    title: str
    text: str
    url: str | None = None


class ItemMoved(IssueEvent):
    """An editor moved an item to a place among all items of the draft, dropped ones too, counted from 0."""

    says = Says(L("Article déplacé"), part="item")

    item: UUID
    position: int


class ItemDropped(IssueEvent):
    """An item was taken out of the draft."""

    says = Says(
        L("Article retiré"),
        detail="reason",
        here=L("Article retiré", context="ItemDropped"),
        part="item",
        sets={"dropped": True},
    )

    item: UUID
    reason: str | None = None


class ItemRestored(IssueEvent):
    """An item that was taken out of the draft is back at its place."""

    says = Says(L("Article remis"), part="item", sets={"dropped": False}, undoes=(ItemDropped,))

    item: UUID


class IssueApproved(IssueEvent):
    """An editor approved an issue: it changes no more and goes out to those who were subscribers before this event,
    `recipients` of them when the editor looked."""

    says = Says(
        L("Numéro approuvé, destinataires"),
        detail="recipients",
        here=L("Numéro approuvé"),
        sets={"approved": True},
        mails=("delivery", "issue"),
    )

    bulletin: BulletinCode
    number: int
    recipients: int


class IssueSent(IssueEvent):
    """Every subscriber of the issue has been dealt with: sent, refused or doubtful."""

    says = Says(
        L("Numéro envoyé, messages remis"),
        detail="sent",
        here=L("Numéro envoyé"),
        sets={"closed": True},
    )

    sent: int
    refused: int
    doubtful: int
