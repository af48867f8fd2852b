"""Addresses of the web, good for a link on a page and in a mail."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator

from shared.contract.cleaning import line
from shared.contract.untouched import untouched

_NOT_IN_LINKS = re.compile(r"[\s<>\"\\]")


def is_web_address(address: str) -> bool:
    """Whether a link may be put on a page or in a mail: http or https, a host with a dot, no blanks."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host.strip(".") and not _NOT_IN_LINKS.search(address)


def _address(address: str) -> str:
    if not is_web_address(address):
        raise ValueError("not-an-address")
    return address


def _as_address(value: Any, rest: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    same = untouched(value, info)
    return same if same is not None else rest(line(value) if isinstance(value, str) else value)


WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_address), WrapValidator(_as_address)]
