"""SecantusDB as the tests run it: `python -m tests.secantus` and the options of `secantusd-py`.

In 0.7.0b3 a rename copies document by document, so that others see half of it, and it may wait for ever for a write that
waits for it. In MongoDB it is one change of the catalogue, which waits for what is under way. Here too: a rename is let
in when nothing else is, and keeps others out until it is done.
"""

from __future__ import annotations

import threading
from typing import Any

from secantus import server  # type: ignore[import-untyped]
from secantus.cli import main  # type: ignore[import-untyped]

WAITING = {"hello", "isMaster", "ismaster", "ping", "getMore"}
"""Commands that read no collection, or may wait for news as long as they like."""

dispatch = server.dispatch
turn = threading.Condition()
under_way = 0
renaming = False


def gated(doc: dict[str, Any], context: Any) -> Any:
    global under_way, renaming
    name = next(iter(doc), "")
    if name in WAITING:
        return dispatch(doc, context)
    alone = name == "renameCollection"
    with turn:
        turn.wait_for(lambda: not renaming and not (alone and under_way))
        if alone:
            renaming = True
        else:
            under_way += 1
    try:
        return dispatch(doc, context)
    finally:
        with turn:
            if alone:
                renaming = False
            else:
                under_way -= 1
            turn.notify_all()


if __name__ == "__main__":
    server.dispatch = gated
    raise SystemExit(main())
