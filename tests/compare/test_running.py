"""Two equal releases show no difference: nothing in a page hangs on chance or on the clock unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compare.history import Teller, accounts, structures
from tests.compare.running import Plan, run
from tests.compare.trees import WORKING, NoTree, tree_of

pytestmark = pytest.mark.slow


def a_little(at: Teller) -> None:
    accounts(at)
    structures(at)


@pytest.mark.drill
def test_the_working_tree_beside_itself_differs_nowhere(tmp_path: Path) -> None:
    said: list[str] = []
    plan = Plan(WORKING, WORKING, 1, sample=False, telling=a_little, who=("reader",), wrongly=False)
    compared = run(plan, said.append)
    assert compared.alike, "\n".join(compared.report())
    assert compared.equal.total() > 300
    assert compared.equal["POST history events"] > 40


def test_a_commit_that_is_not_there_is_named() -> None:
    with pytest.raises(NoTree, match="no commit 'nothing'"), tree_of("nothing"):
        pass
