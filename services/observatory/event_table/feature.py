"""The log as a table: opened first, since all others read it."""

from __future__ import annotations

from services.observatory.event_table import table_file
from services.observatory.event_table.words import TABLE_WORDS
from shared.runtime.feature import Feature

FEATURE = Feature(
    name="event-table",
    words=TABLE_WORDS,
    opening=table_file.opening,
    closing=table_file.closing,
    jobs=(table_file.FOLLOWING,),
)
