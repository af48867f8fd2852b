"""Rules of the house that neither ruff nor import-linter can hold. Each gives what breaks it, as `file:line what`;
`make lint` prints how many, and refuses one."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ROOMS = ("shared", "services", "deploy")
PURE = re.compile(
    "(__future__|bisect|collections|copy|dataclasses|datetime|decimal|enum|fractions|functools|itertools|math|operator"
    "|orjson|pydantic|pydantic_core|re|string|typing|types|unicodedata|uuid"
    r"|shared\.(base\.paris_days|contract|geo|identity\.(capabilities|principal)"
    r"|kernel\.(decider|line)|notions))(\..*)?"
)
"""What a domain may stand on: nothing that reads, writes, waits, draws or asks what time it is"""
IMPURE = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid6", "uuid7", "uuid8", "getnode"}
BUILT_IN = {"open", "print", "input", "eval", "exec", "compile", "breakpoint", "globals", "vars"}
LATE = re.compile(r"(importlib|pkgutil|runpy|imp|zipimport)(\..*)?|sys\.(modules|meta_path|path_hooks)")
LATE_BUILT_IN = {"__import__", "__builtins__", "__loader__", "exec", "eval"}
MAY_BE_LATE = {
    "deploy/cli/main.py": "a command's module where it is asked for, since starting is waited for",
    "deploy/host/single_service.py": "the one service that is asked for, and none of the others",
    "shared/contract/__init__.py": "every module of events that is there, so that none is forgotten",
}
"""Who may import by a name that is put together, where no import rule sees it, and what for"""
PLACES = {*ROOMS, "tests"}
UNSAID = re.compile(r"#\s*(ruff|flake8)\s*:\s*noqa|#\s*noqa\b(?!\s*:)|#\s*noqa\s*:[^#]*\bTID251\b", re.IGNORECASE)
MAY_BE_UNSAID = {
    "services/directory/imports/plan.py": "waits for nothing, lets others in",
    "services/directory/search/past_days.py": "waits for nothing, lets others in",
    "shared/persons/keys/keyring.py": "a nonce is a secret: nobody may foresee it",
    "shared/runtime/times/clock.py": "the clock itself, an argument",
}
"""Who may excuse a line from what ruff forbids to take (TID251), and why"""
VAGUE = re.compile(
    "utils?|helpers?|managers?|common|misc|tools|stuff|functions|asking|telling|reading|committing|garbage"
    "|taking|said|settled|things|lives|chains|actors|travelling|unfolding|masking|browsing|asked|finding|indexing|noted"
    "|identifying|guarded|likeness|due|delivering|choosing|attending|around|who"
)
"""Names of modules that name nothing, or that a noun of the field has replaced"""
BRANCHES = 8
LOGIC = (ast.If, ast.For, ast.While, ast.Try, ast.comprehension, ast.BoolOp, ast.IfExp, ast.match_case)


@lru_cache(maxsize=2000)
def _parsed(path: Path, changed: int) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def parsed(path: Path) -> list[ast.AST]:
    """Every part of what a module says: read once, though a dozen rules ask, until `forget`."""
    return _parsed(path, path.stat().st_mtime_ns)


forget = _parsed.cache_clear
"""Takes the trees of the whole house, some 300 MB, out of memory again"""


def python(root: Path, *rooms: str) -> Iterator[tuple[Path, list[ast.AST]]]:
    """Each module of these rooms, and every part of what it says."""
    for room in rooms or ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            yield path.relative_to(root), parsed(path)


def imports(parts: list[ast.AST]) -> Iterator[tuple[int, str]]:
    """All that is imported, wherever it stands in a module, as `room.module` or `room.module.name`."""
    for node in parts:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}") for alias in node.names)


def is_domain(path: Path) -> bool:
    return path.parts[0] == "services" and (path.name == "domain.py" or "domain" in path.parts[2:-1])


def settings(root: Path) -> dict[str, Any]:
    """What pyproject.toml says to tools."""
    return dict(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"])


def unpure(root: Path = ROOT) -> list[str]:
    """What a domain takes from outside of itself: imports beyond PURE, other capabilities' rooms but domains and the
    service's `base`, clocks, ids that are drawn, files."""
    found = []
    for path, parts in python(root, "services"):
        if not is_domain(path):
            continue
        for line, name in imports(parts):
            own = f"services.{path.parts[1]}."
            inside = name.startswith(own) and (".domain" in name or name.startswith(f"{own}base."))
            if not (inside or PURE.fullmatch(name)) or name.rpartition(".")[2] in IMPURE:
                found.append(f"{path}:{line} imports {name}")
        for node in parts:
            if isinstance(node, ast.Attribute) and node.attr in IMPURE - {"now"}:
                found.append(f"{path}:{node.lineno} {node.attr}")
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in BUILT_IN:
                found.append(f"{path}:{node.lineno} {node.id}")
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and _of_module(node, parts):
                found.append(f"{path}:{node.lineno} {ast.unparse(node)}")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "now":
                found.append(f"{path}:{node.lineno} now()")
    return found


