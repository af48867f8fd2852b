"""What Prometheus reads of the backups: `/metrics` on MAILLAGE_METRICS_PORT of whatever keeps them.

Ages are reckoned when somebody asks, in a thread of their own: a keeper that hangs gets old too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client import Gauge, start_http_server

from deploy.host.backups_standing import Standing, seconds_since
from shared.base.settings import Settings
from shared.base.whole_files import KeptFile
from shared.runtime.prometheus import REGISTRY, gauge

AGE = gauge("backup_age_seconds", "Since the last backup was made; where there is none, since they are asked for.")
FAILING = gauge("backup_failing", "Whether the last try of a backup, or of the keys', failed (1).")
EVENTS = gauge("backup_events", "Events in the last backup.")
KEPT = gauge("backup_kept", "How many backups are kept.")
KEYS_AGE = gauge("backup_keys_age_seconds", "Since the backup of the keys was replaced by those of its moment.")
DRILL_AGE = gauge("backup_drill_age_seconds", "Since a restore was last rehearsed and all was as it should be.")
DRILL_FAILED = gauge("backup_drill_failed", "Whether the last rehearsed restore failed (1).")


def values(found: Standing, now: datetime) -> dict[Gauge, float]:
    """What each says."""
    return {
        AGE: seconds_since(found.made, found.since, now),
        FAILING: float(found.trouble is not None or found.keys_trouble is not None),
        EVENTS: float(found.events),
        KEPT: float(found.kept),
        KEYS_AGE: seconds_since(found.keys, found.since, now),
        DRILL_AGE: seconds_since(found.drilled, found.since, now),
        DRILL_FAILED: float(found.drill_trouble is not None),
    }


@contextlib.contextmanager
def served(notes: KeptFile[Standing], settings: Settings) -> Iterator[int | None]:
    """Meanwhile they can be asked for; the port, None where the settings want none."""
    if settings.metrics_port is None:
        yield None
        return

    def asked(one: Gauge) -> Callable[[], float]:
        return lambda: values(notes.read(), datetime.now(UTC))[one]

    for one in values(Standing(), datetime.now(UTC)):
        one.set_function(asked(one))
    server, thread = start_http_server(settings.metrics_port, settings.host, REGISTRY)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
