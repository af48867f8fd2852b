"""The two subscribers of docs/subscribe.md, as they stand there, on a server with the accounts of an installation."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.contract import load_all
from shared.contract.directory.structures import ContactAdded
from shared.contract.examples import example_body, example_of
from tests.shared.contract.conftest import NETWORK, Cluster

PAGE = Path(__file__).parents[3] / "docs" / "subscribe.md"
MARK = "<!-- run by tests/shared/contract/test_subscribe.py -->"
START, END = "<!-- made by tests/shared/contract/test_subscribe.py -->", "<!-- end -->"
TYPES = load_all()
BEFORE = [name for name, kind in TYPES.items() if kind.service == "directory"]
AFTER = [name for name, kind in TYPES.items() if kind.service == "membership"]


def program(language: str) -> str:
    """The program of the page in a language."""
    (found,) = re.findall(rf"{MARK}\n```{language}\n(.*?)```", PAGE.read_text(), re.S)
    return str(found)


@asynccontextmanager
async def subscriber(cluster: Cluster, folder: Path, command: Sequence[str]) -> AsyncIterator[asyncio.StreamReader]:
    """A subscriber that runs meanwhile, with nothing but the reader's seed; what it prints."""
    shutil.copy(cluster.seed, folder / "reader.nk")
    with (folder / "errors").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=2**22,
            env={"NATS_URL": cluster.url, "PATH": os.environ["PATH"]},
        )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()
        while await process.stdout.read(65536):
            pass


async def write(cluster: Cluster, names: Sequence[str]) -> None:
    """Each service writes an example of each of its own types, as that service."""
    for name in names:
        message = example_of(TYPES[name], NETWORK)
        answer = await cluster.services[TYPES[name].service].request(message.subject, message.body, timeout=60)
        assert b'"seq"' in answer.data, answer.data


async def heard(said: asyncio.StreamReader, folder: Path, count: int) -> list[str]:
    """The types of the next events that a subscriber prints. Each has its time and its data."""
    found = []
    try:
        async with asyncio.timeout(60):
            while len(found) < count:
                time, kind, data = (await said.readline()).decode().split(" ", 2)
                assert time == example_body(TYPES[kind])["time"]
                assert json.loads(data) == example_body(TYPES[kind])["data"]
                found.append(kind)
    except (TimeoutError, ValueError) as error:
        raise AssertionError(f"after {found}: {(folder / 'errors').read_text()}") from error
    return found


async def follows(cluster: Cluster, folder: Path, command: Sequence[str]) -> None:
    """What was, what comes, and after a restart only what came meanwhile."""
    await write(cluster, BEFORE)
    async with subscriber(cluster, folder, command) as said:
        assert await heard(said, folder, len(BEFORE)) == BEFORE
        await write(cluster, AFTER[:3])
        assert await heard(said, folder, 3) == AFTER[:3]
        await asyncio.sleep(0.5)  # its last acknowledgement is on its way
    await write(cluster, AFTER[3:])
    async with subscriber(cluster, folder, command) as said:
        assert await heard(said, folder, len(AFTER) - 3) == AFTER[3:]


@pytest.mark.slow
async def test_the_python_subscriber_of_the_page_hears_all_events_once(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "subscriber.py").write_text(program("python"))
    await follows(cluster, tmp_path, [sys.executable, "-W", "error", "subscriber.py"])


@pytest.mark.slow
async def test_the_javascript_subscriber_of_the_page_hears_all_events_once(
    cluster: Cluster, tmp_path: Path, node_modules: Path
) -> None:
    node = shutil.which("node")
    assert node is not None
    (tmp_path / "subscriber.mjs").write_text(program("javascript"))
    (tmp_path / "node_modules").symlink_to(node_modules)
    await follows(cluster, tmp_path, [node, "subscriber.mjs"])


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_subscriber_is_about_ten_lines(language: str) -> None:
    lines = [line for line in program(language).splitlines() if line.strip() and not line.startswith("import")]
    assert len(lines) <= 10


def example() -> str:
    """The event that the page shows."""
    return f"```json\n{json.dumps(example_body(ContactAdded), ensure_ascii=False, indent=2)}\n```\n"


def test_the_page_shows_an_event_as_the_code_makes_it() -> None:
    inside = PAGE.read_text().split(START)[1].split(END)[0].strip() + "\n"
    assert inside == example(), "python -m tests.shared.contract.test_subscribe writes it"


if __name__ == "__main__":
    before, _, rest = PAGE.read_text().partition(START)
    PAGE.write_text(f"{before}{START}\n\n{example()}\n{END}{rest.partition(END)[2]}")
