"""Finds the texts in Python, templates, the heads of indicators and the printed review: what `babel.cfg` names.

Each function is an extractor as Babel wants it: `(file, keywords, comment tags, options)` → line, function, texts,
comments, where the function is None, `pgettext`, `ngettext` or `npgettext`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import yaml
from jinja2 import Environment, nodes

from shared.base.translations import BETWEEN

Found = tuple[int, str | None, str | tuple[str, ...], list[str]]
MARKS = {"L": 0}
"""Calls of Python that mark a text, with its place among the arguments; a method of that name, too"""
COUNTED = {"plural": 2, "many": 2}
"""Calls that have two forms of a text"""
TEMPLATE_MARKS = {"L": 0, "L_in": 1}
TEMPLATE_COUNTED = {"many": 1}
WORDS = re.compile(r"\bWords\b")


def python(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """`L("…")`, `plural(lang, n, "…", "…")`, `many(…)`, and the values of tables of type `Words`."""
    tree = ast.parse(file.read())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.AnnAssign) and node.value and WORDS.search(ast.unparse(node.annotation)):
            for value in _values(node.value):
                yield _found(value.lineno, None, [value.value])


def _called(node: ast.Call) -> Iterator[Found]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    context = next((key.value.value for key in node.keywords if key.arg == "context" and _is_text(key.value)), None)
    if name in MARKS:
        texts = [arg.value for arg in node.args[MARKS[name] : MARKS[name] + 1] if _is_text(arg)]
        if texts:
            yield _found(node.lineno, context, texts)
    elif name in COUNTED:
        texts = [arg.value for arg in node.args[COUNTED[name] :] if _is_text(arg)]
        if len(texts) == 2:
            yield _found(node.lineno, context, texts)


def _values(table: ast.expr) -> Iterator[ast.Constant]:
    """The texts of a table of words, and of the tables that it takes in."""
    if isinstance(table, ast.Call) and table.args:  # MappingProxyType({…})
        yield from _values(table.args[0])
    elif isinstance(table, ast.Dict):
        for key, value in zip(table.keys, table.values, strict=True):
            if key is None:
                yield from _values(value)
            elif isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Constant | nodes.Const) and isinstance(node.value, str)


def _found(line: int, context: str | None, texts: list[str]) -> Found:
    if BETWEEN in texts[0]:
        context, texts = texts[0].split(BETWEEN)[0], [texts[0].split(BETWEEN)[1], *texts[1:]]
    if context is None:
        return line, None if len(texts) == 1 else "ngettext", texts[0] if len(texts) == 1 else tuple(texts), []
    return line, "pgettext" if len(texts) == 1 else "npgettext", (context, *texts), []


def template(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """`{{ L("…") }}`, also `L("…"|safe)`, `who.L("…")`, `L_in(lang, "…")`, `many(n, "…", "…")`."""
    for call in Environment().parse(file.read().decode()).find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else getattr(call.node, "attr", "")
        context = next((key.value.value for key in call.kwargs if key.key == "context" and _is_text(key.value)), None)
        args = [arg.node if isinstance(arg, nodes.Filter) and arg.name == "safe" else arg for arg in call.args]
        if name in TEMPLATE_MARKS:
            at, wanted = TEMPLATE_MARKS[name], 1
        elif name in TEMPLATE_COUNTED:
            at, wanted = TEMPLATE_COUNTED[name], 2
        else:
            continue
        texts = [arg.value for arg in args[at:] if _is_text(arg)]
        if len(texts) == wanted:
            yield _found(call.lineno, context, texts)


def indicator(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """The title and the definition in the head of an indicator."""
    for line, text in enumerate(file.read().decode().splitlines(), 1):
        if head := re.match(r"-- (?:title|definition): (.+)$", text):
            yield _found(line, None, [head[1]])


def printed(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """What a printed review calls its figures, and what is to be known of them."""
    said = yaml.safe_load(file.read())
    groups = [said, *said["figures"], *said["others"]]
    for group in groups:
        for name in ("title", "label", "note", "reason"):
            if isinstance(group.get(name), str):
                yield _found(1, None, [group[name]])


SAID_ON_PAGES = {
    "tab",
    "lead",
    "span",
    "printed",
    "label",
    "text",
    "caption",
    "title",
    "alt",
    "under",
    "column",
    "legend",
    "note",
}


def printed_page(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """What the page of a printed review says; what it says in each language itself is not looked for."""
    yield from _on_page(yaml.safe_load(file.read()))


def _on_page(said: Any) -> Iterator[Found]:
    if isinstance(said, list):
        for one in said:
            yield from _on_page(one)
    elif isinstance(said, dict):
        for name, one in said.items():
            if name in SAID_ON_PAGES and isinstance(one, str):
                yield _found(1, None, [one])
            elif name in ("counted", "rests") and isinstance(one, list):
                yield _found(1, None, one)
            elif name == "paths" and isinstance(one, dict):
                yield from (_found(1, None, [called]) for called in one.values() if isinstance(called, str))
            else:
                yield from _on_page(one)


def earlier(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """The titles and definitions of indicators as an earlier release had them."""
    for one in yaml.safe_load(file.read()).values():
        yield from (_found(1, None, [one[name]]) for name in ("title", "definition"))


def general(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """The terms that any network has, each list a context of its own."""
    for vocabulary, terms in yaml.safe_load(file.read()).items():
        for term in terms.values():
            yield _found(1, f"term.{vocabulary}", [term["title"]])
