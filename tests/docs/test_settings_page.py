"""docs/settings.md names every setting, and nothing else; no setting is read behind its back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

from shared.base.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "settings.md"
START, END = "<!-- made by tests/docs/test_settings_page.py -->", "<!-- end -->"


def table() -> str:
    """The table of the page, from the descriptions in the code."""
    lines = ["| variable | without it | what it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "none" if field.default is None else f"`{field.default}`"
        choices = [value for value in get_args(field.annotation) if isinstance(value, str)]
        among = f" One of {', '.join(f'`{c}`' for c in choices)}." if choices else ""
        what = (field.description or "").replace("<", "&lt;")
        lines.append(f"| `MAILLAGE_{name.upper()}` | {default} | {what}{among} |")
    return "\n".join(lines) + "\n"


def test_every_setting_is_explained_in_the_code() -> None:
    for name, field in Settings.model_fields.items():
        description: Any = field.description
        assert description and description.endswith("."), name


def test_the_page_holds_the_table_of_all_settings_as_the_code_explains_them() -> None:
    inside = PAGE.read_text().split(START)[1].split(END)[0].strip() + "\n"
    assert inside == table(), "python -m tests.docs.test_settings_page writes it"


def test_every_setting_that_is_named_anywhere_is_in_the_table() -> None:
    documented = set(re.findall(r"MAILLAGE_[A-Z_]+", table()))
    folders = [ROOT / name for name in ("shared", "services", "deploy", "docs", "tests", ".ci")]
    files = [
        p
        for folder in folders
        for p in folder.rglob("*")
        if p.suffix in {".py", ".md", ".html", ".sh", ".yaml", ".yml", ".conf", ".js", ""} and p.is_file()
    ]
    files += [p for p in ROOT.iterdir() if p.is_file() and p.suffix in {".md", ".yml", ".yaml", ".toml", ""}]
    named = {
        (match, path.relative_to(ROOT))
        for path in files
        for match in re.findall(r"\bMAILLAGE_(?!TEST_)[A-Z][A-Z_]*[A-Z]\b", path.read_text(errors="ignore"))
    }
    assert {(name, path) for name, path in named if name not in documented} == set()
    assert {name for name, _ in named} == documented


def test_the_program_reads_its_environment_in_one_place() -> None:
    """A variable that is read by `os.environ` would be a setting that nobody finds."""
    readers = {
        str(path.relative_to(ROOT))
        for folder in ("shared", "services", "deploy")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\benviron\b|\bgetenv\b", path.read_text())
    }
    assert readers == set()


if __name__ == "__main__":
    before, _, rest = PAGE.read_text().partition(START)
    PAGE.write_text(f"{before}{START}\n\n{table()}\n{END}{rest.partition(END)[2]}")
