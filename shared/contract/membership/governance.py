"""What membership says of the board and the working groups."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields.codes import Code, Of
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing

SeatRole = Annotated[Code, Of("office")]


class SeatEvent(Event, abstract=True):
    service = "membership"
    entity = "seat"
    thing = Thing(L("siège au conseil"))


class BoardSeatTaken(SeatEvent):
    """A member took a seat on the board."""

    says = Says(
        L("Siège pourvu au conseil d’administration"),
        detail="role",
        here=L("Siège pourvu"),
        sets={"current": True},
    )

    role: SeatRole
    member: UUID | None = None
    holder: Personal | None = None
    email: Personal | None = None


class BoardSeatVacated(SeatEvent):
    """A seat on the board was given up."""

    says = Says(
        L("Siège libéré"),
        detail="reason",
        here=L("Siège libéré", context="BoardSeatVacated"),
        sets={"current": False},
    )

    reason: str | None = None


class BoardSeatRestored(SeatEvent):
    """It was noted by mistake that a seat was given up: it is taken as before."""

    says = Says(
        L("Siège rendu, libéré par erreur"),
        here=L("Siège rendu, libéré par erreur", context="BoardSeatRestored"),
        sets={"current": True},
        undoes=(BoardSeatVacated,),
    )

    reason: str | None = None


class GroupEvent(Event, abstract=True):
    service = "membership"
    entity = "group"
    thing = Thing(L("groupe de travail"), "/membership/groups/{}")


class WorkingGroupFormed(GroupEvent):
    """Members formed a working group."""

    says = Says(L("Groupe de travail formé"), detail="name", sets={"open": True})

    name: str
    purpose: str | None = None


class WorkingGroupJoined(GroupEvent):
    """A member takes part in a working group."""

    says = Says(
        L("Entrée dans un groupe de travail"),
        here=L("Entrée dans un groupe de travail", context="WorkingGroupJoined"),
        part="member",
        sets={"taking_part": True},
    )

    member: UUID


class WorkingGroupLeft(GroupEvent):
    """A member takes part in a working group no more."""

    says = Says(
        L("Sortie d’un groupe de travail"),
        here=L("Sortie d’un groupe de travail", context="WorkingGroupLeft"),
        part="member",
        sets={"taking_part": False},
    )

    member: UUID


class WorkingGroupClosed(GroupEvent):
    """A working group ended."""

    says = Says(L("Groupe de travail clos"), detail="reason", sets={"open": False})

    reason: str | None = None


class WorkingGroupRestored(GroupEvent):
    """It was noted by mistake that a working group ended: it goes on."""

    says = Says(L("Groupe de travail rouvert"), sets={"open": True}, undoes=(WorkingGroupClosed,))

    reason: str | None = None
