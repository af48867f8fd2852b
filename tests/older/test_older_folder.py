"""A data folder that an older release left behind, with every event type in it, is opened by this one: it shows the
same, says nothing, sends nothing, reacts to nothing again; also when its views are made anew, and years later
(README.md)."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.contract import load_all
from tests.fixtures.installation import maillage
from tests.older.house import House, clock_at
from tests.older.make import unpacked
from tests.older.portrait import BEFORE, CHANGED, LATER, Portrait, differences, kept, meant

pytestmark = [pytest.mark.slow]  # the first test opens the folder for all

HERE = Path(__file__).parent
MUTATED = HERE / "mutated"


@dataclass
class Opened:
    """What came of opening the folder once."""

    portrait: Portrait
    on_the_morrow: bool
    doctor: list[dict[str, Any]] = field(default_factory=list)
    links: dict[str, int] = field(default_factory=dict)
    audit: str = ""


@pytest.fixture(scope="module")
def then() -> Portrait:
    """What the older release showed."""
    return kept(HERE)


@pytest.fixture(scope="module")
def day(then: Portrait) -> str:
    """The day on which the folder was made."""
    return next(path for path in reversed(then.shown) if path.startswith("review/")).partition("/")[2]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The folder, unpacked. All tests of this module open it one after the other, as releases do."""
    return House(unpacked(tmp_path_factory.mktemp("older")))


@pytest.fixture(scope="module")
def now(house: House, then: Portrait, day: str, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The folder opened as it came, on the day after it was made; without a compiler for the clock, today."""
    morrow = datetime.fromisoformat(f"{day}T12:00Z") + timedelta(days=1)
    env = clock_at(morrow, tmp_path_factory.mktemp("clock"))
    found = Opened(Portrait(), on_the_morrow=env is not None)
    with house.opened(**env or {}):
        if env is not None:
            house.confirm_clock()  # the log's node keeps the machine's own time
        found.portrait.ask(house, day)
        found.portrait.ask_lives(house, then.said)
        found.doctor = json.loads(maillage("doctor", "--json", data=house.data, env=house.env).stdout)
        links = {link for _, some in then.shown["mails"].values() for link in some}
        found.links = {
            link: house.client.get(link, headers={"Authorization": ""}).status_code for link in sorted(links)
        }
    found.audit = house.run("audit", "verify")
    found.portrait.read(house.data)
    return found


@pytest.fixture(scope="module")
def changed() -> dict[str, str]:
    found: dict[str, str] = json.loads((HERE / CHANGED).read_text())
    return found


def test_every_event_type_of_then_is_in_the_folder(then: Portrait) -> None:
    """Types that came later are in no older folder."""
    assert then.types.keys() <= load_all().keys()
    assert len(then.types) == 171


def test_it_shows_and_says_the_same(then: Portrait, now: Opened, changed: dict[str, str]) -> None:
    moving = () if now.on_the_morrow else ("open-data/*",)  # what counts persons is released as years go by
    found = differences(then.but("later/*", *moving), now.portrait)
    unmeant = {path: both for path, both in found.items() if not meant(changed, path)}
    assert not unmeant, f"not as the older release had it, and {CHANGED} gives no reason: {told(unmeant)}"
    now_asked = [pattern for pattern in changed if not pattern.startswith("later/")]
    stale = [pattern for pattern in now_asked if not any(meant({pattern: ""}, path) for path in found)]
    assert not stale, f"{CHANGED} excuses what did not change: {stale}"


def test_nothing_new_is_said_or_sent(then: Portrait, now: Opened) -> None:
    assert now.portrait.shown["last"] == then.shown["last"] == len(now.portrait.said)
    assert now.portrait.shown["mails"].keys() == then.shown["mails"].keys()


def test_no_reaction_runs_again(then: Portrait, now: Opened, changed: dict[str, str]) -> None:
    """Each consumer stands where it stood, was given nothing again, and there is none under another name."""
    before, after = (
        {path: how for path, how in some.shown.items() if path.startswith("reactions/") and not meant(changed, path)}
        for some in (then, now.portrait)
    )
    assert after == before
    assert all(how["waiting"] == [0, 0] for path, how in after.items() if path != "reactions/reader")


def test_sealed_values_are_opened_but_of_the_forgotten(now: Opened) -> None:
    said = json.dumps([one.data for one in now.portrait.said], ensure_ascii=False)
    assert "Personne Exemple Six" in said
    assert "Personne Exemple Partout" not in said
    assert '"clear": null' in said


def test_links_in_its_mails_lead_to_their_pages(now: Opened) -> None:
    """A link that has ended says so (410); none is unknown (404), and one to unsubscribe never ends."""
    assert now.links
    assert {link: status for link, status in now.links.items() if status not in (200, 410)} == {}
    leaving = [status for link, status in now.links.items() if link.startswith("/newsletter/unsubscribe/")]
    assert leaving and set(leaving) == {200}


def test_the_doctor_finds_but_the_parked_reaction(now: Opened) -> None:
    assert [one["check"] for one in now.doctor if not one["good"]] == ["directory: parked"]


def test_its_ledger_verifies(now: Opened) -> None:
    assert now.audit.startswith("good"), now.audit


def test_years_later_and_with_its_views_made_anew(
    house: House, then: Portrait, now: Opened, day: str, changed: dict[str, str], tmp_path: Path
) -> None:
    """Nothing comes due by the mere passing of time, and nothing rests on views that were kept; but what was parked
    is kept beside them."""
    env = clock_at(LATER, tmp_path)
    if env is None:
        pytest.skip("there is no C compiler to move a process's clock with")
    shutil.rmtree(house.data / "views")
    found = Portrait()
    with house.opened(**env):
        found.ask_views(house)
        found.ask_figures(house, day)
        house.confirm_clock()  # years off: nothing is released by this clock before somebody says so
        found.ask_later(house)
    found.read(house.data)
    asked = then.but("life/*", "open-data/*", *(f"*/{before}" for before in BEFORE))
    unmeant = {path: both for path, both in differences(asked, found).items() if not meant(changed, path)}
    assert unmeant.keys() == {"state/directory"}, told(unmeant)


@pytest.mark.drill
def test_a_release_that_breaks_it_is_found(then: Portrait, tmp_path: Path) -> None:
    """A reaction has another name, a view lost a field, an event type has another name (`mutated`): each is seen, and
    at its own place."""
    house = House(unpacked(tmp_path))
    shutil.rmtree(house.data / "views")
    path = os.pathsep.join([str(MUTATED), *filter(None, [os.environ.get("PYTHONPATH")])])
    found = Portrait()
    with house.opened(PYTHONPATH=path):
        found.ask_views(house)
    found.read(house.data)
    paths = differences(then, found).keys()
    assert {
        "reactions/newsletter-member-news-to-echos",
        "views/membership/members",
        "views/membership/network",
        "state/membership",
    } <= paths, paths


def told(found: dict[str, tuple[Any, Any]]) -> str:
    """The first differences, each on a line."""
    lines = [f"\n{path}\n  then {str(then)[:600]}\n  now  {str(now)[:600]}" for path, (then, now) in found.items()]
    return "".join(lines[:8]) + (f"\n… and {len(lines) - 8} more" if len(lines) > 8 else "")
