"""What the observatory says: nothing yet. It reads what the others say, and counts."""

from __future__ import annotations
