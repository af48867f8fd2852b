"""From the answers of an HTML form to what a pydantic model reads."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from starlette.datastructures import FormData

from shared.base.paris_days import PARIS, OutOfCalendar, utc
from shared.base.translations import languages
from shared.contract.cleaning import WHITE
from shared.contract.fields import day_typed, moment_written
from shared.notions.vocabularies.view import known_lists
from shared.web.forms.field_shapes import THEMED, Shape, shapes

__all__ = ["SHOWN", "parse", "titles_in"]

SHOWN = "_shown"
"""A hidden answer that lists the tick boxes the form showed, since one left empty is not sent at all"""


def parse(model: type[BaseModel], form: FormData) -> dict[str, Any]:
    """The answers as a dict for `model.model_validate`; never raises, what it can't read it leaves as text.

    Texts are stripped. An empty answer is absent, so a default applies, or "missing" is reported; but an
    optional field that was sent empty is None. A tick box is a bool, boxes and lines are lists, a number may
    have a comma and spaces, 31/10/2017 is a date, and a local date and time (Paris) becomes aware UTC; a text in each
    language comes as `<field>.<language>`; a theme that the thesaurus has is its code. Names that the model does not
    have are ignored; a file sent where a text is expected is too.
    """
    shown = set(_texts(form, SHOWN))
    read: dict[str, Any] = {}
    for shape in shapes(model):
        sent = shape.name in form
        texts = _texts(form, shape.name)
        if shape.kind == "titles":
            read[shape.name] = titles_in(form, shape.name)
        elif shape.several:
            if sent or shape.name in shown:
                read[shape.name] = [_value(shape, text) for text in _lines(texts)]
        elif shape.kind == "flag" and not shape.optional:
            if sent or shape.name in shown or shape.default is not True:
                read[shape.name] = bool(texts) and texts[-1].casefold() not in {
                    "",
                    "false",
                    "0",
                    "non",
                    "no",
                    "off",
                }
        elif texts and texts[-1]:
            read[shape.name] = _value(shape, texts[-1])
        elif sent and shape.optional:
            read[shape.name] = None
    return read


def titles_in(form: FormData | Mapping[str, Any], name: str) -> dict[str, str]:
    """A text in each language, as a form sends it: language → text."""
    given = {lang: form.get(f"{name}.{lang}") for lang in languages()}
    return {lang: text.strip(WHITE) for lang, text in given.items() if isinstance(text, str) and text.strip(WHITE)}


def _texts(form: FormData, name: str) -> list[str]:
    return [text.replace("\r\n", "\n").strip(WHITE) for text in form.getlist(name) if isinstance(text, str)]


def _lines(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in (piece.strip(WHITE) for piece in text.split("\n")) if line]


def _value(shape: Shape, text: str) -> Any:
    if shape.kind == "flag":
        return {"true": True, "on": True, "false": False}.get(text, text)
    if shape.kind in ("integer", "decimal"):
        return _number(shape, text)
    if shape.kind == "date":
        return _iso_day(text)
    if shape.kind == "moment":
        return _utc(text)
    return known_lists().themes().read(text) if shape.name in THEMED else text


def _number(shape: Shape, text: str) -> int | float | str:
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace("−", "-").replace(",", ".")
    if re.fullmatch(r"[+-]?\d{1,18}", bare):
        return int(bare)
    # pydantic reads the decimal itself, so that a Decimal stays exact
    return bare if re.fullmatch(r"[+-]?\d*\.?\d+", bare) else text


def _iso_day(text: str) -> str:
    try:
        return day_typed(text).isoformat()
    except ValueError:
        return text


def _utc(text: str) -> datetime | str:
    """A browser's `2017-10-31T17:42`, or `31/10/2017 17h42` as one types it."""
    found = re.fullmatch(r"(\S+?)(?:[Tt]|\s+(?:à\s+)?)(\d{1,2})(?:\s*h\s*|:)(\d{2})(\S*)", text, re.ASCII)
    if found is None:
        return text
    try:
        at = moment_written(f"{_iso_day(found[1])}T{found[2]:0>2}:{found[3]}{found[4]}")
        aware = at if at.tzinfo else at.replace(tzinfo=PARIS)
    except ValueError:
        return text
    try:
        return utc(aware)
    except OutOfCalendar:
        return aware  # the model says so
