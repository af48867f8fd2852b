"""A stored value that nobody touched never stops a form: rules grow stricter, and what was said under older ones stays.

Whoever validates what a form sent says in the context what stands there: `Model.model_validate(sent,
context=stored(document))`. A field whose answer is that value again gives the stored one, unjudged and unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationInfo

from shared.contract.cleaning import WHITE

_STORED = "stored"
AS_STORED: Mapping[str, Any] = MappingProxyType({_STORED: None})
"""The context for a command of ours that repeats what an event or a view says: each text is taken as it is"""


def stored(*documents: Mapping[str, Any] | None) -> dict[str, Any]:
    """The context for answers about what these documents of views, or parts of them, say: field → its value or
    values."""
    found: dict[str, list[Any]] = {}
    for document in documents:
        for name, value in (document or {}).items():
            found.setdefault(name, []).extend(_values(value))
    return {_STORED: found}


def untouched(value: Any, info: ValidationInfo) -> str | None:
    """The stored text that an answer is again; None for an answer that is new."""
    context = info.context
    if not isinstance(value, str) or not isinstance(context, Mapping) or _STORED not in context:
        return None
    known = context[_STORED]
    if known is None:
        return value
    return next((one for one in known.get(info.field_name, ()) if value in _as_sent(one)), None)


def _values(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return [text for one in value for text in _values(one)] if isinstance(value, list | tuple) else ()


def _as_sent(text: str) -> set[str]:
    """What a browser may send of a text that a page showed it (HTML, §4.10.5.1.2 and §13.2.3.5): a control of one line
    loses its line breaks, another has them as U+000A; U+0000 is none; and forms strip the ends."""
    whole = re.sub("\r\n?", "\n", text)
    spellings = {text, whole, whole.replace("\n", "")}
    spellings |= {one.replace("\0", other) for one in spellings for other in ("", "\ufffd")}
    return spellings | {one.strip() for one in spellings} | {one.strip(WHITE) for one in spellings}
