"""What membership says of volunteers, civic services and the posts of the team."""

from __future__ import annotations

from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing


class VolunteerEvent(Event, abstract=True):
    service = "membership"
    entity = "volunteer"
    thing = Thing(L("bénévole"))


class VolunteerContributed(VolunteerEvent):
    """A volunteer gave time to the network: one such event for each volunteer and year. The year is that of its day,
    which may be corrected; `year` is what was said first."""

    says = Says(L("Bénévole noté"), here=L("Bénévole"))

    year: int
    person: Personal | None = None
    email: Personal | None = None
    task: str | None = None


class VolunteerWithdrawn(VolunteerEvent):
    """A volunteer was noted by mistake."""

    says = Says(
        L("Bénévole retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(VolunteerContributed,),
    )

    reason: str


class VolunteerRestored(VolunteerEvent):
    """The withdrawal of a volunteer was a mistake: the volunteer counts as before."""

    says = Says(
        L("Bénévole rétabli"),
        here=L("Bénévole rétabli", context="VolunteerRestored"),
        sets={"withdrawn": False},
        undoes=(VolunteerWithdrawn,),
    )

    reason: str | None = None


class CivicServiceEvent(Event, abstract=True):
    service = "membership"
    entity = "civic-service"
    thing = Thing(L("service civique"))


class CivicServiceRecruited(CivicServiceEvent):
    """A young person in civic service was recruited into the network's own team."""

    says = Says(
        L("Recrutement en service civique"),
        detail="mission",
        here=L("Service civique dans l’équipe"),
        sets={"current": True},
    )

    person: Personal | None = None
    email: Personal | None = None
    mission: str | None = None


class CivicServiceSeconded(CivicServiceEvent):
    """A young person in civic service was seconded to a member or a local authority."""

    says = Says(L("Service civique mis à disposition"), detail="host_name", sets={"current": True})

    host: UUID | None = None
    host_name: str | None = None
    person: Personal | None = None
    email: Personal | None = None
    mission: str | None = None


class CivicServiceEnded(CivicServiceEvent):
    """A civic service came to its end."""

    says = Says(
        L("Fin d’un service civique"),
        detail="reason",
        here=L("Fin de service civique"),
        sets={"current": False},
    )

    reason: str | None = None


class CivicServiceWithdrawn(CivicServiceEvent):
    """A civic service was noted by mistake."""

    says = Says(
        L("Service civique retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(
            CivicServiceRecruited,
            CivicServiceSeconded,
        ),
    )

    reason: str


class CivicServiceRestored(CivicServiceEvent):
    """The end or the withdrawal of a civic service was a mistake: it stands as before."""

    says = Says(
        L("Service civique rétabli"),
        here=L("Service civique rétabli", context="CivicServiceRestored"),
        sets={"withdrawn": False},
        undoes=(
            CivicServiceEnded,
            CivicServiceWithdrawn,
        ),
    )

    reason: str | None = None


class CivicServicePlaceEvent(Event, abstract=True):
    service = "membership"
    entity = "civic-place"
    thing = Thing(L("place de service civique"))


class CivicServicePlaceApproved(CivicServicePlaceEvent):
    """The State approved one place of civic service; one event for each place."""

    says = Says(
        L("Place de service civique agréée"),
        detail="authority",
        here=L("Place de service civique agréée", context="CivicServicePlaceApproved"),
        sets={"current": True},
    )

    authority: str | None = None


class CivicServicePlaceEnded(CivicServicePlaceEvent):
    """The approval of a place ended."""

    says = Says(L("Fin d’agrément d’une place"), detail="reason", sets={"current": False})

    reason: str | None = None


class CivicServicePlaceRestored(CivicServicePlaceEvent):
    """It was noted by mistake that the approval of a place ended: it holds."""

    says = Says(
        L("Agrément d’une place rétabli"),
        here=L("Agrément d’une place rétabli", context="CivicServicePlaceRestored"),
        sets={"current": True},
        undoes=(CivicServicePlaceEnded,),
    )

    reason: str | None = None


class PostEvent(Event, abstract=True):
    service = "membership"
    entity = "post"
    thing = Thing(L("poste de l’équipe"))


class StaffPostCreated(PostEvent):
    """A post was created in the team; `fte` is its share of full time."""

    says = Says(L("Poste créé"), detail="title", sets={"current": True})

    title: str
    fte: float


class StaffPostChanged(PostEvent):
    """The share of full time of a post changed."""

    says = Says(
        L("Temps de travail changé"),
        detail="fte",
        here=L("Temps de travail changé", context="StaffPostChanged"),
    )

    fte: float


class StaffPostClosed(PostEvent):
    """A post was closed."""

    says = Says(L("Poste fermé"), detail="reason", sets={"current": False})

    reason: str | None = None


class StaffPostWithdrawn(PostEvent):
    """A post was noted by mistake."""

    says = Says(
        L("Poste retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(StaffPostCreated,),
    )

    reason: str


class StaffPostRestored(PostEvent):
    """The closing or the withdrawal of a post was a mistake: it stands as before."""

    says = Says(
        L("Poste rétabli"),
        here=L("Poste rétabli", context="StaffPostRestored"),
        sets={"current": True},
        undoes=(
            StaffPostClosed,
            StaffPostWithdrawn,
        ),
    )

    reason: str | None = None
