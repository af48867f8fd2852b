"""The Tandems solidaires: an association and schools, for one school year."""

from __future__ import annotations

from collections.abc import Sequence

from services.events.base.places import departments_offered
from services.events.structures.queries import structures_offered
from services.events.tandems.domain import AGAIN, TANDEM, TandemCommand
from services.events.tandems.pages import routes
from services.events.tandems.views import TANDEMS
from services.events.tandems.words import WORDS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.faces import Views
from shared.runtime.feature import Feature
from shared.runtime.service import Choices, Retired


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The record of the tandem."""
    return f"/events/tandems/{outcome.entity_id}" if isinstance(command, TandemCommand) else None


async def choices(service: Views, command: type[Command], lang: str) -> Choices:
    """Departments and tandems by name, members for the association, schools."""
    if not issubclass(command, TandemCommand):
        return {}
    fields = command.model_fields
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "department" in fields:
        found["department"] = departments_offered()
    if "tandem" in fields:
        some = await service.store.find(TANDEMS, sort=["-school_year"], limit=1000)
        found["tandem"] = [(d["key"], f"{d['association_name']}, {d['school_year']}") for d in some.documents]
    for name in ("association", "school"):
        if name in fields:
            found[name] = await structures_offered(service, name)
    return found


RETIRED = {
    "RemoveTandemSchool": Retired("tandem", "StrikeEvents"),
    "CancelTandem": Retired("tandem", "StrikeEvents"),
    "ReinstateTandem": Retired("tandem", "LiftStrikes"),
}

FEATURE = Feature(
    name="tandems",
    deciders=(TANDEM,),
    views=(TANDEMS,),
    words=WORDS,
    routes=(routes,),
    page_of=page_of,
    choices=choices,
    retired=RETIRED,
    again=AGAIN,
)
