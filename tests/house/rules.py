"""Rules of the house that neither ruff nor import-linter can hold. Each gives what breaks it, as `file:line what`;
`make lint` prints how many, and refuses one."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ROOMS = ("shared", "services", "deploy")
PURE = re.compile(
    "(__future__|bisect|collections|copy|dataclasses|datetime|decimal|enum|fractions|functools|itertools|math|operator"
    "|orjson|pydantic|pydantic_core|re|string|typing|types|unicodedata|uuid"
    r"|shared\.(base\.paris_days|contract|geo|identity\.principal|kernel\.(decider|line)|notions))(\..*)?"
)
"""What a domain may stand on: nothing that reads, writes, waits, draws or asks what time it is"""
IMPURE = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid6", "uuid7", "uuid8", "getnode"}
BUILT_IN = {"open", "print", "input", "eval", "exec", "compile", "breakpoint", "__import__"}
VAGUE = re.compile(
    "utils?|helpers?|managers?|common|misc|tools|stuff|functions|asking|telling|reading|committing|garbage"
    "|taking|said|settled|things|lives|chains|actors|travelling|unfolding|masking|browsing|asked|finding|indexing|noted"
    "|identifying|guarded|likeness|due|delivering|choosing|attending|around|who"
)
"""Names of modules that name nothing, or that a noun of the field has replaced"""
BRANCHES = 8
LOGIC = (ast.If, ast.For, ast.While, ast.Try, ast.comprehension, ast.BoolOp, ast.IfExp, ast.match_case)


def python(root: Path, *rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    """Each module of these rooms, and what it says."""
    for room in rooms or ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            yield path.relative_to(root), ast.parse((root / path).read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """All that is imported, wherever it stands in a module, as `room.module` or `room.module.name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}") for alias in node.names)


def is_domain(path: Path) -> bool:
    return path.parts[0] == "services" and (path.name == "domain.py" or "domain" in path.parts[2:-1])


def is_pages(path: Path) -> bool:
    """Whether a module has pages: the room `pages` of the observatory serves those of all, and is none."""
    return path.parts[0] == "services" and (path.name == "pages.py" or path.name.endswith("_pages.py"))


def settings(root: Path) -> dict[str, Any]:
    """What pyproject.toml says to tools."""
    return dict(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"])


def unpure(root: Path = ROOT) -> list[str]:
    """What a domain takes from outside of itself: imports beyond PURE, other capabilities' rooms but domains and the
    service's `base`, clocks, ids that are drawn, files."""
    found = []
    for path, tree in python(root, "services"):
        if not is_domain(path):
            continue
        for line, name in imports(tree):
            own = f"services.{path.parts[1]}."
            inside = name.startswith(own) and (".domain" in name or name.startswith(f"{own}base."))
            if not (inside or PURE.fullmatch(name)) or name.rpartition(".")[2] in IMPURE:
                found.append(f"{path}:{line} imports {name}")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in IMPURE - {"now"}:
                found.append(f"{path}:{node.lineno} {node.attr}")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILT_IN:
                found.append(f"{path}:{node.lineno} {node.func.id}()")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "now":
                found.append(f"{path}:{node.lineno} now()")
    return found


def unruled(root: Path = ROOT) -> list[str]:
    """What no import rule sees: folders that are no package (import-linter passes over them), services that are not
    independent, containers whose rooms are not all in layers."""
    found = []
    for room in ROOMS:
        for folder in sorted({path.parent for path in (root / room).rglob("*.py")}):
            if not (folder / "__init__.py").exists():
                found.append(f"{folder.relative_to(root)} has no __init__.py")
    contracts = settings(root)["importlinter"]["contracts"]
    layered = {one for contract in contracts if contract.get("exhaustive") for one in contract.get("containers", ())}
    services = {f"services.{path.parent.name}" for path in (root / "services").glob("*/__init__.py")}
    found += [f"{one}: its rooms are not all named in layers" for one in {"shared", "deploy", *services} - layered]
    free = [set(contract["modules"]) for contract in contracts if contract["type"] == "independence"]
    found += [f"{one} is not independent of the other services" for one in services if not any(one in m for m in free)]
    excused = [name for contract in contracts for name in contract.get("ignore_imports", ())]
    return sorted(found) + [f"pyproject.toml excuses {name}" for name in excused]


def crossing(root: Path = ROOT) -> list[str]:
    """Pages of one capability that import another's."""
    found = []
    for path, tree in python(root, "services"):
        if not is_pages(path):
            continue
        own = ".".join(path.parts[:3]) + "."
        for line, name in imports(tree):
            parts = name.split(".")
            rooms = [part for part in parts[3:] if part == "pages" or part.endswith("_pages")]
            if parts[0] == "services" and rooms and not name.startswith(own):
                found.append(f"{path}:{line} imports {name}")
    return found


def vague(root: Path = ROOT) -> list[str]:
    """Modules and folders whose name says nothing."""
    paths = {one for path, _ in python(root) for one in (path, *path.parents)}
    return sorted(str(one) for one in paths if VAGUE.fullmatch(one.name.removesuffix(".py")))


def branches(tree: ast.AST) -> int:
    """How much there is in a module to go wrong: its ifs, loops, cases."""
    return sum(isinstance(node, LOGIC) for node in ast.walk(tree))


def own_test(path: Path) -> Path:
    return Path("tests") / path.parent / f"test_{path.name}"


def without_test(root: Path = ROOT) -> list[str]:
    """Modules with logic (BRANCHES or more) and no test module of their own. `tests/house/without_test.txt` has those
    of before this rule, which tests of the room around them try; a new one is refused, and so is a line that is no
    longer so."""
    named = (root / "tests" / "house" / "without_test.txt").read_text(encoding="utf-8").splitlines()
    found = {
        str(path)
        for path, tree in python(root)
        if path.name != "__init__.py" and branches(tree) >= BRANCHES and not (root / own_test(path)).exists()
    }
    gone = [f"{name} has a test or no logic: take its line out" for name in named if name not in found]
    return sorted(found - set(named)) + gone


def taken(root: Path = ROOT) -> list[str]:
    """Modules that are given what comes from outside (docs/adr/0040), and take it from the machine by a way round that
    ruff does not see: the loop's own threads and timers, the real world by its name."""
    ignored = settings(root)["ruff"]["lint"]["per-file-ignores"]
    free = [pattern for pattern, rules in ignored.items() if "TID251" in rules]
    found = []
    for path, tree in python(root, "shared", "services"):
        if any(matches(str(path), pattern) for pattern in free):
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            name, args = node.func.attr, node.args
            own_threads = name == "run_in_executor" and isinstance(args[0], ast.Constant)
            if own_threads or name in {"call_later", "call_at"}:
                found.append(f"{path}:{node.lineno} {name}")
    return found


def matches(path: str, pattern: str) -> bool:
    """Whether ruff's pattern means this file: one pair of braces, and `!` before all of it."""
    if pattern.startswith("!"):
        return not matches(path, pattern[1:])
    head, brace, rest = pattern.partition("{")
    if not brace:
        return fnmatch(path, pattern)
    among, _, tail = rest.partition("}")
    return any(fnmatch(path, head + one + tail) for one in among.split(","))


RULES = (
    ("what a domain takes from outside of itself", unpure),
    ("folders and services that no import rule sees", unruled),
    ("pages that import another capability's pages", crossing),
    ("modules whose name says nothing", vague),
    ("modules with logic and no test of their own, new ones", without_test),
    ("threads and timers of the loop where they are given", taken),
)
