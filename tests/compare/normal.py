"""The normal form of an answer: what may differ between two runs of one release is made alike, and nothing else.

Each rule says its reason. What a reader sees, what a program reads and what a browser is told stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile
from zoneinfo import ZoneInfo

from tests.compare.answers import Answer


class Rule(NamedTuple):
    """What is replaced by what, and why it says nothing about a release."""

    pattern: re.Pattern[str]
    by: str
    why: str


_UUID7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
TEXT = (
    Rule(
        re.compile(rf"\b{_UUID7}\b"),
        "<id>",
        "a form gets the id of its command when it is shown, by the clock (RFC 9562, version 7)",
    ),
    Rule(re.compile(r'"age": [\d.]+'), '"age": <seconds>', "the ledger says how old its checkpoint is"),
    Rule(re.compile(r"http://127\.0\.0\.1:\d+"), "<here>", "each installation has a port of its own"),
)
"""For every text, whatever its type."""
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_MOMENT = re.compile(r"\b(\d\d)/(\d\d)/(\d{4}) (à |at )?(\d{1,2})\u00a0h\u00a0(\d\d)\b")
PARIS = ZoneInfo("Europe/Paris")
NEVER = datetime.max.replace(tzinfo=UTC)

HEADERS: Mapping[str, str] = {
    "date": "says when",
    "content-length": "said by the body itself",
    "etag": "a hash of the bytes, in which ids of commands may stand",
    "last-modified": "says when",
    "connection": "of the server, not of the page",
    "set-cookie": "carries a signature over the time",
}
"""Headers that are not compared, and why. That a cookie is set at all is."""

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "col",
        "colgroup",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "link",
        "main",
        "meta",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "section",
        "style",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "base",
        "script",
        "search",
        "hgroup",
        "datalist",
        "select",
    ]
)
"""Elements beside which a space is not shown (CSS 2.2, 16.6.1)."""
EXACT = frozenset(("pre", "textarea", "style", "script"))


class Markup(HTMLParser):
    """A page as lines, a tag or a text each: attributes in the order of their names (they have none of their own: HTML,
    13.1.2.3), runs of white space as one space and none beside a block (never shown), except where they are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._text = ""
        self._exact: list[str] = []
        self._after_block = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._flush(tag in BLOCKS)
        said = "".join(
            f" {name}" if value is None else f' {name}="{value}"'
            for name, value in sorted(attrs, key=lambda one: one[0])
        )
        self.lines.append(f"<{tag}{said}>")
        self._after_block = tag in BLOCKS
        if tag in EXACT:
            self._exact.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._flush(tag in BLOCKS)
        if self._exact and self._exact[-1] == tag:
            self._exact.pop()
        self.lines.append(f"</{tag}>")
        self._after_block = tag in BLOCKS

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_comment(self, data: str) -> None:
        self._flush(False)
        self.lines.append(f"<!--{' '.join(data.split())}-->")

    def handle_decl(self, decl: str) -> None:
        self.lines.append(f"<!{decl.lower()}>")

    def _flush(self, before_block: bool) -> None:
        text, self._text = self._text, ""
        if self._exact:
            self.lines += text.splitlines()
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", text)  # of HTML; a no-break space is a letter
        text = text.lstrip(" ") if self._after_block else text
        text = text.rstrip(" ") if before_block else text
        if text:
            self.lines.append(text)
            self._after_block = False

    def close(self) -> None:
        super().close()
        self._flush(True)


def markup(text: str) -> list[str]:
    """The lines of a page or a picture."""
    parser = Markup()
    parser.feed(text)
    parser.close()
    return parser.lines


def ordered(value: Any) -> str:
    """JSON with the members of each object in the order of their names: an object has none of its own (RFC 8259, 1).
    Arrays stay as they are."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


def archive(data: bytes) -> list[str]:
    """What the files in a ZIP hold, such as a workbook, without the time at which it was packed."""
    lines: list[str] = []
    with ZipFile(BytesIO(data)) as packed:
        for name in sorted(packed.namelist()):
            inner = packed.read(name)
            if name.endswith((".xml", ".rels")):
                text = re.sub(r"(<dcterms:(?:created|modified)[^>]*>)[^<]*", r"\1<now>", inner.decode())
                lines += [f"# {name}", *re.sub(r"(?<=>)(?=<)", "\n", text).splitlines()]
            else:
                lines.append(f"# {name}: {inner!r:.10000}")
    return lines


def paper(data: bytes) -> list[str]:
    """The text of a PDF, page by page; its drawing has ids and times of its own."""
    from pypdf import PdfReader

    lines: list[str] = []
    for number, page in enumerate(PdfReader(BytesIO(data)).pages, 1):
        lines += [f"# page {number}", *page.extract_text().splitlines()]
    return lines


def table(data: bytes) -> list[str]:
    """The columns and rows of a Parquet file; its bytes hang on how its writer cut them."""
    import pyarrow.parquet as pq

    read = pq.read_table(BytesIO(data))
    return [str(read.schema), *map(str, read.to_pylist())]


def body_lines(answer: Answer, since: datetime) -> list[str]:
    """A body as lines to be compared."""
    body, kind = answer.body, answer.type
    try:
        if kind == "application/pdf":
            return alike(paper(body), since)
        if body.startswith(b"PK\x03\x04"):
            return alike(archive(body), since)
        if body.startswith(b"PAR1"):
            return alike(table(body), since)
    except (BadZipFile, ValueError, OSError) as why:
        return [f"{kind}: not to be read: {why!r}"]
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return [f"{kind}: {len(body)} bytes", body.hex()[:2000]]
    if kind in ("text/html", "image/svg+xml"):
        return alike(markup(text), since)
    if kind.endswith("json"):
        try:
            return alike(ordered(json.loads(text)).splitlines(), since)
        except ValueError:
            pass
    return alike(text.splitlines(), since)


def alike(lines: list[str], since: datetime) -> list[str]:
    """The same lines under the rules of every text. A moment that is not before `since`, when the data were left as
    they are, is that of the crawl itself: of a page's foot, of a checkpoint signed meanwhile."""

    def instant(found: re.Match[str]) -> str:
        return "<now>" if datetime.fromisoformat(found[0]) >= since else found[0]

    def moment(found: re.Match[str]) -> str:
        day, month, year, at, hour, minute = found.groups()
        shown = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=PARIS)
        return f"<now> {at or ''}<now>" if shown >= since.replace(second=0, microsecond=0) else found[0]

    text = "\n".join(lines)
    for rule in TEXT:
        text = rule.pattern.sub(rule.by, text)
    return _MOMENT.sub(moment, _INSTANT.sub(instant, text)).split("\n")


def header_lines(answer: Answer, since: datetime) -> list[str]:
    """Status and headers as lines."""
    lines = [f"{name}: {value}" for name, value in answer.headers.items() if name not in HEADERS]
    cookies = ["set-cookie: …"] if "set-cookie" in answer.headers else []
    return alike([f"status {answer.status}", *sorted(lines), *cookies], since)


def same(one: Answer, other: Answer, since: datetime = NEVER) -> bool:
    """Whether two answers are alike; most are byte for byte, which is found without taking them apart."""
    if header_lines(one, since) != header_lines(other, since):
        return False
    if one.body == other.body:
        return True
    return body_lines(one, since) == body_lines(other, since)


def lines_of(answer: Answer, since: datetime = NEVER) -> list[str]:
    """All of an answer that counts."""
    return [*header_lines(answer, since), "", *body_lines(answer, since)]
