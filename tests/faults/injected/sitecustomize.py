"""Read by Python at its start where PYTHONPATH names this folder: makes a view of this process slow while the file `slow`
is in the folder FAULTS. It says `<view> <seconds>`, slept at each event of it.
"""

import os
import time
from pathlib import Path
from typing import Any

SLOW = Path(os.environ["FAULTS"]) / "slow"


def _install() -> None:
    from shared.views import View

    evolve = View.evolve

    def slowly(view: View, document: Any, event: Any) -> Any:
        if SLOW.exists():
            name, _, seconds = SLOW.read_text().partition(" ")
            if name == view.name:
                time.sleep(float(seconds))
        return evolve(view, document, event)

    View.evolve = slowly  # type: ignore[method-assign]


_install()
