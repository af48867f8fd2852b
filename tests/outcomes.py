"""Outcome tables: what a test tried and what came of it, collected in all workers and printed at the end of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from typing import Any

import pytest

from tests.abuse import attacks

NAME = "outcome"
_told: list[tuple[str, dict[str, str]]] = []


def record(table: str, row: Mapping[str, str]) -> None:
    """Adds a row to the table of that title. Rows that are alike are printed once, with how many there were."""
    _told.append((table, dict(row)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A report is what a worker of xdist hands over: rows travel with it."""
    report = yield
    report.user_properties += [(NAME, [table, row]) for table, row in _told]
    _told.clear()
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the tables when all went well, and in a drill always. Else what failed is what is to be read, and nothing
    stands before it."""
    failed = terminalreporter.stats.get("failed") or terminalreporter.stats.get("error")
    if failed and "drill" not in (terminalreporter.config.option.markexpr or ""):
        terminalreporter.write_line("The tables of outcomes are printed when every test passes.")
        return
    tables: dict[str, Counter[tuple[tuple[str, str], ...]]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == NAME and report.when in ("setup", "call", "teardown"):
                    tables.setdefault(value[0], Counter())[tuple(value[1].items())] += 1
    if judged := attacks.rows(terminalreporter.stats):
        tables["Attacks, by the classes of OWASP's top ten of 2025 (tests/abuse/attacks.yaml)"] = Counter(judged)
    for title, rows in sorted(tables.items()):
        terminalreporter.section(title)
        for line in lines(rows):
            terminalreporter.write_line(line)


def lines(rows: Mapping[tuple[tuple[str, str], ...], int]) -> list[str]:
    """The rows under their columns, in order; the last column counts those that are alike, where any are."""
    columns = list(dict.fromkeys(column for row in rows for column, _ in row))
    counted = any(number > 1 for number in rows.values())
    table = [[*columns, *(["times"] if counted else [])]]
    for row, number in sorted(rows.items()):
        cells = dict(row)
        table.append([*(cells.get(column, "") for column in columns), *([str(number)] if counted else [])])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
