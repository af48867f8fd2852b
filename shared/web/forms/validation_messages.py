"""What pydantic refuses, said to people: what is wrong and what to do, a sentence a field."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.base.translations import Lang, Lexicon
from shared.contract.cleaning import mended_line
from shared.web.formatting import number
from shared.web.forms.field_shapes import Shape, shapes
from shared.web.words.messages import KERNEL

__all__ = ["sentences"]


NAMED = {"email": "email", "website": "url", "url": "url"}
"""A field of that name whose own check failed without a word of ours"""

CODES: Mapping[str, str] = MappingProxyType({
    "string_type": "text", "string_unicode": "text", "string_sub_type": "text", "bytes_type": "text",
    "string_too_short": "too_short", "string_too_long": "too_long", "string_pattern_mismatch": "pattern",
    "int_type": "number", "int_parsing": "number", "int_parsing_size": "number", "int_from_float": "whole",
    "float_type": "number", "float_parsing": "number", "finite_number": "number",
    "decimal_type": "number", "decimal_parsing": "number", "decimal_max_digits": "decimals",
    "decimal_max_places": "decimals", "decimal_whole_digits": "decimals", "multiple_of": "multiple",
    "greater_than_equal": "at_least", "greater_than": "above",
    "less_than_equal": "at_most", "less_than": "below",
    "bool_type": "flag", "bool_parsing": "flag",
    "date_type": "date", "date_parsing": "date", "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date", "date_past": "date_past", "date_future": "date_future",
    "datetime_type": "moment", "datetime_parsing": "moment", "datetime_from_date_parsing": "moment",
    "datetime_object_invalid": "moment", "datetime_past": "date_past", "datetime_future": "date_future",
    "timezone_aware": "moment", "timezone_naive": "moment", "timezone_offset": "moment",
    "time_type": "moment", "time_parsing": "moment",
    "literal_error": "choice", "enum": "choice", "union_tag_invalid": "choice",
    "uuid_type": "id", "uuid_parsing": "id", "uuid_version": "id",
    "url_type": "url", "url_parsing": "url", "url_scheme": "url",
    "url_syntax_violation": "url", "url_too_long": "url",
    "too_short": "too_few", "too_long": "too_many", "list_type": "list", "tuple_type": "list",
    "set_type": "list",
    "frozen_set_type": "list", "iterable_type": "list",
    "extra_forbidden": "unknown", "missing": "missing", "none_required": "missing",
})  # fmt: skip
"""pydantic's error type → the last part of our `invalid.…` code"""


def sentences(error: ValidationError, model: type[BaseModel], lexicon: Lexicon, lang: Lang | str) -> dict[str, str]:
    """Field → one sentence, the first thing wrong with it; "" → what concerns the whole form.

    Our validators raise `ValueError("some-code")` or `PydanticCustomError("some-code", …, {values})`: the
    sentence is the lexicon's `refused.some-code`. A field may have its own sentence for any of our codes:
    `field.rna.invalid.pattern` wins over `invalid.pattern`.
    """
    return said_of(error.errors(include_url=False), model, lexicon, lang)


def said_of(
    details: Iterable[ErrorDetails],
    model: type[BaseModel] | None,
    lexicon: Lexicon,
    lang: Lang | str,
    *,
    to_programs: bool = False,
) -> dict[str, str]:
    """The same for the details of errors, wherever they come from; without a model a field's kind is unknown.
    `to_programs`: in the words for who writes to the API, where a code has such (`invalid.date.api`)."""
    by_name = {shape.name: shape for shape in shapes(model)} if model else {}
    names = {one.alias: name for name, one in model.model_fields.items() if one.alias} if model else {}
    said: dict[str, str] = {}
    for detail in details:
        where = [names.get(str(part), part) if at == 0 else part for at, part in enumerate(detail["loc"])]
        field = str(where[0]) if where else ""
        if field in said:
            continue
        shape = by_name.get(field)
        sentence = _sentence(detail, shape, lexicon, lang, to_programs)
        line = next((part for part in where[1:] if isinstance(part, int)), None)
        if line is not None and shape is not None and shape.kind != "choice":
            sentence = _say(lexicon, "invalid.line", lang, line=line + 1, sentence=sentence[:1].lower() + sentence[1:])
        said[field] = sentence
    return said


