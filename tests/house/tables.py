"""`# fmt: skip` keeps a table of data as it was typed, several values on a line; all else is laid out by the formatter.

A table is a literal (list, tuple, set, dict) of three entries or more, most of which say something themselves: a
constant, or a row or call with one. It is what the statement is about: at least half of its lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator

SKIP = "# fmt: skip"


def not_on_a_table(text: str) -> list[int]:
    """The lines of a module whose `fmt: skip` stands on something else."""
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith(SKIP)]
    tree = ast.parse(text) if lines else ast.Module([], [])
    return [line for line in lines if not _on_a_table(tree, line)]


def _on_a_table(tree: ast.Module, line: int) -> bool:
    for part in _guarded(tree, line):
        length = line - part.lineno + 1
        for node in ast.walk(part):
            if _is_table(node) and (node.end_lineno - node.lineno + 1) * 2 >= length:
                return True
    return False


def _guarded(tree: ast.Module, line: int) -> Iterator[ast.expr]:
    """The expressions that a comment at the end of a line keeps: those of the innermost statement, without its body."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _first(node) <= line <= node.end_lineno]
    if not found:
        return
    statement = max(found, key=_first)
    for decorator in getattr(statement, "decorator_list", []):
        if decorator.lineno <= line <= decorator.end_lineno:
            yield decorator
            return
    for _, value in ast.iter_fields(statement):
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.expr))


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])


def _is_table(node: ast.AST) -> bool:
    if isinstance(node, ast.Dict):
        entries = [value for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        size = len(node.values)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        entries, size = node.elts, len(node.elts)
    else:
        return False
    return size >= 3 and sum(map(_says_something, entries)) * 2 > size


def _says_something(entry: ast.expr) -> bool:
    match entry:
        case ast.Constant() | ast.JoinedStr():
            return True
        case ast.List() | ast.Tuple() | ast.Set():
            return any(map(_says_something, entry.elts))
        case ast.Dict():
            return any(map(_says_something, entry.values))
        case ast.Call():
            return any(map(_says_something, [*entry.args, *(keyword.value for keyword in entry.keywords)]))
        case ast.UnaryOp():
            return _says_something(entry.operand)
        case ast.Starred() | ast.Await():
            return _says_something(entry.value)
        case ast.BinOp():
            return _says_something(entry.left) or _says_something(entry.right)
    return False
