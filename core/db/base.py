"""Declarative base and the mixins shared by the host and all modules."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from core.clock import utcnow
from core.db.types import PLAIN, UtcDateTime
from core.ids import new_id

#: Constraint names are explicit, so that migrations can drop them on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: PLAIN,
        list[Any]: PLAIN,
        str: Text(),
    }


class Record(Base):
    """A row with a key of our own making (UUIDv7)."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Owned:
    """Belongs to one company; people reach it only through ``visible``."""

    @declared_attr
    @classmethod
    def company_id(cls) -> Mapped[UUID]:
        return mapped_column(ForeignKey("core_company.id"), index=True)


class Editable:
    """Edited by people: ``version`` grows with every save, so that a stale form is refused."""

    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Mirrored:
    """Said by another system: which one, and when it said so."""

    source: Mapped[str] = mapped_column(String(64))
    observed_at: Mapped[datetime] = mapped_column(default=utcnow)


#: A currency code of ISO 4217.
Currency = String(3)
