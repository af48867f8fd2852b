"""Countries: their names in each language by Babel (CLDR), with exceptions, and the code that a written name means.

`country_codes("Sénégal, RDC ; Mali")` reads what people write in a cell. Territories that are no country of their own
on a form (unions, test codes) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from babel import Locale

from shared.base.translations import Words, languages, locale_of, translated
from shared.geo import plain

__all__ = ["ALIASES", "COUNTRY_CODES", "EXCEPTIONS", "NOT_COUNTRIES", "country_code", "country_codes", "country_names"]

NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})

EXCEPTIONS: Words = MappingProxyType(
    {
        "CD": "République démocratique du Congo",
        "CG": "Congo",
        "HK": "Hong Kong",
        "MM": "Birmanie",
        "MO": "Macao",
        "PS": "Palestine",
        "VA": "Vatican",
    }
)
"""code → French, where CLDR's name is not the one that the network's people say"""

ALIASES: Mapping[str, str] = MappingProxyType({
    "rdc": "CD", "rd congo": "CD", "congo kinshasa": "CD", "congo rdc": "CD", "zaire": "CD",
    "republique du congo": "CG", "congo brazzaville": "CG", "myanmar": "MM", "myanmar birmanie": "MM",
    "territoires palestiniens": "PS", "cisjordanie": "PS", "gaza": "PS", "swaziland": "SZ", "macedoine": "MK",
    "republique tcheque": "CZ", "grande bretagne": "GB", "angleterre": "GB", "royaume uni": "GB", "uk": "GB",
    "usa": "US", "etats unis": "US", "etats unis d amerique": "US", "cap vert": "CV", "centrafrique": "CF", "rca": "CF",
    "guinee conakry": "GN", "republique de guinee": "GN", "viet nam": "VN", "vietnam": "VN", "timor leste": "TL",
    "moldavie": "MD", "bielorussie": "BY", "hollande": "NL", "coree du sud": "KR", "republique dominicaine": "DO",
    "ivory coast": "CI", "burma": "MM", "emirats arabes unis": "AE", "rep dem du congo": "CD", "burkina": "BF",
    "kosovo": "XK", "iles comores": "KM",
})  # fmt: skip
"""What people write, as `plain` compares it → code"""


@cache
def country_names(lang: str) -> Mapping[str, str]:
    """code → name, of every country."""
    names = Locale(locale_of(lang).language).territories  # not those of a country, such as en_GB
    found = {c: n for c, n in names.items() if len(c) == 2 and c.isalpha() and c not in NOT_COUNTRIES}
    return MappingProxyType({**found, **{code: translated(said, lang) for code, said in EXCEPTIONS.items()}})


COUNTRY_CODES = frozenset(country_names("fr"))


@cache
def _by_name() -> dict[str, str]:
    cldr = {
        plain(name): code
        for lang in languages()
        for code, name in Locale(locale_of(lang).language).territories.items()
        if code in COUNTRY_CODES
    }
    ours = {plain(name): code for lang in languages() for code, name in country_names(lang).items()}
    return {**cldr, **ours, **ALIASES}


def country_code(text: str) -> str | None:
    """The code that a code or a name means: "sn", "Sénégal", "Senegal", "le Sénégal"; None if it means none."""
    bare = text.strip()
    if bare.upper() in COUNTRY_CODES and len(bare) == 2:
        return bare.upper()
    name = plain(bare)
    without = re.sub(r"^(la|le|les|l) ", "", name)
    return _by_name().get(name) or _by_name().get(without)


def country_codes(text: str) -> tuple[list[str], list[str]]:
    """The codes in a list of names or codes, parted by `,`, `;`, `/`, `|` or lines; and what could not be read."""
    codes: list[str] = []
    unread: list[str] = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[,;/|\n]", text))):
        code = country_code(part)
        if code is None:
            unread.append(part)
        elif code not in codes:
            codes.append(code)
    return codes, unread
