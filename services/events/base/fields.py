"""What the answers about gatherings, projects and tandems must look like. A ValueError's text: `refused.<text>`."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated

from babel import Locale
from pydantic import AfterValidator, Field, StringConstraints

from shared.contract.personal import Personal, PersonalText
from shared.geo import DEPARTMENTS

COUNTRIES = frozenset(code for code in map(str, Locale("fr").territories) if len(code) == 2 and code.isalpha())
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _one_line(text: str) -> str:
    if any(unicodedata.category(c) == "Cc" for c in text):
        raise ValueError("one-line-only")
    return text


def _printable(text: str) -> str:
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text.replace("\r\n", "\n")):
        raise ValueError("unreadable-characters")
    return text


def _department(code: str) -> str:
    if code not in DEPARTMENTS:
        raise ValueError("unknown-department")
    return code


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("unknown-country")
    return code


def _moment(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError("time-without-zone")
    if not FIRST <= when < LAST:
        raise ValueError("time-out-of-range")
    return when


def _mail_address(value: Personal) -> Personal:
    local, at, host = value.clear.rpartition("@")
    if not (local and at and "." in host) or any(c.isspace() for c in value.clear):
        raise ValueError("not-a-mail-address")
    return value


def _person_name(value: Personal) -> Personal:
    _one_line(value.clear)
    return value


def _school_year(text: str) -> str:
    found = re.fullmatch(r"(\d{4})-(\d{4})", text, re.ASCII)
    if not found or int(found[2]) != int(found[1]) + 1 or not 1990 <= int(found[1]) < 2100:
        raise ValueError("not-a-school-year")
    return text


def _line(least: int, most: int) -> object:
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


Line = Annotated[str, _line(1, 200), AfterValidator(_one_line)]
Title = Annotated[str, _line(3, 200), AfterValidator(_one_line)]
Name = Annotated[str, _line(2, 200), AfterValidator(_one_line)]
Reason = Annotated[str, _line(3, 300), AfterValidator(_one_line)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_printable)
]
DepartmentCode = Annotated[str, AfterValidator(_department)]
CountryCode = Annotated[str, AfterValidator(_country)]
Moment = Annotated[datetime, AfterValidator(_moment)]
MailAddress = Annotated[PersonalText, AfterValidator(_mail_address)]
PersonName = Annotated[PersonalText, AfterValidator(_person_name)]
SchoolYear = Annotated[str, _line(9, 9), AfterValidator(_school_year)]
Days = Annotated[int, Field(ge=1, le=31)]
Capacity = Annotated[int, Field(ge=1, le=100_000)]
People = Annotated[int, Field(ge=0, le=100_000)]
