"""What a module says of the fields both sides may write: who writes them, and who gives way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from core.sync.documents import Document
from core.work import UnitOfWork

D = TypeVar("D", bound=Document)

#: The fields of a record in plain values. An entry of a list has a field of its own, with the
#: list's name before a dot: ``addresses.11``; one the ERP does not know yet is ``addresses.+`` and
#: anything that tells it from others.
Values = Mapping[str, Any]


def is_new(name: str) -> bool:
    """An entry that gets a lasting name only when it comes back from the ERP."""
    return ".+" in name


class Policy(StrEnum):
    """Whose value stands where both sides changed a field since they last agreed."""

    CRM = "crm"
    ERP = "erp"
    #: The later one by the ERP's time; without a time it is asked.
    NEWEST = "newest"
    ASK = "ask"


class Writer(StrEnum):
    """Who may change a field at all: what the other side changes is put back."""

    CRM = "crm"
    ERP = "erp"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedField:
    """``many``: a list; an entry the ERP does not name was removed there.

    Of other fields, one the ERP does not name is one it does not speak of.
    """

    name: str
    title: str
    policy: Policy = Policy.ASK
    writer: Writer = Writer.BOTH
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared(Generic[D]):
    """``Outbound.shared``: the fields, and the way between documents, records and words."""

    kind: str
    fields: tuple[SharedField, ...]
    #: The fields of a document, cut to what our columns hold; what it does not say is left out.
    read: Callable[[D], dict[str, Any]]
    #: The document with these fields in place of its own; None removes an entry of a list.
    written: Callable[[D, Values], D]
    #: The fields of our records as they are now, held against other writers until the commit.
    #: Entries of a list are named as the connection's ERP calls them: its id comes first.
    hold: Callable[[UnitOfWork, UUID, Sequence[UUID]], Mapping[UUID, Values]]
    #: Write these fields into our records, exactly; named the same way.
    take: Callable[[UnitOfWork, UUID, Mapping[UUID, Values]], None]
    #: Put our record away, since the other side has deleted its own.
    retire: Callable[[UnitOfWork, UUID], None]
    #: A value as people read it.
    words: Callable[[str, Any], str]
    #: The table of the record: losers are kept in its history.
    entity: str

    def field(self, name: str) -> SharedField:
        """Of a field, or of an entry of one."""
        return self.known[name.partition(".")[0]]

    @property
    def known(self) -> Mapping[str, SharedField]:
        return {field.name: field for field in self.fields}
