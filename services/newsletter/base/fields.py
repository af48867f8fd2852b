"""What the answers about bulletins must look like. A ValueError's text is a word: `refused.<text>`."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from pydantic import AfterValidator, Field

from shared.contract.newsletter import BulletinCode
from shared.contract.personal import Personal, PersonalText

NEWSLETTER = uuid5(NAMESPACE_URL, "urn:maillage:newsletter")
"""The namespace of all natural keys of this service"""

CONTROLS = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]")
CONTROLS_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u2029]")
# A dot-atom of RFC 5322 §3.2.3 and a host with a dot; quoted local parts exist on paper only. Not "=?", which headers
# take for the beginning of an encoded word (RFC 2047).
ADDRESS = re.compile(
    r"(?=[^@]{1,64}@)(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
LONGEST_ADDRESS = 254  # characters, RFC 5321 §4.5.3.1.3


def _line(text: str) -> str:
    if CONTROLS.search(text):
        raise ValueError("one-line")
    return text


def _text(text: str) -> str:
    if CONTROLS_IN_TEXT.search(text):
        raise ValueError("plain-text")
    return text


def is_web_address(address: str) -> bool:
    """Whether a link may be put in a mail: http or https, a host with a dot, no blanks."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host and not re.search(r"[\s\x00-\x1f<>\"\\]", address)


def _web_address(address: str) -> str:
    if not is_web_address(address):
        raise ValueError("not-an-address")
    return address


def _mail_address(value: Personal) -> Personal:
    if len(value.clear) > LONGEST_ADDRESS or not ADDRESS.fullmatch(value.clear):
        raise ValueError("not-a-mail-address")
    return value


def _each_once(codes: list[BulletinCode]) -> list[BulletinCode]:
    return list(dict.fromkeys(codes))


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_line)]
Text = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(_text)]
Reason = Annotated[str, Field(min_length=3, max_length=300), AfterValidator(_line)]
WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web_address)]
Path = Annotated[str, Field(pattern=r"^/[a-z0-9/-]{1,200}$")]
"""A path of this installation"""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
MailAddress = Annotated[PersonalText, AfterValidator(_mail_address)]
Bulletins = Annotated[list[BulletinCode], Field(min_length=1, max_length=20), AfterValidator(_each_once)]
Number = Annotated[int, Field(ge=1, le=100_000)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
