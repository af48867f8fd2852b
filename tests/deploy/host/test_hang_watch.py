"""A process that hangs ends, and says where; one that works does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import asyncio, sys, time
from deploy.host.hang_watch import ended_where_it_hangs

async def work():
    async with ended_where_it_hangs(1.0, 0.1):
        await asyncio.sleep(2.5)
        print("alive", flush=True)
        if sys.argv[1] == "hangs":
            time.sleep(60)
    time.sleep(1.5)
    print("whole", flush=True)

asyncio.run(work())
"""


def ran(how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, timeout=50, check=False)


def test_one_that_hangs_ends_and_says_where_it_stood() -> None:
    done = ran("hangs")
    assert done.returncode == 1 and done.stdout == "alive\n"
    assert "Timeout" in done.stderr and "in work" in done.stderr


def test_one_that_works_lives_and_after_its_end_nobody_watches_any_more() -> None:
    done = ran("works")
    assert done.returncode == 0 and done.stdout == "alive\nwhole\n", done.stderr
