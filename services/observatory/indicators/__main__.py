"""`python -m services.observatory.indicators` writes docs/indicators.md."""

from __future__ import annotations

from services.observatory.indicators import DOCUMENT, documented

DOCUMENT.write_text(documented(), encoding="utf-8")
