"""A checkout as it is changed: new files and changed ones are kept in memory, set as ruff sets them, and written all or
not at all. English of new texts goes into the catalogue with them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.host.data_folder import CannotStart

ROOT = Path(__file__).parents[3]
BLANKS = Path(__file__).parent / "blanks"
CATALOGUE = "shared/locale/en.po"
NEEDED = ("pyproject.toml", "services", "shared/contract/schemas", "tests/abuse/routes.txt", CATALOGUE)
"""What no installed package has"""
OURS = 'lint.isort.known-first-party = ["deploy", "services", "shared", "tests"]'
"""Said to ruff, which goes by the files that there are"""
FUTURE = r"^from __future__ import annotations\n\n"
TEXT = re.compile(r"[^\W\d_][^\W_]*(?:[ ’-]{1,2}[^\W_]+)*")


class SourceTree:
    """Raises CannotStart where `root` is no source tree that may be written to."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.new: dict[str, str] = {}
        self.changed: dict[str, str] = {}
        if not all(os.access(root / one, os.R_OK | os.W_OK) for one in ("", *NEEDED)):
            raise CannotStart(f"This adds to the source, and {root} is no checkout that can be written to.")
        self._templates = Environment(
            variable_start_string="<<",
            variable_end_string=">>",
            block_start_string="<%",
            block_end_string="%>",
            comment_start_string="<#",
            comment_end_string="#>",
            keep_trailing_newline=True,
            undefined=StrictUndefined,
            loader=FileSystemLoader(BLANKS),
            autoescape=False,
            trim_blocks=True,
        )
        with (root / CATALOGUE).open("rb") as file:
            self._english: Catalog = read_po(file, locale="en", abort_invalid=True)

    def text(self, path: str) -> str:
        """What a file says, with what is to be changed in it."""
        return self.changed.get(path) or self.new.get(path) or (self.root / path).read_text(encoding="utf-8")

    def add(self, path: str, text: str = "") -> None:
        """A new file. Raises CannotStart where there is something of that name."""
        if (self.root / path).exists() or path in self.new:
            raise CannotStart(f"{path} is there already, and nothing is written over it.")
        self.new[path] = text

    def there(self, path: str) -> bool:
        """Whether there is a file or folder of that name, or will be."""
        return (self.root / path).exists() or any(one == path or one.startswith(f"{path}/") for one in self.new)

    def rewrite(self, path: str, text: str) -> None:
        """Another text for a file that is there, or will be."""
        (self.new if path in self.new else self.changed)[path] = text

    def insert(self, path: str, after: str, text: str) -> None:
        """Puts text, which may name groups, after what a pattern finds first. Raises CannotStart where it finds
        nothing."""
        found = re.search(after, self.text(path), re.M) if self.there(path) else None
        if found is None:
            raise CannotStart(f"{path} has no place for it that is known here: it has to be added by hand.")
        self.rewrite(path, found.string[: found.end()] + found.expand(text) + found.string[found.end() :])

    def join(self, path: str, text: str, has: str = FUTURE) -> None:
        """A module, or its imports and all that follows them at the end of one that is there. Raises CannotStart where
        that one does not have what this pattern finds."""
        if not self.there(path):
            return self.add(path, text)
        imports, _, body = text.partition("annotations\n\n")[2].partition("\n\n\n")
        self.insert(path, FUTURE, imports + "\n")
        self.insert(path, rf"{has}(?s:.*)\Z", f"\n\n{body}")

    def made(self, slice: str, says: str, context: str | None = None, **values: Any) -> str:
        """A template of `blanks/` with its values. In it `say("French", "English")` is a marked text, whose English
        goes into the catalogue; where the same French has another English already, it is marked by `context`."""

        def say(french: str, english: str) -> str:
            return self.said(french, english, context)

        return self._templates.get_template(f"{slice}/{says}.txt").render(**values, say=say)

    def said(self, french: str, english: str, context: str | None) -> str:
        """The text as code says it. Raises CannotStart where it can't be told from another."""
        for one in dict.fromkeys((None, context)):
            known = self._english.get(french, one)
            if known is None:
                self._english.add(french, english, context=one)
                lines = ["", *([f'msgctxt "{one}"'] if one else []), f'msgid "{french}"', f'msgstr "{english}"', ""]
                self.changed[CATALOGUE] = self.text(CATALOGUE) + "\n".join(lines)
            elif known.string != english or known.fuzzy:
                continue
            return f'L("{french}")' if one is None else f'L("{french}", context="{one}")'
        raise CannotStart(f"“{french}” is something else in English than “{english}” already: choose other words.")

    def write(self, *, dry: bool = False) -> list[str]:
        """Writes all, or nothing where one can't be written; the lines that say what. Raises CannotStart."""
        files = {path: self._set(path, text) for path, text in (self.new | self.changed).items()}
        lines = [f"{'new    ' if path in self.new else 'changed'} {path}" for path in sorted(files)]
        if dry:
            return lines
        before = {path: (self.root / path).read_bytes() for path in self.changed}
        begun: list[Path] = []
        try:
            for path, text in files.items():
                target = self.root / path
                for folder in (one for one in reversed(target.parents) if not one.exists()):
                    folder.mkdir()
                    begun.append(folder)
                with target.open("x" if path in self.new else "w", encoding="utf-8") as file:
                    begun.append(target)
                    file.write(text)
        except BaseException as error:
            for one in reversed(begun):
                name = one.relative_to(self.root).as_posix()
                one.rmdir() if one.is_dir() else one.write_bytes(before[name]) if name in before else one.unlink()
            if isinstance(error, OSError):
                raise CannotStart(f"Nothing is written: {error}.") from error
            raise
        return lines

    def _set(self, path: str, text: str) -> str:
        """The file as `make lint` wants it. Raises CannotStart where it finds fault with it."""
        if not path.endswith(".py") or not text:
            return text
        text = self._ruff(path, text, "check", "--fix-only", "--select", "I,F401")
        text = self._ruff(path, text, "format")
        self._ruff(path, text, "check")
        return text

    def _ruff(self, path: str, text: str, *what: str) -> str:
        command = [sys.executable, "-m", "ruff", *what, "-q", "--config", OURS, "--stdin-filename", path, "-"]
        ran = subprocess.run(command, cwd=self.root, input=text, capture_output=True, text=True, encoding="utf-8")
        if "No module named ruff" in ran.stderr:
            raise CannotStart("What is written is set by ruff, which is not here: `make lint` installs it.")
        if ran.returncode:
            raise CannotStart(f"{path} would not pass `make lint`: {' '.join((ran.stdout or ran.stderr).split())}.")
        return ran.stdout


def plain(text: str, option: str) -> str:
    """A word or a few. Raises CannotStart for what a text in the code can't be."""
    found = text.strip().replace("'", "’")
    if len(found) > 60 or not TEXT.fullmatch(found):
        raise CannotStart(f"{option} takes a word or a few, letters and spaces, and not “{text}”.")
    return found
