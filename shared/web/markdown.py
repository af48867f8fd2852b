"""Text that people outside write, as safe HTML: Markdown (CommonMark), then only the tags of this list (nh3).

Two walls: the parser takes no HTML of its own, and what it makes goes through a sanitiser that knows which few tags and
addresses may pass. Titles in a text begin at the level that its page leaves to it.
"""

from __future__ import annotations

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

__all__ = ["as_html", "as_plain"]

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h3", "h4", "h5", "h6", "hr"}
SCHEMES = {"http", "https", "mailto"}
LONGEST = 20_000  # characters


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20}).disable(
        ["image", "html_block", "html_inline"]
    )


def as_html(text: str, *, first_heading: int = 3) -> Markup:
    """Safe HTML. `first_heading`: the level that `# …` becomes, 3 to 6."""
    html = _parser().render(text[:LONGEST])
    for level in range(6, 0, -1):
        new = min(6, max(3, first_heading + level - 1))
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
