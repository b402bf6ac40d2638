from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core.actor import system
from core.errors import Invalid, NotFound, RuleBroken, Stale
from core.host import Host
from core.ids import new_id
from core.journal import History
from core.sync.documents import Progress
from core.sync.models import Binding, DeliveryState
from modules.contacts.models import TimelineEntry
from modules.contacts.services import archive_party
from modules.sales.kinds import ORDER
from modules.sales.models import Order
from modules.sales.rules import OrderState
from modules.sales.services.orders import (
    cancel_order,
    change_order,
    confirm_order,
    draft_order,
    get_order,
)
from modules.sales.services.wishes import LineWish, OrderWish

MakeProduct = Callable[..., UUID]


@pytest.fixture
def wish(customer: UUID, make_product: MakeProduct) -> OrderWish:
    make_product("W001", "11.00")
    make_product("W002", "0.335")
    return OrderWish(
        customer_id=customer,
        currency="EUR",
        lines=(
            LineWish(sku="W001", quantity=Decimal(3)),
            LineWish(sku="W002", quantity=Decimal(3), unit_price=Decimal("0.335")),
        ),
        client_reference="web-1",
    )


def drafted(host: Host, wish: OrderWish) -> UUID:
    with host.write(system()) as work:
        return draft_order(work, wish)[0].id


def test_draft_has_a_number_lines_and_totals(host: Host, wish: OrderWish) -> None:
    key = drafted(host, wish)
    with host.read(system()) as work:
        order = get_order(work, key)
        assert order.number.startswith("SO-20")
        assert [(line.sku, line.net) for line in order.lines] == [
            ("W001", Decimal("33.00")),
            ("W002", Decimal("1.01")),  # 1.005 is rounded half up, per line
        ]
        assert (order.net, order.tax) == (Decimal("34.01"), Decimal("6.80"))
        assert order.tax_is_estimate
        assert order.state is OrderState.DRAFT


def test_same_client_reference_is_the_same_order(host: Host, wish: OrderWish) -> None:
    first = drafted(host, wish)
    with host.write(system()) as work:
        again, is_new = draft_order(work, wish)
        assert (again.id, is_new) == (first, False)
    with host.read(system()) as work:
        assert work.session.scalar(select(func.count()).select_from(Order)) == 1


def test_same_client_reference_with_other_content_is_refused(host: Host, wish: OrderWish) -> None:
    drafted(host, wish)
    other = replace(wish, lines=(LineWish(sku="W001", quantity=Decimal(4)),))
    with pytest.raises(RuleBroken) as refused, host.write(system()) as work:
        draft_order(work, other)
    assert "client_reference" in refused.value.fields


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (LineWish(sku="NOPE", quantity=Decimal(1)), "lines.0.sku"),
        (LineWish(sku="W001", quantity=Decimal(0)), "lines.0.quantity"),
        (LineWish(sku="W001", quantity=Decimal(-1)), "lines.0.quantity"),
        (LineWish(sku="W001", quantity=Decimal("1.5")), "lines.0.quantity"),
        (LineWish(sku="W001", quantity=Decimal(1), uom="KGM"), "lines.0.unit"),
        (LineWish(sku="W001", quantity=Decimal(1), unit_price=Decimal(-1)), "lines.0.unit_price"),
        (
            LineWish(sku="W001", quantity=Decimal(1), unit_price=Decimal("0.1234567")),
            "lines.0.unit_price",
        ),
    ],
)
def test_what_is_wrong_with_a_line_is_named(
    host: Host, wish: OrderWish, line: LineWish, field: str
) -> None:
    with pytest.raises(Invalid) as refused, host.write(system()) as work:
        draft_order(work, replace(wish, lines=(line,)))
    assert list(refused.value.fields) == [field]
    with host.read(system()) as work:
        assert work.session.scalar(select(func.count()).select_from(Order)) == 0


def test_a_product_without_list_price_needs_one(
    host: Host, wish: OrderWish, make_product: MakeProduct
) -> None:
    make_product("FREE", None)
    line = LineWish(sku="FREE", quantity=Decimal(1))
    with pytest.raises(Invalid) as refused, host.write(system()) as work:
        draft_order(work, replace(wish, lines=(line,)))
    assert list(refused.value.fields) == ["lines.0.unit_price"]
    drafted(host, replace(wish, lines=(replace(line, unit_price=Decimal(0)),)))


def test_archived_products_are_not_for_sale(
    host: Host, wish: OrderWish, make_product: MakeProduct
) -> None:
    make_product("OLD", active=False)
    with pytest.raises(Invalid), host.write(system()) as work:
        draft_order(work, replace(wish, lines=(LineWish(sku="OLD", quantity=Decimal(1)),)))


