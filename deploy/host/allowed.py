"""What the system allows a process, looked at before five services are loaded: whoever has too few files or too little
memory goes down later, amid the work, in libraries that end the process without a word."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Callable

from deploy.host.data_folder import CannotStart

FILES = 96
"""that a process may have open: one that rests has 68, and each visitor takes one"""
DATA = 512 << 20
"""bytes for data (`ulimit -d`): with 400 MiB a start ended by a signal, with 500 it did not (measured, a small log)"""
ADDRESSES = 2 << 30
"""bytes of addresses (`ulimit -v`), of which threads and DuckDB reserve more than they use: at rest 2.7 GiB"""
Limits = Callable[[int], tuple[int, int]]


def more_files(most: int = 1 << 16) -> None:
    """Takes as many open files as the process may have, up to a number that is of use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(hard, most)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def enough(limits: Limits = resource.getrlimit) -> None:
    """Returns if the process may have what an installation needs. `limits`: resource → the soft and the hard one.
    Raises CannotStart."""
    files = limits(resource.RLIMIT_NOFILE)[0]
    if files != resource.RLIM_INFINITY and files < FILES:
        raise CannotStart(
            f"This process may open {files} files, and an installation needs {FILES} at least: allow more "
            "(`ulimit -n`, or LimitNOFILE of its unit), and start again."
        )
    for what, least, option in ((resource.RLIMIT_DATA, DATA, "-d"), (resource.RLIMIT_AS, ADDRESSES, "-v")):
        most = limits(what)[0]
        if most != resource.RLIM_INFINITY and most < least:
            raise CannotStart(
                f"This process may have {most >> 20} MiB of memory (`ulimit {option}`), and an installation needs "
                f"{least >> 20} at least: allow more, and start again."
            )
