"""Departments, communes and outlines of France. Sources and licences: README.md beside this file.

Departments are read at import (109 lines); communes (1.8 MB) and outlines when first asked for.
"""

import csv
import json
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log, pi, radians, tan
from pathlib import Path
from types import MappingProxyType

__all__ = [
    "DEPARTMENTS", "MAP_CREDIT", "Commune", "Department", "Outlines", "commune", "communes_beginning", "communes_named",
    "communes_of", "departments_of", "outlines", "plain",
]  # fmt: skip

HERE = Path(__file__).parent
MAP_CREDIT = "svg-maps, Victor Cazanave, CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Department:
    """`code` is text ("09", "2A", "974"); `region` is the region's code ("76"), `seat` a commune's code."""

    code: str
    name: str
    region: str
    region_name: str
    seat: str


@dataclass(frozen=True, slots=True)
class Commune:
    """`code` is the official code, not a postcode; latitude and longitude in degrees, None if unknown."""

    code: str
    name: str
    department: str
    region: str
    postcodes: tuple[str, ...]
    population: int | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Outlines:
    """SVG paths by department's code, all in one view box of `width` × `height` units.

    Metropolitan departments only: those overseas have no path.
    """

    width: float
    height: float
    paths: Mapping[str, str]
    x: tuple[float, float, float]
    y: tuple[float, float, float]

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        """The point of the picture for degrees of latitude and longitude (web mercator, then affine)."""
        east = 6378137 * radians(longitude)
        north = 6378137 * log(tan(pi / 4 + radians(latitude) / 2))
        return (
            self.x[0] * east + self.x[1] * north + self.x[2],
            self.y[0] * east + self.y[1] * north + self.y[2],
        )


def _departments() -> Mapping[str, Department]:
    with (HERE / "departments.csv").open(encoding="utf-8", newline="") as lines:
        return MappingProxyType(
            {
                row["code"]: Department(row["code"], row["name"], row["region"], row["region_name"], row["chef_lieu"])
                for row in csv.DictReader(lines)
            }
        )


DEPARTMENTS: Mapping[str, Department] = _departments()


def departments_of(region_code: str) -> tuple[Department, ...]:
    """The departments of a region ("76"), by code; empty for an unknown region."""
    return tuple(found for found in DEPARTMENTS.values() if found.region == region_code)


@cache
def _communes() -> dict[str, Commune]:
    with (HERE / "communes.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: Commune(
                row["code"],
                row["name"],
                row["department"],
                row["region"],
                tuple(filter(None, row["postcodes"].split("|"))),
                int(row["population"]) if row["population"] else None,
                float(row["latitude"]) if row["latitude"] else None,
                float(row["longitude"]) if row["longitude"] else None,
            )
            for row in csv.DictReader(lines)
        }


def plain(text: str) -> str:
    """A name for comparing: no accents, case, hyphens, apostrophes; "St" and "Ste" written out."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in bare.replace("œ", "oe")).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, one in _communes().items():
        for key in {plain(one.name), *one.postcodes}:
            found.setdefault(key, []).append(code)
    return {name: tuple(codes) for name, codes in found.items()}


def commune(code: str) -> Commune | None:
    """The commune of an official code ("31555"), or None."""
    return _communes().get(code)


def communes_of(department: str) -> tuple[Commune, ...]:
    """The communes of a department ("31"), by code; empty for an unknown one."""
    return tuple(one for one in _communes().values() if one.department == department)


def communes_named(text: str, department: str | None = None) -> tuple[Commune, ...]:
    """Communes of that name or postcode, most populous first.

    "castres" gives three of them, "31000" those of that postcode; "31000 Toulouse" and "Castres (81)"
    narrow it.
    """
    words = plain(text).split()
    numbers = [word for word in words if word[:2].isdigit() or word in {"2a", "2b"}]
    name = " ".join(word for word in words if word not in numbers)
    codes = _by_name().get(name or " ".join(words), ())
    found = [_communes()[code] for code in codes]
    for number in numbers if name else ():
        number = number.upper()
        found = [one for one in found if number in one.postcodes or number == one.department or number == one.code]
    if department is not None:
        found = [one for one in found if one.department == department]
    return tuple(sorted(found, key=lambda one: -(one.population or 0)))


@cache
def _starts() -> list[tuple[str, str]]:
    """(plain name, code) of all communes, sorted; a name of several words stands there by each of them too."""
    found = set()
    for code, one in _communes().items():
        words = plain(one.name).split()
        found |= {(" ".join(words[n:]), code) for n in range(len(words)) if n == 0 or len(words[n]) > 3}
        found |= {(postcode, code) for postcode in one.postcodes}
    return sorted(found)


def communes_beginning(text: str, department: str | None = None, limit: int = 10) -> tuple[Commune, ...]:
    """Communes whose name, a later word of it, or a postcode begins with `text`: those named just so first, then by
    population. "toul" gives Toulouse, Toulon…; a code ("31555") or what `communes_named` reads is taken too."""
    exact = [one for code in [text.strip().upper()] if (one := commune(code)) is not None]
    exact += communes_named(text, department)
    start = plain(text)
    first = bisect_left(_starts(), (start, ""))
    last = bisect_left(_starts(), (start + "\U0010ffff", ""), first)
    codes = {code for _, code in _starts()[first:last]} if len(start) > 1 else set()
    more = [one for one in map(_communes().__getitem__, codes) if department in (None, one.department)]
    more.sort(key=lambda one: (not plain(one.name).startswith(start), -(one.population or 0), one.code))
    return tuple(dict.fromkeys([*exact, *more]))[:limit]


@cache
def outlines() -> Outlines:
    """The map's outlines; name `MAP_CREDIT` on the page that shows them."""
    raw = json.loads((HERE / "departments_map.json").read_text(encoding="utf-8"))
    _, _, width, height = (float(number) for number in raw["viewBox"].split())
    paths = MappingProxyType({code: one["path"] for code, one in raw["departments"].items()})
    x, y = raw["projection"]["x"], raw["projection"]["y"]
    return Outlines(width, height, paths, (x[0], x[1], x[2]), (y[0], y[1], y[2]))
