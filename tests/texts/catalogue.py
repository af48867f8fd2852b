"""`make texts`: reads every text from the code into the catalogues, and says what a translator has to do.

A text whose French changed keeps its translation, marked `fuzzy`, until somebody looks at it; one that is said nowhere
any more is dropped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from shared.base.translations import LOCALE

ROOT = Path(__file__).parents[2]
PLACES = ("deploy", "services", "shared")
WIDTH = 100


class Sheet(Catalog):
    """A catalogue whose head says only what does not change from day to day."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]

    @mime_headers.setter
    def mime_headers(self, headers: list[tuple[str, str]]) -> None:
        Catalog.mime_headers.__set__(self, headers)


def said() -> Catalog:
    """Every text that the code says, in the order of its files, each with those that say it."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = Sheet()
    for place in PLACES:
        for name, line, text, _, context in extract_from_dir(
            str(ROOT / place),
            methods,
            options,
            DEFAULT_KEYWORDS,
            strip_comment_tags=True,
            directory_filter=lambda folder: Path(folder).name != "__pycache__",
        ):
            found.add(text, locations=[(f"{place}/{name}", line)], context=context)
    return found


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        made = read_po(file, locale=path.stem, abort_invalid=True)
    made.__class__ = Sheet
    return made


def write(path: Path, catalogue: Catalog) -> None:
    catalogue.fuzzy, catalogue.header_comment = False, f"# {path.stem}: how to translate is said in docs/texts.md."
    with path.open("wb") as file:
        write_po(file, catalogue, width=WIDTH, include_lineno=False, sort_by_file=True, ignore_obsolete=True)


def fields(text: str) -> set[str]:
    """The values that a text wants."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def name_of(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"{text} [{message.context}]" if message.context else str(text)


def forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (str(message.string),)


def wrong(catalogue: Catalog, wanted: Catalog) -> Iterator[str]:
    """What a catalogue lacks or has too much of, a line each."""
    for one in wanted:
        if not one.id:
            continue
        there = catalogue.get(one.id, one.context)
        if there is None or not all(forms(there)):
            yield f"not translated: {name_of(one)}"
        elif there.fuzzy:
            yield f"its French changed, look at it: {name_of(one)}"
        elif one.pluralizable and len(forms(there)) != catalogue.num_plurals:
            yield f"has not all its forms: {name_of(one)}"
    for one in catalogue:
        if one.id and wanted.get(one.id, one.context) is None:
            yield f"said nowhere: {name_of(one)}"
    for one in catalogue:
        if not one.id:
            continue
        french = one.id if isinstance(one.id, tuple | list) else (one.id,)
        wants = {name for text in french for name in fields(str(text))}
        for text in filter(None, forms(one)):
            lacks = wants - fields(text) if not one.pluralizable else set()
            if lacks or fields(text) - wants:
                yield f"has other values than its French: {name_of(one)}"


def main() -> int:
    wanted, bad = said(), 0
    for path in sorted(LOCALE.glob("*.po")):
        catalogue = read(path)
        catalogue.update(wanted, update_creation_date=False)
        write(path, catalogue)
        for line in wrong(catalogue, wanted):
            print(f"{path.name}: {line}")
            bad += 1
    print(f"{sum(1 for one in wanted if one.id)} texts, {bad} to be looked at")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
