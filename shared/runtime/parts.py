"""What the capabilities of a service keep while it runs, each under a key that says its type."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Key(Generic[T]):
    """Names one part, and what it is: `FINDER: Key[Finder] = Key("finder")`. Two keys are never the same."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Key({self.name!r})"


class Parts:
    """The parts of one service."""

    def __init__(self) -> None:
        self._parts: dict[Key[Any], Any] = {}

    def put(self, key: Key[T], part: T) -> T:
        """Keeps a part, in the place of the one before; returns it."""
        self._parts[key] = part
        return part

    def get(self, key: Key[T]) -> T | None:
        """The part, None where there is none: its service has not begun yet, or has ended."""
        found: T | None = self._parts.get(key)
        return found

    def of(self, key: Key[T]) -> T:
        """The part. Raises LookupError where there is none."""
        found: T | None = self._parts.get(key)
        if found is None:
            raise LookupError(f"{key.name} has not been begun")
        return found

    def take(self, key: Key[T]) -> T | None:
        """The part, which is kept no more."""
        found: T | None = self._parts.pop(key, None)
        return found
