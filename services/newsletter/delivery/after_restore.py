"""What the newsletter knows of restores. What it sent after the end of an archive is written nowhere: mails that were
asked for before a restore, and of which the log doesn't say that they were dealt with, may have been sent. They are
noted as in doubt, and go out only by hand (docs/adr/0013).
"""

from __future__ import annotations

from shared.contract.envelope import Recorded
from shared.contract.observatory.ledger import LogRestored
from shared.kernel.views.projection import Document, View
from shared.runtime.faces import Views

THE_LOG = "log"


def _restored(document: Document | None, data: LogRestored, event: Recorded) -> Document:
    return {"restored": event.seq, "at": event.cloud.time}


RESTORES = View(name="restores", version=1, on={LogRestored: _restored}, keys=lambda event: (THE_LOG,))
"""One document: the sequence at which the log was last restored."""


async def restored_at(service: Views) -> int:
    """The sequence of the last restore; 0 where there was none."""
    found = await service.store.get(RESTORES, THE_LOG)
    return int(found["restored"]) if found else 0
