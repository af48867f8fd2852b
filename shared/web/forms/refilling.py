"""A form of one of our pages, filled again with what was sent by it: by the page's own markup, whatever form it is.

Controls are filled as a browser sent them (HTML, §4.10.22.4): those of one name by their order, boxes by their values.
What the page has no control for is put into the form too, to be seen, or hidden where it is no text that anybody typed.
No password and no file is ever filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from uuid import UUID

Fields = Sequence[tuple[str, str]]
Attributes = dict[str, str | None]
OURS = ("command_id", "version", "back", "do", "of", "part", "seen_day", "show_day")  # what no person has typed
VOID = {"submit", "button", "image", "reset", "file", "password"}  # types of inputs that are not filled


@dataclass
class Control:
    """A tag that may be filled: its place in the page, what stands in it. `upto`: where its content ends."""

    tag: str
    start: int
    end: int
    attributes: Attributes
    upto: int = -1
    options: list[Control] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name") or ""

    @property
    def value(self) -> str:
        return self.attributes.get("value") or ""

    @property
    def type(self) -> str:
        return (self.attributes.get("type") or "text").lower()

    @property
    def is_button(self) -> bool:
        return self.tag == "button" or (self.tag == "input" and self.type in ("submit", "image"))

    @property
    def is_box(self) -> bool:
        return self.tag == "input" and self.type in ("checkbox", "radio")


@dataclass
class FoundForm(Control):
    """A form of the page. `around`: what must be open for it to be seen."""

    controls: list[Control] = field(default_factory=list)
    around: list[Control] = field(default_factory=list)


@dataclass
class Filling:
    """What is to be changed in a page so that one form of it is filled; `rest`: what it has no control for."""

    form: FoundForm
    edits: list[tuple[int, int, str]]
    rest: list[tuple[str, str]]
    fits: int  # hidden answers that are those of the page, by which one form of many alike is known


class Page(HTMLParser):
    """The forms of a page, and where they stand in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.text = text
        self.forms: list[FoundForm] = []
        self.head: int | None = None  # where the head of the page's content ends
        self.languages: list[Control] = []
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._form: FoundForm | None = None
        self._open: Control | None = None  # a textarea or select
        self._details: list[Control] = []
        self._head = 0  # how deep we are in it
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._at()
        one = Control(tag, start, start + len(self.get_starttag_text() or ""), dict(attrs))
        if tag == "form":
            self._form = FoundForm(tag, one.start, one.end, one.attributes, around=list(self._details))
            self.forms.append(self._form)
        elif tag == "details":
            self._details.append(one)
        elif tag == "div":
            if self._head or (one.attributes.get("class") == "head" and self.head is None):
                self._head += 1
        elif tag == "a" and one.attributes.get("hreflang"):
            self.languages.append(one)
        elif tag == "option" and self._open is not None:
            if one.attributes.get("value") is None:
                one.attributes["value"] = unescape(self.text[one.end : self.text.find("<", one.end)]).strip()
            self._open.options.append(one)
        elif self._form is not None and tag in ("input", "textarea", "select", "button"):
            self._form.controls.append(one)
            self._open = one if tag in ("textarea", "select") else self._open

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self._form.upto, self._form = self._at(), None
        elif tag == "details" and self._details:
            self._details.pop()
        elif tag == "div" and self._head:
            self._head -= 1
            if not self._head:
                self.head = self.text.find(">", self._at()) + 1
        elif self._open is not None and tag == self._open.tag:
            self._open.upto, self._open = self._at(), None

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def best_filling(page: Page, address: str, target: str, fields: Fields) -> Filling | None:
    """The form on a page (at `address`) that sends to `target` (a path with its query) and takes most of what was
    sent."""
    path = urlsplit(target).path
    forms = [
        form
        for form in page.forms
        if (form.attributes.get("method") or "").lower() == "post"
        and urlsplit(urljoin(address, form.attributes.get("action") or address)).path == path
    ]
    made = [filling(form, target, fields) for form in forms]
    return min(made, key=lambda one: (len(one.rest), -one.fits), default=None)


