"""A letter that was asked for and is not sent yet is not sent to whom no record names any more; one that was sent stays
sent."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.directory.structures.contact_views import CONTACTS
from services.observatory.surveys.domain.survey import SendSurvey
from shared.contract.corrections import EventStruck
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Unit
from tests.fixtures.log_writing import write
from tests.fixtures.running_surveys import House, still_house, until

__all__ = ["still_house"]  # pytest finds its fixture here
pytestmark = pytest.mark.slow


async def strike(house: House, kind: str, id: UUID, type: str) -> None:
    history = await house.directory.execute.history(kind, id)
    named = [UUID(event.id) for event in history.events if event.type == type]
    await house.do(StrikeEvents(kind=kind, about=id, events=named, reason="erreur"), "directory")


async def struck_long_ago(house: House, structure: UUID) -> None:
    """By a release that did not ask what rests on it."""
    history = await house.directory.execute.history("structure", structure)
    (event,) = history.events
    word = EventStruck(event=UUID(event.id), kind=event.type, reason="erreur")
    item = write(house.network, structure, 2, word, of=("directory", "structure"))
    seq = await house.directory.log.append(Unit([item], {item.entity: history.seq}))
    assert await house.directory.runner.wait_for(seq)


async def contact_of(house: House, structure: UUID) -> UUID:
    (found,) = (await house.directory.store.find(CONTACTS, {"structure": str(structure)}, limit=2)).documents
    return UUID(found["key"])


async def test_a_letter_is_not_sent_to_a_contact_or_a_structure_that_was_noted_by_mistake(still_house: House) -> None:
    house = still_house
    kept, gone, never = [await house.structure(f"Eau {n}", f"eau-{n}@exemple.invalid") for n in range(3)]
    survey = await house.survey()
    await house.do(SendSurvey(survey=survey, kind="invitation", structures=[kept, gone, never]))
    await strike(house, "contact", await contact_of(house, gone), "ContactAdded")
    with pytest.raises(Refused, match="named-elsewhere"):
        await strike(house, "structure", never, "StructureRegistered")
    await struck_long_ago(house, never)
    await house.directory.start_reactions()

    async def dealt_with() -> bool:
        return await house.events("LetterSent") == 1 and await house.events("LetterUnaddressed") == 2

    await until(dealt_with)
    assert [to for to, _ in await house.mails(1)] == ["eau-0@exemple.invalid"]
    await strike(house, "contact", await contact_of(house, kept), "ContactAdded")
    assert await house.events("LetterSent") == 1 and await house.directory.store.parked() == []
