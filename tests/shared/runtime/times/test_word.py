"""What an operator's word says of the clock as it stood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.contract.clocks import ClockConfirmed
from shared.runtime.times.clock import UNKNOWN, Standing, Witness, judged
from shared.runtime.times.word import WORD, ConfirmClock, word_on
from tests.fixtures.deciding import decided

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
EVENT = Witness("event", NOON, "event 7 was recorded", ahead=True)


@pytest.mark.parametrize(
    ("standing", "word"),
    [
        (judged(NOON, [EVENT]), ConfirmClock(doubting="nobody")),
        (judged(NOON + timedelta(days=8), [EVENT]), ConfirmClock(doubting="event", ahead=8 * 86400)),
        (judged(NOON - timedelta(minutes=6), [EVENT]), ConfirmClock(doubting="event", ahead=-360)),
        (Standing(NOON, (), UNKNOWN), ConfirmClock(doubting="nothing")),
    ],
)
def test_it_names_what_knew_better_and_by_how_much(standing: Standing, word: ConfirmClock) -> None:
    assert word_on(standing) == word
    assert decided(WORD, [], word) == [ClockConfirmed(doubting=word.doubting, ahead=word.ahead)]
