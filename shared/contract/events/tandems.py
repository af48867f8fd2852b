"""What events says of tandems of an association and a school."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields.codes import Code, Of
from shared.contract.says import Says, Thing

SchoolLevel = Annotated[Code, Of("level")]


class TandemEvent(Event, abstract=True):
    service = "events"
    entity = "tandem"
    thing = Thing(L("tandem solidaire"), "/events/tandems/{}")


class TandemFormed(TandemEvent):
    """An association and a school teamed up for a school year (`2016-2017`); `pilot` before the full launch."""

    says = Says(L("Tandem formé"), detail="association_name")

    school_year: str
    association: UUID | None = None
    association_name: str
    theme: str | None = None
    department: str | None = None
    pilot: bool = False


class TandemSchoolJoined(TandemEvent):
    """A school takes part in a tandem."""

    says = Says(
        L("Établissement entré dans un tandem"),
        detail="school_name",
        here=L("Établissement entré dans le tandem"),
        part="school",
        sets={"taking_part": True},
    )

    school: UUID
    school_name: str
    level: SchoolLevel | None = None


class TandemSchoolLeft(TandemEvent):
    """A school takes no part in a tandem after all."""

    says = Says(
        L("Établissement retiré d’un tandem"),
        here=L("Établissement retiré du tandem"),
        part="school",
        sets={"taking_part": False},
    )

    school: UUID


class PupilsCounted(TandemEvent):
    """So many pupils took part; a later count of the same tandem replaces it."""

    says = Says(L("Élèves comptés"), detail="pupils")

    pupils: int


class TandemCancelled(TandemEvent):
    """A tandem did not take place."""

    says = Says(L("Tandem annulé"), detail="reason", sets={"cancelled": True})

    reason: str


class TandemReinstated(TandemEvent):
    """The cancellation of a tandem was a mistake."""

    says = Says(
        L("Tandem rétabli, annulé par erreur"),
        here=L("Tandem rétabli"),
        sets={"cancelled": False},
        undoes=(TandemCancelled,),
    )
