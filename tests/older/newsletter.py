"""The history's part of the newsletter: subscribers, an issue that is edited and sent, mails that are refused."""

from __future__ import annotations

from deploy.sample.newsletter import FIVE
from tests.older.house import House, links_in
from tests.older.membership import SHE

IN_VAIN = "abonnee-un@exemple.invalid"
PUT_OFF = "abonnee-deux@exemple.invalid"
TURNED_AWAY = "abonnee-trois@exemple.invalid"
STAYS = "abonnee-quatre@exemple.invalid"
ISSUE = "/newsletter/api/commands"


def asked_in_vain(house: House) -> None:
    """Somebody asks for a bulletin while no mail can be sent. The release of the folder had opened all by itself."""
    for said in FIVE.values():
        house.do("newsletter", "open-bulletin", **said)
    house.post("/newsletter/api/commands/request-subscription", {"email": IN_VAIN, "bulletins": ["echos", "parcours"]})
    house.until_said("SubscriptionRequested", 1)


def doubt_ended(house: House) -> None:
    """After the restore nobody knows whether that mail went out; an editor sends it again."""
    house.until_said("DeliveryBegun", 1)
    house.rest()
    delivery = house.get("/newsletter/api/deliveries", size=10)["documents"][0]["key"]
    house.do("newsletter", "send-again", delivery=delivery)
    house.send(house.link(IN_VAIN, "/newsletter/confirm/"))


def published(house: House) -> None:
    """More subscribers; the draft that filled by itself is edited, approved, sent; one leaves by each way."""
    for address, wanted in (
        (SHE, ["echos"]),
        (PUT_OFF, ["echos", "bloc-note"]),
        (TURNED_AWAY, ["echos", "bloc-note"]),
        (STAYS, ["echos"]),
    ):
        house.post("/newsletter/api/commands/request-subscription", {"email": address, "bulletins": wanted})
        house.send(house.link(address, "/newsletter/confirm/"))

    issue = house.do("newsletter", "start-issue", call="info flash", bulletin="info-flash", number=1)
    house.do(
        "newsletter", "add-item", call="alert", issue=issue, section="alert", title="Une alerte", text="Elle attend."
    )
    echos = next(one for one in house.get("/newsletter/api/issues", size=50)["documents"] if one["bulletin"] == "echos")
    of = {"issue": echos["key"]}
    house.do(
        "newsletter",
        "add-item",
        call="item",
        section="news",
        title="Un mot",
        text="Bonjour à **toutes** et tous.",
        **of,
    )
    item = house.part("item", "item")
    house.do(
        "newsletter",
        "revise-item",
        item=item,
        title="Un mot du réseau",
        text="Bonjour à toutes et tous.",
        url="https://rives.exemple.invalid/mot",
        **of,
    )
    house.do("newsletter", "move-item", item=item, position=0, **of)
    house.do("newsletter", "drop-item", item=item, reason="À revoir.", **of)
    house.do("newsletter", "restore-item", item=item, **of)
    house.do("newsletter", "approve-issue", recipients=5, **of)
    house.until_said("IssueSent", 1)
    leave = next(
        one for mail in house.mails(IN_VAIN) for one in links_in(mail) if one.startswith("/newsletter/unsubscribe/")
    )
    house.send(leave, **{"List-Unsubscribe": "One-Click"})
    house.do(
        "newsletter", "unsubscribe", subscriber=_subscriber(house, "parcours"), bulletins=["parcours"], means="staff"
    )


def _subscriber(house: House, bulletin: str) -> str:
    (one,) = house.get("/newsletter/api/subscribers", bulletins=bulletin)["documents"]
    return str(one["key"])


def refused(house: House) -> None:
    """An issue to two subscribers: the server puts the mail of one off, and turns the other away for good."""
    issue = house.do("newsletter", "start-issue", bulletin="bloc-note", number=1)
    house.do("newsletter", "add-item", issue=issue, section="call", title="Un appel", text="À projets.")
    house.do("newsletter", "approve-issue", issue=issue, recipients=2)
    house.until_said("DeliveryDeferred", 1)
    house.until_said("DeliveryRefused", 1)
    house.until_said("IssueSent", 2, 120)


def released(house: House) -> None:
    """The mail that was refused is sent again: now it goes into the folder."""
    (one,) = house.get("/newsletter/api/deliveries", state="refused")["documents"]
    accepted = house.said("DeliveryAccepted")
    house.do("newsletter", "send-again", delivery=one["key"])
    house.until_said("DeliveryAccepted", accepted + 1)
