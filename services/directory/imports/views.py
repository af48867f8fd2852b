"""Imports, as their list reads them."""

from __future__ import annotations

from shared.contract.directory.imports import ImportFinished, ImportStarted
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View


def _started(document: Document | None, data: ImportStarted, event: Recorded) -> Document:
    said = {"file": data.file, "lines": data.lines, "source": data.source, "skipped": len(data.skipped)}
    none = {"finished": None, "registered": None, "completed": None}
    return {**said, "actor": event.actor, "at": event.cloud.time, **none}


def _finished(document: Document | None, data: ImportFinished, event: Recorded) -> Document | None:
    if document is None:
        return None
    said = {"registered": data.registered, "completed": data.completed, "skipped": data.skipped}
    return {**document, "finished": event.cloud.time, **said}


IMPORTS = View(
    name="imports", version=2, on={ImportStarted: _started, ImportFinished: _finished}, fields=("file", "at")
)
"""By import; `skipped`: lines left out, at the start those known to be."""
