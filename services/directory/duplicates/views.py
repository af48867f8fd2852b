"""Merges, as their list reads them, and records that were told apart."""

from __future__ import annotations

from typing import Any

from shared.contract.directory.duplicates import NamesakesDoubted, NamesakesToldApart
from shared.contract.directory.structures import StructureAbsorbed
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View


def _absorbed(document: Document | None, data: StructureAbsorbed, event: Recorded) -> Document:
    return {"kept": str(data.kept), "at": event.cloud.time, "actor": event.actor}


MERGES = View(name="merges", version=3, on={StructureAbsorbed: _absorbed}, stamps=(), fields=("kept", "at"))
"""By the record that was merged into another: into which, as its own line has it. One whose merge was undone is not
there."""


def _pair(apart: bool) -> Any:
    def evolve(document: Document | None, data: NamesakesToldApart | NamesakesDoubted, event: Recorded) -> Document:
        pair = {"structures": [str(data.first), str(data.second)], "apart": apart, "at": event.cloud.time}
        return {**pair, "reason": getattr(data, "reason", None), "version": event.version}

    return evolve


NAMESAKES = View(
    name="namesakes",
    version=1,
    on={NamesakesToldApart: _pair(True), NamesakesDoubted: _pair(False)},
    fields=("structures", "apart"),
)
"""By pair (`pair_id`)."""
