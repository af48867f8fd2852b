"""Terms that end for many at once, unforeseen, wait for an operator; so does everybody while the clock is in doubt."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from deploy.cli.remote.clock import timed
from services.directory.app import DIRECTORY
from services.directory.imports.jobs import imports_of
from services.directory.publications.picture_retention import sweep
from services.directory.publications.pictures import pictures_of
from services.directory.structures.domain.contact import AddContact, RemoveContact
from services.directory.structures.domain.structure import RegisterStructure
from shared.contract.personal import Personal
from shared.persons.foretelling import FEW
from shared.runtime.service import ERASING, TERMS, Definition, Service
from tests.conftest import OpenService
from tests.deploy.observability.test_metrics import scraped, value
from tests.fixtures.signing_in import operator
from tests.shared.persons.conftest import HER, Add, do, move_clock
from tests.shared.web.security.test_privacy_pages import asking

pytestmark = pytest.mark.slow

TERM = 1096  # days, of contacts


async def some(service: Service, add: Add, number: int) -> list[UUID]:
    """Adds contacts, whose terms begin now."""
    return [await add(service, f"personne-{n}@exemple.invalid") for n in range(number)]


def kept(service: Service, persons: Sequence[UUID]) -> int:
    return sum(map(service.keyring.has, persons))


def wrapping_keys(service: Service) -> list[str]:
    return sorted(path.name for path in service.keyring.folder.glob("*.wrapping-key*"))


async def told(service: Service) -> dict[str, Any]:
    async with asking(service, **operator(service)) as client:
        return dict((await client.get("/directory/api/clock")).json())


async def doctor(service: Service) -> dict[str, bool]:
    """What `maillage doctor` says of the clock and of the persons who are due."""
    return {what: good for what, good, _ in timed(await told(service))}


async def test_while_the_clock_is_in_doubt_nobody_is_forgotten_and_no_key_replaced(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    her = await add(service, HER)
    keys = wrapping_keys(service)
    ahead = datetime.now(UTC) + timedelta(days=5 * 365)
    service.around.clock = lambda: ahead
    assert await service.persons.end_terms() == 0
    await add(service, "pendant@exemple.invalid")  # recorded by the same clock: commands go on
    assert await service.persons.end_terms() == 0
    assert service.keyring.has(her) and wrapping_keys(service) == keys
    assert await doctor(service) == {"clock": False, "persons due": True}
    assert value(await scraped(service), "maillage_clock_doubted", service="directory") == 1
    await service.stop()
    again = await open_service(definition, clock=lambda: ahead)  # with its own traces in the log
    assert await again.persons.end_terms() == 0 and again.keyring.has(her)
    async with asking(again, **operator(again)) as client:
        assert (await client.post("/directory/api/persons/due/confirm", json={"persons": []})).status_code == 422
    await again.stop()
    again = await open_service(definition)  # right again, it needs nobody's word
    assert await again.persons.end_terms() == 0 and again.keyring.has(her)
    async with asking(again, **operator(again)) as client:
        assert (await client.post("/directory/api/persons/due/confirm", json={"persons": []})).status_code == 200
    assert await doctor(again) == {"clock": True, "persons due": True}
    assert value(await scraped(again), "maillage_clock_doubted", service="directory") == 0
    move_clock(again, days=TERM + 1)
    assert await again.persons.end_terms() == 1 and not again.keyring.has(her)


async def test_a_clock_that_jumps_right_after_it_was_judged_foretells_and_forgets_nobody(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    every = await some(service, add, FEW + 1)
    right, looks = datetime.now(UTC), 0

    def jumping() -> datetime:
        nonlocal looks
        looks += 1
        return right if looks == 1 else right + timedelta(days=5 * 365)

    service.around.clock = jumping
    assert await service.persons.end_terms() == 0 and kept(service, every) == FEW + 1
    assert service.persons.foretold.question is None, "nobody falls due within 90 days"


@pytest.mark.parametrize("days", [5 * 365, -50 * 365])
async def test_a_term_that_a_wrong_clock_began_ends_no_earlier_than_the_right_one(
    open_service: OpenService, days: int
) -> None:
    service = await open_service(DIRECTORY)
    structure = (await do(service, RegisterStructure(name="Eau vive", kind="association"))).entity_id
    one = AddContact(structure=structure, name=Personal("Zénobie Quatrefages"), email=Personal(HER))
    contact = (await do(service, one)).entity_id
    (her,) = await service.persons.find(address=HER)
    wrong = datetime.now(UTC) + timedelta(days=days)
    service.around.clock = lambda: wrong
    await do(service, RemoveContact(contact=contact))
    service.around.clock = lambda: datetime.now(UTC)
    assert await service.clock.doubt() is None
    for later in (0, TERM - 1):
        move_clock(service, days=later)
        assert await service.persons.end_terms() == 0 and service.keyring.has(her)


async def test_who_is_asked_for_by_a_human_is_forgotten_whatever_the_clock_says(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    her = await add(service, HER)
    ahead = datetime.now(UTC) + timedelta(days=5 * 365)
    service.around.clock = lambda: ahead
    assert await service.clock.doubt() is not None
    async with asking(service, **operator(service)) as client:
        done = await client.post("/directory/api/persons/forget", json={"address": HER})
    assert done.status_code == 200 and not service.keyring.has(her)


async def test_the_clock_is_judged_again_before_each_part_of_many(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    service.persons.at_once = 2
    every = await some(service, add, 6)
    right = move_clock(service, days=TERM + 1)
    looks = 0

    def jumping() -> datetime:
        """It jumps by two days back amid the work."""
        nonlocal looks
        looks += 1
        return right if kept(service, every) > 4 else right - timedelta(days=2)

    service.around.clock = jumping
    assert await service.persons.end_terms() == 2 and kept(service, every) == 4 and looks > 2


@pytest.mark.slow
@pytest.mark.parametrize("number", [FEW, FEW + 1])
async def test_twenty_who_were_not_foretold_go_unasked_and_of_more_nobody(
    open_service: OpenService, definition: Definition, add: Add, number: int
) -> None:
    service = await open_service(definition)
    every = await some(service, add, number)
    move_clock(service, days=TERM + 1)
    if number == FEW:
        assert await service.persons.end_terms() == FEW and kept(service, every) == 0
        return
    for _ in range(3):
        assert await service.persons.end_terms() == 0 and kept(service, every) == number
    await service.stop()
    service = await open_service(definition)  # nor by starting again
    now = move_clock(service, days=TERM + 1)
    assert await service.persons.end_terms() == 0 and kept(service, every) == number
    assert value(await scraped(service), "maillage_persons_unforeseen", service="directory") == number
    assert await doctor(service) == {"clock": True, "persons due": True}, "three days are given"
    move_clock(service, days=TERM + 5)
    assert await doctor(service) == {"clock": True, "persons due": False}
    age = value(await scraped(service), "maillage_persons_question_age_seconds", service="directory")
    assert age > timedelta(days=3).total_seconds()
    right = service.around.clock()
    service.around.clock = lambda: right - timedelta(days=2)  # a clock in doubt silences no question
    assert await doctor(service) == {"clock": False, "persons due": False}
    service.around.clock = lambda: right
    async with asking(service, **operator(service)) as client:
        due = (await client.get("/directory/api/persons/due")).json()
        assert [one["foretold"] for one in due] == [None] * number
        some_ = [one["person"] for one in due[:5]]
        done = await client.post("/directory/api/persons/due/confirm", json={"persons": some_})
        assert done.json() == {"confirmed": 5}
    assert await service.persons.end_terms() == number, "of the others there are few now"
    assert kept(service, every) == 0 and now < service.around.clock()
    assert await doctor(service) == {"clock": True, "persons due": True}
    assert value(await scraped(service), "maillage_persons_question_age_seconds", service="directory") == 0


async def test_an_operator_confirms_only_who_is_due_and_they_are_forgotten_while_it_runs(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    await service.start_reactions()
    every = await some(service, add, FEW + 2)
    move_clock(service, days=TERM + 1)
    service.jobs.again(TERMS)
    async with asyncio.timeout(60):
        while service.persons.foretold.question is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    later = await add(service, "plus-tard@exemple.invalid")
    persons = [str(one) for one in (*every, later)]
    async with asking(service, **operator(service)) as client:
        done = await client.post("/directory/api/persons/due/confirm", json={"persons": persons})
        assert done.json() == {"confirmed": FEW + 2}
    async with asyncio.timeout(60):
        while kept(service, every):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert service.keyring.has(later)


@pytest.mark.parametrize(("days", "unasked"), [(8, True), (6, False)])
async def test_who_was_foretold_a_week_before_goes_unasked_however_many_they_are(
    open_service: OpenService, definition: Definition, add: Add, days: int, unasked: bool
) -> None:
    service = await open_service(definition)
    every = await some(service, add, FEW + 1)
    move_clock(service, days=TERM - days)
    assert await service.persons.end_terms() == 0
    await service.stop()
    service = await open_service(definition)
    move_clock(service, days=TERM + 30)
    assert await service.persons.end_terms() == (FEW + 1 if unasked else 0)
    assert kept(service, every) == (0 if unasked else FEW + 1)


async def test_a_term_that_lost_a_figure_asks_and_nothing_happens_when_it_is_set_right(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    every = await some(service, add, FEW + 1)
    move_clock(service, days=TERM - 80)
    assert await service.persons.end_terms() == 0  # foretold, for the end of the right term
    right = service.settings
    service.settings = right.model_copy(update={"keep_contacts": 109})
    move_clock(service, days=TERM - 60)
    assert await service.persons.end_terms() == 0 and kept(service, every) == FEW + 1
    assert service.persons.foretold.question is not None
    service.settings = right
    assert await service.persons.end_terms() == 0
    assert service.persons.foretold.question is None
    move_clock(service, days=TERM + 1)
    assert await service.persons.end_terms() == FEW + 1


async def test_a_short_term_is_foretold_for_half_of_it(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    service.settings = service.settings.model_copy(update={"keep_contacts": 4})
    every = await some(service, add, FEW + 1)
    move_clock(service, days=1)  # a look each day
    assert await service.persons.end_terms() == 0
    move_clock(service, days=5)
    assert await service.persons.end_terms() == FEW + 1 and kept(service, every) == 0


async def test_who_is_in_use_again_is_foretold_anew(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    her = await add(service, HER)
    now = move_clock(service, days=TERM - 10)
    await service.persons.end_terms()
    due = await service.persons.due(now + timedelta(days=20))
    assert [one.person for one in due] == [her]
    assert service.persons.foretold.since(due)[her] == now
    earlier = [type(due[0])(her, "contact", due[0].ends - timedelta(days=1))]
    assert service.persons.foretold.since(earlier)[her] is None, "not for an earlier day than was foretold"


async def test_an_unsent_form_waits_for_the_clock(open_service: OpenService) -> None:
    service = await open_service()
    ahead = datetime.now(UTC) + timedelta(days=40)
    service.around.clock = lambda: ahead
    assert await service.clock.doubt() is not None
    path = service.kept.folder / "0123456789abcdef.account"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"sealed")
    os.utime(path, (time.time() - 7200,) * 2)  # it is as old as the clock says
    await ERASING.run(service)
    assert path.exists()
    service.around.clock = lambda: datetime.now(UTC)
    await ERASING.run(service)
    assert not path.exists()


async def test_files_that_have_come_to_their_age_wait_for_the_clock(open_service: OpenService) -> None:
    service = await open_service(DIRECTORY)
    imports, pictures = imports_of(service), pictures_of(service)
    upload = imports.folder / "0123456789abcdef.draft"
    upload.parent.mkdir(parents=True, exist_ok=True)
    upload.write_bytes(b"sealed")
    name = "ab" * 32
    picture = service.around.data / "files" / "directory" / "ab" / f"{name}.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    ahead = datetime.now(UTC) + timedelta(days=40)
    service.around.clock = lambda: ahead
    assert await imports.end_terms() == 0 and await sweep(service) == 0
    assert upload.exists() and pictures.names() == [name]
    await service.clock.confirm()
    assert await imports.end_terms() == 1 and await sweep(service) == 1
    assert not upload.exists() and pictures.names() == []


async def test_a_file_that_a_wrong_clock_dated_later_is_kept_no_longer_than_others(open_service: OpenService) -> None:
    service = await open_service(DIRECTORY)
    imports = imports_of(service)
    upload = imports.folder / "0123456789abcdef.draft"
    upload.parent.mkdir(parents=True, exist_ok=True)
    name = "ab" * 32
    picture = service.around.data / "files" / "directory" / "ab" / f"{name}.webp"
    picture.parent.mkdir(parents=True)
    later = (datetime.now(UTC) + timedelta(days=5 * 365)).timestamp()
    for path in (upload, picture):
        path.write_bytes(b"some")
        os.utime(path, (later, later))
    assert await imports.end_terms() == 0 and await sweep(service) == 0
    move_clock(service, days=40)
    assert await imports.end_terms() == 1 and await sweep(service) == 1