def _sentence(
    detail: ErrorDetails, shape: Shape | None, lexicon: Lexicon, lang: Lang | str, to_programs: bool = False
) -> str:
    kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
    values = _values(context, given, lang)
    for ours in _our_codes(kind, context):
        if lexicon.has(f"refused.{ours}"):
            return lexicon.say(f"refused.{ours}", lang, **{**values, **context})
    code = CODES.get(kind, "")
    if code == "missing" or (isinstance(given, str) and not given.strip()):
        code = _missing(shape)
    elif code in ("pattern", "too_short", "too_long"):
        code = _about_digits(code, shape, str(given), values)
    if shape is not None and code in ("", "pattern"):
        code = next(
            (one for word, one in NAMED.items() if shape.name == word or shape.name.endswith(f"_{word}")),
            code,
        )
    if to_programs and lexicon.has(f"invalid.{code}.api"):
        return lexicon.say(f"invalid.{code}.api", lang, **values)
    own = f"field.{shape.name}.invalid.{code}" if shape else ""
    if lexicon.has(own):
        return lexicon.say(own, lang, **values)
    return _say(lexicon, f"invalid.{code}" if code else "invalid", lang, **values)


def _our_codes(kind: str, context: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(context.get("error", "")),) if kind in ("value_error", "assertion_error") else (kind,)


def _values(context: Mapping[str, Any], given: Any, lang: Lang | str) -> dict[str, str]:
    """What the sentences put in their blanks, written for people."""
    least = next((context[key] for key in ("min_length", "ge", "gt") if key in context), None)
    most = next((context[key] for key in ("max_length", "le", "lt") if key in context), None)
    # What cannot be written down, or turns the sentence round, is not repeated.
    text = "" if given is None or isinstance(given, dict) else mended_line(str(given)[:1000])
    count = context.get("actual_length", len(given) if isinstance(given, str | list | tuple | set) else None)
    return {
        "least": _bound(least, lang),
        "most": _bound(most, lang),
        "given": _bound(count, lang),
        "step": _bound(context.get("multiple_of"), lang),
        "value": text if len(text) <= 60 else text[:59] + "…",
    }


def _bound(value: Any, lang: Lang | str) -> str:
    if isinstance(value, int | float):
        return number(value, lang)
    return "" if value is None else str(value)


def _missing(shape: Shape | None) -> str:
    if shape is None:
        return "missing"
    if shape.several:
        return "missing.several" if shape.options else "missing.lines"
    by_kind = {"choice": "choice", "id": "choice", "date": "date", "moment": "moment", "integer": "number"}
    last = {**by_kind, "decimal": "number"}.get(shape.kind)
    return f"missing.{last}" if last else "missing"


def _about_digits(code: str, shape: Shape | None, given: str, values: dict[str, str]) -> str:
    """A number such as a SIRET is a text of n digits: then say how many digits, not that a pattern failed."""
    pattern = str(shape.bounds.get("pattern", "")) if shape else ""
    found = re.fullmatch(r"\^?(?:\\d|\[0-9\])\{(\d+)\}(?:\$|\\Z)?", pattern)
    if not found:
        return code
    bare = re.sub(r"[\s\u00a0\u202f]", "", given)
    values.update(least=found[1], given=str(len(bare)))
    return "digits" if bare.isdigit() and len(bare) != int(found[1]) else "only_digits"


def _say(lexicon: Lexicon, code: str, lang: Lang | str, **values: object) -> str:
    return (lexicon if lexicon.has(code) else KERNEL).say(code, lang, **values)
