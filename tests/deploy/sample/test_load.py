"""Whether the sample is whole is noted once it is loaded; a note is good for its log and its plan alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from deploy.sample.load import WHOLE, note_whole, whole
from shared.kernel.command_handler import new_command_id
from shared.kernel.eventlog.event_log import Log
from shared.runtime.service import Service
from tests.fixtures.small_directory import Register


async def register(service: Service, name: str) -> None:
    await service.execute(Register(name=name), id=new_command_id(), actor="test")


async def test_a_log_that_was_noted_as_whole_is_whole_whatever_comes_after_it(service: Service, tmp_path: Path) -> None:
    await note_whole(service.log, tmp_path)
    assert not (tmp_path / WHOLE).exists(), "there is nothing in it yet"
    await register(service, "Kynarou")
    assert not await whole(service.log, tmp_path)
    await note_whole(service.log, tmp_path)
    assert await whole(service.log, tmp_path)
    await register(service, "Eau vive")
    assert await whole(service.log, tmp_path)


@pytest.mark.parametrize(
    "another",
    [
        lambda noted: noted | {"plan": "0" * 64},  # a release has another sample
        lambda noted: noted | {"event": "0" * 64},  # another log's
        lambda noted: noted | {"seq": noted["seq"] + 1},  # of a log that was longer
        lambda noted: noted | {"seq": 0},
        lambda noted: noted | {"seq": "x"},
        lambda noted: {"seq": 1},
        lambda noted: [],
        lambda noted: None,
    ],
)
async def test_what_is_noted_otherwise_is_looked_for(
    service: Service, tmp_path: Path, another: Callable[[dict[str, object]], object]
) -> None:
    await register(service, "Kynarou")
    await note_whole(service.log, tmp_path)
    path = tmp_path / WHOLE
    await asyncio.to_thread(path.write_bytes, orjson.dumps(another(orjson.loads(path.read_bytes()))))
    assert not await whole(service.log, tmp_path)


@pytest.mark.parametrize("damage", [Path.touch, Path.mkdir, lambda path: path.symlink_to(path.with_name("nowhere"))])
async def test_what_is_no_note_is_none(log: Log, tmp_path: Path, damage: Callable[[Path], object]) -> None:
    damage(tmp_path / WHOLE)
    assert not await whole(log, tmp_path)
