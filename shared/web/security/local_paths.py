"""Where a request may lead a browser next: within this installation, and nowhere else."""

from __future__ import annotations

import re
from typing import Any

# "//host" is an address of another site, and so are "/\host" and "/<tab>/host" to a browser (WHATWG URL §4.4: it takes
# "\" for "/", and drops tabs and line breaks).
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
LONGEST = 1000  # characters


def local(where: Any) -> str | None:
    """A path of this installation, as it was given; None for anything else."""
    text = str(where or "")
    return text if len(text) <= LONGEST and LOCAL.fullmatch(text) else None
