"""Quotations on both databases: prices, approval, versions, answers, and the races between them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from core.actor import Actor, ActorKind, system
from core.api.listing import ListQuery, page
from core.clock import utcnow
from core.errors import CrmError, Forbidden, Invalid, NotFound, RuleBroken, Stale
from core.events import StoredEvent, kind_of
from core.host import Host
from core.sync.models import OutboxRow
from modules.catalog.models import Product
from modules.contacts.services import archive_party
from modules.sales.events import QuotationAccepted, QuotationDeclined, QuotationSent
from modules.sales.models import (
    Opportunity,
    Order,
    PriceList,
    PriceListCustomer,
    PriceListRule,
    Promise,
    QuotationAnswer,
    QuotationVersion,
)
from modules.sales.quotation_lists import QUOTATIONS
from modules.sales.rules import OrderState
from modules.sales.rules.opportunities import OpportunityState
from modules.sales.rules.pricing import Discount, DiscountKind
from modules.sales.rules.promises import PromiseKind
from modules.sales.rules.quotations import Policy, QuotationState
from modules.sales.services.opportunities import open_opportunity
from modules.sales.services.pipelines import seed
from modules.sales.services.quotations.answers import (
    accept,
    decline,
    expire_quotations,
    open_link,
)
from modules.sales.services.quotations.approvals import approve, ask_approval, refuse
from modules.sales.services.quotations.drafts import (
    cancel_quotation,
    change_quotation,
    get_quotation,
    revise_quotation,
)
from modules.sales.services.quotations.policy import PolicyFields, change_policy, set_limit
from modules.sales.services.quotations.sending import Way, send_quotation
from modules.sales.services.quotations.showing import compared, shown
from modules.sales.services.quotations.wishes import OfferLine
from tests.modules.sales.quoting import drafted, given, sent, wish_for

MakeProduct = Callable[..., UUID]
TEN_PER_CENT = Discount(DiscountKind.PERCENT, Decimal(10))


@pytest.fixture(autouse=True)
def products(make_product: MakeProduct) -> dict[str, UUID]:
    return {"W001": make_product("W001", "11.00"), "W002": make_product("W002", "24.50")}


@pytest.fixture
def seller(company: UUID) -> Actor:
    """May write and confirm, and decides on nobody's discount."""
    return Actor(
        kind=ActorKind.SYSTEM,
        name="seller",
        permissions=frozenset({"sales.read", "sales.write", "sales.confirm"}),
        companies=frozenset({company}),
        company=company,
    )


def state_of(host: Host, key: UUID) -> QuotationState:
    with host.read(system()) as work:
        return get_quotation(work, key)[1].state


def count_of(host: Host, table: type) -> int:
    with host.read(system()) as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def published(host: Host, event: type) -> int:
    with host.read(system()) as work:
        statement = select(func.count()).where(StoredEvent.kind == kind_of(event))
        return work.session.scalar(statement) or 0


def test_a_draft_has_the_erps_prices_discounts_and_totals(host: Host, customer: UUID) -> None:
    lines = (
        OfferLine(sku="W001", quantity=Decimal(3), discount=TEN_PER_CENT),
        OfferLine(
            sku="W002", quantity=Decimal(2), discount=Discount(DiscountKind.AMOUNT, Decimal("0.50"))
        ),
        OfferLine(sku="W001", quantity=Decimal(1), price=Decimal("20.00")),
    )
    key = drafted(host, wish_for(customer, *lines, discount=Decimal(5)))
    with host.read(system()) as work:
        quotation, version = get_quotation(work, key)
        assert quotation.number.startswith("QU-20")
        assert [(line.erp_price, line.unit_price, line.net) for line in version.lines] == [
            (Decimal("11.00"), Decimal("9.405"), Decimal("28.22")),  # 28.215 half up
            (Decimal("24.50"), Decimal("22.80"), Decimal("45.60")),
            (Decimal("11.00"), Decimal("19.00"), Decimal("19.00")),
        ]
        assert (version.net, version.tax) == (Decimal("92.82"), Decimal("18.56"))
        assert version.given_away == Decimal("14.5")
        assert version.valid_until == utcnow().date() + timedelta(days=30)


