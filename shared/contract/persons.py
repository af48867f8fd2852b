"""What each service says of persons whom it has forgotten. Nothing in these events is personal: the person's id, and
why.

Every service keeps keys of its own, so each forgets for itself and has a type of its own (ADR 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing

ForgettingReason = Literal["asked", "term", "restored"]
"""asked: by the person, or for them; term: the time for which the data were needed is over; restored: an older log came
back in which it had not happened yet."""


class PersonForgotten(Event, abstract=True):
    """The entity is the person, under the id that sealed values name. `purpose`: the line of the register whose term
    ended, for `term`."""

    entity = "person"
    live = True
    thing = Thing(L("oubli d’une personne"))
    says = Says(L("Personne oubliée"), sets={"forgotten": True})
    reason: ForgettingReason
    purpose: str | None = None


class PersonForgottenByDirectory(PersonForgotten):
    """The directory can't read any more what it kept of a person: the key is gone."""

    service = "directory"


class PersonForgottenByMembership(PersonForgotten):
    """Membership can't read any more what it kept of a person: the key is gone."""

    service = "membership"


class PersonForgottenByEvents(PersonForgotten):
    """Events can't read any more what they kept of a person: the key is gone."""

    service = "events"


class PersonForgottenByNewsletter(PersonForgotten):
    """The newsletter can't read any more what it kept of a person: the key is gone."""

    service = "newsletter"


class PersonForgottenByObservatory(PersonForgotten):
    """The observatory can't read any more what it kept of a person: the key is gone."""

    service = "observatory"


FORGOTTEN: Mapping[str, type[PersonForgotten]] = {
    kind.service: kind
    for kind in (
        PersonForgottenByDirectory,
        PersonForgottenByMembership,
        PersonForgottenByEvents,
        PersonForgottenByNewsletter,
        PersonForgottenByObservatory,
    )
}
"""By service, how it says that it has forgotten a person."""
