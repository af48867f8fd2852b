"""Read by Python at its start where PYTHONPATH names this folder. It makes of the process

- one with a slow view, while the file `slow` is in the folder FAULTS: `<view> <seconds>`, slept at each event of it;
- one of an older release, where OLDER is set: its newsletter did not react to members' news yet;
- one that looks for the NATS server in the folder SCRIPTS, from which it may be taken away.
"""

import os
import sysconfig
import time
from pathlib import Path
from typing import Any


def _slow(file: Path) -> None:
    from shared.kernel.views.projection import View

    evolve = View.evolve

    def slowly(view: View, document: Any, event: Any) -> Any:
        if file.exists():
            name, _, seconds = file.read_text().partition(" ")
            if name == view.name:
                time.sleep(float(seconds))
        return evolve(view, document, event)

    View.evolve = slowly  # type: ignore[method-assign]


def _older() -> None:
    from services.newsletter.bulletins import collecting as reactions

    known = tuple(one for one in reactions.ARRIVING if one is not reactions.news_to_echos)
    vars(reactions)["ARRIVING"] = known


def _scripts() -> None:
    known = sysconfig.get_path
    sysconfig.get_path = lambda name, *more, **named: (  # type: ignore[assignment]
        os.environ["SCRIPTS"] if name == "scripts" else known(name, *more, **named)
    )


if "FAULTS" in os.environ:
    _slow(Path(os.environ["FAULTS"]) / "slow")
if "OLDER" in os.environ:
    _older()
if "SCRIPTS" in os.environ:
    _scripts()
