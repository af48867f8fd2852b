"""The observatory keeps no documents: its read model is the log itself as a table (`table.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from shared.views import View

VIEWS: Sequence[View] = ()
