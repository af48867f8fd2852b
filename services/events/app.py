"""Events, wired."""

from __future__ import annotations

from pathlib import Path

from services.events.gatherings.domain.gathering import GATHERING
from services.events.projects.domain import PROJECT
from services.events.retention import PERSONS
from services.events.tandems.domain import TANDEM
from services.events.views import VIEWS
from services.events.web import choices, page_of, routes
from services.events.words import WORDS
from shared.runtime.service import Definition

EVENTS = Definition(
    name="events",
    folder=Path(__file__).parent,
    deciders=(GATHERING, PROJECT, TANDEM),
    views=VIEWS,
    words=WORDS,
    routes=routes,
    page_of=page_of,
    choices=choices,
    persons=PERSONS,
)
