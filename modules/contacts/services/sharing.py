"""What of a party both sides may write, and who gives way where both did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.sync.documents import Party as PartyDocument
from core.sync.merge.shared import Policy, Shared, SharedField, Writer
from core.web.i18n import gettext
from core.web.i18n import lazy as _
from core.work import UnitOfWork
from modules.contacts.kinds import PARTY
from modules.contacts.models import Party
from modules.contacts.services.holding import hold, take
from modules.contacts.services.parties import apply
from modules.contacts.services.said import ADDRESSES, POINTS, STREET, said, written

FIELDS = (
    SharedField(name="name", title=_("Name")),
    SharedField(name="kind", title=_("Kind")),
    # The ERP's bookkeeping counts by it.
    SharedField(name="number", title=_("Number"), writer=Writer.ERP),
    SharedField(name="tax_id", title=_("Tax id")),
    SharedField(name="active", title=_("In use")),
    SharedField(name=ADDRESSES, title=_("Address"), many=True),
    # Both wrote one number or address in another way: nothing a person should be asked.
    SharedField(name=POINTS, title=_("Contact point"), many=True, policy=Policy.CRM),
)
_KINDS = {"organisation": _("Organisation"), "person": _("Person")}


def retire(work: UnitOfWork, party_id: UUID) -> None:
    """Out of the lists; the history and the orders stay."""
    party = work.session.get_one(Party, party_id, with_for_update=True)
    apply(work, party, {"active": False})


def value_words(name: str, value: Any) -> str:
    """A value as people read it; '' for none."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(value[part] for part in STREET if value.get(part))
    if isinstance(value, list):
        return str(value[1])
    if name == "active":
        return gettext("Yes") if value else gettext("No")
    if name == "kind":
        return gettext(_KINDS[value])
    return str(value)


SHARED: Shared[PartyDocument] = Shared(
    kind=PARTY,
    fields=FIELDS,
    read=said,
    written=written,
    hold=hold,
    take=take,
    retire=retire,
    words=value_words,
    entity=Party.__tablename__,
)
