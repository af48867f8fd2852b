"""Faults under the load of twenty users, on docker-compose.yml as it stands: kills, pauses, a full disk, links that are
cut, a store, a mail server and a quorum that are away, a clock an hour off, a slow view, poison. After each: no
acknowledged command is lost and none has its effect twice, every view is what a rebuild would be, no page kept quiet
about what it did not show, and all works again within 30 seconds, without a hand.

SecantusDB stands in MongoDB's place unless `MAILLAGE_TEST_MONGO_URL` names a real one: that it keeps what it has
acknowledged when it is killed proves nothing for MongoDB (tests/fixtures/mongo_server.py); that we go on from what it
kept does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from shared.contract.envelope import Message, Void, opened
from shared.kernel.broker import connection
from shared.kernel.broker.connection import OPERATOR
from shared.kernel.eventlog.event_log import Log
from tests.compose.harness import Compose
from tests.faults import cuts
from tests.faults.judging import Judge
from tests.faults.users import USERS, WRITERS, Users
from tests.fixtures import shifted_clock
from tests.fixtures.links import Links, NoLinks
from tests.fixtures.outcome_tables import record
from tests.shared.kernel.views.test_poison import poison

pytestmark = [pytest.mark.xdist_group("faults")]
INJECTED = Path(__file__).parent / "injected"
TAKEOVER = 10.0  # seconds until another replica writes the views
PROMISED = 30.0  # seconds from the end of a fault until all works
COMMAND = 5.0  # seconds that the next command of a user may be off, and its answer
LEAVES = 10.0  # seconds from a cut until whoever is with a node that can't write works with another, or says so
SMALL_DISK = 48  # MB
MONGO = "" if os.environ.get("MAILLAGE_TEST_MONGO_URL") else "SecantusDB in its place"
TABLE = f"Faults under the load of {USERS} users, and what came of each"


@dataclass
class House:
    """The installation, who uses it, and who judges."""

    site: Compose
    users: Users
    judge: Judge
    faults: Path
    small_disk: bool

    def shift(self, name: str, seconds: int) -> None:
        """Lets the clock of a service jump."""
        shifted_clock.shift(self.faults / f"{name}.clock", seconds)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[House]:
    long = "drill" in (request.config.option.markexpr or "")
    folder = tmp_path_factory.mktemp("faults")
    with contextlib.ExitStack() as stack:
        links = _linked(stack)
        site = Compose(folder / "site", scale={"membership": 2} if long else None, links=links)
        stack.callback(site.close)
        small_disk = long and _mounted(site.volume("nats-2"), stack)
        if long:
            _injected(site, folder)
        site.up()
        site.until(site.ready, 60, "ready")
        if long:
            site.stop("membership-2")  # until it has its turn
        users = stack.enter_context(Users(site))
        yield House(site, users, Judge(site, users, folder), folder, small_disk)


def _linked(stack: contextlib.ExitStack) -> Links | None:
    """Lays cables that can be cut, where this machine lets us. A MongoDB that is named lies beyond them."""
    if not MONGO:
        return None
    try:
        return stack.enter_context(Links())
    except NoLinks as why:
        record(TABLE, {"fault": "LINKS THAT ARE CUT WERE NOT TRIED", "note": str(why)})
        return None


def _mounted(volume: Path, stack: contextlib.ExitStack) -> bool:
    """Puts a volume on a small disk of its own, where this machine lets us."""
    volume.mkdir(parents=True, mode=0o700)
    if shutil.which("mount") is None:
        return False
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}m,mode=700", "faults", str(volume)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        return False
    stack.callback(subprocess.run, ["umount", "--lazy", str(volume)], check=False)
    return True


def _injected(site: Compose, folder: Path) -> None:
    """Prepares what can be done to services while they run: a clock that jumps, a view that is slow."""
    clock = folder / "clock.so"
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is not None:
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", clock, INJECTED / "clock.c", "-ldl"], check=True)
    for name in ("events",):
        shift = folder / f"{name}.clock"
        shifted_clock.shift(shift, 0)
        ours = os.pathsep.join([str(INJECTED), *filter(None, [os.environ.get("PYTHONPATH")])])
        site.injected[name] = {"PYTHONPATH": ours, "FAULTS": str(folder)}
        if compiler is not None:
            site.injected[name] |= {"LD_PRELOAD": str(clock), "SHIFTED_CLOCK": str(shift)}


def suffered(house: House, fault: str, inflict: Callable[[Compose], str | None]) -> set[str]:
    """Lets a fault happen while everybody works, waits until all works again, and judges. `inflict` returns at the
    fault's end. What the pages said meanwhile."""
    site, users = house.site, house.users
    users.work()
    begin = time.monotonic()
    site.until(lambda: users.done_since(begin) >= set(WRITERS), 60, "users at work")
    begin = time.monotonic()
    note = inflict(site)
    end = time.monotonic()
    busy = promised(site, lambda: _works(house, end), PROMISED, f"{fault}: all works again")
    seconds = time.monotonic() - end
    users.rest()
    said = {page.said for page in users.pages if page.at > begin - 1}
    sent = [one for one in users.commands if one.ended > begin]
    record(
        TABLE,
        {
            "fault": fault,
            **house.judge.judge(),
            "sent again": str(sum(one.tries > 1 for one in sent)),
            "pages said": ", ".join(sorted(said)),
            "works again after": f"{seconds:.0f} s",
            "machine": f"{busy:.0f} times busy" if busy > 1.5 else "",
            "note": note or "",
        },
    )
    return said


