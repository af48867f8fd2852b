"""The events' part of the sample: what the review counts of gatherings, trainings, the Tribune and the Tandems, and an
invented edition of the Agora that it does not count.

Figures, towns, topics and modules are the review's. Days, titles of workshops and projects, how many came from which
public in one year, and which association teamed up with which school are invented; persons are, all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from deploy.sample.agoras import agora_corrected, agoras_held, projects
from deploy.sample.door import cancelled, door, door_undone, registered
from deploy.sample.gatherings import MISCOUNTED, gatherings
from deploy.sample.plan import Stage
from deploy.sample.tandems import tandems


def stages() -> Sequence[Stage]:
    """What is planned first; what happened at it next; then what changes that; the door of the Agora; its mistake."""
    return (planned(), happened(), changed(), door(), door_undone())


def planned() -> Stage:
    """Gatherings and tandems: each makes an entity."""
    return [*(one.plan() for one in gatherings()), *(one.form() for one in tandems())]


def happened() -> Stage:
    """Held, announced, counted; projects presented there; schools joined; registered."""
    held = [step for one in gatherings() for step in one.happened()]
    in_schools = [step for one in tandems() for step in one.happened()]
    return [*held, *agoras_held(), *projects(), *in_schools, *registered()]


def changed() -> Stage:
    """Counts corrected; registrations cancelled, so that who waits moves up."""
    miscounted = next(one for one in gatherings() if one.key == MISCOUNTED)
    return [agora_corrected(), miscounted.corrected(), *cancelled()]
