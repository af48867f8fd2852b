"""Each rule refuses what is planted: in a small tree, or, for ruff, as a file of the real one."""

from __future__ import annotations

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


def test_what_is_excused_from_an_import_rule_is_told(plant: Plant) -> None:
    house = plant("services/events/app.py", "")
    more = '[[tool.importlinter.contracts]]\ntype = "acyclic_siblings"\nignore_imports = ["a -> b"]\n'
    (house / "pyproject.toml").write_text(SETTINGS + more)
    assert rules.unruled(house) == ["pyproject.toml excuses a -> b"]


@pytest.mark.parametrize("name", ["pages.py", "loan_pages.py", "desk/pages.py", "desk/loan_pages.py"])
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


@pytest.mark.parametrize("call", ["loop.run_in_executor(None, f)", "loop.call_later(1, f)", "loop.call_at(1, f)"])
def test_threads_and_timers_are_given(plant: Plant, call: str) -> None:
    assert rules.taken(plant("services/events/loans/queries.py", f"{call}\n"))
    assert len(rules.taken(plant("shared/web/charts.py", f"{call}\n"))) == 1, "pages may"


@pytest.mark.parametrize(
    "text",
    [
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
        "from shared.kernel.command_handler import utc_now\nX = utc_now\n",
        "from shared.kernel.command_handler import new_command_id\nX = new_command_id\n",
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "shared/kernel/new.py",
        "shared/runtime/nats/new.py",
        "services/events/loans/jobs.py",
        "services/directory/imports/new.py",
    ],
)
def test_ruff_refuses_what_is_taken_from_the_machine(text: str, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", name, "-"],
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "TID251" in done.stdout
