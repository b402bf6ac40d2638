"""``column IN (values)`` as one parameter, however many values there are.

A parameter each has SQLAlchemy write the statement out anew for every page, and PostgreSQL compare
them one by one with each row: that took more than reading what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, any_, func, literal, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(
    session: Session,
    column: InstrumentedAttribute[Any] | ColumnElement[Any],
    values: Sequence[Any],
) -> ColumnElement[bool]:
    """``values`` are not None, and of a type whose stored form is text: texts and ids."""
    dialect = session.get_bind().dialect
    if dialect.name != "sqlite":
        array = literal(list(values), postgresql.ARRAY(column.type))
        is_among: ColumnElement[bool] = column == any_(array)
        return is_among
    to_stored = column.type.dialect_impl(dialect).bind_processor(dialect)
    stored = list(values) if to_stored is None else [to_stored(value) for value in values]
    listed = func.json_each(orjson.dumps(stored).decode()).table_valued("value")
    return column.in_(select(listed.c.value))
