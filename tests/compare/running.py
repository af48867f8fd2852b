"""The stages of a comparison: the sample loaded, a history told, all pages asked for; each on both sides at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from typing import Any

from shared.ledger.archive_format import Archive
from tests.compare.answers import Answer, Ask, Kept, Visitors, installation
from tests.compare.asked import addresses, found, wrong
from tests.compare.crawl import crawl, kind_of
from tests.compare.differences import Compared, listed
from tests.compare.history import OPERATOR, VISITORS, Teller, never_sent, tell
from tests.compare.logs import events, letters, told_texts
from tests.compare.trees import CLEAN, Tree, commit_of, tree_of
from tests.fixtures.installation import Up

EVERY = 10.0  # seconds between two lines of progress
ARCHIVED = 60  # seconds until all events are in the archive
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is compared. `each`: pages of a kind, 0 for all. `keep`: where the base is kept for the next run. `who`:
    those who look at pages. `wrongly`: also what is refused."""

    base: str
    other: str
    each: int = 2
    keep: Path | None = None
    sample: bool = True
    telling: Callable[[Teller], None] = tell
    who: Sequence[str] = ("administrator", "editor", "reader", "contact", "public")
    wrongly: bool = True


@dataclass
class Told:
    """What came of a history: the answers, and the folder as it was left."""

    answers: list[tuple[Ask, Answer]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass
class Run:
    """A comparison under way: its processes, which end with it however it ends."""

    plan: Plan
    say: Say
    folder: Path
    compared: Compared = field(default_factory=Compared)
    _ups: list[Up] = field(default_factory=list)
    _loading: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @contextmanager
    def up(self, tree: Tree, data: Path) -> Iterator[Visitors]:
        """The installation, with the operator at its door."""
        up = installation(data, tree.program, tree.folder, tree.environment)
        self._ups.append(up.start())
        visitors = Visitors(up.wait())
        visitors.headers[OPERATOR] = dict(up.operator)
        try:
            yield visitors
            up.quiet()
        finally:
            visitors.close()
            up.stop()

    def load(self, tree: Tree, data: Path) -> None:
        """Loads the sample, if it is wanted."""
        if not self.plan.sample:
            return
        with data.with_suffix(".log").open("wb") as log:
            load = subprocess.Popen(
                [*tree.program, "sample", "load", "--data", str(data)],
                stdout=log,
                stderr=log,
                cwd=tree.folder,
                env={**CLEAN, **tree.environment},
                start_new_session=True,
            )
            self._loading.append(load)
            if load.wait():
                raise AssertionError(f"{tree.name}: sample load: {data.with_suffix('.log').read_text()[-2000:]}")

    def tell(self, tree: Tree, data: Path) -> Told:
        """Tells the history to an installation on a folder, and waits until all is archived."""
        with self.up(tree, data) as visitors:
            teller = Teller(visitors, data)
            self.plan.telling(teller)
            for who, email in VISITORS.items():
                if who not in visitors.headers:
                    visitors.come_in(who, email)
            last = int(found(visitors, "/observatory/api/state")["last"])
            missing = [
                f"never accepted: {name} ({teller.refused.get(name, 'not sent')})" for name in never_sent(teller)
            ]
            end = time.monotonic() + ARCHIVED
            while _length(data) < last and time.monotonic() < end:
                time.sleep(0.5)
        with self.up(tree, data):  # what falls due at an opening is done before others open it
            pass
        return Told(teller.told, [*missing, *teller.missed], visitors.cookies())

    def end(self) -> None:
        """Ends what still runs."""
        for load in self._loading:
            if load.poll() is None:
                os.killpg(load.pid, signal.SIGKILL)  # its NATS server with it
        for up in self._ups:
            if up.process is not None and up.process.poll() is None:
                up.kill(children=True)


def run(plan: Plan, say: Say) -> Compared:
    """The whole comparison. Raises NoTree, KeyboardInterrupt; AssertionError where a release does not run."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="maillage-compare-", ignore_cleanup_errors=True)))
        base, other = (stack.enter_context(tree_of(name)) for name in (plan.base, plan.other))
        going = Run(plan, say, folder)
        stack.callback(going.end)
        start = time.monotonic()
        kept = _kept(plan)
        say(f"{base.name} beside {other.name}{', the base as it was kept' if kept else ''}")
        home = plan.keep or folder / "kept"
        _histories(going, base, other, home, fresh=not kept)
        say(f"{time.monotonic() - start:.0f} s: told, {going.compared.different.total()} differences; now the pages")
        for each in going.compared.shown.values():
            say(f"  different: {each[0]}")
        _pages(going, base, other, home, fresh=not kept)
        say(f"{time.monotonic() - start:.0f} s in all")
        return going.compared


def _kept(plan: Plan) -> bool:
    """Whether a base was kept that serves: of this commit, asked today (pages say what day it is) for as many pages."""
    mark = plan.keep / "base.json" if plan.keep else None
    if mark is None or not mark.exists():
        return False
    return bool(json.loads(mark.read_text()) == _mark(plan))


def _mark(plan: Plan) -> dict[str, Any]:
    return {"base": commit_of(plan.base), "day": date.today().isoformat(), "each": plan.each, "sample": plan.sample}


def _network(data: Path) -> str:
    return str(json.loads((data / "installation.json").read_text())["network"])


def _histories(going: Run, base: Tree, other: Tree, home: Path, *, fresh: bool) -> None:
    """Sample and told history on both sides, from the same folder; answers, events and mails beside each other."""
    folder, told = going.folder, dict[str, Told]()
    mine = home / "loaded"  # by the base
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
    going.say("loading the sample" if going.plan.sample else "an empty network")
    loads = [lambda: going.load(other, folder / "loaded-by-other")]
    if fresh:
        loads.append(lambda: going.load(base, mine))
    _side_by_side(loads)

    def tell(tree: Tree, start: Path, data: Path, side: str) -> None:
        if going.plan.sample:
            shutil.copytree(start, data)
        told[side] = going.tell(tree, data)
        if side == "base":
            (home / "left-at").write_text(datetime.now(UTC).isoformat())

    going.say("telling a history")
    works = [lambda: tell(other, mine, folder / "told-by-other", "other")]
    if fresh:
        works.append(lambda: tell(base, mine, home / "told", "base"))
    _side_by_side(works)
    for side, of in told.items():
        for remark in of.remarks:
            going.say(f"  {side}: {remark}")
    kept = Kept(home / "history")
    if fresh:
        for ask, answer in told["base"].answers:
            kept.add(ask, answer)
        (home / "cookies.json").write_text(json.dumps(told["base"].cookies))
    listed(going.compared, "POST history answers", told_texts(kept), told_texts(told["other"].answers))
    kept.close()
    if going.plan.sample:
        loaded = [events(one, by_command=True) for one in (mine, folder / "loaded-by-other")]
        listed(going.compared, "POST sample events", *loaded)
    before = _length(mine) if going.plan.sample else 0
    told_sides = (home / "told", folder / "told-by-other")
    listed(going.compared, "POST history events", *(events(one, before) for one in told_sides))
    listed(going.compared, "POST history mails", *(letters(one) for one in told_sides))


def _length(data: Path) -> int:
    """The events in the archive of a folder."""
    return sum(map(len, Archive(data / "archive" / _network(data)).read()))


def _pages(going: Run, base: Tree, other: Tree, home: Path, *, fresh: bool) -> None:
    """Everything that can be looked at, on two copies of the folder that the base left. What differs is asked again at
    the end, of both: a machine under load has notices that pass."""
    start, waiting = home / "told", Queue[tuple[Ask, Answer] | None]()
    kept = Kept(home / "pages")
    going.compared.since = datetime.fromisoformat((home / "left-at").read_text())

    again, done = Queue[Ask | None](), Queue[Answer]()

    def first() -> None:
        with ExitStack() as stack:
            stack.callback(waiting.put, None)
            if not fresh:
                for each in kept:
                    waiting.put(each)
                return
            data = Path(shutil.copytree(start, going.folder / "base"))
            visitors = _signed_in(stack.enter_context(going.up(base, data)), home)
            for ask, answer in _everything(going.plan, visitors):
                kept.add(ask, answer)
                waiting.put((ask, answer))
            waiting.put(None)
            while (ask_again := again.get()) is not None:
                answer = visitors.ask(ask_again)
                kept.add(ask_again, answer)
                done.put(answer)

    def second() -> None:
        with ExitStack() as stack:
            stack.callback(again.put, None)
            data = Path(shutil.copytree(start, going.folder / "other"))
            visitors = _signed_in(stack.enter_context(going.up(other, data)), home)
            doubtful: list[tuple[Ask, Answer, Answer]] = []
            number, said = 0, time.monotonic()
            while (each := waiting.get()) is not None:
                number += 1
                if not going.compared.equals(*each, answer := visitors.ask(each[0])):
                    doubtful.append((*each, answer))
                if time.monotonic() - said > EVERY:
                    said = time.monotonic()
                    going.say(
                        f"  {number} answers, {len(doubtful)} to be asked again; {each[0].who}: {each[0].path[:80]}"
                    )
            for ask, one, two in doubtful:
                if fresh:
                    again.put(ask)
                if going.compared.add(ask, done.get() if fresh else one, visitors.ask(ask)):
                    going.say(f"  different once, and not again: {going.compared.shortly(one, two)} {ask.name[:120]}")

    _side_by_side([first, second])
    kept.close()
    left = _length(start)
    if fresh:
        new = [events(going.folder / side, left) for side in ("base", "other")]
        listed(going.compared, "POST events of opening and looking", *new)
    listed(going.compared, "POST mails of opening and looking", letters(start), letters(going.folder / "other"))
    if fresh and going.plan.keep:
        (home / "base.json").write_text(json.dumps(_mark(going.plan)))


def _signed_in(visitors: Visitors, home: Path) -> Visitors:
    for who, cookie in json.loads((home / "cookies.json").read_text()).items():
        visitors.come_back(who, cookie, home / "told" / "keys")
    return visitors


def _everything(plan: Plan, visitors: Visitors) -> Iterator[tuple[Ask, Answer]]:
    more = addresses(visitors)
    first_of_kind = list({kind_of(path): path for path in reversed(more)}.values())
    for who in plan.who:
        whole = who == plan.who[0]
        yield from crawl(visitors, who, plan.each if whole else (plan.each + 1) // 2, more if whole else first_of_kind)
    if plan.wrongly:
        for ask in wrong(visitors):
            yield ask, visitors.ask(ask)


def _side_by_side(works: Sequence[Callable[[], None]]) -> None:
    """Does all of it at once. Raises what the first of them raised; KeyboardInterrupt is not waited out."""
    failed: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as why:
            failed.append(why)

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) and not failed:
        for thread in threads:
            thread.join(0.2)
    if failed:
        raise failed[0]
