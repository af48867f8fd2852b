"""What names a thing of another record: by which field of which event, and in which state it must be (referents.py).
Who strikes a beginning, or puts it on another day, is told what rests on it, and refused where a fact of another record
becomes wrong: a member of a structure that never was. `unrested.py` has the fields on which nothing rests, and why; a
type of the contract that names something in neither does not pass the tests.

Each service has a view of what names its own things (`named_by`). It says where to look, no more: what stands there,
and whether it becomes wrong, the log says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.casework import IdentificationAnswered, MediaCoverageNoted, SupportGiven
from shared.contract.directory.claims import ClaimAccepted, ClaimRefused, ListingClaimed
from shared.contract.directory.cooperation import CooperationProjectDrafted, CooperationProjectRevised
from shared.contract.directory.duplicates import NamesakesDoubted, NamesakesToldApart
from shared.contract.directory.letters import LetterBegun, LetterRefused, LetterSent
from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationDrafted,
    PublicationRedrafted,
    PublicationWithdrawn,
)
from shared.contract.directory.structures import ContactAdded
from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import (
    AgoraAttended,
    GatheringAttended,
    ParticipantRegistered,
    RegistrationCancelled,
    RegistrationReinstated,
)
from shared.contract.events.projects import ProjectPresented
from shared.contract.events.tandems import TandemFormed, TandemSchoolJoined
from shared.contract.membership.governance import BoardSeatTaken, WorkingGroupJoined
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined
from shared.contract.membership.team import CivicServiceSeconded
from shared.contract.newsletter.bulletins import IssueApproved, IssueStarted
from shared.contract.observatory.identification import (
    IdentificationRepeated,
    IdentificationRestored,
    IdentificationSaved,
    IdentificationWithdrawn,
)
from shared.contract.observatory.surveys import (
    SurveyAnswerChanged,
    SurveyAnswered,
    SurveyDeclined,
    SurveySent,
    SurveyWithdrawn,
)
from shared.kernel.line import Fact
from shared.kernel.views.projection import Document, View
from shared.notions.bulletin import bulletin_id
from shared.notions.membership import CHARTER_ID, college_id


@dataclass(frozen=True, slots=True)
class Naming:
    """A field by which an event names a thing of kind `to` (`<service>.<entity>`), which must be in `state` on its day.
    `id`: how its id follows from what is said. Of what is always of now: `over`, what ends it; without that nothing
    takes it back, so what it names was there, and ends otherwise (closed, merged). `again`: what brings it back;
    `part`: the field that says of which part of its record all of these are. `page`: (its record, the event) → where it
    is seen and ended, if not where its thing is."""

    to: str
    state: str = "known"
    id: Callable[[Any], UUID] | None = None
    over: tuple[type[Event], ...] = ()
    again: tuple[type[Event], ...] = ()
    part: str = ""
    page: Callable[[UUID, Any], str] | None = None

    @property
    def for_good(self) -> bool:
        """Whether nothing takes it back, where it is always of now."""
        return not self.over

    def ids(self, event: Event, field: str) -> Iterable[tuple[Any, UUID]]:
        """What is said, and the id of the thing that it names."""
        said = getattr(event, field, None)
        for one in said if isinstance(said, list) else [said]:
            if one is not None:
                yield one, one if self.id is None else self.id(one)

    def holds(self, fact: Fact, line: Sequence[Fact]) -> bool:
        """Whether a fact that stands in a line can stand in the way of a correction elsewhere."""
        if not fact.event.live or self.for_good:
            return True
        own = [one.event for one in line if one.seq > fact.seq and isinstance(one.event, self.over + self.again)]
        same = [one for one in own if not self.part or getattr(one, self.part) == getattr(fact.event, self.part)]
        return not (same and isinstance(same[-1], self.over))


STRUCTURE, OPEN, APART = (Naming("directory.structure", state) for state in ("known", "open", "apart"))
PUBLISHED = replace(STRUCTURE, over=(PublicationWithdrawn,))
OF_PROJECT = Naming("directory.project", over=(PublicationWithdrawn,))
COLLEGE = Naming("membership.college", "open", id=college_id)
CHARTER = Naming("membership.charter", "in force", id=lambda version: CHARTER_ID)
BULLETIN = Naming("newsletter.bulletin", id=bulletin_id)
MEMBER = Naming("membership.member", "member")
REGISTERED = replace(STRUCTURE, over=(RegistrationCancelled,), again=(RegistrationReinstated,), part="registration")
PROJECT = {"leader": APART, "participants": APART}
PAIR = replace(STRUCTURE, over=(NamesakesDoubted,), page=lambda id, said: "/directory/duplicates?tab=apart")
CLAIM = replace(STRUCTURE, page=lambda id, said: f"/directory/claims/{id}")
AWAY: Mapping[str, Any] = {"over": (IdentificationWithdrawn,), "again": (IdentificationRestored,)}
STUDIED = replace(STRUCTURE, **AWAY)
ANSWER = {"structure": replace(STRUCTURE, page=lambda id, said: f"/observatory/surveys/{said.survey}")}

NAMINGS: Mapping[type[Event], Mapping[str, Naming]] = {
    ContactAdded: {"structure": APART},
    SupportGiven: {"structure": OPEN},
    MediaCoverageNoted: {"structure": APART},
    CooperationProjectDrafted: PROJECT,
    CooperationProjectRevised: PROJECT,
    IdentificationAnswered: {"found": STRUCTURE},
    ListingClaimed: {"structure": replace(CLAIM, over=(ClaimRefused, ClaimAccepted))},
    ClaimAccepted: {"structure": CLAIM},
    NamesakesToldApart: {"first": PAIR, "second": PAIR},
    LetterBegun: {"structure": replace(STRUCTURE, over=(LetterRefused,))},
    LetterSent: {"structure": STRUCTURE},
    MemberNewsPublished: {"structure": PUBLISHED},
    MemberOfferPublished: {"structure": PUBLISHED},
    MemberEventPublished: {"structure": PUBLISHED},
    MemberProjectPublished: {"structure": PUBLISHED, "project": OF_PROJECT},
    PublicationDrafted: {"structure": PUBLISHED, "project": OF_PROJECT},
    PublicationRedrafted: {"project": OF_PROJECT},
    MemberJoined: {"structure": OPEN, "college": COLLEGE, "charter_version": CHARTER},
    MemberCollegeChanged: {"college": replace(COLLEGE, state="of structures")},
    BoardSeatTaken: {"member": MEMBER},
    WorkingGroupJoined: {"member": MEMBER},
    CivicServiceSeconded: {"host": OPEN},
    ParticipantRegistered: {"structure": REGISTERED},
    AgoraAttended: {"structure": STRUCTURE},
    GatheringAttended: {"structure": STRUCTURE},
    ProjectPresented: {"gathering": Naming("events.gathering", "standing"), "structure": OPEN},
    TandemFormed: {"association": OPEN},
    TandemSchoolJoined: {"school": OPEN},
    IssueStarted: {"bulletin": BULLETIN},
    IssueApproved: {"bulletin": BULLETIN},
    SurveySent: {"structures": replace(STRUCTURE, over=(SurveyWithdrawn,))},
    SurveyAnswered: ANSWER,
    SurveyAnswerChanged: ANSWER,
    SurveyDeclined: ANSWER,
    IdentificationSaved: {
        "structure": STUDIED,
        "found": STUDIED,
        "request": replace(Naming("directory.request"), **AWAY),
    },
    IdentificationRepeated: {"found": STUDIED},
}
"""Type of event → field → what it names. What one gesture writes in two records, as a merge, names nothing here: half
of it is never corrected."""


OWN: Mapping[type[Event], Naming] = {
    ParticipantRegistered: replace(
        REGISTERED, to="events.gathering", page=lambda id, said: f"/events/gatherings/{id}/registrations"
    )
}
"""Type of what is always of now, and rests on the beginning of its own record, until it is over. Of what is of a day
the line of that record says it: nothing of it is before its beginning."""


def _named(event: Recorded, service: str) -> Sequence[str]:
    said = event.data
    found = [
        f"{naming.to}.{id}"
        for field, naming in NAMINGS[type(said)].items()
        if naming.to.startswith(f"{service}.")
        for _, id in naming.ids(said, field)
    ]
    return list(dict.fromkeys(found))


def _by(document: Document | None, data: Event, event: Recorded) -> Document:
    by = f"{event.service}.{event.entity}.{event.entity_id}"
    return {"by": sorted({by, *(document or {"by": []})["by"]})}


@cache
def named_by(service: str) -> View:
    """Which entities ever named a thing of this service, by `<service>.<entity>.<id>`; whatever was corrected since."""
    types = [
        kind for kind, fields in NAMINGS.items() if any(one.to.startswith(f"{service}.") for one in fields.values())
    ]
    return View(
        name="named_by",
        version=2,
        on=dict.fromkeys(types, _by),
        keys=lambda event: _named(event, service),
        of_log=True,
        stamps=(),
    )


SERVICES: Sequence[str] = sorted({one.to.partition(".")[0] for fields in NAMINGS.values() for one in fields.values()})
"""Those whose things are named"""
