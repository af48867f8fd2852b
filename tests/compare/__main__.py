"""`python -m tests.compare BASE`: runs the release BASE and the working tree on the same data, asks both for
everything, and shows what differs. Exit code 1 where something does."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from tests.compare.running import Plan, run
from tests.compare.trees import WORKING, NoTree


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.compare", description=__doc__)
    parser.add_argument("base", help="a commit: what is compared with")
    parser.add_argument("--other", default=WORKING, help="another commit; else the working tree as it lies there")
    parser.add_argument(
        "--each",
        type=int,
        default=2,
        metavar="N",
        help="pages of each kind for the administrator, half as many for others; 0: all of them, which takes hours (2)",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep what was asked and answered, and the data; a second run on the same day asks the base no more",
    )
    parser.add_argument("--small", action="store_true", help="an empty network with the told history alone, no sample")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: nothing is left behind
    try:
        compared = run(Plan(given.base, given.other, given.each, given.keep, sample=not given.small), say)
    except NoTree as why:
        print(f"compare: {why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print("\n".join(compared.report()))
    return 0 if compared.alike else 1


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
