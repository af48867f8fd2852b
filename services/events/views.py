"""What the pages of events read, all of it; each view stands in the file of what it is about."""

from __future__ import annotations

from services.events.gathering_views import GATHERINGS
from services.events.project_views import PROJECTS, TANDEMS
from services.events.registration_views import REGISTRATIONS
from services.events.structure_views import STRUCTURES

VIEWS = (GATHERINGS, REGISTRATIONS, PROJECTS, TANDEMS, STRUCTURES)
