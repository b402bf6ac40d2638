"""What campaigns bring in, who wins a test, and what a merge leaves of consents."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, update

from core.clock import utcnow
from core.dispatch import Dispatcher
from core.jobs.models import StoredJob
from core.money import Money
from core.sync.documents import InvoiceState
from modules.billing.events import CreditNoteIssued, InvoiceCancelled, InvoicePaid
from modules.billing.models import Invoice
from modules.billing.rules import InvoiceKind
from modules.contacts.services.merging import merge_parties, unmerge
from modules.marketing.models import Consent, ConsentEntry, Policy, Send, Touch
from modules.marketing.rules.states import (
    CampaignState,
    ConsentSource,
    ConsentState,
    Model,
    Reason,
    SendState,
    TouchKind,
)
from modules.marketing.services.attribution import revenue
from tests.core.mail.post_office import Office
from tests.modules.marketing.conftest import Market

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def invoice(market: Market, party_id: UUID, net: str, kind: InvoiceKind) -> Invoice:
    with market.host.write(market.actor) as work:
        made = Invoice(
            company_id=market.actor.company,
            customer_id=party_id,
            kind=kind,
            number="R1",
            state=InvoiceState.PAID,
            currency="EUR",
            net=Decimal(net),
            tax=Decimal(0),
            open=Decimal(0),
            issued_on=utcnow().date(),
            source="erp",
            lines=[],
        )
        work.session.add(made)
        work.session.flush()
        return made


def tell(market: Market, event: object) -> None:
    with market.host.write(market.actor) as work:
        work.publish(event)  # type: ignore[arg-type]  # one of billing's
    while Dispatcher(market.host).step():
        pass


def about(found: Invoice) -> dict[str, object]:
    total = Money(found.net, found.currency)
    return {
        "invoice_id": found.id,
        "customer_id": found.customer_id,
        "order_id": None,
        "total": total,
    }


def brought(market: Market, campaign_id: UUID) -> tuple[Decimal, Decimal]:
    """By first and by last touch."""
    with market.host.read(market.actor) as work:
        found = revenue(work, campaign_id)
    first, last = found[Model.FIRST].sums, found[Model.LAST].sums
    return first.get("EUR", Decimal(0)), last.get("EUR", Decimal(0))


def test_a_paid_invoice_counts_for_the_first_and_the_last_touch(market: Market) -> None:
    ada = market.person("Ada L")
    spring, summer = market.campaign("One"), market.campaign("Two")
    for campaign_id in (spring, summer):
        market.start(campaign_id)
        assert market.run() == []
    with market.host.write(market.actor) as work:
        early = update(Send).where(Send.campaign_id == spring)
        work.session.execute(early.values(sent_at=utcnow() - timedelta(days=3)))
        now = utcnow() - timedelta(minutes=1)
        touch = Touch(
            company_id=market.actor.company,
            party_id=ada,
            campaign_id=spring,
            kind=TouchKind.CLICK,
            at=now - timedelta(days=40),  # before the window
        )
        work.session.add(touch)
    paid = invoice(market, ada, "100", InvoiceKind.INVOICE)
    for _twice in range(2):
        tell(market, InvoicePaid(**about(paid)))  # type: ignore[arg-type]  # its fields
    assert brought(market, spring) == (Decimal(100), Decimal(0))
    assert brought(market, summer) == (Decimal(0), Decimal(100))
    note = invoice(market, ada, "30", InvoiceKind.CREDIT_NOTE)
    tell(market, CreditNoteIssued(**about(note), credited_id=paid.id))  # type: ignore[arg-type]  # its fields
    assert brought(market, summer) == (Decimal(0), Decimal(70))
    other = invoice(market, ada, "5", InvoiceKind.INVOICE)
    tell(market, InvoicePaid(**about(other)))  # type: ignore[arg-type]  # its fields
    tell(market, InvoiceCancelled(**about(other)))  # type: ignore[arg-type]  # its fields
    assert brought(market, summer) == (Decimal(0), Decimal(70))


def test_a_test_on_some_chooses_what_the_rest_gets(market: Market, post: Office) -> None:
    names = [f"P{number:02} X" for number in range(40)]
    for name in names:
        market.person(name)
    campaign_id = market.campaign("One", "Two", test_share=50, decide_after_hours=1)
    market.start(campaign_id)
    assert market.run() == []
    tried = [one for one in market.sends(campaign_id).values() if one.message_id is not None]
    held = len(names) - len(tried)
    assert len(post.mails) == len(tried)
    assert held > 0
    assert {one.message_id for one in tried} != {tried[0].message_id}
    assert market.kept(campaign_id).state is CampaignState.RUNNING
    better = tried[0].message_id
    with market.host.write(market.actor) as work:
        clicked = update(Send).where(Send.message_id == better, Send.sent_at.is_not(None))
        work.session.execute(clicked.values(clicked_at=utcnow()))
        decide = update(StoredJob).where(StoredJob.name == "marketing.decide")
        work.session.execute(decide.values(run_at=utcnow()))
    assert market.run() == []
    done = market.kept(campaign_id)
    assert (done.state, done.winner_id) == (CampaignState.COMPLETED, better)
    assert done.verdict["small"] is True
    assert len(post.mails) == len(names)


def test_the_cap_the_throttle_and_a_missing_field_hold(market: Market, post: Office) -> None:
    market.person("Ada L")
    with market.host.write(market.actor) as work:
        work.session.add(Policy(company_id=market.actor.company, cap_mails=1))
    for text, reason in (("One", None), ("Two", Reason.CAP)):
        campaign_id = market.campaign(text)
        market.start(campaign_id)
        assert market.run() == []
        assert market.sends(campaign_id)["ada"].reason is reason
    market.person("Ben M")
    campaign_id = market.campaign("Your company {{ company }}")
    market.start(campaign_id)
    assert market.run() == []
    assert market.sends(campaign_id)["ben"].reason is Reason.MISSING_FIELD
    for name in ("Cleo N", "Dora O", "Eve P"):
        market.person(name)
    campaign_id = market.campaign("Slowly", per_minute=2)
    market.start(campaign_id)
    before = len(post.mails)
    assert market.run() == []
    assert len(post.mails) == before + 2
    states = [one.state for one in market.sends(campaign_id).values()]
    assert states.count(SendState.QUEUED) == 2  # Ben too: he had none yet


def test_the_stricter_consent_holds_after_a_merge(market: Market) -> None:
    kept = market.person("Ada L")
    merged = market.person("Ben M")
    campaign_id = market.campaign("One")
    market.start(campaign_id)
    assert market.run() == []
    market.says(merged, ConsentState.WITHDRAWN)
    with market.host.write(market.actor) as work:
        merge_id = merge_parties(work, kept, merged).id
    with market.host.read(market.actor) as work:
        mine = select(Consent.state).where(Consent.party_id == kept)
        assert work.session.scalars(mine).one() is ConsentState.WITHDRAWN
        latest = select(ConsentEntry.source).where(ConsentEntry.party_id == kept)
        sources = work.session.scalars(latest.order_by(ConsentEntry.id)).all()
        assert sources == [ConsentSource.COLLEAGUE, ConsentSource.MERGE]
        # Both got the campaign: each keeps its own row, and the proofs stay where they were given.
        assert {one.party_id for one in work.session.scalars(select(Send))} == {kept, merged}
    with market.host.write(market.actor) as work:
        unmerge(work, merge_id)
        assert len(work.session.scalars(select(Send)).all()) == 2
