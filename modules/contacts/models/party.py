"""Parties: whoever we deal with, what they are to us and to each other."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import utcnow
from core.db.base import Editable, Owned, Record
from core.db.types import Choice
from core.sync.documents import PartyKind
from core.work import OURSELVES
from modules.contacts.rules import IdentityStatus, Influence, RelationKind, Role


class Party(Owned, Editable, Record):
    __tablename__ = "contacts_party"
    __table_args__ = (
        Index("ix_contacts_party_name_id", "name", "id"),
        Index("ix_contacts_party_created_at_id", "created_at", "id"),
        Index("ix_contacts_party_updated_at_id", "updated_at", "id"),
    )
    __journal__: ClassVar[tuple[str, ...]] = (
        "kind",
        "name",
        "number",
        "tax_id",
        "language",
        "owner_id",
        "active",
        "note",
        "merged_into_id",
    )

    kind: Mapped[PartyKind] = mapped_column(Choice(PartyKind))
    name: Mapped[str] = mapped_column(String(200))
    #: What the ERP or an old system calls them; not unique, since two ERPs may use the same.
    number: Mapped[str | None] = mapped_column(String(64), index=True)
    tax_id: Mapped[str | None] = mapped_column(String(64))
    #: BCP 47: the language to write to them in.
    language: Mapped[str | None] = mapped_column(String(16))
    #: The colleague who looks after them.
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    #: False is archived: kept, and out of the way.
    active: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(default="")
    #: The party it was found to be the same as; it is out of lists and searches since.
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    #: Where the party was born: ``tandem``, or the name of a connection.
    source: Mapped[str] = mapped_column(String(64), default=OURSELVES)
    #: When that source last said something of it.
    observed_at: Mapped[datetime] = mapped_column(default=utcnow)


class PartyRole(Owned, Record):
    """What a party is to us; most are one thing, some are customer and supplier at once."""

    __tablename__ = "contacts_party_role"
    __table_args__ = (UniqueConstraint("party_id", "role"),)
    __journal__: ClassVar[tuple[str, ...]] = ("party_id", "role")

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    role: Mapped[Role] = mapped_column(Choice(Role))


class PartyRelation(Owned, Editable, Record):
    """``party_id`` stands in ``kind`` to ``other_id``: works for, reports to, buys for."""

    __tablename__ = "contacts_party_relation"
    __table_args__ = (UniqueConstraint("party_id", "other_id", "kind"),)
    __journal__: ClassVar[tuple[str, ...]] = ("party_id", "other_id", "kind", "title", "influence")

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    kind: Mapped[RelationKind] = mapped_column(Choice(RelationKind))
    #: The position: head of purchasing.
    title: Mapped[str] = mapped_column(String(120), default="")
    #: How much they move a purchase; None: not known.
    influence: Mapped[Influence | None] = mapped_column(Choice(Influence))


class ExternalIdentity(Owned, Record):
    """What another system calls the party: a web shop, EDI, the CRM before this one.

    The ids of connected ERPs are not repeated here: they are the host's bindings.
    """

    __tablename__ = "contacts_external_identity"
    __table_args__ = (
        UniqueConstraint(
            "company_id",
            "system",
            "entity",
            "external_id",
            # PostgreSQL cuts names at 63 characters; the usual one has 66.
            name="uq_contacts_external_identity_external_id",
        ),
    )
    __journal__: ClassVar[tuple[str, ...]] = ("system", "entity", "external_id", "status")

    party_id: Mapped[UUID] = mapped_column(ForeignKey("contacts_party.id"), index=True)
    system: Mapped[str] = mapped_column(String(64))
    entity: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(200))
    status: Mapped[IdentityStatus] = mapped_column(
        Choice(IdentityStatus), default=IdentityStatus.PRIMARY
    )
