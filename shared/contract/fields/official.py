"""Official numbers and codes of France, and hashes."""

from __future__ import annotations

import re
from typing import Annotated, Any

import stdnum.fr.siren
import stdnum.fr.siret
import stdnum.luhn
from pydantic import AfterValidator, Field, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator

from shared.contract.cleaning import line
from shared.contract.untouched import untouched

SIREN_OF_LA_POSTE = "356000000"


def luhn(digits: str) -> bool:
    """The check of SIREN and SIRET (ISO/IEC 7812-1, annex B)."""
    return bool(stdnum.luhn.is_valid(digits))


def _siren(digits: str) -> str:
    if not stdnum.fr.siren.is_valid(digits):
        raise ValueError("siren-check-digit")
    return digits


def _siret(digits: str) -> str:
    """The establishments of La Poste have a rule of their own, which python-stdnum knows."""
    if not stdnum.fr.siret.is_valid(digits) and not (digits.startswith(SIREN_OF_LA_POSTE) and luhn(digits)):
        raise ValueError("siret-check-digit")
    return digits


def _bare(value: Any, rest: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """An official number without the spaces and dots that people put in."""
    same = untouched(value, info)
    return (
        same
        if same is not None
        else rest(re.sub(r"[\s.]", "", line(value)).upper() if isinstance(value, str) else value)
    )


def _school_year(text: str) -> str:
    found = re.fullmatch(r"(\d{4})-(\d{4})", text, re.ASCII)
    if not found or int(found[2]) != int(found[1]) + 1 or not 1990 <= int(found[1]) < 2100:
        raise ValueError("not-a-school-year")
    return text


Siren = Annotated[str, Field(pattern=r"^[0-9]{9}$"), AfterValidator(_siren), WrapValidator(_bare)]
Siret = Annotated[str, Field(pattern=r"^[0-9]{14}$"), AfterValidator(_siret), WrapValidator(_bare)]
Rna = Annotated[str, Field(pattern=r"^W[0-9]{9}$"), WrapValidator(_bare)]
SchoolYear = Annotated[str, Field(min_length=9, max_length=9), AfterValidator(_school_year), WrapValidator(_bare)]
"""`2016-2017`"""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
