"""What the database remembers of the installation and its modules."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, String
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
    #: Grows when the database is put back to an earlier state; see ``core.installation``.
    epoch: Mapped[int] = mapped_column(default=1)
    #: Where it was opened last: host and file, or server and database. '' before the first time.
    place: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime | None]
    #: Grows as long as anybody is at work; what was seen of it is also kept beside the database.
    mark: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Why nothing is sent or read until a person decides; '' when all is well.
    held: Mapped[str] = mapped_column(default="")
    #: False in a copy, until it is told that it may.
    pushes: Mapped[bool] = mapped_column(default=True)
    copy_of: Mapped[UUID | None]


class ModuleState(Base):
    """A row for every module that was ever enabled here."""

    __tablename__ = "core_module"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    enabled: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
