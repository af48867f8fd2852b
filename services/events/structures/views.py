"""Structures of the directory, as far as a registration or a tandem names one."""

from __future__ import annotations

from shared.notions.structure_on_record import member_structures, structures_on_record

STRUCTURES = structures_on_record(version=3)
MEMBER_STRUCTURES = member_structures(version=1)
