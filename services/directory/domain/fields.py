"""What the answers about a structure must look like. A ValueError's text is a word: `refused.<text>`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from babel import Locale
from pydantic import AfterValidator, Field

from shared.geo import DEPARTMENTS, commune

COUNTRIES = frozenset(code for code in map(str, Locale("fr").territories) if len(code) == 2 and code.isalpha())
SIRET_OF_LA_POSTE = (
    "356000000"  # its establishments' numbers do not pass Luhn; the sum of their digits is a multiple of 5
)


def _department(code: str) -> str:
    if code not in DEPARTMENTS:
        raise ValueError("unknown-department")
    return code


def _commune(code: str) -> str:
    if commune(code) is None:
        raise ValueError("unknown-commune")
    return code


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
    doubled = [int(d) * (1 + n % 2) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _siren(digits: str) -> str:
    if not luhn(digits):
        raise ValueError("siren-check-digit")
    return digits


def _siret(digits: str) -> str:
    if digits.startswith(SIRET_OF_LA_POSTE):
        if sum(map(int, digits)) % 5 and not luhn(digits):
            raise ValueError("siret-check-digit")
    elif not luhn(digits):
        raise ValueError("siret-check-digit")
    return digits


Name = Annotated[str, Field(min_length=2, max_length=200)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=5000)]
Reason = Annotated[str, Field(min_length=3, max_length=300)]
DepartmentCode = Annotated[str, AfterValidator(_department)]
CommuneCode = Annotated[str, AfterValidator(_commune)]
CountryCode = Annotated[str, AfterValidator(_country)]
Website = Annotated[str, Field(max_length=500), AfterValidator(_website)]
Siren = Annotated[str, Field(pattern=r"^\d{9}$"), AfterValidator(_siren)]
Siret = Annotated[str, Field(pattern=r"^\d{14}$"), AfterValidator(_siret)]
Rna = Annotated[str, Field(pattern=r"^W\d{9}$")]
Sdg = Annotated[int, Field(ge=1, le=17)]
