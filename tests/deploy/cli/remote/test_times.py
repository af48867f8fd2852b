"""`maillage times` on an installation: what is odd is listed, what would move is shown, a day is corrected once."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from typer.testing import CliRunner

from deploy.cli.http_client import NoAnswer
from deploy.cli.remote.times import WHY, _better, _day, times
from deploy.host.embedded import Installation
from shared.base.settings import Settings
from shared.contract import Event
from shared.contract.envelope import Provenance, address, sealed_body
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined
from shared.kernel.eventlog.event_log import Unit, Write

pytestmark = pytest.mark.slow
MEMBER = UUID("6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11")
JOINED = datetime.now(UTC).year - 1
"""Lately: what moves is looked for at the end of each year since"""


def odd(sequence: int, better: str | None) -> dict[str, Any]:
    return {"redate_sequence": sequence, "better": better}


@pytest.mark.parametrize(
    ("found", "proposed"),
    [
        ([], {}),
        ([[odd(4, None)]], {}),
        ([[odd(4, "2015-01-01"), odd(5, None)], [odd(9, "2016-01-01")]], {4: "2015-01-01", 9: "2016-01-01"}),
        ([[odd(4, "2015-01-01"), odd(4, "2014-01-01"), odd(4, "2016-01-01")]], {4: "2014-01-01"}),
    ],
)
def test_of_several_days_for_one_event_the_earliest_is_proposed(
    found: list[list[dict[str, Any]]], proposed: dict[int, str]
) -> None:
    assert _better([{"odd": of} for of in found]) == proposed


def test_a_day_is_a_day() -> None:
    assert _day("2016-02-29") == date(2016, 2, 29)
    for wrong in ("2015-02-29", "29/02/2016", ""):
        with pytest.raises(NoAnswer, match="is no day"):
            _day(wrong)


async def an_odd_log(data: Path) -> None:
    """A member whose college changed a year before it joined, as a log of an earlier release may have it."""

    def written(network: str, event: Event, version: int, year: int) -> Write:
        id, at = uuid4(), datetime(year, 1, 10, 10, tzinfo=UTC)
        by = Provenance(actor="staff:test", command=uuid4(), correlation=uuid4())
        body = sealed_body(network, event, MEMBER, id=id, version=version, at=at, now=datetime.now(UTC), by=by)
        return Write(address(network, event, MEMBER), str(id), body)

    async with Installation.open(Settings(data=data), sample=False) as installation:
        log = installation.services["membership"].log
        joined = MemberJoined(college="public", charter_version=1, structure=uuid4(), name="Eau vive")
        first = written(log.network, joined, 1, JOINED)
        seq = await log.append(Unit([first], {first.entity: 0}))
        second = written(log.network, MemberCollegeChanged(college="economic"), 2, JOINED - 1)
        await log.append(Unit([second], {second.entity: seq}))


def test_what_is_odd_is_listed_and_corrected_once(tmp_path: Path) -> None:
    def said(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(times, [*arguments, "--data", str(tmp_path)], input=given)

    asyncio.run(an_odd_log(tmp_path))
    listed = said("--service", "membership", "--json")
    assert listed.exit_code == 0, listed.output
    (found,) = json.loads(listed.stdout)["services"]
    (one,) = found["odd"]
    assert (one["why"], one["better"], one["about"]) == ("older-than-its-entity", f"{JOINED - 1}-01-10", str(MEMBER))
    shown = said("--service", "membership")
    assert shown.exit_code == 0 and "membership: 1 event\n" in shown.stdout, shown.output
    assert (
        WHY[one["why"]] in shown.stdout
        and f"MemberJoined {one['redate_sequence']} to {JOINED - 1}-01-10" in shown.stdout
    )
    assert "Nothing was written" in shown.stdout and "maillage times redate" in shown.stdout
    assert "Members" in shown.stdout and "Adhérents" not in shown.stdout, "an operator is spoken to in one language"
    future = said("redate", "membership", str(one["sequence"]), "--day", "2999-01-01", "--yes")
    assert isinstance(future.exception, NoAnswer) and str(future.exception).count("not come") == 1, future.exception

    for wrong, why in (("ghost", "there is no service ghost"), ("membership", "no event 999")):
        refused = said("redate", wrong, "999", "--yes")
        assert isinstance(refused.exception, NoAnswer) and why in str(refused.exception)
    sequence = str(one["sequence"])
    declined = said("redate", "membership", sequence, given="n\n")
    assert declined.exit_code == 1 and "Written" not in declined.stdout
    assert json.loads(said("--json").stdout)["services"], "nothing was written"
    done = said("redate", "membership", sequence, given="y\n")
    assert done.exit_code == 0 and "Written: event" in done.stdout, done.output
    after = json.loads(said("--service", "membership", "--json").stdout)
    assert after == {"services": [{"service": "membership", "jumps": 0, "odd": []}], "moves": []}
