"""An archive fills an empty stream again, each message at its very sequence, or says why it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from shared.contract.envelope import Message
from shared.kernel.eventlog.event_log import Log, LogDamaged, LogUnfit, prepare
from shared.ledger.archive_format import Archive
from shared.ledger.inclusion_proofs import prove
from shared.ledger.log_restore import (
    ALONE,
    RestoreFailed,
    finished,
    refill,
    same_as_archived,
    tree_of,
    trees_of,
)
from shared.ledger.merkle import NotVerified
from tests.fixtures.archives import KEY, opened, sign
from tests.fixtures.log_writing import everything


def archived(folder: Path, messages: list[Message], *, signed: int | None = None) -> Archive:
    """An archive of these messages, of which the first are signed, or all."""
    archivist = opened(folder)
    archivist.append(messages[:signed])
    if archivist.size:
        sign(archivist)
    if signed is not None:
        archivist.append(messages[signed:])
    archivist.close()
    return Archive(folder)


def of(network: str, count: int, word: bytes = b"said") -> list[Message]:
    return [Message(n, f"{network}.directory.thing.{n}", b"%s %d" % (word, n)) for n in range(1, count + 1)]


async def log_of(nc: Client, network: str) -> Log:
    log = Log(nc, network)
    await log.start()
    return log


async def test_all_messages_come_back_at_their_sequences_also_very_large_ones(
    nc: Client, network: str, tmp_path: Path
) -> None:
    messages = of(network, 12)
    messages[5] = Message(6, messages[5].subject, b"x" * (ALONE + 1))
    archive, told = archived(tmp_path, messages), []
    assert await refill(nc, network, archive, 1, told.append) == 12
    with pytest.raises(LogUnfit, match="being restored"):
        await Log(nc, network).start()
    assert await refill(nc, network, archive, again=True) == 12, "a second time changes nothing"
    await finished(nc, network)
    log = await log_of(nc, network)
    assert await everything(log) == messages and told[0] == 0 and told[-1] == 12
    await same_as_archived(log, archive)
    assert log.shown == 12
    assert await trees_of(log, [0, 12]) == [await tree_of(log, 0), await tree_of(log, 12)]
    await nc.jetstream().publish(
        f"{network}.observatory.ledger.{network}.LogRestored", b""
    )  # as a restore says at its end
    assert await refill(nc, network, archive, again=True) == 12, "also when it was finished"
    await finished(nc, network)
    await log.stop()


class Losing:
    """A connection that loses answers: `before` requests never leave, then `after` are answered to nobody."""

    def __init__(self, nc: Client, before: int, after: int) -> None:
        self._nc, self.before, self.after = nc, before, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nc, name)

    async def request(self, subject: str, *given: Any, **more: Any) -> Any:
        if "$JS" in subject:
            return await self._nc.request(subject, *given, **more)
        if self.before:
            self.before -= 1
            raise TimeoutError
        answer = await self._nc.request(subject, *given, **more)
        if self.after:
            self.after -= 1
            raise TimeoutError
        return answer


async def test_a_lost_answer_is_no_second_writing_and_what_never_left_is_sent_again(
    nc: Client, network: str, tmp_path: Path
) -> None:
    archive = archived(tmp_path, of(network, 1))
    losing = Losing(nc, before=1, after=1)
    assert await refill(losing, network, archive) == 1  # type: ignore[arg-type]
    assert (losing.before, losing.after) == (0, 0)
    await finished(nc, network)
    log = await log_of(nc, network)
    assert await everything(log) == of(network, 1)
    await log.stop()


async def test_a_stream_that_holds_something_is_not_restored_into(nc: Client, network: str, tmp_path: Path) -> None:
    await prepare(nc, network)
    await nc.jetstream().publish(f"{network}.directory.thing.1", b"ours")
    with pytest.raises(LogUnfit, match="holds 1 messages"):
        await refill(nc, network, archived(tmp_path / "three", of(network, 3)))


async def test_half_of_another_restore_is_not_gone_on_with(nc: Client, network: str, tmp_path: Path) -> None:
    assert await refill(nc, network, archived(tmp_path / "three", of(network, 3))) == 3
    with pytest.raises(RestoreFailed, match="holds something else"):
        await refill(nc, network, archived(tmp_path / "other", of(network, 5, b"other")))
    with pytest.raises(RestoreFailed, match="ends at 3, but the archive at 1"):
        await refill(nc, network, archived(tmp_path / "one", of(network, 1)))
    assert await refill(nc, network, archived(tmp_path / "five", of(network, 5))) == 5, "the same history goes on"


async def test_an_archive_that_can_t_be_a_log_is_refused(nc: Client, network: str, tmp_path: Path) -> None:
    with pytest.raises(RestoreFailed, match="is empty"):
        await refill(nc, network, archived(tmp_path / "empty", []))
    with pytest.raises(RestoreFailed, match="can't be written"):
        await refill(nc, network, archived(tmp_path / "spaces", [Message(1, f"{network}.a b", b"x")]))


async def test_a_log_is_compared_with_the_end_of_its_archive(nc: Client, log: Log, tmp_path: Path) -> None:
    js, network = nc.jetstream(), log.network
    for message in of(network, 3):
        await js.publish(message.subject, message.body)
    await same_as_archived(log, archived(tmp_path / "empty", []))
    with pytest.raises(LogDamaged, match="ends at sequence 3, but 4"):
        await same_as_archived(log, archived(tmp_path / "longer", of(network, 4)))
    with pytest.raises(LogDamaged, match="not the event that was archived"):
        await same_as_archived(log, archived(tmp_path / "other", of(network, 3, b"other")))
    damaged = archived(tmp_path / "damaged", of(network, 25))
    for path in damaged.segments_folder.iterdir():
        path.write_bytes(b"no parquet")
    damaged.open_path.write_bytes(b"no segment")
    await same_as_archived(log, damaged)  # the notary says so, and where


def test_what_is_not_signed_has_no_proof(tmp_path: Path) -> None:
    archive = archived(tmp_path / "some", of("test", 5), signed=3)
    assert prove(archive, KEY.verifier, lambda message: message.seq == 99) is None
    found = prove(archive, KEY.verifier, lambda message: message.seq == 2)
    assert found is not None and found.seq == 2
    with pytest.raises(NotVerified, match="event 4 is not signed yet"):
        prove(archive, KEY.verifier, lambda message: message.seq == 4)
    with pytest.raises(NotVerified, match="no checkpoint"):
        prove(archived(tmp_path / "none", []), KEY.verifier, lambda message: True)
