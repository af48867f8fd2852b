"""A notary by itself, kept by its job as a service keeps it, and in a hurry."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from services.observatory.ledger.notary import Notary, Pace
from shared.runtime.jobs import Job, Jobs

SOON = Pace(tick=0.01, pause=0.01, again=0.05)
_KEPT: dict[Notary, Jobs[Any]] = {}


def begin_job(notary: Notary) -> None:
    """Has it work in the background, until `ended`."""
    job: Job[Any] = Job("notary", lambda _: notary.go_round(), ending=lambda _: notary.finish())
    jobs: Jobs[Any] = Jobs(SimpleNamespace(name="observatory"), [job])
    _KEPT[notary] = jobs
    jobs.start()


async def ended(notary: Notary) -> None:
    """Ends it, if it has not ended yet."""
    jobs = _KEPT.pop(notary, None)
    if jobs is not None:
        await jobs.stop()
