"""Two equal releases show no difference: nothing in a page hangs on chance or on the clock unsaid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deploy.host.all_services import DEFINITIONS
from shared.web.api import kebab
from tests.compare.history import Teller, accounts, structures
from tests.compare.running import Plan, run
from tests.compare.trees import WORKING, NoTree, tree_of
from tests.fixtures.earlier_commands import EARLIER

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


def test_every_command_that_is_no_more_is_said_in_words_of_today() -> None:
    gone = {f"{one.name} {kebab(name)}" for one in DEFINITIONS for name in one.retired}
    assert EARLIER.keys() == gone


def test_what_is_said_in_place_of_an_earlier_command_names_the_facts_that_it_took_back() -> None:
    def told(id: str, type: str, undone: int | None = None, **data: str) -> dict[str, Any]:
        return {"event": {"id": id, "type": type, "data": data}, "undone": undone}

    life = [told("a", "MemberJoined"), told("b", "MemberLeft", 3), told("c", "EventStruck"), told("d", "MemberLeft")]
    name, body = EARLIER["membership restore-member"].today({"member": "m"}, life)
    assert (name, body["kind"], body["about"], body["events"]) == ("strike-events", "member", "m", ["d"])
    name, body = EARLIER["membership restore-volunteer"].today(
        {"volunteer": "v"}, [told("a", "VolunteerContributed", 2)]
    )
    assert (name, body["events"]) == ("lift-strikes", ["a"])
    there = [told("a", "AgoraAttended", registration="r1"), told("b", "AgoraAttended", registration="r2")]
    fields = {"gathering": "g", "registration": "r1"}
    assert EARLIER["events undo-check-in"].today(fields, there)[1]["events"] == ["a"]
    name, body = EARLIER["directory withdraw-support"].today(
        {"support": "s", "reason": "x"}, [told("a", "SupportGiven")]
    )
    assert (body["events"], body["reason"]) == (["a"], "x")
