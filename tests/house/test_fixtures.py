"""What all tests stand on: no test meets the end of a day, no two servers the same port."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tests.fixtures.midnight import SPARED, seconds_to_wait
from tests.fixtures.ports import AFTER, FIRST, free_port


@pytest.mark.parametrize(
    ("moment", "waits"),
    [
        ("2026-12-31T23:59:30+01:00", True),  # the end of a year in Paris
        ("2026-12-31T23:59:30+00:00", True),  # and where a log writes its times
        ("2028-02-29T23:59:59.5+01:00", True),
        ("2026-10-25T00:59:30+02:00", False),  # an hour that comes twice ends no day
        ("2026-03-28T23:59:00+01:00", True),  # the day after has 23 hours
        ("2026-07-01T23:59:30+02:00", True),
        ("2026-07-01T12:00:00+02:00", False),
        ("2026-07-01T00:00:00+02:00", False),
    ],
)
def test_the_end_of_a_day_is_waited_for(moment: str, waits: bool) -> None:
    seconds = seconds_to_wait(datetime.fromisoformat(moment).astimezone(UTC))
    assert (0 < seconds <= SPARED.total_seconds() + 1) if waits else seconds == 0


def test_a_port_is_given_once_also_to_another_process_and_never_by_the_system() -> None:
    mine = {free_port() for _ in range(20)}
    ask = "from tests.fixtures.ports import free_port; print(*(free_port() for _ in range(200)))"
    others = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert len(mine) == 20 and all(FIRST <= port < AFTER for port in mine)
    assert len(set(others)) == 200 and not mine & set(map(int, others))


def test_a_port_on_which_something_listens_is_not_given() -> None:
    taken = free_port()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", taken))
        listening.listen()
        assert taken not in {free_port() for _ in range(5)}
