"""A value that an object finds out once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):
    """As `functools.cached_property`, without its lock, which takes longer than what most of these find out: two
    threads that ask at once may both find out the same."""

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function, self._name = function, function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, one: None, kind: type) -> Self: ...
    @overload
    def __get__(self, one: object, kind: type) -> T: ...
    def __get__(self, one: object | None, kind: type) -> Self | T:
        if one is None:
            return self
        found = one.__dict__[self._name] = self._function(one)
        return found