def promised(site: Compose, true: Callable[[], bool], seconds: float, what: str) -> float:
    """Waits until it is true, for as long as is promised on a machine that has time for us: what others take of this
    one does not count. Returns how busy it was, 1 where it was all ours."""
    spent, begun = 0.0, time.monotonic()
    last = begun

    def seen() -> bool:
        nonlocal spent, last
        if true():
            return True
        share = _busy()
        spent, last = spent + (time.monotonic() - last) / share, time.monotonic()
        assert spent < seconds, f"{what}: not within {seconds:g} s (in all {last - begun:.0f} s)"
        return False

    site.until(seen, 20 * seconds, what)
    return (last - begun) / spent if spent else 1.0


def _busy() -> float:
    """How much longer work takes at this moment than its time of computing."""
    wall, own = time.monotonic(), time.thread_time()
    while time.thread_time() - own < 0.02:
        pass
    return max(1.0, (time.monotonic() - wall) / (time.thread_time() - own))


def _works(house: House, since: float) -> bool:
    """Whether commands of all services were acknowledged, their pages are fresh, and everything says that it is
    ready."""
    latest = {page.service: page.said for page in house.users.pages if page.at > since}
    return (
        house.users.done_since(since) >= set(WRITERS)
        and all(latest.get(name) == "fresh" for name in WRITERS)
        and house.site.ready(*(name for name in house.site.replicas() if house.site.containers[name].wanted))
    )


def for_a_while(site: Compose, seconds: float) -> None:
    """Lets time pass; the harness is asked meanwhile whether all is as it should be."""
    until = time.monotonic() + seconds
    site.until(lambda: time.monotonic() > until, seconds + 60, "time to pass")


def leader(site: Compose) -> str:
    found: list[str] = []

    def known() -> bool:
        found[:] = [name for name in (site.leader(),) if name]
        return bool(found)

    site.until(known, 30, "a leader")
    return found[0]


def follower(site: Compose) -> str:
    return next(name for name in site.nodes() if name != leader(site))


def paused(name: Callable[[Compose], str] | str, seconds: float) -> Callable[[Compose], None]:
    def inflict(site: Compose) -> None:
        who = name if isinstance(name, str) else name(site)
        site.pause(who)
        try:
            for_a_while(site, seconds)
        finally:
            site.resume(who)

    return inflict


def away(seconds: float, *names: str) -> Callable[[Compose], None]:
    def inflict(site: Compose) -> None:
        for name in names:
            site.kill(name, stay=True)
        for_a_while(site, seconds)
        for name in names:
            site.containers[name].wanted, site.containers[name].state = True, "waiting"

    return inflict


def noted(note: str, inflict: Callable[[Compose], None]) -> Callable[[Compose], str]:
    def both(site: Compose) -> str:
        inflict(site)
        return note

    return both


needs_own_mongo = pytest.mark.skipif(not MONGO, reason="the MongoDB that is named is not ours to hurt")


# -- the short form: in `make test`


@pytest.mark.slow
def test_short_a_service_is_killed(house: House) -> None:
    suffered(house, "kill -9: directory", lambda site: site.kill("directory"))


@pytest.mark.slow
def test_short_the_leader_of_the_log_is_killed(house: House) -> None:
    suffered(house, "kill -9: NATS, the leader", lambda site: site.kill(leader(site)))


@pytest.mark.slow
@needs_own_mongo
def test_short_the_store_of_views_is_killed_and_stays_away_for_six_seconds(house: House) -> None:
    said = suffered(house, "MongoDB killed, away for 6 s", noted(MONGO, away(6, "mongo")))
    assert said & {"behind", "no store"}


@pytest.mark.slow
def test_short_the_leader_of_the_log_is_cut_from_its_peers(house: House) -> None:
    """Services stay connected to it, and it answers their pings."""
    cut_for(house, "cut for 12 s: NATS, the leader from its peers", cuts.from_peers, 12)


# -- the long form: in `make drill`


