"""The door of a gathering: who is registered, who is there. What is decided of it stands with the gathering."""

from __future__ import annotations

from services.events.gatherings.domain.registrations import CheckIn
from services.events.registrations.door import answering, permitted
from services.events.registrations.pages import routes
from services.events.registrations.views import REGISTRATIONS
from services.events.registrations.words import WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="registrations",
    views=(REGISTRATIONS,),
    words=WORDS,
    routes=(routes,),
    opening=answering,
    permitting={CheckIn: permitted},
)
