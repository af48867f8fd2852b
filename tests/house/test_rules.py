"""Each rule refuses what is planted: in a small tree, or, for ruff, as a file of the real one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import rules
from tests.house.rules import ROOT

SETTINGS = """
[tool.ruff.lint.per-file-ignores]
"{shared/web,deploy}/**" = ["TID251"]
[[tool.importlinter.contracts]]
type = "layers"
exhaustive = true
containers = ["shared", "deploy", "services.events"]
[[tool.importlinter.contracts]]
type = "independence"
modules = ["services.events"]
"""
Plant = Callable[[str, str], Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Writes a module into an empty house, with the packages that it stands in; the house."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "tests" / "house").mkdir(parents=True)
    (tmp_path / "tests" / "house" / "without_test.txt").write_text("")

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for folder in path.relative_to(tmp_path).parents[:-1]:
            (tmp_path / folder / "__init__.py").touch()
        return tmp_path

    return write


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nX = datetime.now()",
        "import datetime as d\nX = d.date.today()",
        "import time",
        "from time import monotonic",
        "import random",
        "import secrets",
        "from uuid import uuid4",
        "import uuid\nX = uuid.uuid4()",
        "from uuid_utils import uuid7",
        "X = open('a')",
        "from pathlib import Path",
        "import os, socket",
        "def f():\n    import subprocess",
        "import threading",
        "import asyncio",
        "from shared.base.outside import REAL",
        "from shared.kernel.command_handler import utc_now",
        "import shared.kernel.views.projector",
        "from shared.web.formatting import day",
        "from services.events.loans.views import LOANS",
        "from services.events.loans.pages import routes",
        "import datetime\nX = getattr(datetime.datetime, 'no' + 'w')",
        "read = open",
        "import importlib",
        "from services.membership.members.domain import member",
        "from .views import LOANS",
    ],
)
def test_a_domain_takes_nothing_from_outside(plant: Plant, text: str) -> None:
    assert rules.unpure(plant("services/events/loans/domain.py", text))
    assert rules.unpure(plant("services/events/loans/domain/loan.py", text))


def test_a_domain_may_stand_on_what_is_pure(plant: Plant) -> None:
    text = "\n".join(
        [
            "from datetime import UTC, date, datetime",
            "from uuid import UUID, uuid5",
            "from shared.contract.fields import Line",
            "from shared.kernel.decider import Decider",
            "from services.events.base.fields import Place",
            "from services.events.gatherings.domain.gathering import Gathering",
        ]
    )
    assert rules.unpure(plant("services/events/loans/domain/loan.py", text)) == []


def test_no_folder_and_no_service_escapes_the_import_rules(plant: Plant) -> None:
    assert rules.unruled(plant("services/events/app.py", "")) == []
    house = plant("services/sixth/app.py", "")
    assert len(rules.unruled(house)) == 2, "neither independent nor in layers"
    (house / "services" / "sixth" / "__init__.py").unlink()
    assert rules.unruled(house) == ["services/sixth has no __init__.py"]


@pytest.mark.parametrize("name", ["loans.py", "sixth/loans.py", "services/loans.py"])
def test_nothing_stands_beside_the_rooms(plant: Plant, name: str) -> None:
    assert rules.unruled(plant("services/events/app.py", "")) == []
    assert rules.unruled(plant(name, ""))


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\nX = importlib.import_module('services.membership.app')",
        "from importlib import import_module",
        "def f():\n    import pkgutil",
        "import runpy",
        "X = __import__('services.membership.app')",
        "X = __builtins__",
        "import sys\nX = sys.modules['services.membership.app']",
        "from sys import modules",
        "exec('import services.membership.app')",
        "from tests.fixtures import small",
        "import tests.fixtures.small",
    ],
)
def test_no_import_is_hidden_from_the_rules(plant: Plant, text: str) -> None:
    plant("tests/fixtures/small.py", "")
    assert rules.late(plant("services/events/loans/queries.py", text))
    assert rules.late(plant("shared/kernel/loans.py", "from importlib.metadata import version")), "not that either"


def test_those_that_import_late_on_purpose_are_there_and_do() -> None:
    for name in rules.MAY_BE_LATE:
        assert "import_module" in (ROOT / name).read_text()


@pytest.mark.parametrize(
    "line", ["import time  # noqa", "import time  # noqa: TID251", "X = 1  # noqa: F401, TID251", "# ruff: noqa"]
)
def test_nobody_is_excused_in_silence(plant: Plant, line: str) -> None:
    assert rules.unsaid(plant("shared/kernel/loans.py", line + "\n"))
    assert rules.unsaid(plant("shared/kernel/loans.py", "import time  # noqa: PLC0415 - as late as can be\n")) == []


def test_who_is_excused_still_needs_it() -> None:
    for name in rules.MAY_BE_UNSAID:
        assert "noqa: TID251 - " in (ROOT / name).read_text()


def test_what_is_excused_from_an_import_rule_is_told(plant: Plant) -> None:
    house = plant("services/events/app.py", "")
    more = '[[tool.importlinter.contracts]]\ntype = "acyclic_siblings"\nignore_imports = ["a -> b"]\n'
    (house / "pyproject.toml").write_text(SETTINGS + more)
    assert rules.unruled(house) == ["pyproject.toml excuses a -> b"]


@pytest.mark.parametrize(
    "name", ["pages.py", "loan_pages.py", "desk/pages.py", "desk/loan_pages.py", "api.py", "desk/shown.py"]
)
@pytest.mark.parametrize(
    "text",
    [
        "from services.events.gatherings.pages import shown",
        "from services.events.gatherings import door_pages",
        "def f():\n    import services.events.gatherings.door_pages",
        "from services.events.gatherings.desk.pages import shown",
    ],
)
def test_pages_meet_by_blocks(plant: Plant, name: str, text: str) -> None:
    assert rules.crossing(plant(f"services/events/loans/{name}", text))


def test_pages_may_import_pages_of_their_own_capability(plant: Plant) -> None:
    text = "from services.events.loans.desk_pages import shown\nfrom services.events.pages.unfolding import unfolded"
    assert rules.crossing(plant("services/events/loans/pages.py", text)) == []


@pytest.mark.parametrize("name", ["shared/base/utils.py", "services/events/helpers/loan.py", "deploy/cli/asking.py"])
def test_a_name_says_what_it_names(plant: Plant, name: str) -> None:
    assert rules.vague(plant(name, ""))


def test_a_module_with_logic_has_a_test_module(plant: Plant) -> None:
    logic = "\n".join(f"if {n}:\n    pass" for n in range(rules.BRANCHES))
    house = plant("services/events/loans/queries.py", logic)
    assert rules.without_test(house) == ["services/events/loans/queries.py"]
    list_ = house / "tests" / "house" / "without_test.txt"
    list_.write_text("services/events/loans/queries.py\n")
    assert rules.without_test(house) == []
    plant("tests/services/events/loans/test_queries.py", "")
    assert rules.without_test(house) == ["services/events/loans/queries.py has a test or no logic: take its line out"]


LOGIC = "\n".join(f"if {n}:\n    pass" for n in range(rules.BRANCHES)) + "\n"


@pytest.mark.parametrize(
    ("module", "text", "test", "tries", "is_tried"),
    [
        ("services/events/loans/queries.py", "", "services/events/loans/test_lists.py", "from {} import a", True),
        ("services/events/loans/queries.py", "", "services/events/test_lists.py", "from {} import a", True),
        ("services/events/loans/queries.py", "", "services/test_lists.py", "from {} import a", False),
        ("services/events/loans/queries.py", "", "services/events/tandems/test_lists.py", "from {} import a", False),
        ("services/events/loans/queries.py", "", "services/events/loans/test_lists.py", "from {}_more import a", False),
        ("services/events/loans/queries.py", "", "services/events/loans/helpers.py", "from {} import a", False),
        ("services/events/loans/queries.py", "", "services/events/loans/test_pages.py", "", False),
        ("services/events/loans/desk_pages.py", "routes = APIRouter()", "services/events/test_pages.py", "", True),
        ("services/events/loans/feature.py", "", "services/events/loans/test_pages.py", "", True),
        ("deploy/sample/loans.py", "", "deploy/sample/test_events.py", "", True),
        ("deploy/cli/lend.py", '@app.command("lend")\ndef f(): ...', "journeys/test_a.py", "X = ['lend']", True),
        ("deploy/cli/lend.py", "@app.command()\ndef lend_out(): ...", "journeys/test_a.py", "X = ['lend']", False),
    ],
)
def test_a_test_is_found_where_one_looks_for_it(
    plant: Plant, module: str, text: str, test: str, tries: str, is_tried: bool
) -> None:
    plant(f"tests/{test}", tries.format(module.removesuffix(".py").replace("/", ".")))
    assert (rules.without_test(plant(module, f"{text}\n{LOGIC}")) == []) is is_tried


@pytest.mark.parametrize(
    "call",
    [
        "loop.run_in_executor(None, f)",
        "loop.run_in_executor(executor=None, func=f)",
        "loop.run_in_executor(func=f)",
        "loop.call_later(1, f)",
        "loop.call_at(1, f)",
        "asyncio.get_running_loop().time()",
        "now = asyncio.get_event_loop().time",
        "self._loop.time()",
    ],
)
def test_threads_and_timers_are_given(plant: Plant, call: str) -> None:
    assert rules.taken(plant("services/events/loans/queries.py", f"{call}\n"))
    assert len(rules.taken(plant("shared/web/charts.py", f"{call}\n"))) == 1, "pages may"


def test_a_thread_of_a_pool_that_was_given_and_the_time_of_an_event_are_no_matter(plant: Plant) -> None:
    text = "loop.run_in_executor(self._pool, f)\nX = event.cloud.time\n"
    assert rules.taken(plant("services/events/loans/queries.py", text)) == []


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("assert page.url == there", True),
        ("assert page.locator('h1').count() == 1", True),
        ("assert 'Eau' in page.inner_text('main')", True),
        ("assert page.title() and page.content()", True),
        ("assert not page.get_by_role('alert').is_visible()", True),
        ("page.evaluate('document.documentElement.scrollWidth')", True),
        ("expect(page).to_have_url(there)", False),
        ("assert words.count('Eau') == 2", False),
        ("assert wide == 0, page.url", False),
        ("most = found.count()", False),
    ],
)
def test_a_browser_test_waits_for_what_it_asserts(plant: Plant, line: str, refused: bool) -> None:
    house = plant("tests/journeys/test_x.py", f"from playwright.sync_api import Page, expect\n{line}\n")
    assert bool(rules.unwaited(house)) == refused


def test_what_asks_no_browser_may_count_as_it_likes(plant: Plant) -> None:
    assert rules.unwaited(plant("tests/shared/test_x.py", "assert page.url == there\n")) == []


TAKEN = [
    "from datetime import datetime\nX = datetime.now()\n",
    "import datetime as d\nX = d.datetime.now()\n",
    "from datetime import date\nX = date.today()\n",
    "import time\nX = time.gmtime()\n",
    "from time import clock_gettime\nX = clock_gettime\n",
    "from time import perf_counter_ns\nX = perf_counter_ns\n",
    "import os\nX = os.getrandom(3)\n",
    "from random import choice\nX = choice\n",
    "from secrets import token_hex\nX = token_hex\n",
    "from uuid import uuid4\nX = uuid4\n",
    "from uuid_utils import uuid6\nX = uuid6\n",
    "from uuid_utils.compat import uuid7\nX = uuid7\n",
    "from threading import Timer\nX = Timer\n",
    "from concurrent.futures import ProcessPoolExecutor\nX = ProcessPoolExecutor\n",
    "import multiprocessing\nX = multiprocessing\n",
    "from starlette.concurrency import run_in_threadpool\nX = run_in_threadpool\n",
    "from asyncio import sleep\nX = sleep\n",
    "from asyncio.tasks import sleep\nX = sleep\n",
    "from asyncio.threads import to_thread\nX = to_thread\n",
    "import anyio\nX = anyio.sleep\n",
    "import os\nX = os.times()\n",
    "from email.utils import make_msgid\nX = make_msgid()\n",
    "from email.utils import formatdate\nX = formatdate()\n",
    "from concurrent.futures.thread import ThreadPoolExecutor\nX = ThreadPoolExecutor\n",
    "from starlette.concurrency import iterate_in_threadpool\nX = iterate_in_threadpool\n",
    "from shared.kernel.command_handler import utc_now\nX = utc_now\n",
    "from shared.kernel.command_handler import new_command_id\nX = new_command_id\n",
]
GIVEN = (
    "shared/kernel",
    "shared/runtime/nats",
    "shared/persons",
    "shared/ledger",
    "shared/identity",
    "services/events/loans",
    "services/directory/imports",
)
"""Rooms that are given what they take from outside"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files that ruff refuses, of all of TAKEN in all of GIVEN, by the settings of the house."""
    house = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", house)
    for room in GIVEN:
        (house / room).mkdir(parents=True)
        for number, text in enumerate(TAKEN):
            (house / room / f"new_{number}.py").write_text(text)
    ruff = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache", "--output-format", "json", "."]
    done = subprocess.run(ruff, capture_output=True, text=True, cwd=house, check=False)
    return {str(Path(one["filename"]).relative_to(house.resolve())) for one in json.loads(done.stdout)}


@pytest.mark.parametrize("number", range(len(TAKEN)), ids=lambda number: TAKEN[number])
def test_ruff_refuses_what_is_taken_from_the_machine(refused: set[str], number: int) -> None:
    assert [room for room in GIVEN if f"{room}/new_{number}.py" not in refused] == []