def test_the_customers_price_list_counts_and_says_so(
    host: Host, company: UUID, customer: UUID, products: dict[str, UUID]
) -> None:
    with host.write(system()) as work:
        work.session.add(
            PriceList(
                company_id=company,
                name="Dealers",
                currency="EUR",
                active=True,
                source="Back office",
                rules=[
                    PriceListRule(
                        product_id=products["W001"], minimum=Decimal(10), unit_price=Decimal(9)
                    ),
                    PriceListRule(discount=Decimal(5)),
                ],
                customers=[PriceListCustomer(customer_id=customer)],
            )
        )
    lines = [OfferLine(sku="W001", quantity=Decimal(n)) for n in (9, 10)]
    key = drafted(host, wish_for(customer, *lines))
    with host.read(system()) as work:
        _quotation, version = get_quotation(work, key)
        assert [(line.erp_price, line.price_list) for line in version.lines] == [
            (Decimal("10.45"), "Dealers"),
            (Decimal("9"), "Dealers"),
        ]
        assert version.given_away == 0


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (OfferLine(sku="NOPE", quantity=Decimal(1)), "lines.0.sku"),
        (OfferLine(sku="W001", quantity=Decimal(0)), "lines.0.quantity"),
        (OfferLine(sku="W001", quantity=Decimal(1), price=Decimal(-1)), "lines.0.unit_price"),
        (
            OfferLine(
                sku="W001",
                quantity=Decimal(1),
                discount=Discount(DiscountKind.PERCENT, Decimal(101)),
            ),
            "lines.0.discount",
        ),
        (
            OfferLine(sku="W001", quantity=Decimal(1), promised_on=utcnow().date() - timedelta(1)),
            "lines.0.promised_on",
        ),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_wrong_with_a_line_is_named(
    host: Host, customer: UUID, line: OfferLine, field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        drafted(host, wish_for(customer, line))
    assert list(wrong.value.fields) == [field]


def test_more_than_ones_limit_is_approved_or_refused_with_a_reason(
    host: Host, company: UUID, customer: UUID, seller: Actor
) -> None:
    dear = OfferLine(
        sku="W001", quantity=Decimal(1), discount=Discount(DiscountKind.PERCENT, Decimal(12))
    )
    key = drafted(host, wish_for(customer, dear), actor=seller)
    with pytest.raises(RuleBroken, match="more than you may give away"), host.write(seller) as work:
        send_quotation(work, key, Way(), version=None)
    with host.write(seller) as work:
        ask_approval(work, key, why="A good customer", version=None)
    with pytest.raises(Forbidden), host.write(seller) as work:
        approve(work, key)
    with host.write(system()) as work:
        refuse(work, key, reason="Ten is enough")
    with host.read(system()) as work:
        assert get_quotation(work, key)[1].refusal == "Ten is enough"
        assert get_quotation(work, key)[1].state is QuotationState.DRAFT
    with host.write(seller) as work:
        ask_approval(work, key, why="", version=None)
    with host.write(system()) as work:
        approve(work, key)
    with host.write(seller) as work:
        send_quotation(work, key, Way(), version=None)
    assert state_of(host, key) is QuotationState.SENT
    with host.write(system()) as work:
        change_policy(work, company, PolicyFields(discount_limit=Decimal(12)), version=0)
    again = drafted(host, wish_for(customer, dear), actor=seller)
    with host.write(seller) as work:
        send_quotation(work, again, Way(), version=None)
    assert published(host, QuotationSent) == 2


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_limit_of_a_role_holds_and_can_be_taken_away(host: Host, company: UUID) -> None:
    with host.write(system()) as work:
        set_limit(work, company, "Salesperson", Decimal(15))
        set_limit(work, company, "Salesperson", Decimal(20))
        set_limit(work, company, "Salesperson", None)
        with pytest.raises(Invalid):
            set_limit(work, company, "Salesperson", Decimal(101))


def test_old_prices_are_refused_or_told_as_the_policy_says(
    host: Host, company: UUID, customer: UUID
) -> None:
    key = drafted(host, wish_for(customer))
    long_ago = utcnow() - timedelta(days=3)
    with host.write(system()) as work:
        work.session.execute(update(Product).values(observed_at=long_ago))
    with pytest.raises(RuleBroken, match="older than the policy"), host.write(system()) as work:
        send_quotation(work, key, Way(), version=None)
    with host.write(system()) as work:
        change_policy(work, company, PolicyFields(old_facts=Policy.WARN), version=0)
    with host.write(system()) as work:
        quotation, _version = get_quotation(work, key)
        assert [one.policy for one in shown(work, quotation).findings] == [Policy.WARN]
        send_quotation(work, key, Way(), version=None)
    assert state_of(host, key) is QuotationState.SENT


def test_a_yes_is_one_order_and_its_outbox_row_with_the_promises(
    host: Host, customer: UUID
) -> None:
    day = utcnow().date() + timedelta(days=5)
    key, token = sent(host, wish_for(customer, promised_on=day))
    answer = given(host, key)
    with host.write(system()) as work:
        order = accept(work, key, 1, answer)
        assert order.state is OrderState.CONFIRMED
        assert (order.net, order.tax) == (Decimal("33.00"), Decimal("6.60"))
    with host.write(system()) as work:
        assert accept(work, key, 1, answer).id == order.id  # the second click
    assert state_of(host, key) is QuotationState.ORDERED
    assert (count_of(host, Order), count_of(host, OutboxRow)) == (1, 1)
    assert (count_of(host, QuotationAnswer), published(host, QuotationAccepted)) == (1, 1)
    with host.read(system()) as work:
        opened = open_link(work, token)
        assert opened.answer is not None
        assert (opened.answer.name, opened.answer.seal) == ("Ada Lovelace", opened.version.seal)
        kinds = {promise.kind: promise for promise in work.session.scalars(select(Promise))}
        assert kinds[PromiseKind.DELIVERY].promised_on == day
        assert kinds[PromiseKind.PRICE].promised_price == Decimal(11)
    with pytest.raises(RuleBroken), host.write(system()) as work:
        decline(work, key, 1, answer, reason="Changed my mind")


def test_a_yes_that_can_not_be_ordered_changes_nothing(host: Host, customer: UUID) -> None:
    key, _token = sent(host, wish_for(customer))
    answer = given(host, key)
    with host.write(system()) as work:
        archive_party(work, customer)
    with pytest.raises(CrmError), host.write(system()) as work:
        accept(work, key, 1, answer)
    assert state_of(host, key) is QuotationState.SENT
    assert (count_of(host, Order), count_of(host, QuotationAnswer)) == (0, 0)


def test_what_is_not_offered_any_more_is_not_accepted(host: Host, customer: UUID) -> None:
    def refused(key: UUID, revision: int = 1) -> str:
        with pytest.raises(RuleBroken) as no, host.write(system()) as work:
            accept(work, key, revision, given(host, key))
        return str(no.value)

    revised, _token = sent(host, wish_for(customer))
    with host.write(system()) as work:
        revise_quotation(work, revised, version=None)
    assert "newer version" in refused(revised)
    assert "answered already" in refused(revised, 2)  # a draft has not been offered to anybody
    expired, _token = sent(host, wish_for(customer))
    with host.write(system()) as work:
        yesterday = utcnow().date() - timedelta(days=1)
        work.session.execute(
            update(QuotationVersion)
            .where(QuotationVersion.quotation_id == expired)
            .values(valid_until=yesterday)
        )
    assert "expired" in refused(expired)
    with host.write(system()) as work:
        assert expire_quotations(work) == 1
        assert expire_quotations(work) == 0
    assert "expired" in refused(expired)
    withdrawn, token = sent(host, wish_for(customer))
    with host.write(system()) as work:
        cancel_quotation(work, withdrawn)
    refused(withdrawn)
    with host.read(system()) as work:
        assert not open_link(work, token).is_open
        with pytest.raises(NotFound):
            open_link(work, token + "x")
    assert count_of(host, Order) == 0


def test_a_no_keeps_its_reason_and_a_new_version_follows(host: Host, customer: UUID) -> None:
    key, _token = sent(host, wish_for(customer))
    with pytest.raises(Invalid), host.write(system()) as work:
        decline(work, key, 1, given(host, key), reason=" ")
    for _click in range(2):
        with host.write(system()) as work:
            decline(work, key, 1, given(host, key), reason="Too dear")
    assert published(host, QuotationDeclined) == 1
    with host.write(system()) as work:
        revise_quotation(work, key, version=None)
    cheaper = OfferLine(sku="W001", quantity=Decimal(3), discount=TEN_PER_CENT)
    with host.write(system()) as work:
        change_quotation(work, key, wish_for(customer, cheaper), version=None)
    with host.read(system()) as work:
        quotation, _version = get_quotation(work, key)
        old, new, lines = compared(work, quotation, 1, 2)
        assert (old.state, new.state) == (QuotationState.REJECTED, QuotationState.DRAFT)
        [line] = lines
        assert line.before is not None
        assert line.after is not None
        assert (line.before.net, line.after.net) == (Decimal(33), Decimal("29.70"))


def test_a_stale_draft_is_refused_and_a_frozen_version_never_changes(
    host: Host, customer: UUID
) -> None:
    key = drafted(host, wish_for(customer))
    with pytest.raises(Stale), host.write(system()) as work:
        change_quotation(work, key, wish_for(customer), version=99)
    with host.write(system()) as work:
        send_quotation(work, key, Way(), version=None)
    with pytest.raises(RuleBroken, match="revise it"), host.write(system()) as work:
        change_quotation(work, key, wish_for(customer), version=None)


def raced(host: Host, *acts: Callable[[], object]) -> list[object]:
    """All at once; what each answered, or the error it raised."""

    def run(act: Callable[[], object]) -> object:
        for _turn in range(50):
            try:
                return act()
            except CrmError as error:
                if error.http_status != 503:
                    return error
        raise AssertionError("the database never let go")

    del host
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_eight_clicks_at_once_are_one_order(host: Host, customer: UUID) -> None:
    key, _token = sent(host, wish_for(customer))
    answer = given(host, key)

    def click() -> object:
        with host.write(system()) as work:
            return accept(work, key, 1, answer).id

    found = raced(host, *[click] * 8)
    assert len(set(map(str, found))) == 1
    assert (count_of(host, Order), count_of(host, OutboxRow)) == (1, 1)


@pytest.mark.parametrize("rival", [revise_quotation, cancel_quotation])
def test_an_offer_is_accepted_or_taken_away_and_never_both(
    host: Host, customer: UUID, rival: Callable[..., object]
) -> None:
    for _round in range(2):
        key, _token = sent(host, wish_for(customer))
        answer = given(host, key)
        before = count_of(host, Order)

        def click(key: UUID = key, answer: object = answer) -> object:
            with host.write(system()) as work:
                return accept(work, key, 1, answer).id  # type: ignore[arg-type]  # as above

        def take_away(key: UUID = key) -> object:
            with host.write(system()) as work:
                extra = {"version": None} if rival is revise_quotation else {}
                return rival(work, key, **extra)

        found = raced(host, click, take_away)
        errors = [one for one in found if isinstance(one, CrmError)]
        assert len(errors) == 1, found
        assert count_of(host, Order) - before == (0 if found[0] is errors[0] else 1)


def test_an_accepted_quotation_wins_its_opportunity(
    host: Host, company: UUID, customer: UUID
) -> None:
    with host.write(system(company=company)) as work:
        seed(work)
        opened = open_opportunity(work, customer, {"name": "Bells"}).id
    with pytest.raises(Invalid) as unknown:
        drafted(host, wish_for(customer, opportunity_id=customer))
    assert list(unknown.value.fields) == ["opportunity_id"]
    key, _token = sent(host, wish_for(customer, opportunity_id=opened))
    with host.read(system()) as work:
        panel = page(work, QUOTATIONS, ListQuery(filters={"opportunity_id": str(opened)}))
        assert [row.id for row in panel.rows] == [key]
    with host.write(system()) as work:
        accept(work, key, 1, given(host, key))
    with host.read(system()) as work:
        assert work.session.get_one(Opportunity, opened).state is OpportunityState.WON
