"""A question that a command asks while it works with a server: Ctrl-C ends it at once."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

ASKING = """
from deploy.cli.console import confirmed, run

async def work():
    try:
        return confirmed("Sure?")
    finally:
        print("cleaned up", flush=True)

run(work())
"""


def test_ctrl_c_at_a_question_ends_the_command_and_what_it_opened() -> None:
    root = Path(__file__).parents[3]
    master, slave = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKING], stdin=slave, stdout=slave, stderr=slave, cwd=root, start_new_session=True
    )
    os.close(slave)
    said = b""
    while b"Sure?" not in said:
        said += os.read(master, 1024)
    time.sleep(0.2)  # until it waits for the answer
    asking.send_signal(signal.SIGINT)
    assert asking.wait(30) == 1  # a long guard: before, it went on waiting
    said += os.read(master, 4096)
    os.close(master)
    assert b"cleaned up" in said
