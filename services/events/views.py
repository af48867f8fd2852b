"""What the pages of events read, all of it; each view stands in the file of what it is about."""

from __future__ import annotations

from services.events.gatherings.views import GATHERINGS
from services.events.registrations.views import REGISTRATIONS
from services.events.structures_copy import STRUCTURES
from services.events.tandems.views import PROJECTS, TANDEMS

VIEWS = (GATHERINGS, REGISTRATIONS, PROJECTS, TANDEMS, STRUCTURES)