def filling(form: FoundForm, target: str, fields: Fields) -> Filling:
    """How a form is filled with what was sent."""
    left: dict[str, list[str]] = {}
    for name, value in fields:
        left.setdefault(name, []).append(value)
    edits = [(form.start, form.end, _tag(form, {"action": target, "id": form.attributes.get("id") or "kept"}))]
    edits += [(one.start, one.end, _tag(one, {"open": ""})) for one in form.around if "open" not in one.attributes]
    for box in (one for one in form.controls if one.is_box):
        sent = box.value if "value" in box.attributes else "on"
        ticked = sent in left.get(box.name, [])
        if ticked:
            left[box.name].remove(sent)
        edits.append((box.start, box.end, _tag(box, {"checked": "" if ticked else None})))
    fits = 0
    for one in form.controls:
        if one.is_box or one.is_button or (one.tag == "input" and one.type in VOID) or not left.get(one.name):
            continue
        if one.tag == "select":
            edits += _chosen(one, left[one.name])
            continue
        value = left[one.name].pop(0)
        if one.tag == "textarea":  # the first line break of it is none (HTML, §13.2.6.4.7)
            edits.append((one.end, one.upto, f"\n{escape(value)}"))
        else:
            fits += one.type == "hidden" and one.value == value
            edits.append((one.start, one.end, _tag(one, {"value": value})))
    for button in (one for one in form.controls if one.is_button):
        left.pop(button.name, None)
    return Filling(form, edits, [(name, value) for name, some in left.items() for value in some], fits)


def _chosen(select: Control, left: list[str]) -> list[tuple[int, int, str]]:
    """Chooses in a list; takes from `left` what was chosen. What it offers no more is offered again."""
    several = "multiple" in select.attributes
    wanted = list(left) if several else left[:1]
    del left[: len(wanted)]
    edits = [
        (one.start, one.end, _tag(one, {"selected": "" if one.value in wanted else None})) for one in select.options
    ]
    missing = [value for value in wanted if value not in {one.value for one in select.options}]
    more = "".join(f'<option value="{escape(value)}" selected>{escape(value)}</option>' for value in missing)
    return [*edits, (select.upto, select.upto, more)] if more else edits


def typed(name: str, value: str) -> bool:
    """Whether somebody may have typed it, so that it is shown."""
    try:
        UUID(value)
    except ValueError:
        return bool(value.strip()) and name not in OURS
    return False


def rewritten(
    page: Page, one: Filling, rest: str, notice: Callable[[str | None], str], languages: Mapping[str, str]
) -> str:
    """The page with its form filled; `rest` stands in the form, `notice` (given the form's anchor, where one may not
    see the form at once) under the head; the way to another language leads to `languages`."""
    first = next((form for form in page.forms if form.start >= (page.head or 0)), one.form)
    hidden_away = one.form is not first or bool(one.form.around)
    anchor = f"#{one.form.attributes.get('id') or 'kept'}"
    said = notice(anchor if hidden_away else None)
    at = page.head if page.head is not None and page.head <= one.form.start else one.form.start
    edits = [*one.edits, (one.form.end, one.form.end, rest), (at, at, said)]
    for link in page.languages:
        if (to := languages.get(link.attributes.get("hreflang") or "")) is not None:
            edits.append((link.start, link.end, _tag(link, {"href": to})))
    pieces, upto = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [page.text[upto:start], new]
        upto = max(upto, end)
    return "".join([*pieces, page.text[upto:]])


def _tag(one: Control, changes: Mapping[str, str | None]) -> str:
    """The tag with other attributes; None takes one away."""
    attributes = {**one.attributes, **changes}
    for name, value in changes.items():
        if value is None:
            del attributes[name]
    said = "".join(f" {name}" if not value else f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{one.tag}{said}>"
