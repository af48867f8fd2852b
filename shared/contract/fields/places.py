"""Countries, departments, communes."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from shared.contract.cleaning import line
from shared.contract.untouched import untouched
from shared.geo import DEPARTMENTS, commune, communes_named
from shared.geo.countries import COUNTRY_CODES

LONGEST_PLACE = 100  # characters of a commune's name that are read
MOST_NAMED = 6  # communes of one name that an answer lists


def _department(code: str) -> str:
    if code not in DEPARTMENTS:
        raise ValueError("unknown-department")
    return code


def _country(code: str) -> str:
    if code not in COUNTRY_CODES:
        raise ValueError("unknown-country")
    return code


def _commune(code: str) -> str:
    if commune(code) is None:
        raise ValueError("unknown-commune")
    return code


def _code(value: Any, rest: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    same = untouched(value, info)
    return same if same is not None else rest(line(value) if isinstance(value, str) else value)


def _commune_code(value: Any, rest: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    same = untouched(value, info)
    return same if same is not None else rest(_written(value) if isinstance(value, str) else value)


def _written(text: str) -> str:
    """The code of a commune that people name: its code, "Toulouse (31555)", "Castres (81)", a name or postcode of one
    only. What means none stays as it is, and is refused as unknown."""
    named = line(text)[:LONGEST_PLACE]
    if commune(named) is not None:
        return named
    code = re.search(r"\(([0-9][0-9AB][0-9]{3})\)$", named)
    if code is not None and commune(code[1]) is not None:
        return code[1]
    found = communes_named(named)
    if len(found) > 1:
        several = ", ".join(f"{one.name} ({one.code})" for one in found[:MOST_NAMED]) + (
            ", …" if found[MOST_NAMED:] else ""
        )
        raise PydanticCustomError("commune-ambiguous", "Several communes: {several}", {"several": several})
    return found[0].code if found else named


DepartmentCode = Annotated[str, AfterValidator(_department), WrapValidator(_code)]
CountryCode = Annotated[str, AfterValidator(_country), WrapValidator(_code)]
CommuneCode = Annotated[str, AfterValidator(_commune), WrapValidator(_commune_code)]
