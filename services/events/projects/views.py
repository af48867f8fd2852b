"""The projects that are presented at a gathering."""

from __future__ import annotations

from typing import Any

from shared.base.paris_days import PARIS
from shared.contract.envelope import Recorded
from shared.contract.events.projects import ProjectPresentationWithdrawn, ProjectPresented
from shared.kernel.views.projection import Document, View


def _presented(document: Document | None, data: ProjectPresented, event: Recorded) -> Document:
    when = {"at": event.cloud.time, "year": event.time.astimezone(PARIS).date().isoformat()[:4]}
    return {**data.model_dump(mode="json"), **when, "version": event.version}


def _gone(document: Document | None, data: Any, event: Recorded) -> None:
    return None


PROJECTS = View(
    name="projects",
    version=1,
    on={ProjectPresented: _presented, ProjectPresentationWithdrawn: _gone},
    fields=("gathering", "structure", "year", "country", "at", "title"),
    text=lambda d: f"{d['title']} {d['structure_name'] or ''}",
)
