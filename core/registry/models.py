"""What the database remembers of the installation and its modules."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Base
from core.ids import new_id


class Installation(Base):
    """One row: which installation this database is."""

    __tablename__ = "core_installation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    #: Grows whenever a module is enabled or disabled: what processes cache is keyed by it.
    generation: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class ModuleState(Base):
    """A row for every module that was ever enabled here."""

    __tablename__ = "core_module"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    enabled: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
