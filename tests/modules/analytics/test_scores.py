"""Scores kept, told to others, and acted upon once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from core import traits
from core.actor import Actor, system
from modules.analytics.models import Evidence, Score
from modules.analytics.rules.pareto import Abc
from modules.analytics.rules.rfm import Basis
from modules.analytics.rules.value import ValueClass
from modules.analytics.services.products import put_fact
from modules.analytics.services.suggesting import SuggestionKind, associate, suggestions
from modules.analytics.services.warning import warn_owners
from modules.contacts.models import Activity, Party
from tests.modules.analytics.trade import TODAY, Trade

MakeProduct = Callable[..., UUID]
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def monthly(trade: Trade, customer: UUID, product: UUID, net: str, *, last: date) -> None:
    trade.write(
        [
            trade.bill(customer, last - timedelta(days=30 * back), (product, net))
            for back in range(6)
        ]
    )


def score_of(trade: Trade, customer: UUID) -> Score:
    with trade.host.read(system()) as work:
        return work.session.scalars(select(Score).where(Score.party_id == customer)).one()


def test_scores_are_written_and_told(trade: Trade, make_product: MakeProduct) -> None:
    product = make_product("A")
    big, small, silent = trade.customers(3)
    monthly(trade, big, product, "900", last=TODAY - timedelta(days=5))
    monthly(trade, small, product, "20", last=TODAY - timedelta(days=5))
    monthly(trade, silent, product, "100", last=TODAY - timedelta(days=100))
    with trade.host.write(system()) as work:
        put_fact(work, product, line="", cost=Decimal(20))  # two pieces cost 40
    trade.refresh([big, small, silent])
    trade.score(TODAY - timedelta(days=1))
    trade.score()
    first = score_of(trade, big)
    assert (first.abc, first.abc_margin, first.rfm_basis, first.sample) == (
        Abc.A, Abc.A, Basis.RULES, 3,
    )  # fmt: skip
    assert (first.revenue, first.margin) == (Decimal(5400), Decimal(5160))
    assert first.abc_since == TODAY - timedelta(days=1)
    assert score_of(trade, small).value_class is ValueClass.BELOW_ZERO
    assert score_of(trade, silent).churn > 40
    with trade.host.read(system()) as work:
        told = {
            name: traits.value(work, f"analytics.{name}", big)
            for name in ("abc", "value_class", "churn", "rfm")
        }
    assert told == {"abc": Abc.A, "value_class": ValueClass.MOST_VALUABLE, "churn": 0, "rfm": "545"}


@on_sqlite
def test_the_owner_is_asked_once_per_silence(
    trade: Trade, make_product: MakeProduct, admin: Actor
) -> None:
    product, [customer] = make_product("A"), trade.customers(1)
    monthly(trade, customer, product, "10", last=TODAY - timedelta(days=100))
    with trade.host.write(system()) as work:
        work.session.execute(update(Party).values(owner_id=admin.id))
    trade.refresh([customer])

    def tasks() -> int:
        trade.score()
        with trade.host.write(system()) as work:
            warn_owners(work, trade.company)
        with trade.host.read(system()) as work:
            return len(work.session.scalars(select(Activity)).all())

    assert [tasks(), tasks()] == [1, 1]
    monthly(trade, customer, product, "10", last=TODAY - timedelta(days=80))
    trade.refresh([customer])
    assert tasks() == 2  # a purchase ended that silence; this is another
    with trade.host.write(system()) as work:
        tried = {"holds": False, "sample": 100, "happened": 50}
        work.session.execute(update(Evidence).values(**tried))
        assert warn_owners(work, trade.company) == 0


@on_sqlite
def test_what_fits_is_dearer_of_the_line_or_of_another(
    trade: Trade, make_product: MakeProduct
) -> None:
    bell, horn, lamp = (make_product(*one) for one in (("B", "5"), ("H", "9"), ("L", "20")))
    customers = trade.customers(40)
    trade.write(
        [
            trade.bill(customer, TODAY, *lines)
            for customer in customers[:12]
            for lines in ([(bell, "5"), (horn, "9"), (lamp, "20")],)
        ]
        + [trade.bill(customers[12], TODAY, (bell, "5"))]
        + [trade.bill(customer, TODAY, (make_product(f"X{n}"), "1")) for n, customer in
           enumerate(customers[13:])]
    )  # fmt: skip
    with trade.host.write(system()) as work:
        for product, line in ((bell, "Sounds"), (horn, "Sounds"), (lamp, "Lights")):
            put_fact(work, product, line=line, cost=None)
    trade.refresh(customers)
    with trade.host.write(system()) as work:
        assert associate(work, trade.company) == 6
        found, has_all = (suggestions(work, one) for one in (customers[12], customers[0]))
    told = [(one.kind, one.product.id, one.both, one.buyers, one.everybody) for one in found]
    assert told == [
        (SuggestionKind.UP, horn, 12, 13, 40),
        (SuggestionKind.CROSS, lamp, 12, 13, 40),
    ]
    assert has_all == []


@on_sqlite
def test_a_program_reads_scores_and_says_costs(
    trade: Trade, make_product: MakeProduct, api_client: FlaskClient, count_queries: Any
) -> None:
    product, customers = make_product("A"), trade.customers(12)
    for customer in customers:
        monthly(trade, customer, product, "10", last=TODAY)
    said = {"line": "Bells", "cost": "2.50"}
    answer: Any = api_client.put(f"/api/v1/analytics/products/{product}", json=said)
    assert answer.json == {"product_id": str(product), **said, "cost": "2.5"}
    trade.refresh(customers)
    trade.score()
    with count_queries() as many:
        scores: Any = api_client.get("/api/v1/analytics/scores?limit=10").json
    with count_queries() as one:
        api_client.get("/api/v1/analytics/scores?limit=1")
    assert len(many) == len(one)
    assert [row["margin"] for row in scores["items"]] == ["30"] * 10
    at_risk: Any = api_client.get("/api/v1/analytics/scores?at_risk=many")
    assert at_risk.status_code == 422
