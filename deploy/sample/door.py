"""Who is registered for the invented gatherings of the sample, who cancels, who comes to the invented Agora."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from deploy.sample.agoras import PUBLICS, noon_of
from deploy.sample.gatherings import AGORA_2017, APER_OC_INVENTED, THEMATIC_INVENTED
from deploy.sample.plan import PARIS, Stage, Step, command_id, entity_id, event_id, noon
from deploy.sample.structures import structures
from services.events.gatherings.domain.registrations import (
    CancelRegistration,
    CheckIn,
    RegisterParticipant,
)
from shared.contract.events.gatherings import Audience
from shared.contract.personal import Personal
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import derived_id

REGISTERED, CANCELLED, PRESENT = 226, 8, 180
INVITED = (
    (AGORA_2017, REGISTERED, date(2017, 10, 9), 5000),
    (THEMATIC_INVENTED, 24, date(2017, 10, 30), 5300),
    (APER_OC_INVENTED, 9, date(2017, 11, 10), 5400),
)
"""Gathering, how many register, from which day on, and the number after which its persons count."""


def registered() -> Iterator[Step]:
    """Invented persons for the invented gatherings, most of them sent by a member."""
    for key, count, first, before in INVITED:
        for n in range(1, count + 1):
            audience, structure, name = _who(f"{key}/{n}")
            command = RegisterParticipant(
                gathering=entity_id(key, "gathering"),
                audience=audience,
                structure=structure,
                structure_name=name,
                name=Personal(f"Personne inventée {before + n:04d}"),
                email=Personal(f"personne-{before + n:04d}@exemple.invalid"),
            )
            day = noon_of(first + timedelta(days=n * 8 // max(count, 60)))
            yield Step(f"{key}/registration/{n}", command, day)


def cancelled() -> Iterator[Step]:
    """The day before the Agora, and so that who waits for the thematic meeting moves up."""
    gone = [(AGORA_2017, 23 * n) for n in range(1, CANCELLED + 1)] + [(THEMATIC_INVENTED, n) for n in (4, 11)]
    for key, n in gone:
        command = CancelRegistration(gathering=entity_id(key, "gathering"), registration=registration_id(key, n))
        yield Step(f"{key}/registration/{n}/cancelled", command, noon(2017, 11, 8))


def door() -> Stage:
    """The morning of the invented Agora: 181 check-ins, one of them a mistake."""
    there = [n for n in range(1, REGISTERED + 1) if n % 23 and n % 7 != 3]
    opened = datetime.combine(date(2017, 11, 9), time(8, 45), PARIS)
    return [
        Step(
            f"{AGORA_2017}/registration/{n}/present",
            CheckIn(gathering=entity_id(AGORA_2017, "gathering"), registration=registration_id(AGORA_2017, n)),
            opened + timedelta(seconds=33 * at),
        )
        for at, n in enumerate(there[: PRESENT + 1])
    ]


def door_undone() -> Stage:
    agora = entity_id(AGORA_2017, "gathering")
    mistake = event_id(f"{AGORA_2017}/registration/2/present", "gathering", agora)
    undo = StrikeEvents(kind="gathering", about=agora, events=[mistake], reason="Accueil noté par erreur.")
    return [Step(f"{AGORA_2017}/registration/2/undone", undo, datetime.combine(date(2017, 11, 9), time(8, 58), PARIS))]


def registration_id(key: str, n: int) -> UUID:
    """The id of the nth registration of an invented gathering."""
    return derived_id(command_id(f"{key}/registration/{n}"), "registration")


def _who(key: str) -> tuple[Audience, UUID | None, str | None]:
    """The public of a participant and who sends them."""
    chance = Random(key)
    audience: Audience = chance.choices(PUBLICS, weights=(64, 12, 9, 7.5, 4, 3.5))[0]
    kinds = {
        "associations": "association",
        "public_bodies": "public_body",
        "companies": "company",
        "higher_education": "higher_education",
    }
    senders = [s for s in structures()[:179] if s.kind == kinds.get(audience)]
    if not senders:
        return audience, None, None
    sender = chance.choice(senders)
    return audience, sender.id, sender.name
