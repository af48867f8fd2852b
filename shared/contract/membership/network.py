"""What membership says of the network itself and its peers."""

from __future__ import annotations

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidDay
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


class RegionDrawn(NetworkEvent):
    """The region of the network is made of these departments from this day on; of none where it has no region.

    `name`: what the region is called; `departments`: codes, in order."""

    says = Says(L("Région du réseau"), detail="region")

    region: str | None = None
    departments: list[str] = []


class LanguagesChosen(NetworkEvent):
    """The pages of the network are in these languages from this day on; the first for readers who chose none."""

    says = Says(L("Langues du réseau"), detail="languages")

    languages: list[str]


class DyeChosen(NetworkEvent):
    """The network took a dye of the house as its own colour."""

    says = Says(L("Couleur du réseau"), detail="dye")

    dye: str


class LawChosen(NetworkEvent):
    """The network is an association under this law from this day on: `1901`, or the `local` law of Alsace and
    Moselle."""

    says = Says(L("Droit dont relève le réseau"), detail="law")

    law: str


class LegalTermStated(NetworkEvent):
    """What a term of the law is from this day on, as the network has found it; without a `wording`, that somebody has
    looked and it still holds.

    `law`: under which; `term`: its code (shared/notions/legal_terms); `wording`, `article`: language → what it says,
    and where that stands; `amount`: in the unit of the term; `review_by`: by this day somebody looks again."""

    says = Says(L("Terme du droit dit ou revu"), detail="term")

    law: str
    term: str
    review_by: SaidDay
    wording: dict[str, str] = {}
    article: dict[str, str] = {}
    amount: int | None = None


class PrintedReviewsNamed(NetworkEvent):
    """The reviews that the network printed before it had this log, by the names that Maillage has for them; what they
    count is recounted."""

    says = Says(L("Bilans imprimés par le réseau"), detail="reviews")

    reviews: list[str] = []
