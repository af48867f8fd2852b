"""What each kind of answer is, in commands, forms, imports and the API alike: one definition for all services.

A refusal carries a code, which the words of `shared.web.words.messages` say as `refused.<code>`. A value that stood
there before and comes back as it was is taken as it is (`untouched.py`), whatever the rules are by now.
"""

from __future__ import annotations

from shared.contract.fields.days import (
    Day,
    Moment,
    SaidDay,
    SaidMoment,
    day_typed,
    day_written,
    moment_written,
)
from shared.contract.fields.mail import AddressSought, MailAddress, mail_address, spellings
from shared.contract.fields.numbers import Capacity, Count, Number, People, Pupils, Sdg, Sequence, Year
from shared.contract.fields.official import Rna, SchoolYear, Sha256, Siren, Siret, luhn
from shared.contract.fields.places import CommuneCode, CountryCode, DepartmentCode
from shared.contract.fields.texts import (
    AS_LINE,
    AS_TEXT,
    EMPTIED,
    Line,
    LongText,
    Name,
    Path,
    Purpose,
    Reason,
    Text,
    Title,
)
from shared.contract.fields.web import WebAddress, is_web_address
from shared.contract.untouched import AS_STORED, stored, untouched

__all__ = [
    "AS_LINE", "AS_STORED", "AS_TEXT", "EMPTIED", "AddressSought", "Capacity", "CommuneCode", "Count", "CountryCode",
    "Day", "DepartmentCode", "Line", "LongText", "MailAddress", "Moment", "Name", "Number", "Path", "People", "Pupils",
    "Purpose", "Reason", "Rna", "SaidDay", "SaidMoment", "SchoolYear", "Sdg", "Sequence", "Sha256", "Siren", "Siret",
    "Text", "Title", "WebAddress", "Year", "day_typed", "day_written", "is_web_address", "luhn", "mail_address",
    "moment_written", "spellings", "stored", "untouched",
]  # fmt: skip
