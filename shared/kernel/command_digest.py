"""What was sent under a command's id, as a keyed hash that its events carry: sent again, the same command is known for
the same, and another one under that id for another (ADR 32).

HMAC-SHA-256 (RFC 2104) with a key of the service, since what a plain hash stands for could be guessed by whoever reads
the log; and without personal values, since whoever has that key could guess these too, after the person was forgotten.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.base.paris_days import OutOfCalendar, utc
from shared.base.secret_files import macs, secret_file
from shared.contract.personal import Personal

FORM = b"maillage command digest, form 1"
"""What is hashed, and how. Where that changes this does, and events of before are compared as those without a
digest."""
KEY_BYTES, DIGEST_BYTES = 6, 16
AS_IT_IS = {type(None), str, bool, int, float}
AS_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False).encode


class CommandDigests:
    """The hashes of one service's commands. Its replicas share the key, which lies beside their other keys."""

    def __init__(self, folder: Path, service: str) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._mac = macs(secret_file(folder / f"{service}.command-key"))
        self._mark = _text(self._mac(FORM)[:KEY_BYTES])

    def of(self, kind: str, target: UUID, actor: str, at: datetime | date | None, sent: Mapping[str, Any]) -> str:
        """The hash: `<which key>.<hash>`, both base64url. `sent`: the fields that were given, `plain`."""
        said = AS_JSON([kind, str(target), actor, plain(at), sent])
        return f"{self._mark}.{_text(self._mac(said.encode())[:DIGEST_BYTES])}"

    def knows(self, digest: object) -> bool:
        """Whether a hash was made with this key, in this form: only then it can be compared."""
        return isinstance(digest, str) and digest.startswith(f"{self._mark}.")


def fields_sent(command: BaseModel) -> dict[str, Any]:
    """What was given of a command, `plain`: a default that a later release adds was not. A form gives each of its
    fields, and whoever writes to the API only some, so what is as it would be without was not given either, unless the
    command is `partial`."""
    given: dict[str, Any] = plain({name: getattr(command, name) for name in command.model_fields_set})
    if getattr(command, "partial", False):
        return given
    without = _without(type(command))
    return {name: said for name, said in given.items() if name not in without or said != without[name]}


@cache
def _without(kind: type[BaseModel]) -> Mapping[str, Any]:
    """What is there, as JSON says it, where a field is not given; of those that may be left out."""
    fields = [(name, field) for name, field in kind.model_fields.items() if not field.is_required()]
    return {name: plain(field.get_default(call_default_factory=True, validated_data={})) for name, field in fields}


def plain(value: Any) -> Any:
    """What JSON can say of a value, the same for equal ones; of a person nothing."""
    if type(value) in AS_IT_IS:
        return value
    if isinstance(value, str | int | float):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, BaseModel):
        return fields_sent(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value if not isinstance(one, Personal)]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items() if not isinstance(one, Personal)}
    if isinstance(value, set | frozenset):
        return sorted((plain(one) for one in value), key=json.dumps)
    if isinstance(value, datetime):
        try:
            return utc(value).isoformat()
        except OutOfCalendar:
            return value.isoformat()
    return str(value)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
