"""The public page of the ledger and what lies under it: open to everybody, and never an event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from nats.aio.client import Client

from deploy.host.root_app import root_of
from services.observatory.app import OBSERVATORY
from services.observatory.ledger.notary import PACE, Pace, notary_of
from shared.base.settings import Settings
from shared.kernel.stores.sqlite import SqliteStore
from shared.ledger.inclusion_proofs import check
from shared.ledger.merkle import VerifierKey, verified
from shared.runtime.service import Service, Surroundings
from tests.fixtures.signing_in import operator

pytestmark = pytest.mark.slow


@pytest.fixture
async def service(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[Service]:
    settings = Settings(data=tmp_path, checkpoint_events=1, ledger_name="exemple.invalid/journal")
    store = SqliteStore(tmp_path / "views.sqlite")
    service = Service(OBSERVATORY, Surroundings(network, nc, settings, tmp_path, store, broker={}))
    service.parts.put(PACE, Pace(0.01, 0.01, 0.01))
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def anybody(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who is not signed in."""
    root = root_of({"observatory": service}, service.settings)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=root), base_url="http://localhost") as client:
        yield client


async def say(service: Service, nc: Client, *bodies: bytes) -> None:
    """Puts messages into the log and waits until they are signed."""
    for body in bodies:
        seq = (await nc.jetstream().publish(f"{service.network}.junk", body)).seq
    async with asyncio.timeout(60):
        while (head := notary_of(service).head) is None or head.size < seq:  # noqa: ASYNC110 - the notary has no event for it
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_the_page_stands_with_nothing_signed_and_with_something(
    anybody: httpx2.AsyncClient, service: Service, nc: Client, lang: str
) -> None:
    for path in ("checkpoint", "proof/1"):
        assert (await anybody.get(f"/observatory/ledger/{path}")).status_code == 404
    assert (await anybody.get("/observatory/ledger/checkpoints")).text == ""
    empty = await anybody.get(f"/observatory/ledger?lang={lang}")
    assert empty.status_code == 200
    assert ("Rien n’est encore signé" if lang == "fr" else "Nothing is signed yet") in empty.text
    await say(service, nc, b"a", b"b")
    page = await anybody.get(f"/observatory/ledger?lang={lang}")
    note = notary_of(service).note
    assert note is not None and note.split("\n")[2] in page.text.replace("&#43;", "+")
    assert "Undefined" not in page.text and "<script" not in page.text
    assert str(notary_of(service).key) in page.text.replace("&#43;", "+")


async def test_anybody_can_check_what_is_signed_without_seeing_an_event(
    anybody: httpx2.AsyncClient, service: Service, nc: Client
) -> None:
    await say(service, nc, b"first, and nobody's business", b"second", b"third")
    key = VerifierKey.read((await anybody.get("/observatory/ledger/public-key")).text)
    latest = await anybody.get("/observatory/ledger/checkpoint")
    assert latest.headers["content-type"].startswith("text/plain")
    assert verified(latest.text, key).size == 3
    every = (await anybody.get("/observatory/ledger/checkpoints")).text
    assert every.endswith(latest.text + "\n")
    assert (await anybody.get("/observatory/ledger/checkpoints?after=3")).text == ""
    answer = await anybody.get("/observatory/ledger/proof/1")
    proven = check(answer.content, key)
    assert (proven.seq, proven.message, proven.head.size) == (1, None, 3)
    assert "business" not in answer.text and "subject" not in answer.text
    assert (await anybody.get("/observatory/ledger/proof/4")).status_code == 404
    for wrong in ("0", "-1", "x", "9" * 40):
        assert (await anybody.get(f"/observatory/ledger/proof/{wrong}")).status_code == 422


async def test_the_state_says_what_is_signed_and_no_secret(
    anybody: httpx2.AsyncClient, service: Service, nc: Client, tmp_path: Path
) -> None:
    await say(service, nc, b"a", b"b")
    answer = await anybody.get("/observatory/api/ledger")
    state = answer.json()
    assert (state["state"], state["problem"], state["signed"], state["archived"]) == ("signing", None, 2, 2)
    assert state["age"] >= 0 and state["archive_bytes"] > 0
    assert str(tmp_path) not in answer.text


async def test_a_notary_that_stopped_is_an_alarm_on_the_page(
    anybody: httpx2.AsyncClient, service: Service, nc: Client
) -> None:
    await say(service, nc, b"a")
    notary = notary_of(service)
    await nc.jetstream().delete_stream(service.network)
    await service.log.start()
    async with asyncio.timeout(60):
        while notary.state != "stopped":  # noqa: ASYNC110 - the notary has no event for it
            await asyncio.sleep(0.02)
    page = (await anybody.get("/observatory/ledger")).text
    assert "Le journal n’est plus signé" in page and 'role="alert"' in page
    assert (await anybody.get("/observatory/api/ledger")).json()["problem"]
    assert notary.problem in (await anybody.get("/observatory/journal", headers=operator(service))).text
    assert (await anybody.get("/observatory/ledger/checkpoint")).status_code == 200, "what was signed stays"
