"""Addresses of mail, as our mails can reach them.

Before the @ stands a dot-atom of RFC 5322 §3.2.3 in ASCII: our sending asks no server for SMTPUTF8 (RFC 6531), which
few offer, and quoted local parts exist on paper only. After it a name of a host, in the form that DNS knows (IDNA 2008,
RFC 5891, with the mapping of UTS 46): `élodie.fr` is `xn--lodie-9ra.fr`. Not "=?", which headers take for the beginning
of an encoded word (RFC 2047).
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import idna
from pydantic import ValidationInfo, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator
from pydantic_core import PydanticCustomError

from shared.contract.cleaning import line, mended_line
from shared.contract.personal import LONGEST as LONGEST_VALUE
from shared.contract.personal import Personal
from shared.contract.untouched import untouched

LOCAL = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LONGEST_LOCAL, LONGEST = 64, 254  # characters, RFC 5321 §4.5.3.1


def host_of(text: str) -> str | None:
    """The name of a host as DNS knows it, in small letters; None for what is none, or has no dot."""
    host = text.lower()
    if len(host) > LONGEST:
        return None
    try:
        if not host.isascii():
            host = idna.encode(host, uts46=True, std3_rules=True).decode().lower()
        elif "xn--" in host:
            idna.decode(host)
    except UnicodeError:
        return None
    return host if HOST.fullmatch(host) and len(host) <= LONGEST else None


def mail_address(text: str) -> str:
    """An address in the one spelling that is kept. Raises PydanticCustomError: `not-a-mail-address`,
    `mail-address-dots`, `mail-address-letters`, or what `cleaning.line` raises. None of it repeats the address."""
    address = line(text)
    local, at, domain = address.rpartition("@")
    host = host_of(domain)
    if ".." in address or local.startswith(".") or local.endswith("."):
        raise PydanticCustomError("mail-address-dots", "dots in the wrong places")
    if not (local and at and host) or any(one.isspace() or one == "@" for one in local):
        raise PydanticCustomError("not-a-mail-address", "not an address of mail")
    if not local.isascii():
        raise PydanticCustomError("mail-address-letters", "letters beyond ASCII before the @")
    if not LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL or len(local) + 1 + len(host) > LONGEST:
        raise PydanticCustomError("not-a-mail-address", "not an address of mail")
    return f"{local}@{host}"


def spellings(address: str) -> tuple[str, ...]:
    """The address as it came, as it is kept today, and as releases before kept it: under each it may have been noted.
    What a field would drop from an address that is pasted is dropped here, too."""
    seen = mended_line(address)
    local, _, domain = seen.rpartition("@")
    found = [address.strip(), seen]
    if local and (host := host_of(domain)) is not None:
        found += [f"{local}@{host}", f"{local}@{idna.decode(host) if 'xn--' in host else host}"]
    return tuple(dict.fromkeys(found))


def _as_address(value: Any, rest: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """A Personal is one that was read already: of a form, or of what is stored."""
    if isinstance(value, Personal):
        return value
    same = untouched(value, info)
    if same is not None:
        return Personal(same)
    read = rest(value)
    return read if read.is_sealed else Personal(mail_address(read.clear))


def _as_sought(value: Any, rest: ValidatorFunctionWrapHandler) -> Any:
    read = rest(value)
    try:
        return read if read.is_sealed else Personal(mail_address(read.clear))
    except PydanticCustomError:
        local, _, host = read.clear.rpartition("@")
        if not local or "." not in host or " " in read.clear:
            raise
        return read


AddressSought = Annotated[
    Personal,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE, "writeOnly": True}),
    WrapValidator(_as_sought),
]
"""An address by which somebody is looked for: also one that releases before took, under which they may be known"""
MailAddress = Annotated[
    Personal,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE, "writeOnly": True}),
    WrapValidator(_as_address),
]
