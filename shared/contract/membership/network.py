"""What membership says of the network itself and its peers."""

from __future__ import annotations

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing


class PeerNetworkEvent(Event, abstract=True):
    service = "membership"
    entity = "peer-network"
    thing = Thing(L("réseau régional"))


class PeerNetworkJoined(PeerNetworkEvent):
    """A regional multi-actor network (this one or another) stands on the national map."""

    says = Says(
        L("Réseau régional placé sur la carte"),
        detail="name",
        sets={"current": True},
    )

    name: str
    region: str | None = None
    ourselves: bool = False


class PeerNetworkLeft(PeerNetworkEvent):
    """A regional network stands on the national map no more."""

    says = Says(
        L("Réseau régional retiré de la carte"),
        detail="reason",
        sets={"current": False},
    )

    reason: str | None = None


class PeerNetworkRenamed(PeerNetworkEvent):
    """A regional network took another name."""

    says = Says(L("Réseau régional renommé"), detail="name")

    name: str


class PeerNetworkRestored(PeerNetworkEvent):
    """It was noted by mistake that a regional network left the map: it stands on it."""

    says = Says(
        L("Réseau régional remis sur la carte"),
        sets={"current": True},
        undoes=(PeerNetworkLeft,),
    )

    reason: str | None = None


class NetworkEvent(Event, abstract=True):
    service = "membership"
    entity = "network"
    thing = Thing(L("réseau"))


class NetworkNamed(NetworkEvent):
    """The network took a name."""

    says = Says(
        L("Le réseau a pris le nom"),
        detail="name",
        here=L("Nom donné au réseau"),
    )

    name: str
