"""Text of strangers: what stays of it is text, and leads nowhere but where a link may."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from shared.web.markdown import LONGEST, TAGS, as_html, as_lines, as_plain


class Attributes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>)",
        "![x](https://exemple.fr/x.png)",
        "<a href='https://x' onclick=1>x</a>",
        "[x](https://exemple.fr 'a\" onmouseover=\"alert(1)')",
        "`<b>`",
        "<!-- x -->",
        "# \u0000<h1>",
        "<svg><a href='javascript:1'>",
        "[x](vbscript:1)",
        "&lt;script&gt;",
    ],
)
def test_nothing_of_it_runs_or_is_fetched(text: str) -> None:
    for html in (str(as_html(text)), str(as_html(f"* {text}\n\n> {text}"))):
        assert set(re.findall(r"</?([a-z0-9]+)", html)) <= TAGS
        found = Attributes()
        found.feed(html)
        assert found.names <= {"href", "rel", "title"} and all(one.startswith("https:") for one in found.links)


def test_a_link_goes_where_it_says_and_is_vouched_for_by_nobody() -> None:
    assert as_html("[nous](https://exemple.fr)") == (
        '<p><a href="https://exemple.fr" rel="nofollow ugc noopener">nous</a></p>\n'
    )


@pytest.mark.parametrize(("first", "level"), [(2, 2), (3, 3), (6, 6), (1, 2)])
def test_titles_begin_at_the_level_that_the_page_leaves(first: int, level: int) -> None:
    html = as_html("# Un\n\n###### Six", first_heading=first)
    assert html.startswith(f"<h{level}>Un</h{level}>") and "<h6>Six</h6>" in html and "h1" not in html


def test_a_mail_has_a_line_for_each_part_and_the_address_behind_a_link() -> None:
    text = "# Eau\n\n* un\n* [deux](https://exemple.fr)\n\n[https://x.fr](https://x.fr)\\\n**fin**\n\n    brut\n"
    assert as_lines(text).splitlines() == ["Eau", "un", "deux (https://exemple.fr)", "https://x.fr", "fin", "brut"]


def test_the_words_alone_are_cut_between_two_of_them() -> None:
    assert as_plain("**Eau** & <b>\n\n[vive](https://x)") == "Eau & <b> vive"
    assert as_plain("un deux trois", 9) == "un deux…" and as_plain("un deux", 7) == "un deux"
    assert len(as_html("a" * 2 * LONGEST)) < LONGEST + 20
