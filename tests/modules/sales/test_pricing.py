"""Rules of quotations as tables: prices, discounts, totals, promises, versions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from core.ids import new_id
from core.money import Money, Rounding
from core.sync.arithmetic import COMMERCIAL, Arithmetic, TaxedOn
from modules.sales.rules import Priced, totals
from modules.sales.rules.pricing import (
    Discount,
    DiscountKind,
    Price,
    PriceRule,
    discount_limit,
    discounted,
    erp_price,
    given_away,
)
from modules.sales.rules.promises import (
    KeptRate,
    Moved,
    PromiseState,
    Verdict,
    fulfilled_on,
    judge_delivery,
    judge_price,
)
from modules.sales.rules.quotations import (
    QUOTATION_FLOW,
    Piece,
    QuotationState,
    differences,
    is_old,
    is_over,
    seal_of,
)

D = Decimal
TODAY = date(2026, 11, 23)
TEN = PriceRule(list_name="Dealers", minimum=D(10), unit_price=D(9))
FIFTY = PriceRule(list_name="Dealers", minimum=D(50), unit_price=D("8.5"))
FIVE_OFF = PriceRule(list_name="Dealers", discount=D(5), is_general=True)
LAST_YEAR = PriceRule(list_name="Dealers", unit_price=D(1), valid_until=date(2025, 12, 31))
NEXT_YEAR = PriceRule(list_name="Dealers", unit_price=D(2), valid_from=date(2027, 1, 1))
UP_TO_TODAY = PriceRule(list_name="Dealers", unit_price=D(3), valid_until=TODAY)
GOLD = PriceRule(list_name="Gold", discount=D(20), is_general=True)
DEARER = PriceRule(list_name="Retail", unit_price=D(15))


@pytest.mark.parametrize(
    ("list_price", "rules", "quantity", "expected"),
    [
        (D(11), [], 1, Price(D(11))),
        (None, [], 1, None),
        (D(11), [TEN, FIFTY], 9, Price(D(11))),  # no rule of the list is reached
        (D(11), [TEN, FIFTY], 10, Price(D(9), "Dealers")),
        (D(11), [FIFTY, TEN], 49, Price(D(9), "Dealers")),
        (D(11), [TEN, FIFTY], 50, Price(D("8.5"), "Dealers")),
        (D(11), [FIVE_OFF], 1, Price(D("10.45"), "Dealers")),
        (None, [FIVE_OFF], 1, None),  # five per cent off nothing
        (None, [TEN], 10, Price(D(9), "Dealers")),
        (D(2), [FIVE_OFF, TEN], 10, Price(D(9), "Dealers")),  # the product's own goes first
        (D(11), [LAST_YEAR, NEXT_YEAR], 1, Price(D(11))),
        (D(11), [UP_TO_TODAY], 1, Price(D(3), "Dealers")),  # the last day counts
        (D(11), [DEARER], 1, Price(D(15), "Retail")),  # a list replaces the list price
        (D(11), [TEN, GOLD], 10, Price(D("8.8"), "Gold")),  # of two lists the lower one
        (D("0.0333"), [GOLD], 1, Price(D("0.0266"), "Gold")),  # half up, four places
    ],
)
def test_the_erps_price(
    list_price: D | None, rules: list[PriceRule], quantity: int, expected: Price | None
) -> None:
    assert erp_price(list_price, rules, quantity=D(quantity), on=TODAY) == expected


PERCENT, AMOUNT = DiscountKind.PERCENT, DiscountKind.AMOUNT


@pytest.mark.parametrize(
    ("price", "discounts", "expected"),
    [
        ("10", [], "10"),
        ("10", [Discount(PERCENT, D(10))], "9"),
        ("10", [Discount(AMOUNT, D("0.50"))], "9.50"),
        ("10", [Discount(AMOUNT, D(12))], "0"),  # never below nothing
        ("10", [Discount(PERCENT, D(10)), Discount(PERCENT, D(10))], "8.10"),  # not 20 per cent
        ("10", [None, Discount(PERCENT, D(100))], "0"),
        ("0.12345", [Discount(PERCENT, D(0))], "0.1235"),
        ("0.333333", [Discount(PERCENT, D("33.33"))], "0.2222"),
    ],
)
def test_discounts_one_after_the_other(
    price: str, discounts: list[Discount | None], expected: str
) -> None:
    assert discounted(D(price), discounts) == D(expected)


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [("10", "9", "10"), ("10", "11", "0"), (None, "1", "0"), ("0", "0", "0"), ("3", "2", "33.33")],
)
def test_what_is_given_away(theirs: str | None, ours: str, expected: str) -> None:
    assert given_away(D(theirs) if theirs else None, D(ours)) == D(expected)


@pytest.mark.parametrize(
    ("own", "roles", "expected"),
    [
        (None, (), 10),
        (None, ("Salesperson",), 15),
        (None, ("Salesperson", "Sales manager"), 30),
        (None, ("Nobody",), 10),
        (5, ("Sales manager",), 5),  # one's own goes before the role's, also a lower one
    ],
)
def test_the_limit_of_who_acts(own: int | None, roles: tuple[str, ...], expected: int) -> None:
    by_role = {"Salesperson": D(15), "Sales manager": D(30)}
    mine = None if own is None else D(own)
    assert discount_limit(mine, by_role, roles, default=D(10)) == expected


VAT, LOCAL = new_id(), new_id()
RATES = {VAT: D(20), LOCAL: D("5.5")}
EVEN = Arithmetic(rounding=Rounding.HALF_EVEN, taxed_on=TaxedOn.EXACT_GROUPS)


@pytest.mark.parametrize(
    ("currency", "lines", "how", "net", "tax"),
    [
        ("EUR", [("1", "0.125", (VAT,))], COMMERCIAL, "0.13", "0.03"),
        ("EUR", [("1", "0.125", (VAT,))], EVEN, "0.12", "0.02"),  # 0.025 to the even side
        ("JPY", [("3", "33.5", (VAT,))], COMMERCIAL, "101", "20"),
        ("JPY", [("1", "2.5", (VAT,)), ("1", "3.5", (VAT,))], EVEN, "6", "1"),
        ("KWD", [("1", "1.2345", (VAT,))], COMMERCIAL, "1.235", "0.247"),
        ("KWD", [("1", "1.2345", (VAT,))], EVEN, "1.234", "0.247"),
        ("EUR", [("1", "10", ()), ("1", "10", (VAT, LOCAL))], COMMERCIAL, "20", "2.55"),
        # 1.2 and 0.33 cents are rounded to 1 and 0: what is lost together is given back.
        ("EUR", [("1", "0.06", (VAT, LOCAL))], EVEN, "0.06", "0.02"),
        ("EUR", [], COMMERCIAL, "0", "0"),
    ],
)
def test_totals_in_currencies_of_0_2_and_3_decimals(
    currency: str,
    lines: list[tuple[str, str, tuple[UUID, ...]]],
    how: Arithmetic,
    net: str,
    tax: str,
) -> None:
    priced = [
        Priced(
            quantity=D(quantity),
            unit_price=Money(D(price), currency),
            taxes=taxes,
            rounding=how.rounding,
        )
        for quantity, price, taxes in lines
    ]
    sums = totals(priced, RATES, currency=currency, arithmetic=how)
    assert (sums.net, sums.tax) == (Money(D(net), currency), Money(D(tax), currency))


def moved(*moves: tuple[int, int]) -> list[Moved]:
    return [Moved(TODAY + timedelta(days=days), D(quantity)) for days, quantity in moves]


@pytest.mark.parametrize(
    ("moves", "day"),
    [
        ([], None),
        ([(0, 3)], 0),
        ([(0, 2)], None),
        ([(0, 2), (4, 1)], 4),
        ([(4, 1), (0, 2)], 4),  # in whatever order the ERP tells them
        ([(0, 3), (2, -1)], None),  # what came back is missing again
        ([(0, 3), (2, -1), (5, 1)], 5),
        ([(0, 5), (2, -1)], 0),
    ],
)
def test_the_day_it_was_complete(moves: list[tuple[int, int]], day: int | None) -> None:
    expected = None if day is None else TODAY + timedelta(days=day)
    assert fulfilled_on(moved(*moves), D(3)) == expected


@pytest.mark.parametrize(
    ("moves", "today", "state"),
    [
        ([], 0, PromiseState.OPEN),
        ([], 1, PromiseState.OPEN),  # the promised day itself is not over
        ([], 2, PromiseState.BROKEN),
        ([(1, 3)], 5, PromiseState.KEPT),
        ([(2, 3)], 5, PromiseState.LATE),
        ([(0, 2)], 2, PromiseState.BROKEN),  # a part of it is not it
    ],
)
def test_a_promised_day(moves: list[tuple[int, int]], today: int, state: PromiseState) -> None:
    promised = TODAY + timedelta(days=1)
    verdict = judge_delivery(promised, moved(*moves), D(3), today=TODAY + timedelta(days=today))
    assert verdict.state is state
    assert isinstance(verdict, Verdict)


@pytest.mark.parametrize(
    ("promised", "invoiced", "state"),
    [
        ("10", "10", PromiseState.KEPT),
        ("10", "9", PromiseState.KEPT),
        ("3.3333", "3.3367", PromiseState.KEPT),  # 10.01 for three: rounded per line
        ("10", "10.01", PromiseState.BROKEN),
    ],
)
def test_a_promised_price(promised: str, invoiced: str, state: PromiseState) -> None:
    assert judge_price(D(promised), D(invoiced)) is state


def test_a_rate_says_its_sample_and_nothing_without_one() -> None:
    assert KeptRate(kept=0, late=0, broken=0, open=5).percent is None
    rate = KeptRate(kept=5, late=2, broken=1, open=9)
    assert (rate.decided, rate.percent) == (8, 63)  # 62.5, half up


def test_the_flow_of_a_quotation() -> None:
    state = QuotationState
    ends = {state.ORDERED, state.REJECTED, state.EXPIRED, state.REVISED, state.CANCELLED}
    for end in ends:
        assert not any(QUOTATION_FLOW.allows(end, target) for target in state)
    assert not QUOTATION_FLOW.allows(state.DRAFT, state.ACCEPTED)
    assert not QUOTATION_FLOW.allows(state.PENDING_APPROVAL, state.SENT)


def test_versions_differ_by_product_and_its_turn() -> None:
    def piece(sku: str, net: int) -> Piece:
        return Piece(sku=sku, quantity=D(1), unit_price=D(net), net=D(net))

    before = [piece("A", 1), piece("A", 2), piece("B", 3)]
    after = [piece("A", 1), piece("A", 5), piece("C", 4)]
    found = [(one.sku, one.before, one.after) for one in differences(before, after)]
    assert found == [
        ("A", piece("A", 2), piece("A", 5)),
        ("C", None, piece("C", 4)),
        ("B", piece("B", 3), None),
    ]
    assert differences(before, before) == []


def test_days_ages_and_seals() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    day = timedelta(days=1)
    assert not is_over(TODAY, TODAY)
    assert is_over(TODAY, TODAY + day)
    assert is_old(None, now=now, most=day)
    assert is_old(now - day - timedelta(seconds=1), now=now, most=day)
    assert not is_old(now - day, now=now, most=day)
    assert seal_of({"a": 1, "b": TODAY}) == seal_of({"b": TODAY, "a": 1})
    assert seal_of({"a": 1}) != seal_of({"a": 2})
