"""Personal values: in clear only between a form and the sealing of its event, sealed ever after."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn
from uuid import UUID

from pydantic import (
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from shared.contract.cleaning import line
from shared.contract.untouched import untouched

LONGEST = 500  # characters; names, addresses of mail, telephone numbers


class Personal:
    """A value about one person.

    `clear` is set while a command is decided; `person` says whose key seals it; `sealed` (base64url of
    nonce and ciphertext) is all that an event, a view or a log ever holds. `repr` shows none of it.
    """

    __slots__ = ("_clear", "person", "sealed")

    def __init__(self, clear: str | None = None, *, person: UUID | None = None, sealed: str | None = None):
        self._clear, self.person, self.sealed = clear, person, sealed

    def of(self, person: UUID) -> Personal:
        """The same value, to be sealed with the key of `person`."""
        return Personal(self._clear, person=person, sealed=self.sealed)

    @property
    def clear(self) -> str:
        if self._clear is None:
            raise ValueError("this value is sealed: open it with the keyring of its service")
        return self._clear

    @property
    def is_sealed(self) -> bool:
        return self.sealed is not None

    def as_json(self) -> dict[str, str]:
        """The form in events and views. Raises ValueError for a value that is still in clear."""
        if self.sealed is None or self.person is None:
            raise ValueError("a personal value must be sealed before it is written")
        return {"person": str(self.person), "sealed": self.sealed}

    def __repr__(self) -> str:
        return "Personal(…)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a personal value is not pickled: its clear text would be in the bytes")

    def __copy__(self) -> Personal:
        return self

    def __deepcopy__(self, memo: object) -> Personal:
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Personal):
            return NotImplemented
        return (self._clear, self.person, self.sealed) == (other._clear, other.person, other.sealed)

    def __hash__(self) -> int:
        return hash((self._clear, self.person, self.sealed))

    @classmethod
    def _read(cls, value: Any) -> Personal:
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            text = line(value)
            if not text:
                raise ValueError("empty")
            if len(text) > LONGEST:
                raise ValueError("too-long")
            return cls(text)
        if isinstance(value, dict) and set(value) == {"person", "sealed"} and isinstance(value["sealed"], str):
            return cls(person=UUID(str(value["person"])), sealed=value["sealed"])
        raise ValueError("not-personal")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._read,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.as_json()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": "object",
            "title": "Personal",
            "description": "Sealed with the key of one person (AES-256-GCM); base64url of nonce and ciphertext.",
            "properties": {"person": {"type": "string", "format": "uuid"}, "sealed": {"type": "string"}},
            "required": ["person", "sealed"],
            "additionalProperties": False,
        }


def _as_personal(value: Any, rest: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    same = untouched(value, info)
    return rest(value) if same is None else Personal(same)


PersonalText = Annotated[
    Personal,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST, "writeOnly": True}),
    WrapValidator(_as_personal),
]
"""A personal value as a command takes it: plain text of one line, sealed before it is stored."""
