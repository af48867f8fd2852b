"""Which indicators count which types of events, and which types a command may say, as the code says it now.

<`python -m tests.docs.counting_table` writes shared/web/counted/table.json, which pages read: a service knows
>neither the indicators nor another service's decisions, and asks nobody before it shows a form. An indicator counts the
types that its head names, those that the words it is written in (macros.sql) name, and those of the entity that such a
word reads whole, as far as they have a field that it reads. A command may say the types that its decision names, or
what that calls."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import orjson

from deploy.host.all_services import DEFINITIONS
from services.observatory.indicators import INDICATORS, MACROS, Indicator
from shared.contract import EVENTS, Event, load_all
from shared.kernel.decider import Command
from shared.web.counted.counted import TABLE

WORD = re.compile(r"CREATE OR REPLACE MACRO (\w+)\(.*?\) AS TABLE\n(.*?);\n", re.DOTALL)
READERS_OF_ALL = {"standing", "dated", "amended", "years"}
"""Words that count nothing by themselves"""


def types_in(sql: str) -> set[str]:
    """The types of events of days that a query reads."""
    literals = {name for name in re.findall(r"'([A-Z]\w+)'", sql) if name in EVENTS}
    words = set(re.findall(r"\w+", sql))
    for entity in set(re.findall(r"entity = '([\w-]+)'", sql)):
        of_it = [kind for kind in EVENTS.values() if kind.entity == entity]
        literals |= {kind.type_name() for kind in of_it if words & (kind.model_fields.keys() - {"reason", "source"})}
    return literals


def counted_by(indicator: Indicator) -> list[str]:
    """Every type that an indicator counts, that is of a day."""
    macros = dict(WORD.findall(MACROS.read_text(encoding="utf-8")))
    found, seen, queries = types_in(indicator.query), set[str](), [indicator.query]
    while queries:
        sql = queries.pop()
        for name in macros.keys() - seen - READERS_OF_ALL:
            if re.search(rf"\b{name}\(", sql):
                seen.add(name)
                found |= types_in(macros[name])
                queries.append(macros[name])
    return sorted(name for name in found if not EVENTS[name].live)


def span_of(indicator: Indicator) -> str:
    if indicator.partial == "day" or "years(" in indicator.query:
        return "state"
    return "year" if indicator.partial == "year" else "run"


def sorts_in(indicator: Indicator) -> list[str]:
    """The terms and marks of the network's lists that an indicator asks for."""
    marks = re.findall(r"(?:marked\([^()]*, '\w+'|(?:held|attendance)_as\([^()]*), '([\w-]+)'\)", indicator.query)
    codes = re.findall(r"\bkind (?:= |IN \()'([\w-]+)'", indicator.query)
    return sorted({*marks, *codes})


def said_by(decide: Callable[..., Any], command: type[Command]) -> set[str]:
    """The types of events of days that a decision names, or what it calls in its service, its command too."""
    found: set[str] = set()
    seen: set[Any] = set()
    waiting: list[Any] = [decide, getattr(command, "closing", None)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, Event):
            found |= {one.type_name()} & EVENTS.keys()
        elif isinstance(one, FunctionType) and one not in seen and one.__module__.startswith("services."):
            seen.add(one)
            waiting += _named(one)
        elif isinstance(one, tuple | list):
            waiting += one
    return {name for name in found if not EVENTS[name].live}


def _named(function: FunctionType) -> Iterator[Any]:
    """What a function calls, the types of events that it speaks of otherwise than to look whether one is of them, and
    what it closes over."""
    for cell in function.__closure__ or ():
        yield cell.cell_contents
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    nodes = list(ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    asked = {node.cls for node in nodes if isinstance(node, ast.MatchClass)}
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id == "isinstance":
            asked |= {node for arg in call.args for node in ast.walk(arg)}
    called = {call.func for call in calls}
    for node in nodes:
        if isinstance(node, ast.Name) and node not in asked and node.id in function.__globals__:
            found = function.__globals__[node.id]
            if node in called or (isinstance(found, type) and issubclass(found, Event)):
                yield found


def made() -> bytes:
    load_all()
    indicators = {
        name: {"title": one.title, "span": span_of(one), "types": counted_by(one), "sorts": sorts_in(one)}
        | {mark: True for mark, so in (("each", one.terms is not None), ("earlier", one.earlier)) if so}
        for name, one in INDICATORS.items()
    }
    commands = {
        f"{definition.name}.{command.__name__}": said
        for definition in DEFINITIONS
        for decider in definition.deciders
        for command, decide in decider.decisions.items()
        if (said := sorted(said_by(decide, command)))
    }
    table = {"indicators": {n: one for n, one in indicators.items() if one["types"]}, "commands": commands}
    return orjson.dumps(table, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


if __name__ == "__main__":
    TABLE.write_bytes(made())
