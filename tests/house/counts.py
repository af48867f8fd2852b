"""The house in numbers, printed by `make lint`: `python -m tests.house.counts`. What may not grow has its limit here;
beyond one it ends with 1."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.base.gc_pause import uncollected
from tests.house.rules import RULES, forget, parsed, untried
from tests.house.tables import SKIP

ROOT = Path(__file__).parents[2]
PRODUCT = ("shared", "services", "deploy")
KERNEL, STORES, BROKER = (ROOT / "shared" / name for name in ("kernel", "kernel/stores", "kernel/broker"))
ROUTES = {"get", "post", "put", "delete", "patch", "head", "options", "api_route"}
PATCHES = {"setattr", "delattr", "setitem", "delitem"}
SAID_TO_CHECKERS = re.compile(r"  # (type: ignore|noqa)[^\"'`]*$")
SETS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)
ALL_OF_IT = re.compile(r"\b(Service|AllFaces)\b")
BY_NAME = {"setattr", "delattr", "__setattr__", "__delattr__"}
MOST_SKIPPED = 150
MOST_WHOLE = 21
MOST_UNTRIED = 25
OTHERS = re.compile(r"fuzzing\.requests|sys|nc$")
"""Whose attributes a test may set: the interpreter's, and those of others' libraries (an HTTP client, nats-py's
client)"""


@dataclass(frozen=True)
class Count:
    """One number of the house: what it counts, how much there is of it, at most how much there may be (None: it is only
    shown), and where."""

    what: str
    number: int
    most: int | None = None
    where: str = ""

    @property
    def good(self) -> bool:
        return self.most is None or self.number <= self.most

    def __str__(self) -> str:
        most = "" if self.most is None else f" of {self.most:,}"
        return (
            f"{'  ' if self.good else '! '}{self.what}: {self.number:,}{most}{f' ({self.where})' if self.where else ''}"
        )


def modules(*rooms: str) -> list[Path]:
    """The Python files of these rooms."""
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def lines(paths: list[Path]) -> int:
    """Lines that are not blank."""
    return sum(1 for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def at(path: Path, line: int = 0) -> str:
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"


def functions(parts: Iterable[ast.AST]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in parts if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_route(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is decorated as `@router.get(…)`."""
    calls = [one.func for one in function.decorator_list if isinstance(one, ast.Call)]
    return any(isinstance(one, ast.Attribute) and one.attr in ROUTES for one in calls)


def takes_all(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is given a whole `Service`, or several, and not a face of it (shared/runtime/faces.py)."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    said = [one.annotation for one in every if one is not None and one.annotation is not None]
    return any(ALL_OF_IT.search(ast.unparse(one)) for one in said)


def patches(path: Path) -> list[int]:
    """The lines on which a test sets something of ours through pytest's monkeypatch."""
    found = []
    for node in parsed(path):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PATCHES):
            continue
        if isinstance(node.func.value, ast.Name) and not OTHERS.match(ast.unparse(node.args[0])):
            found.append(node.lineno)
    return found


def set_private(path: Path) -> list[int]:
    """The lines on which a test sets a private member of something else, by hand instead of monkeypatch."""
    found = []
    for node in parsed(path):
        for target in getattr(node, "targets", [getattr(node, "target", None)]) if isinstance(node, SETS) else ():
            for one in ast.walk(target) if target is not None else ():
                inside = isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store | ast.Del)
                if inside and re.match("_[a-z]", one.attr) and ast.unparse(one.value) != "self":
                    found.append(node.lineno)
        called = getattr(node, "func", None)
        if getattr(called, "attr", getattr(called, "id", "")) in BY_NAME and len(node.args) > 1:
            named = node.args[1]
            if isinstance(named, ast.Constant) and re.match("_[a-z]", str(named.value)):
                found.append(node.lineno)
    return found


def wide_lines(path: Path) -> list[int]:
    """The lines over 120 columns, what is said to a checker at their end aside."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [n for n, line in enumerate(lines, 1) if len(SAID_TO_CHECKERS.sub("", line)) > 120]


def tasks() -> dict[str, int]:
    """Each module of the product that begins tasks of its own, and at how many places."""
    found = {at(path): path.read_text(encoding="utf-8").count("create_task(") for path in modules("shared", "services")}
    return {name: number for name, number in found.items() if number}


def whole() -> dict[str, int]:
    """Each module of the product with functions that are given a whole `Service`, and how many these are."""
    named = [path for path in modules(*PRODUCT) if ALL_OF_IT.search(path.read_text(encoding="utf-8"))]
    found = {at(path): sum(map(takes_all, functions(parsed(path)))) for path in named}
    return {name: number for name, number in found.items() if number}


@uncollected()
def counts() -> list[Count]:
    """All that is printed."""
    product = modules(*PRODUCT)
    stores = [path for path in product if STORES in path.parents]
    broker = [path for path in product if BROKER in path.parents]
    kernel = [path for path in product if KERNEL in path.parents and path not in (*stores, *broker)]
    folders = {path.parent for path in modules("services")}
    fullest = max(folders, key=lambda folder: len(list(folder.glob("*.py"))))
    longest = max(folders, key=lambda folder: sum(len(p.read_text().splitlines()) for p in folder.glob("*.py")))
    long: list[tuple[int, str]] = []
    closures: list[str] = []
    for path in product:
        for outer in functions(parsed(path)):
            long.append(
                ((outer.end_lineno or outer.lineno) - outer.lineno + 1, f"{at(path, outer.lineno)} {outer.name}")
            )
            inside = (one for one in functions(ast.walk(outer)) if one is not outer)
            closures += [at(path, one.lineno) for one in inside if is_route(one)]
    everything = [*product, *modules("tests")]
    wide = [at(path, line) for path in everything for line in wide_lines(path)]
    skipped = sum(line.endswith(SKIP) for path in everything for line in path.read_text().splitlines())
    patched = [at(path, line) for path in modules("tests") for line in patches(path)]
    by_hand = [at(path, line) for path in modules("tests") for line in set_private(path)]
    found = [
        Count("lines of the kernel, without its stores", lines(kernel), 3500),
        Count("lines of its drivers: its stores, the client of NATS", lines([*stores, *broker]), 1200),
        Count("modules of a service's fullest folder", len(list(fullest.glob("*.py"))), 15, at(fullest)),
        Count("lines of a service's longest folder", sum(len(p.read_text().splitlines()) for p in longest.glob("*.py")),
              2000, at(longest)),
        Count("lines of the longest function", max(long)[0], 80, max(long)[1]),
        Count("route handlers inside functions", len(set(closures)), 0, ", ".join(sorted(set(closures)))),
        Count("lines over 120 columns, tests too", len(wide), 0, ", ".join(wide)),
        Count("`fmt: skip`, tests too, on tables of data", skipped, MOST_SKIPPED),
        Count("modules with logic that no test of their room imports, older ones", len(untried()), MOST_UNTRIED),
        Count("settings of ours by monkeypatch in tests", len(patched), 2, ", ".join(patched)),
        Count("private members that tests set by hand", len(by_hand), 0, ", ".join(by_hand)),
        Count("functions that take a whole `Service`", sum(whole().values()), MOST_WHOLE),
        Count("places that begin a task of their own", sum(tasks().values())),
        *(Count(what, len(broken := rule()), 0, ", ".join(broken)) for what, rule in RULES),
    ]  # fmt: skip
    forget()
    return found


def main() -> int:
    """Prints all; 1 where one is beyond its limit."""
    found = counts()
    for one in found:
        print(one)
    return int(not all(one.good for one in found))


if __name__ == "__main__":
    sys.exit(main())
