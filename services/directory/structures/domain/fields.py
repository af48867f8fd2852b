"""What the answers about a structure must look like. A ValueError's text is a word: `refused.<text>`."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

import stdnum.fr.siren
import stdnum.fr.siret
import stdnum.luhn
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from shared.geo import DEPARTMENTS, commune, communes_named
from shared.geo.countries import COUNTRY_CODES

COUNTRIES = COUNTRY_CODES
SIREN_OF_LA_POSTE = "356000000"
LONGEST_PLACE = 100  # characters of a commune's name that are read
MOST_NAMED = 6  # communes of one name that an answer lists


def _department(code: str) -> str:
    if code not in DEPARTMENTS:
        raise ValueError("unknown-department")
    return code


def _commune(code: str) -> str:
    if commune(code) is None:
        raise ValueError("unknown-commune")
    return code


def _commune_written(text: Any) -> Any:
    """The code of a commune that people name: its code, "Toulouse (31555)", "Castres (81)", a name or postcode of one
    only. What means none stays as it is, and is refused as unknown."""
    if not isinstance(text, str) or commune(text.strip()) is not None:
        return text.strip() if isinstance(text, str) else text
    named = _one_line(text)[:LONGEST_PLACE]
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


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("unknown-country")
    return code


def _website(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise ValueError("not-an-address") from None
    if parts.scheme not in ("http", "https") or "." not in host:
        raise ValueError("not-an-address")
    return address


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


CONTROLS = {code: None for code in (*range(32), *range(127, 160), 0x2028, 0x2029) if chr(code) not in "\n\t"}
"""Characters that nobody types and no page, mail or workbook can show; they are dropped."""


def _one_line(text: Any) -> Any:
    return " ".join(text.translate(CONTROLS).split()) if isinstance(text, str) else text


def _bare(text: Any) -> Any:
    """An official number without the spaces and dots that people put in."""
    return re.sub(r"[\s.]", "", text).upper() if isinstance(text, str) else text


def _plain(text: Any) -> Any:
    return text.replace("\r\n", "\n").translate(CONTROLS).strip() if isinstance(text, str) else text


Name = Annotated[str, Field(min_length=2, max_length=200), BeforeValidator(_one_line)]
Line = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_one_line)]
Text = Annotated[str, Field(min_length=1, max_length=5000), BeforeValidator(_plain)]
Summary = Annotated[str, Field(min_length=1, max_length=2000), BeforeValidator(_plain)]
Reason = Annotated[str, Field(min_length=3, max_length=300), BeforeValidator(_one_line)]
DepartmentCode = Annotated[str, AfterValidator(_department)]
CommuneCode = Annotated[str, BeforeValidator(_commune_written), AfterValidator(_commune)]
CountryCode = Annotated[str, AfterValidator(_country)]
Website = Annotated[str, Field(max_length=500), BeforeValidator(_one_line), AfterValidator(_website)]
Siren = Annotated[str, Field(pattern=r"^[0-9]{9}$"), BeforeValidator(_bare), AfterValidator(_siren)]
Siret = Annotated[str, Field(pattern=r"^[0-9]{14}$"), BeforeValidator(_bare), AfterValidator(_siret)]
Rna = Annotated[str, Field(pattern=r"^W[0-9]{9}$"), BeforeValidator(_bare)]
Sdg = Annotated[int, Field(ge=1, le=17)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
