"""A language made for a test: one file, as a translator would hand it over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from shared.base.translations import CATALOGUES

Texts = Mapping[str | tuple[str, str], str | tuple[str, ...]]
"""French (with its plural) → the other language (with its forms)"""


def written(folder: Path, lang: str, texts: Texts, *, fuzzy: bool = False) -> Path:
    """The catalogue of a language, in a folder."""
    made = Catalog(locale=lang)
    for french, said in texts.items():
        made.add(french, said, flags=["fuzzy"] if fuzzy else [])
    folder.mkdir(exist_ok=True)
    path = folder / f"{lang}.po"
    with path.open("wb") as file:
        write_po(file, made)
    return path


@contextmanager
def language(folder: Path, lang: str, texts: Texts) -> Iterator[None]:
    """The language is on offer for as long."""
    written(folder, lang, texts)
    with CATALOGUES.beside(folder):
        yield
