"""The field of a form that a refusal is about, for what is published and for pictures."""

from __future__ import annotations

from collections.abc import Mapping

FIELD_OF: Mapping[str, str] = {
    "picture-without-text": "picture_text",
    "picture-too-big": "picture_file",
    "picture-too-many-pixels": "picture_file",
    "picture-too-small": "picture_file",
    "not-a-picture": "picture_file",
    "offer-without-kind": "kind",
    "event-without-beginning": "starts",
    "event-past": "starts",
    "deadline-past": "deadline",
}
"""code of a refusal → the field that it is about"""
