"""Cuts of links between the nodes of the log, and between them and the services, while everybody works; and what of it
was seen: after how long each service wrote again, who said meanwhile that it is not ready."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from types import TracebackType

from tests.compose.harness import Compose
from tests.faults.users import WRITERS, Users
from tests.fixtures.links import Links

HANGS = 120.0  # seconds after which whoever waits for a service to write again waits in vain
LOOK = 0.5  # seconds between two questions whether a service is ready
Cut = Callable[[Links, str, list[str]], None]
"""Given the node that leads the log, and the others"""


def from_all(links: Links, leads: str, others: list[str]) -> None:
    links.apart(leads)


def from_peers(links: Links, leads: str, others: list[str]) -> None:
    links.apart(leads, others)


def follower_from_peers(links: Links, leads: str, others: list[str]) -> None:
    links.apart(others[0], [leads, others[1]])


def unheard(links: Links, leads: str, others: list[str]) -> None:
    for other in others:
        links.cut(leads, other)


def deaf(links: Links, leads: str, others: list[str]) -> None:
    for other in others:
        links.cut(other, leads)


def in_a_line(links: Links, leads: str, others: list[str]) -> None:
    links.apart(leads, others[:1])


def all_apart(links: Links, leads: str, others: list[str]) -> None:
    links.apart(leads, others)
    links.apart(others[0], others[1:])


def slow(links: Links, leads: str, others: list[str]) -> None:
    for node in (leads, *others):  # so between two of them it is twice as much
        links.slow(node, 0.05, 0.01, 0.025)


@dataclass
class Readiness:
    """Asks all services again and again whether they are ready. `said`: service → when, and what it said."""

    site: Compose
    said: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)

    def __enter__(self) -> Readiness:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._watch, args=(name,)) for name in self.site.replicas()]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _watch(self, name: str) -> None:
        if not self.site.containers[name].wanted:
            return
        said = self.said.setdefault(name, [])
        while not self._over.wait(LOOK):
            said.append((time.monotonic(), self.site.ready(name)))

    def all_say(self, ready: bool, since: float) -> bool:
        """Whether each has said so, and nothing else after it, since then."""
        latest = [[good for at, good in said if at > since][-1:] for said in self.said.values()]
        return all(one == [ready] for one in latest)

    def unready(self, since: float) -> list[str]:
        """Who has said since then that it is not ready."""
        return sorted(name for name, said in self.said.items() if any(at > since and not good for at, good in said))


def guests(site: Compose, node: str) -> set[str]:
    """The services that are connected to a node, by the addresses that it sees."""
    known = {site.containers[name].address: name for name in site.replicas()}
    with suppress(OSError, ValueError, KeyError):
        connection = HTTPConnection(site.containers[node].address, 8222, timeout=5)
        try:
            connection.request("GET", "/connz")
            there = json.loads(connection.getresponse().read())["connections"]
        finally:
            connection.close()
        return {known[one["ip"]] for one in there if one["ip"] in known}
    return set()


def cut(users: Users, leads: str, way: Cut, seconds: float, within: Callable[..., object]) -> Callable[[Compose], str]:
    """Inflicts a cut for so long, in which every service writes again, and returns what was seen. `within(true, what)`:
    waits until it is true."""

    def inflict(site: Compose) -> str:
        links = site.links
        assert links is not None
        others = sorted((name for name in site.nodes() if name != leads), key=lambda name: -len(guests(site, name)))
        node = others[0] if way is follower_from_peers else leads
        number, left = len(guests(site, node)), list[float]()
        begun = time.monotonic()

        def written() -> bool:
            if not left and not guests(site, node):
                left.append(time.monotonic() - begun)
            return users.done_since(begun) >= set(WRITERS)

        way(links, leads, others)
        try:
            with Readiness(site) as readiness:
                within(written, "each service writes again")
                wrote = sorted(_first(users, name, begun) - begun for name in WRITERS)
                site.until(lambda: written() and time.monotonic() > begun + seconds, seconds + 60, "time to pass")
                unready = readiness.unready(begun)
        finally:
            links.heal()
        gone = f", which all had left after {left[0]:.0f} s" if left and number else ""
        said = f"; not ready meanwhile: {', '.join(unready)}" if unready else ""
        after = ", ".join(f"{one:.0f}" for one in wrote)
        return f"{number} services were with {node}{gone}; they wrote again after {after} s{said}"

    return inflict


def _first(users: Users, service: str, since: float) -> float:
    """When a service first acknowledged a command that was sent since then."""
    done = [one for one in users.commands if one.service == service and one.outcome == "done" and one.began > since]
    return min(one.ended for one in done)


def cut_off(leads: str, seconds: float, within: Callable[..., object]) -> Callable[[Compose], str]:
    """Inflicts that no node hears of another: nobody can write, and everybody says so, and no more once it is over."""

    def inflict(site: Compose) -> str:
        links = site.links
        assert links is not None
        begun = time.monotonic()
        all_apart(links, leads, [name for name in site.nodes() if name != leads])
        try:
            with Readiness(site) as readiness:
                within(lambda: readiness.all_say(False, begun), "nobody says that it is ready")
                told = time.monotonic() - begun
                site.until(lambda: time.monotonic() > begun + seconds, seconds + 60, "time to pass")
                lately = time.monotonic() - 3
                assert not readiness.all_say(True, lately) and readiness.all_say(False, lately), "it stays so"
                links.heal()
                healed = time.monotonic()
                within(lambda: readiness.all_say(True, healed), "everybody is ready again")
                again = time.monotonic() - healed
        finally:
            links.heal()
        return f"nobody ready after {told:.0f} s, all again {again:.0f} s after its end"

    return inflict
