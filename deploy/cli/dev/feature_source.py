"""The source of a capability's `feature.py` with more in it: entries of its `Feature(…)`, cases of functions that it
names."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from deploy.host.data_folder import CannotStart


def with_entry(source: str, keyword: str, entry: str, brackets: str = "()") -> str:
    """Adds to what a keyword lists, or maps (brackets {}); one that is not there yet begins. Raises CannotStart where
    `FEATURE` is no plain `Feature(…)`."""
    call = _feature(source)
    there, opening, closing = _said(call, keyword), brackets[0], brackets[1]
    if there is None:
        return _at_end(source, call, f"{keyword}={opening}{entry},{closing}")
    if isinstance(there, ast.Tuple | ast.List | ast.Dict):
        return _at_end(source, there, entry)
    start, end = _span(source, there)
    all_of_it = f"{'**' if opening == '{' else '*'}{source[start:end]}"
    return f"{source[:start]}{opening}{all_of_it}, {entry}{closing}{source[end:]}"


def with_case(source: str, keyword: str, case: str, whole: str) -> str:
    """The function that a keyword names begins with one more case; without the keyword, `whole` becomes that function.
    Raises CannotStart where it is not in this file, or its parameters have other names than those of `whole`."""
    said = _said(_feature(source), keyword)
    if said is None:
        source = with_keyword(source, keyword, _functions(whole)[0].name)
        head, mark, tail = source.partition("\nFEATURE = ")
        return f"{head}\n{whole}\n\n{mark}{tail}"
    for one in _functions(source):
        if one.name == ast.unparse(said) and _parameters(one) == _parameters(_functions(whole)[0]):
            lines = source.splitlines(keepends=True)
            first = one.body[0]
            before = (first.end_lineno or first.lineno) if ast.get_docstring(one) else first.lineno - 1
            return "".join((*lines[:before], case, *lines[before:]))
    raise CannotStart(f"This capability has its `{keyword}` elsewhere: it has to be added by hand.")


def with_keyword(source: str, keyword: str, said: str) -> str:
    """Says one thing more."""
    return _at_end(source, _feature(source), f"{keyword}={said}")


def _feature(source: str) -> ast.Call:
    assigned = (one for one in ast.parse(source).body if isinstance(one, ast.Assign))
    for one in assigned:
        call, name = one.value, ast.unparse(one.targets[0])
        if name == "FEATURE" and isinstance(call, ast.Call) and ast.unparse(call.func) == "Feature":
            return call
    raise CannotStart("This capability has no plain `FEATURE = Feature(…)`: it has to be added by hand.")


def _said(call: ast.Call, keyword: str) -> ast.expr | None:
    return {one.arg: one.value for one in call.keywords}.get(keyword)


def _functions(source: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[str]:
    return [one.arg for one in function.args.args]


def _at_end(source: str, bracketed: ast.expr, entry: str) -> str:
    """One more entry before the bracket that closes."""
    end = _span(source, bracketed)[1] - 1
    before = source[:end].rstrip()
    return f"{before}{'' if before[-1] in '([{,' else ','} {entry}{source[end:]}"


def _span(source: str, node: ast.expr) -> tuple[int, int]:
    """From which character to which. Columns are of bytes."""
    lines = source.splitlines(keepends=True)

    def at(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    return at(node.lineno, node.col_offset), at(node.end_lineno or 0, node.end_col_offset or 0)
