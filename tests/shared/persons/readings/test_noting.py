"""What is opened while a request is answered is noted; what the program opens for itself is not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from shared.contract.directory.structures import ContactAdded
from shared.contract.personal import Personal
from shared.kernel.sealing import KeysAway
from shared.persons.keys.keyring import Keyring
from shared.persons.readings.noting import looked_up, nobody_reads, reading


async def test_only_what_the_keyring_opens_for_a_request_is_a_reading(tmp_path: Path) -> None:
    ring, her, event = Keyring(tmp_path, "net", "directory"), uuid4(), uuid4()
    await ring.ensure([her])
    sealed = ring.seal(ContactAdded(structure=uuid4(), name=Personal("Zénobie", person=her)), event)
    assert isinstance(sealed, ContactAdded)
    kept = {**sealed.name.as_json(), "event": str(event), "field": "name"}
    other = {**kept, "person": str(uuid4())}
    assert ring.reveal(kept) == "Zénobie", "beside requests"
    with reading(lambda: True) as one:
        assert ring.inside(kept) == "Zénobie" and ring.reveal(None) is None and ring.reveal(other) is None
        with nobody_reads():
            assert ring.reveal(kept) == "Zénobie"
        assert not one.persons
        assert await asyncio.to_thread(ring.reveal, kept) == "Zénobie" == ring.open(sealed.name, str(event), "name")
        assert list(one.persons) == [her]
        late = asyncio.create_task(_later(ring, kept))
        await asyncio.sleep(0)
        one.persons.clear()
    await late
    assert not one.persons, "what a request has begun and others end is not read in it"
    looked_up((her,))
    with reading(lambda: True) as one:
        looked_up((her,))
    assert one.looked_up and list(one.persons) == [her]
    ring.close()


async def _later(ring: Keyring, kept: dict[str, str]) -> None:
    await asyncio.sleep(0.05)
    ring.reveal(kept)


async def test_what_cannot_be_noted_is_not_opened(tmp_path: Path) -> None:
    ring, her, event = Keyring(tmp_path, "net", "directory"), uuid4(), uuid4()
    await ring.ensure([her])
    sealed = ring.seal(ContactAdded(structure=uuid4(), name=Personal("Zénobie", person=her)), event)
    assert isinstance(sealed, ContactAdded)
    kept = {**sealed.name.as_json(), "event": str(event), "field": "name"}
    with reading(lambda: False), pytest.raises(KeysAway):
        ring.reveal(kept)
    with reading(lambda: False), pytest.raises(KeysAway):
        ring.open(sealed.name, str(event), "name")
    with reading(lambda: False):
        assert ring.inside(kept) == "Zénobie"
    ring.close()
