"""Texts: of one line, of several; a title, a reason."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator

from shared.contract.cleaning import line, paragraphs
from shared.contract.untouched import untouched


def _as_line(value: Any, rest: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    same = untouched(value, info)
    return same if same is not None else rest(line(value) if isinstance(value, str) else value)


def _as_text(value: Any, rest: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    same = untouched(value, info)
    return same if same is not None else rest(paragraphs(value) if isinstance(value, str) else value)


def _emptied(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


AS_LINE = WrapValidator(_as_line)
"""Makes a `str` with bounds of its own a text of one line; it stands after them"""
AS_TEXT = WrapValidator(_as_text)
EMPTIED = BeforeValidator(_emptied)
"""An answer that was left empty is none"""

Line = Annotated[str, Field(min_length=1, max_length=200), AS_LINE]
Name = Annotated[str, Field(min_length=2, max_length=200), AS_LINE]
Title = Annotated[str, Field(min_length=3, max_length=200), AS_LINE]
Reason = Annotated[str, Field(min_length=3, max_length=300), AS_LINE]
Purpose = Annotated[str, Field(min_length=1, max_length=1000), AS_LINE]
Text = Annotated[str, Field(min_length=1, max_length=2000), AS_TEXT]
LongText = Annotated[str, Field(min_length=1, max_length=5000), AS_TEXT]
Path = Annotated[str, Field(pattern=r"^/[a-z0-9/-]{1,200}$")]
"""A path of this installation"""
