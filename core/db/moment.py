"""The database's clock: leases and due times must not depend on whose wall clock is right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from core.db.types import UtcDateTime


class Moment(FunctionElement[datetime]):
    """When the statement runs, not when its transaction began."""

    name = "moment"
    type = UtcDateTime()
    inherit_cache = True


def database_now(after_s: float = 0) -> Moment:
    """Now by the database's clock, ``after_s`` seconds later (negative: earlier)."""
    return Moment(literal(round(float(after_s), 3), Float()))


@compiles(Moment, "postgresql")
def _postgresql(element: Moment, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


@compiles(Moment, "sqlite")
def _sqlite(element: Moment, compiler: SQLCompiler, **options: Any) -> str:
    # As text in the format SQLAlchemy stores, so that both compare; the file's machine is ours.
    seconds = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {seconds} || ' seconds')"
