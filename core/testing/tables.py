"""Rules every table follows, in words that name the offender."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Float, Table
from sqlalchemy.orm import Mapper


def inexact(tables: Iterable[Table]) -> list[str]:
    """Columns that hold binary floats: money and quantities drift in them."""
    return [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if isinstance(column.type, Float)
    ]


def misnamed(mappers: Iterable[Mapper[object]], owners: dict[str, str]) -> list[str]:
    """Tables without their owner's prefix; ``owners`` is import name to prefix."""
    found = []
    for mapper in mappers:
        source = mapper.class_.__module__
        for package, prefix in owners.items():
            ours = source == package or source.startswith(f"{package}.")
            name = str(mapper.local_table)
            if ours and not name.startswith(f"{prefix}_"):
                found.append(f"{source}: {name}")
    return found


def homeless(tables: Iterable[Table]) -> list[str]:
    """Tables of no company: neither ``company_id`` nor, always, part of a record that has one."""
    return [table.name for table in tables if not _has_home(table, frozenset())]


def _has_home(table: Table, seen: frozenset[str]) -> bool:
    if "company_id" in table.columns:
        return not table.columns["company_id"].nullable
    wholes = [
        key.column.table
        for column in table.columns
        if not column.nullable
        for key in column.foreign_keys
    ]
    seen |= {table.name}
    return any(_has_home(whole, seen) for whole in wholes if whole.name not in seen)
