"""How the states of the sync are stored: by value, as text, so that a new state needs no DDL."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Enum


def choice(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )
