"""What grows with what: a whole installation with the sample, and with a million events made from it.

Asked by name alone (`python -m tests.bench scale`), since it takes a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import quote
from urllib.request import urlopen

from nats.js.api import DeliverPolicy

from deploy.host.all_services import DEFINITIONS
from deploy.host.embedded import access, prepare
from shared.kernel.broker.connection import OPERATOR
from shared.kernel.reactions import durable
from shared.runtime.nats.embedded_server import NatsServer
from tests.bench import million
from tests.bench.measure import Figure, Watch, quantile
from tests.bench.pages import _form_to_page
from tests.fixtures.installation import MAILLAGE, Up, as_operator, get_json

NETWORK = "reseau"
ASKED = 15  # times that each page is asked for
FORMS = 60
PATIENCE = 1800.0  # seconds
PAGES: Mapping[str, str] = {
    "directory: search page": "/directory/",
    "directory: a word searched": "/directory/?q=" + quote("solidarité"),
    "membership: members": "/membership/members",
    "events: gatherings": "/events/gatherings",
    "newsletter: start": "/newsletter/",
    "observatory: dashboard": "/observatory/",
    "observatory: journal": "/observatory/journal",
}


def cases(watch: Watch) -> Iterator[Figure]:
    """Each figure with a million events, beside the same with the sample's fifteen thousand, on the same machine."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-bench-scale-"))
    try:
        watch.say("loading the sample")
        messages = million.sample(folder / "small")
        shutil.rmtree(folder / "small" / "views")  # as with the large one, no view is there yet
        total = len(messages) * million.copies(messages)
        asyncio.run(_filled(folder / "large", messages, total, watch))
        found = {name: _measured(folder / name, watch) for name in ("small", "large")}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    yield Figure(
        "scale_events",
        "events in the log",
        found["large"]["events"][0],
        "",
        "with the sample",
        found["small"]["events"][0],
    )
    for name, (figure, unit) in found["large"].items():
        if name != "events":
            yield Figure(f"scale_{name}", name, figure, unit, "with the sample", found["small"][name][0])


async def _filled(folder: Path, messages: list[million.Message], total: int, watch: Watch) -> None:
    """A data folder with such a log, of which no service has read anything yet, and to which all have reacted
    already."""
    folder.mkdir()
    (folder / "installation.json").write_text(f'{{"network":"{NETWORK}"}}')
    server = NatsServer(folder / "nats", access=access(NETWORK))
    await server.start()
    try:
        nc = await server.connect(OPERATOR)
        await prepare(nc, NETWORK)
        await million.fill(nc, NETWORK, million.multiplied(messages, NETWORK), total, watch)
        js = nc.jetstream()
        for definition in DEFINITIONS:
            for reaction in definition.reactions:
                name = durable(definition.name, reaction)
                config = (await js.consumer_info(NETWORK, name)).config
                await js.delete_consumer(NETWORK, name)
                await js.add_consumer(NETWORK, replace(config, deliver_policy=DeliverPolicy.NEW))
        await nc.close()
    finally:
        await server.stop()


def _measured(folder: Path, watch: Watch) -> dict[str, tuple[float, str]]:
    """What an installation on this folder takes, in time and room: figure and unit, by name."""
    found: dict[str, tuple[float, str]] = {}
    up = Up(folder, ["--no-sample"], env={"MAILLAGE_TERMS": "false"})  # all that was noted in 2012-2017 is long due
    try:
        start = perf_counter()
        watch.say(f"starting, {folder.name}")
        up.start()
        url = up.wait()
        while not _ready(url):
            assert perf_counter() - start < PATIENCE
            sleep(0.1)
        found["first start, until all five show the whole log"] = perf_counter() - start, "s"
        found["events"] = float(get_json(f"{url}/observatory/api/counts/events")["total"]), ""
        for name, path in PAGES.items():
            watch.say(f"{name}, {folder.name}")
            first, *rest = [_page(url + path) for _ in range(ASKED + 1)]
            found[f"{name}, first time"] = first * 1000, "ms"
            found[f"{name}, p50"] = quantile(rest, 0.5) * 1000, "ms"
        who = up.signed_in("directory:editor")
        watch.say(f"forms, {folder.name}")
        times = _form_to_page(url, who, FORMS)
        found["form to visible page, p50"] = quantile(times, 0.5) * 1000, "ms"
        found["form to visible page, p99"] = quantile(times, 0.99) * 1000, "ms"
        assert up.process is not None
        found["memory of five services in one process"] = _memory(up.process.pid), "MiB"
        found["memory of the NATS server"] = sum(_memory(pid) for pid in up.children()), "MiB"
        watch.say(f"building a view again, {folder.name}")
        again = _timed(lambda: _maillage(folder, "views", "rebuild", "directory/structures"))
        found["the view of structures built again while it serves"] = again, "s"
        watch.say(f"backup, {folder.name}")
        backup = folder.parent / f"{folder.name}-backup"
        found["backup"] = _timed(lambda: _maillage(folder, "backup", "--to", str(backup))), "s"
    finally:
        with contextlib.suppress(Exception):
            up.stop()
        if up.process is not None and up.process.poll() is None:
            up.kill(children=True)
    for name in ("nats", "views", "archive"):
        found[f"{name} on disk"] = _size(folder / name), "MiB"
    return found


def _ready(url: str) -> bool:
    with contextlib.suppress(OSError), urlopen(f"{url}/readyz", timeout=60) as answer:
        return bool(answer.status == 200)
    return False


def _page(url: str) -> float:
    """The seconds that a page takes."""
    start = perf_counter()
    with urlopen(as_operator(url, Accept="text/html"), timeout=600) as answer:
        assert answer.status == 200 and b"<h1" in answer.read(), url
    return perf_counter() - start


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _maillage(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [*MAILLAGE, *words, "--data", str(folder)], capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, done.stderr


def _memory(pid: int) -> float:
    """What a process holds of memory, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