@pytest.mark.drill
@pytest.mark.parametrize("name", ["directory", "events", "newsletter", "observatory", "gateway"])
def test_a_process_is_killed(house: House, name: str) -> None:
    suffered(house, f"kill -9: {name}", lambda site: site.kill(name))


@pytest.mark.drill
def test_the_replica_that_writes_the_views_is_killed(house: House) -> None:
    """One of the two is it; each dies once."""
    gone: list[float] = []

    def inflict(site: Compose) -> str:
        for name, other in (("membership", "membership-2"), ("membership-2", "membership")):
            site.until(lambda: site.ready(*site.replicas()), 60, "both")
            site.kill(name, stay=True)
            last = max(one.seq for one in house.users.commands)

            def shown(other: str = other, last: int = last) -> bool:
                operator = site.operator("membership")
                state = site.ask(other, "/membership/api/state", **operator)
                return state.status == 200 and int(state.json()["sequence"]) > last

            begun = time.monotonic()
            promised(site, shown, TAKEOVER, f"{other} to write the views")
            gone.append(time.monotonic() - begun)
            site.start(name)
        return f"another wrote after {max(gone):.0f} s"

    house.site.start("membership-2")
    try:
        suffered(house, "kill -9: each of two replicas of membership in turn", inflict)
    finally:
        house.site.stop("membership-2")
        house.site.start("membership")


@pytest.mark.drill
def test_a_follower_of_the_log_is_killed(house: House) -> None:
    suffered(house, "kill -9: NATS, a follower", lambda site: site.kill(follower(site)))


@pytest.mark.drill
def test_the_leader_of_the_log_is_killed(house: House) -> None:
    suffered(house, "kill -9: NATS, the leader", lambda site: site.kill(leader(site)))


def cut_for(house: House, fault: str, way: cuts.Cut, seconds: float, limit: float | None = None) -> None:
    """`limit`: seconds in which each service writes again, while the cut lasts."""
    if house.site.links is None:
        pytest.skip("LINKS WERE NOT CUT: this machine lets us make no namespaces of networks, or MongoDB is not ours")
    how = cuts.cut(house.users, leader(house.site), way, seconds, _within(house, limit))
    suffered(house, fault, how)


def _within(house: House, limit: float | None) -> Callable[[Callable[[], bool], str], object]:
    if limit is None:
        return lambda true, what: house.site.until(true, cuts.HANGS, what)
    return lambda true, what: promised(house.site, true, limit, what)


@pytest.mark.drill
@pytest.mark.parametrize(
    ("fault", "way"),
    [
        ("the leader from its peers and from services", cuts.from_all),
        ("the leader from its peers", cuts.from_peers),
        ("a follower from its peers", cuts.follower_from_peers),
        ("what the leader sends to its peers", cuts.unheard),
        ("what its peers send to the leader", cuts.deaf),
        ("the leader from one of two followers", cuts.in_a_line),
    ],
    ids=["leader-from-all", "leader", "follower", "unheard", "deaf", "line"],
)
def test_links_between_nodes_of_the_log_are_cut(house: House, fault: str, way: cuts.Cut) -> None:
    cut_for(house, f"cut for 40 s: {fault}", way, 40, LEAVES + COMMAND)


@pytest.mark.drill
def test_links_between_nodes_of_the_log_are_slow_and_lose_some(house: House) -> None:
    cut_for(house, "for 40 s 100 ms late and 1 of 20 lost between nodes", cuts.slow, 40)


@pytest.mark.drill
def test_all_nodes_of_the_log_are_apart(house: House) -> None:
    if house.site.links is None:
        pytest.skip("LINKS WERE NOT CUT: this machine lets us make no namespaces of networks, or MongoDB is not ours")
    suffered(
        house, "cut for 30 s: all nodes from each other", cuts.cut_off(leader(house.site), 30, _within(house, LEAVES))
    )


@pytest.mark.drill
@needs_own_mongo
def test_the_store_of_views_is_killed(house: House) -> None:
    suffered(house, "kill -9: MongoDB", noted(MONGO, lambda site: site.kill("mongo")))


@pytest.mark.drill
@needs_own_mongo
def test_the_store_of_views_is_away_for_a_minute(house: House) -> None:
    said = suffered(house, "MongoDB away for 60 s", noted(MONGO, away(60, "mongo")))
    assert "no store" in said


@pytest.mark.drill
@pytest.mark.parametrize("name", ["directory", "newsletter", "gateway"])
def test_a_process_is_paused(house: House, name: str) -> None:
    suffered(house, f"SIGSTOP for 20 s: {name}", paused(name, 20))


@pytest.mark.drill
def test_a_follower_of_the_log_is_paused(house: House) -> None:
    suffered(house, "SIGSTOP for 20 s: NATS, a follower", paused(follower, 20))


