"""What a customer earns when an order is paid in the ERP, and loses when it is credited there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.actor import system
from core.companies import Company
from core.host import Host
from modules.loyalty.services.programmes import set_up
from tests.fixtures_tryton import RunningTryton
from tests.walks.conftest import Tandem

_WIZARD = "wizard.account.invoice.credit"
_ENTRIES = ("member", "escrow", "issued", "redeemed", "expired", "breakage")


def begin_programme(host: Host, company: UUID) -> None:
    with host.write(system()) as work:
        set_up(work, work.session.get_one(Company, company))


def points_in_escrow(tandem: Tandem, customer_id: str, points: int) -> Any:
    """Wait until the customer has so many; the member."""

    def there() -> Any:
        (member,) = tandem.get(f"/loyalty/members?party_id={customer_id}")["items"] or [None]
        return member if member and member["escrow"] == points else None

    return tandem.wait(there)


def credit(erp: RunningTryton, number: str) -> None:
    """A credit note over the whole paid invoice, posted, by the wizard a person would use."""
    rpc = erp.demo.rpc()
    (invoice,) = erp.rpc("account.invoice", "search", [["number", "=", number]])
    context: dict[str, object] = {
        "active_model": "account.invoice",
        "active_id": invoice,
        "active_ids": [invoice],
    }
    (session, *_states) = rpc.request(f"{_WIZARD}.create", context=context)
    rpc.request(f"{_WIZARD}.execute", session, {}, "start", context=context)
    given = {"start": {"with_refund": False, "with_refund_allowed": False, "invoice_date": None}}
    rpc.request(f"{_WIZARD}.execute", session, given, "credit", context=context)
    rpc.request(f"{_WIZARD}.delete", session)
    drafts = [["state", "=", "draft"], ["total_amount", "<", 0]]
    erp.rpc("account.invoice", "post", erp.rpc("account.invoice", "search", drafts))


def ledger_is_zero(tandem: Tandem, member: Any) -> bool:
    lines = tandem.all(f"/loyalty/postings?member_id={member['id']}")
    assert [line["kind"] for line in lines] == ["reversed", "earned"]
    return all(sum(line[name] for line in lines) == 0 for name in _ENTRIES)
