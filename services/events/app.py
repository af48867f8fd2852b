"""Events: its capabilities."""

from __future__ import annotations

from pathlib import Path

from services.events.agenda.feature import FEATURE as AGENDA
from services.events.base.feature import FEATURE as BASE
from services.events.gatherings.feature import FEATURE as GATHERINGS
from services.events.projects.feature import FEATURE as PROJECTS
from services.events.registrations.feature import FEATURE as REGISTRATIONS
from services.events.registrations.retention import PERSONS
from services.events.structures.feature import FEATURE as STRUCTURES
from services.events.tandems.feature import FEATURE as TANDEMS
from shared.runtime.feature import composed

EVENTS = composed(
    "events",
    Path(__file__).parent,
    (AGENDA, GATHERINGS, REGISTRATIONS, PROJECTS, TANDEMS, STRUCTURES, BASE),
    persons=PERSONS,
)
