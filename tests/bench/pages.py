"""From a form to the page that shows it, as a person waits for it: over HTTP, on a whole installation."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode, urlsplit

from shared.kernel.command_handler import new_command_id
from tests.bench.history import registration
from tests.bench.measure import Figure, Watch, quantile
from tests.fixtures.installation import Up

FORMS = 150  # a turn
ROUNDS = 3
WRITERS = 8
ONE_WORD = ("name", "kind", "department", "commune", "acronym", "address", "website")


def cases(watch: Watch) -> Iterator[Figure]:
    """Milliseconds from sending the form that registers a structure (`POST /directory/do/RegisterStructure`) until the
    page that it leads to is read and shows the name; over HTTP on loopback, one connection kept open, against
    `maillage up` with all its services. Alone, and while eight others send the same form as fast as they are answered.
    """
    folder = Path(tempfile.mkdtemp(prefix="maillage-bench-pages-"))
    (folder / "data").mkdir()
    up = Up(folder / "data", ["--no-sample"])
    try:
        watch.say("starting an installation")
        up.start()
        where = up.wait()
        who = up.signed_in("directory:editor")
        _form_to_page(where, who, FORMS // 3)
        alone: list[float] = []
        among: list[float] = []
        for n in range(ROUNDS):
            watch.say(f"alone, {n + 1} of {ROUNDS}")
            alone += _form_to_page(where, who, FORMS)
            watch.say(f"with {WRITERS} writers, {n + 1} of {ROUNDS}")
            with _writers(where, who):
                among += _form_to_page(where, who, FORMS)
    finally:
        with contextlib.suppress(Exception):
            up.stop()
        if up.process is not None and up.process.poll() is None:
            up.kill(children=True)
        shutil.rmtree(folder, ignore_errors=True)
    for name, what, values in (("", "alone", alone), (f"_{WRITERS}_writers", f"among {WRITERS} writers", among)):
        for share in (0.5, 0.99):
            found = quantile(values, share) * 1000
            yield Figure(
                f"form_to_page{name}_p{share * 100:.0f}",
                f"form to visible page, {what}, p{share * 100:.0f}",
                found,
                "ms",
            )


def _form_to_page(where: str, who: dict[str, str], forms: int, stop: threading.Event | None = None) -> list[float]:
    """The seconds of each form, until so many are sent or `stop` is set."""
    address = urlsplit(where).netloc
    connection = http.client.HTTPConnection(address, timeout=30)
    times: list[float] = []
    while len(times) < forms and not (stop is not None and stop.is_set()):
        name = f"Association {new_command_id()}"
        start = perf_counter()
        _send(connection, who, name)
        times.append(perf_counter() - start)
    connection.close()
    return times


def _send(connection: http.client.HTTPConnection, who: dict[str, str], name: str) -> None:
    facts = registration(1)
    form = {field: str(facts[field]) for field in ONE_WORD} | {"name": name, "command_id": str(new_command_id())}
    headers = {**who, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/directory/do/RegisterStructure", urlencode(form), headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != 303:
        raise AssertionError(f"the form was answered with {answer.status}: {text[:2000]}")
    connection.request("GET", answer.headers["Location"], headers=who)
    page = connection.getresponse()
    if name not in page.read().decode():
        raise AssertionError(f"{answer.headers['Location']} does not show what was just registered ({page.status})")


@contextlib.contextmanager
def _writers(where: str, who: dict[str, str]) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=_form_to_page, args=(where, who, 10**9, stop)) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