def _of_module(call: ast.Call, parts: list[ast.AST]) -> bool:
    """Whether `getattr` asks something that was imported, whose name is then seen by nobody."""
    imported = {
        alias.asname or alias.name.partition(".")[0]
        for node in parts
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return bool(call.args) and ast.unparse(call.args[0]).partition(".")[0] in imported


def unruled(root: Path = ROOT) -> list[str]:
    """What no import rule sees: folders that are no package (import-linter passes over them), Python beside the rooms,
    modules loose beside the services, services that are not independent, containers whose rooms are not all in
    layers."""
    beside = [path for path in root.glob("*/") if path.name not in PLACES and not path.name.startswith(".")]
    loose = {path for folder in beside for path in folder.rglob("*.py") if "site-packages" not in path.parts}
    found = [f"{path.relative_to(root)} is in no room" for path in sorted({*loose, *root.glob("*.py")})]
    for path in sorted((root / "services").glob("*.py")):
        if path.name != "__init__.py":
            found.append(f"{path.relative_to(root)} is in no service")
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


def late(root: Path = ROOT) -> list[str]:
    """Imports that import-linter does not see: by a name that is put together, and of what stands beside the rooms (the
    tests). MAY_BE_LATE has those that must be."""
    found = []
    for path, parts in python(root):
        for line, name in imports(parts):
            top = name.partition(".")[0]
            beside = top not in ROOMS and (root / top).is_dir()
            if beside or (LATE.fullmatch(name) and str(path) not in MAY_BE_LATE):
                found.append(f"{path}:{line} imports {name}")
        for node in parts:
            said = _named(node)
            if said in LATE_BUILT_IN or (said.startswith("sys.") and LATE.fullmatch(said)):
                found.append(f"{path}:{node.lineno} {said}")
    return found


def _named(node: ast.AST) -> str:
    """A name, or what is taken of one by its name."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def unsaid(root: Path = ROOT) -> list[str]:
    """Lines that are excused from what ruff forbids to take, and files or lines that are excused from all of it."""
    found = []
    for path, _ in python(root):
        for line, text in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
            if (match := UNSAID.search(text)) and not (str(path) in MAY_BE_UNSAID and "TID251" in match[0]):
                found.append(f"{path}:{line} {match[0]}")
    return found


def crossing(root: Path = ROOT) -> list[str]:
    """Whatever imports pages of another capability: by way of a third module, pages of two would have met."""
    found = []
    for path, parts in python(root, "services"):
        own = ".".join(path.parts[:3]) + "."
        for line, name in imports(parts):
            words = name.split(".")
            rooms = [word for word in words[3:] if word == "pages" or word.endswith("_pages")]
            if words[0] == "services" and rooms and not name.startswith(own):
                found.append(f"{path}:{line} imports {name}")
    return found


def vague(root: Path = ROOT) -> list[str]:
    """Modules and folders whose name says nothing."""
    paths = {one for path, _ in python(root) for one in (path, *path.parents)}
    return sorted(str(one) for one in paths if VAGUE.fullmatch(one.name.removesuffix(".py")))


def branches(parts: list[ast.AST]) -> int:
    """How much there is in a module to go wrong: its ifs, loops, cases."""
    return sum(isinstance(node, LOGIC) for node in parts)


def own_test(path: Path) -> Path:
    return Path("tests") / path.parent / f"test_{path.name}"


def has_test(root: Path, path: Path, parts: list[ast.AST], tested: Tested) -> bool:
    """Whether a module has a test where one looks for it:

    - its own, under its name;
    - one of its room, or of a room above in the same service, that imports from it: what several modules do together
      stands under a name of its own;
    - for pages and what puts a capability together, tried over HTTP, the `test_pages.py` of its room or above;
    - for commands of the command line, any that says each of them;
    - none for the sample, which says what there is and is tried by what is seen of it (tests/deploy/sample)."""
    if (root / own_test(path)).exists() or path.is_relative_to("deploy/sample"):
        return True
    rooms = [one for one in (own_test(path).parent, *own_test(path).parents) if len(one.parts) > 2]
    name = ".".join(path.with_suffix("").parts)
    if any(f"{one}.".startswith(f"{name}.") for room in rooms for one in tested.imported.get(room, ())):
        return True
    if path.name == "feature.py" or any(_called(node) == "APIRouter" for node in parts):
        return any((root / room / "test_pages.py").exists() for room in rooms)
    commands = set(_commands(parts))
    return bool(commands) and commands <= tested.said


@dataclass(frozen=True)
class Tested:
    """What tests import, folder by folder, and the words that they say to a command line."""

    imported: Mapping[Path, set[str]]
    said: set[str]

    @classmethod
    def of(cls, root: Path) -> Tested:
        imported: dict[Path, set[str]] = {}
        said: set[str] = set()
        for path, parts in python(root, "tests"):
            if path.name.startswith("test_"):
                imported.setdefault(path.parent, set()).update(name for _, name in imports(parts))
            said |= {node.value for node in parts if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        return cls(imported, said)


def _called(node: ast.AST) -> str:
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _commands(parts: list[ast.AST]) -> Iterator[str]:
    """The names of the commands that a module adds to the command line (`@app.command("name")`)."""
    for function in parts:
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for one in function.decorator_list:
                if _called(one) == "command" and isinstance(one, ast.Call):
                    first = one.args[0] if one.args else None
                    yield first.value if isinstance(first, ast.Constant) else function.name.strip("_").replace("_", "-")


def untried(root: Path = ROOT) -> list[str]:
    """The modules that `tests/house/without_test.txt` excuses."""
    return (root / "tests" / "house" / "without_test.txt").read_text(encoding="utf-8").splitlines()


def without_test(root: Path = ROOT) -> list[str]:
    """Modules with logic (BRANCHES or more) and no test where one looks for it. `tests/house/without_test.txt` has
    those of before this rule; a new one is refused, and so is a line that is no longer so."""
    named, tested = untried(root), Tested.of(root)
    found = {
        str(path)
        for path, parts in python(root)
        if path.name != "__init__.py" and branches(parts) >= BRANCHES and not has_test(root, path, parts, tested)
    }
    gone = [f"{name} has a test or no logic: take its line out" for name in named if name not in found]
    return sorted(found - set(named)) + gone


def taken(root: Path = ROOT) -> list[str]:
    """Modules that are given what comes from outside (docs/adr/0040), and take it from the machine by a way round that
    ruff does not see: the loop's own threads and timers, the real world by its name."""
    ignored = settings(root)["ruff"]["lint"]["per-file-ignores"]
    free = [pattern for pattern, rules in ignored.items() if "TID251" in rules]
    found = []
    for path, parts in python(root, "shared", "services"):
        if any(matches(str(path), pattern) for pattern in free):
            continue
        for node in parts:
            if isinstance(node, ast.Attribute) and (name := _taken(node)):
                found.append(f"{path}:{node.lineno} {name}")
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "run_in_executor":
                named = {one.arg: one.value for one in node.keywords}
                pool = node.args[0] if node.args else named.get("executor")
                if pool is None or isinstance(pool, ast.Constant):
                    found.append(f"{path}:{node.lineno} run_in_executor")
    return found


def _taken(node: ast.Attribute) -> str:
    """What an attribute takes of the event loop: its timers, its clock."""
    if node.attr in {"call_later", "call_at"}:
        return node.attr
    of = ast.unparse(node.value) if node.attr == "time" else ""
    return f"{of}.time" if re.search(r"(^|[._])loop(\(\))?$", of) else ""


def matches(path: str, pattern: str) -> bool:
    """Whether ruff's pattern means this file: one pair of braces, and `!` before all of it."""
    if pattern.startswith("!"):
        return not matches(path, pattern[1:])
    head, brace, rest = pattern.partition("{")
    if not brace:
        return fnmatch(path, pattern)
    among, _, tail = rest.partition("}")
    return any(fnmatch(path, head + one + tail) for one in among.split(","))


TAKES = re.compile("get_attribute|inner_text|inner_html|text_content|is_visible|input_value|query_selector")
READ_AT_ONCE = re.compile(
    TAKES.pattern + "|all|all_inner_texts|all_text_contents|bounding_box|content|count|is_checked|is_disabled"
    "|is_editable|is_enabled|is_hidden|query_selector_all|title"
)
"""What Playwright answers of a page as it is at this moment; TAKES: also where an argument is given"""


def unwaited(root: Path = ROOT) -> list[str]:
    """Browser tests that assert what a page says at once, where it may still be coming (`expect` waits), or measure
    a page by themselves (`tests.fixtures.browser.fits`)."""
    found = []
    for path, parts in python(root, "tests"):
        if path.name == "browser.py" or not any(name.startswith("playwright.") for _, name in imports(parts)):
            continue
        for node in parts:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "scrollWidth" in node.value:
                found.append(f"{path}:{node.lineno} measures a page by itself")
            elif isinstance(node, ast.Assert):
                found += [f"{path}:{node.lineno} {name} at once" for name in _read_at_once(node.test)]
    return found


def _read_at_once(asserted: ast.expr) -> Iterator[str]:
    parts = list(ast.walk(asserted))
    called = {id(node.func): node for node in parts if isinstance(node, ast.Call)}
    for node in parts:
        if not isinstance(node, ast.Attribute):
            continue
        call = called.get(id(node))
        if call is None:
            of = node.value.id if isinstance(node.value, ast.Name) else "answer"
            if node.attr == "url" and of not in {"answer", "again"}:  # that of a request, which is over
                yield node.attr
        elif TAKES.fullmatch(node.attr) or (READ_AT_ONCE.fullmatch(node.attr) and not call.args):
            yield node.attr


RULES = (
    ("what a domain takes from outside of itself", unpure),
    ("folders and services that no import rule sees", unruled),
    ("imports that no import rule sees", late),
    ("what imports another capability's pages", crossing),
    ("lines excused from what ruff forbids to take", unsaid),
    ("modules whose name says nothing", vague),
    ("browser tests that read a page before it is there", unwaited),
    ("modules with logic and no test of their own, new ones", without_test),
    ("threads and timers of the loop where they are given", taken),
)
