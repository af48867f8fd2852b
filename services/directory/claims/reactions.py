"""What follows when a claim is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.directory.structures.contacts import contacts_at
from services.directory.structures.domain.contact import AddContact
from shared.contract.directory.claims import ClaimAccepted, ListingClaimed
from shared.contract.envelope import Recorded
from shared.contract.fields import AS_STORED
from shared.contract.personal import Personal
from shared.kernel.decider import Command
from shared.kernel.reactions import on
from shared.kernel.views.projection import kept
from shared.runtime.faces import Office


@on(ClaimAccepted, name="claimant-becomes-contact")
async def claimant_becomes_contact(event: Recorded, service: Office) -> Sequence[Command]:
    """Whose claim is accepted is a contact of the structure, and by that has its space. Nobody who was forgotten is."""
    accepted = event.data
    assert isinstance(accepted, ClaimAccepted)
    history = await service.execute.history("claim", UUID(event.entity_id))
    made = next((one for one in history.events if isinstance(one.data, ListingClaimed)), None)
    if made is None:
        return []  # accepted, but never made: no command of ours says such
    claimed = made.data
    assert isinstance(claimed, ListingClaimed)

    def opened(value: Personal, field: str) -> str | None:
        return service.keyring.inside(kept(value, made, field))

    name, address = opened(claimed.name, "name"), opened(claimed.email, "email")
    if name is None or address is None:
        return []
    if any(one["structure"] == str(accepted.structure) for one in await contacts_at(service, address)):
        return []
    return [
        AddContact.model_validate(
            {
                "structure": accepted.structure,
                "name": Personal(name),
                "email": Personal(address),
                "role": claimed.role,
                "person": claimed.email.person,
            },
            context=AS_STORED,
        )
    ]
