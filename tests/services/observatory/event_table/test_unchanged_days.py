"""What new events leave as it was: an earlier day is not counted again where nothing of it was touched, and only
there."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.observatory.dashboard.dashboard import service_of
from services.observatory.event_table.filtering import Filters
from services.observatory.event_table.unchanged_days import Settled, last_words
from services.observatory.figures.answers import ask_all
from services.observatory.indicators import HERE, INDICATORS, LISTED
from shared.base.paris_days import PARIS
from shared.base.services import SERVICES
from shared.contract.directory.structures import StructureClosed, StructureRegistered, StructureRevised
from shared.contract.envelope import opened
from shared.contract.membership.vocabularies import TermDefined
from tests.fixtures.figures_oracle import ORACLE
from tests.fixtures.indicator_histories import read
from tests.fixtures.observatory_history import History
from tests.services.observatory.figures.test_oracle import MEMORY, invented, told

DAY = date(2015, 6, 30)
LATEST = date(2024, 12, 31)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), new=st.integers(1, 6))
def test_where_nothing_is_touched_every_figure_is_the_same(seed: int, new: int) -> None:
    story, as_of, _ = invented(seed, 40)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, told(story).table(Path(folder)) as table:
        kept = Settled()
        before, now = len(story) - new, len(story)

        async def asked() -> tuple[int, int]:
            return await kept.known(table, as_of, before), await kept.known(table, as_of, now)

        first, second = asyncio.run(asked())
        assert first == before and second in (before, now)
        if second == before:
            assert ask_all(table, list(ORACLE), as_of, before) == ask_all(table, list(ORACLE), as_of, now)
            narrow = [ask_all(table, ["individual_support"], as_of, n, Filters(department="31")) for n in (before, now)]
            assert narrow[0] == narrow[1]


async def test_only_what_touches_the_day_is_counted_again(tmp_path: Path) -> None:
    h = History()
    h.say(StructureRegistered(name="A", kind="school"), "a", "2015-01-01")  # 1
    h.say(StructureRegistered(name="B", kind="school"), "b", "2016-01-01")  # 2: after the day, a new thing
    h.say(StructureRevised(name="B 2"), "b", "2016-02-01")  # 3: a thing that the day does not know
    h.say(StructureClosed(reason="asleep"), "a", "2016-03-01")  # 4: a thing that it knows
    h.say(StructureRegistered(name="C", kind="school"), "c", "2014-01-01", known="2017-01-01")  # 5: learnt late
    h.say(TermDefined(vocabulary="theme", code="water", titles={"fr": "Eau"}), "list", "2018-01-01")  # 6: of all days
    with h.table(tmp_path) as table:
        kept = Settled()
        assert [await kept.known(table, DAY, n) for n in (1, 2, 3, 4, 5, 6)] == [1, 1, 1, 4, 5, 6]
        assert await kept.known(table, DAY, 3) == 3, "an earlier knowledge is not answered by a later one"
        assert await kept.known(table, DAY, 6) == 6


@pytest.mark.slow
async def test_what_other_services_say_changes_no_figure_of_an_indicator(tmp_path: Path) -> None:
    """So a figure that was counted at the last word of its own service stands."""
    whole = History()
    for one in (each.name for each in LISTED):
        for message in read(HERE / f"{one}.sql")[0].messages:
            event = opened(message)
            day = event.time.astimezone(PARIS).date().isoformat()
            whole.say(event.data, f"{one}/{event.entity_id}", day, known="2025-01-01")
    (tmp_path / "all").mkdir()
    counted = 0
    with whole.table(tmp_path / "all") as table:
        heard = await last_words(table, table.position)
        every = ask_all(table, list(INDICATORS), LATEST, table.position)
        for service in SERVICES:
            own = [name for name, one in INDICATORS.items() if service_of(one) == service]
            (tmp_path / service).mkdir()
            alone = History()
            alone.messages = [one for one in whole.messages if one.subject.split(".")[1] == service]
            with alone.table(tmp_path / service) as part:
                assert part.position == heard.get(service, 0)
                assert ask_all(part, own, LATEST, part.position) == {name: every[name] for name in own}
            counted += sum(bool(rests) for name in own for _, rests in every[name].values())
    assert counted > 100