@pytest.mark.drill
def test_the_leader_of_the_log_is_paused(house: House) -> None:
    suffered(house, "SIGSTOP for 20 s: NATS, the leader", paused(leader, 20))


@pytest.mark.drill
@needs_own_mongo
def test_the_store_of_views_is_paused(house: House) -> None:
    suffered(house, "SIGSTOP for 20 s: MongoDB", noted(MONGO, paused("mongo", 20)))


@pytest.mark.drill
def test_two_of_three_nodes_of_the_log_are_away(house: House) -> None:
    said = suffered(house, "two of three NATS nodes away for 20 s", away(20, "nats-1", "nats-3"))
    assert "no log" in said


@pytest.mark.drill
def test_the_disk_of_a_node_is_full(house: House) -> None:
    if not house.small_disk:
        pytest.skip("this machine mounts no tmpfs")

    def inflict(site: Compose) -> str:
        ballast = site.volume("nats-2") / "ballast"
        led = leader(site)
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(64 * 1024)):
                pass
        for_a_while(site, 20)
        ballast.unlink()
        return "it led the log" if led == "nats-2" else ""

    def stores_again() -> bool:
        with contextlib.suppress(OSError):
            address = house.site.containers["nats-2"].address
            with urlopen(f"http://{address}:8222/healthz", timeout=2):  # its log is whole, too
                return True
        return False

    suffered(house, "disk full for 20 s: nats-2", inflict)
    promised(house.site, stores_again, PROMISED, "the node stores again")


@pytest.mark.drill
def test_the_mail_server_is_away(house: House) -> None:
    """Each mail that was asked for comes once."""
    asked = [f"abonnee-{n}@exemple.invalid" for n in range(6)]

    def inflict(site: Compose) -> str:
        site.stop("mailpit")
        for address in asked:
            house.users.subscribe(address)
        for_a_while(site, 20)
        site.start("mailpit")
        return "mails waited, each came once"

    suffered(house, "mail server away for 20 s", inflict)

    def taken() -> list[str]:
        return [str(mail["To"]) for mail in house.site.mails() if mail["To"] in asked]

    house.site.until(lambda: len(taken()) >= len(asked), PROMISED, "the mails that waited")
    assert sorted(taken()) == asked


@pytest.mark.drill
@pytest.mark.parametrize(("name", "hours"), [("events", 1), ("events", -1)])
def test_a_clock_is_an_hour_off(house: House, name: str, hours: int) -> None:
    """Everybody goes on: an hour is less than a session lasts."""
    if "LD_PRELOAD" not in house.site.injected[name]:
        pytest.skip("there is no C compiler")

    def inflict(site: Compose) -> str:
        house.shift(name, hours * 3600)
        for_a_while(site, 20)
        house.shift(name, 0)
        return ""

    suffered(house, f"clock of {name} {hours:+} h for 20 s", inflict)


@pytest.mark.drill
def test_a_view_is_slow(house: House) -> None:
    def inflict(site: Compose) -> None:
        (house.faults / "slow").write_text("gatherings 1.5")
        for_a_while(site, 25)
        (house.faults / "slow").unlink()

    said = suffered(house, "a slow view: 1.5 s an event, for 25 s", inflict)
    assert "behind" in said


def _reads(subject: str, body: bytes) -> bool:
    try:
        return opened(Message(1, subject, body)).data is not None
    except Void:
        return False


@pytest.mark.drill
def test_poison(house: House) -> None:
    """What a stolen key could write and no reader may take for an event: data that can't be read, in events of all
    types, copies, types that nobody knows, junk. What reads well is an event like any other."""

    async def publish(site: Compose) -> None:
        seed = site.volume("secrets-operator") / "nats.nk"
        nodes = [f"nats://{site.containers[node].address}:4222" for node in site.nodes()]
        nc = await connection.connected(nodes, seed, OPERATOR)
        network = site.env["MAILLAGE_NETWORK"]
        js, js_log = nc.jetstream(), Log(nc, network)
        messages = [(subject, body) for subject, body in poison(network) if not _reads(subject, body)]
        messages += [(f"{network}.junk", b""), (f"{network}.directory.structure", b"{}")]
        async for run in js_log.read(0):
            messages += [(message.subject, message.body) for message in run[:20]]
            break
        for start in range(0, len(messages), 100):
            some = messages[start : start + 100]
            told = await asyncio.gather(*(js.publish(subject, body, timeout=30) for subject, body in some))
            house.judge.poison |= {one.seq for one in told}
        await nc.close()

    def inflict(site: Compose) -> str:
        asyncio.run(publish(site))
        return f"{len(house.judge.poison)} messages"

    suffered(house, "poison", inflict)
