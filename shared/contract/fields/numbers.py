"""Numbers: years, counts, places."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Year = Annotated[int, Field(ge=2000, le=2100)]
Sdg = Annotated[int, Field(ge=1, le=17)]
"""One of the sustainable development goals"""
Number = Annotated[int, Field(ge=1, le=100_000)]
"""Of an issue: its place in a series"""
Capacity = Annotated[int, Field(ge=1, le=100_000)]
"""Places at a gathering"""
People = Annotated[int, Field(ge=0, le=100_000)]
Pupils = Annotated[int, Field(ge=0, le=20_000)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Sequence = Annotated[int, Field(ge=0, le=2**53)]
"""Of an event in the log, as every reader of JSON can hold it (RFC 8259 §6)"""
