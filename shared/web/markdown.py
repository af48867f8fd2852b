"""Text that people outside write, as safe HTML: Markdown (CommonMark), then only the tags of this list (nh3).

Two walls: the parser takes no HTML of its own, and what it makes goes through a sanitiser that knows which few tags and
addresses may pass. Titles in a text begin at the level that its page leaves to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

__all__ = ["as_html", "as_lines", "as_plain"]

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h2", "h3", "h4", "h5", "h6",
        "hr"}  # fmt: skip
SCHEMES = {"http", "https", "mailto"}
LONGEST = 20_000  # characters


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20}).disable(
        ["image", "html_block", "html_inline"]
    )


def as_html(text: str, *, first_heading: int = 3) -> Markup:
    """Safe HTML. `first_heading`: the level that `# …` becomes, 2 to 6."""
    html = _parser().render(text[:LONGEST])
    for level in range(6, 0, -1):
        new = min(6, max(2, first_heading + level - 1))
        html = html.replace(f"<h{level}>", f"<h{new}\u0000>").replace(f"</h{level}>", f"</h{new}\u0000>")
    html = html.replace("\u0000", "")
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="nofollow ugc noopener",
        strip_comments=True,
    )
    return Markup(clean)


def as_lines(text: str) -> str:
    """The words of a text, a line for each paragraph, title or entry of a list: for a mail. A link is followed by its
    address, where its words are not that address."""
    lines: list[str] = []
    for token in _parser().parse(text[:LONGEST]):
        if token.type == "inline":
            lines.append(_words(token.children or []))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content)
    return "\n".join(line for block in lines for line in block.splitlines() if line.strip())


def _words(tokens: Sequence[Token]) -> str:
    said, links = "", []
    for token in tokens:
        if token.type == "link_open":
            links.append((len(said), str(token.attrGet("href") or "")))
        elif token.type == "link_close" and links:
            began, address = links.pop()
            outside = address.startswith(tuple(f"{scheme}:" for scheme in SCHEMES))
            said += f" ({address})" if outside and said[began:] != address else ""
        else:
            said += "\n" if token.type in ("softbreak", "hardbreak") else token.content
    return said


def as_plain(text: str, longest: int = 300) -> str:
    """The words alone, for a list or a meta description."""
    words = " ".join(nh3.clean(_parser().render(text[:LONGEST]), tags=set()).split())
    plain = (
        words.replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#39;", "'")
    )
    return plain if len(plain) <= longest else plain[: longest - 1].rsplit(" ", 1)[0] + "…"