def test_wrong_currency_and_unknown_customer_are_named(host: Host, wish: OrderWish) -> None:
    with pytest.raises(Invalid) as refused, host.write(system()) as work:
        draft_order(work, replace(wish, currency="USD"))
    assert list(refused.value.fields) == ["currency"]
    with pytest.raises(Invalid) as refused, host.write(system()) as work:
        draft_order(work, replace(wish, customer_id=new_id()))
    assert list(refused.value.fields) == ["customer_id"]


def test_confirming_queues_the_order_with_its_reference(host: Host, wish: OrderWish) -> None:
    key = drafted(host, wish)
    with host.write(system()) as work:
        number = confirm_order(work, key).number
    with host.read(system()) as work:
        binding = work.session.scalars(select(Binding).where(Binding.local_id == key)).one()
        assert binding.kind == ORDER
        assert binding.reference is not None
        assert binding.reference.startswith(f"{number}-")
        # There is no connection yet: it waits, and says so.
        assert binding.delivery is DeliveryState.WAITING
        assert binding.message


def test_order_can_not_be_confirmed_twice(host: Host, wish: OrderWish) -> None:
    key = drafted(host, wish)
    with host.write(system()) as work:
        confirm_order(work, key)
    with pytest.raises(RuleBroken, match="is confirmed already"), host.write(system()) as work:
        confirm_order(work, key)


def test_nothing_is_confirmed_without_lines_or_for_an_archived_customer(
    host: Host, wish: OrderWish
) -> None:
    empty = drafted(host, replace(wish, lines=(), client_reference=None))
    with pytest.raises(RuleBroken, match="no lines"), host.write(system()) as work:
        confirm_order(work, empty)
    key = drafted(host, wish)
    with host.write(system()) as work:
        archive_party(work, wish.customer_id)
    with pytest.raises(RuleBroken, match="archived"), host.write(system()) as work:
        confirm_order(work, key)
    with pytest.raises(Invalid) as refused, host.write(system()) as work:
        draft_order(work, replace(wish, client_reference="web-2"))
    assert "archived" in refused.value.fields["customer_id"]


def test_cancelling_takes_it_back_from_the_outbox(host: Host, wish: OrderWish) -> None:
    key = drafted(host, wish)
    with host.write(system()) as work:
        confirm_order(work, key)
    with host.write(system()) as work:
        cancel_order(work, key)
    with host.read(system()) as work:
        assert get_order(work, key).state is OrderState.CANCELLED
        binding = work.session.scalars(select(Binding).where(Binding.local_id == key)).one()
        assert binding.delivery is None


@pytest.mark.parametrize("shipped", [Progress.PARTIAL, Progress.FULL])
def test_a_shipped_order_is_not_cancelled(host: Host, wish: OrderWish, shipped: Progress) -> None:
    key = drafted(host, wish)
    with host.write(system()) as work:
        confirm_order(work, key).fulfilment = shipped
    with pytest.raises(RuleBroken, match="shipped already"), host.write(system()) as work:
        cancel_order(work, key)


def test_only_drafts_change_and_only_as_last_read(host: Host, wish: OrderWish) -> None:
    key = drafted(host, wish)
    less = replace(wish, lines=wish.lines[:1])
    with pytest.raises(Stale), host.write(system()) as work:
        change_order(work, key, less, version=99)
    with host.write(system()) as work:
        version = get_order(work, key).version
        assert len(change_order(work, key, less, version=version).lines) == 1
    with host.write(system()) as work:
        confirm_order(work, key)
    with pytest.raises(RuleBroken, match="only a draft"), host.write(system()) as work:
        change_order(work, key, wish, version=get_order(work, key).version)


def test_the_story_and_the_journal_tell_what_happened(host: Host, wish: OrderWish) -> None:
    key = drafted(host, wish)
    with host.write(system("Ada")) as work:
        confirm_order(work, key)
    with host.read(system()) as work:
        kinds = work.session.scalars(
            select(TimelineEntry.kind)
            .where(TimelineEntry.party_id == wish.customer_id)
            .order_by(TimelineEntry.id)
        ).all()
        assert [kind for kind in kinds if kind.startswith("sales.")] == [
            "sales.drafted",
            "sales.confirmed",
        ]
        states = work.session.scalars(
            select(History)
            .where(History.record_id == key, History.field == "state")
            .order_by(History.id)
        ).all()
        assert [(row.old, row.new, row.actor) for row in states] == [
            (None, "draft", "system"),
            ("draft", "confirmed", "Ada"),
        ]


def test_an_order_of_another_company_is_not_there(host: Host, wish: OrderWish) -> None:
    key = drafted(host, wish)
    stranger = replace(system("stranger"), companies=frozenset({new_id()}))
    with pytest.raises(NotFound), host.read(stranger) as work:
        get_order(work, key)
