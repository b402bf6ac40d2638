"""What the nightly and hourly jobs of loyalty and analytics do."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from modules.analytics.jobs import rebuild, score
from modules.analytics.models import Month, Score
from modules.loyalty.jobs import WrongLedger, check_ledger, pass_day
from modules.loyalty.models import Member, Voucher
from modules.loyalty.rules.states import VoucherState
from modules.loyalty.services.redeeming import redeem
from tests.modules.loyalty.running import Running
from tests.modules.loyalty.shop import Shop

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_a_day_passes_for_points_and_vouchers(shop: Shop) -> None:
    shop.change(expiry_months=0)
    reward = shop.reward(40, valid_days=1)
    shop.paid("100")
    shop.later(days=14)
    member = shop.member.id
    shop.do(lambda work: redeem(work, member, reward, key="one"))
    shop.paid("7")
    assert shop.member.escrow == 7
    pass_day(Running(shop.host), {})  # today, which is long after
    assert (shop.member.balance, shop.member.escrow) == (67, 0)
    with Running(shop.host).read() as work:
        assert work.session.scalars(select(Voucher)).one().state is VoucherState.EXPIRED
    check_ledger(Running(shop.host), {})


def test_a_sum_that_is_not_its_postings_stops_the_check(shop: Shop) -> None:
    shop.paid("100")
    check_ledger(Running(shop.host), {})
    shop.do(lambda work: work.session.execute(update(Member).values(balance=5)))
    with pytest.raises(WrongLedger, match="LM-"):
        check_ledger(Running(shop.host), {})


def test_facts_and_scores_are_made_of_what_billing_has(shop: Shop) -> None:
    for _month in range(3):
        shop.bill("100")
        shop.later(days=30)
    rebuild(Running(shop.host), {})
    score(Running(shop.host), {})
    with Running(shop.host).read() as work:
        assert len(work.session.scalars(select(Month)).all()) == 3
        found = work.session.scalars(select(Score)).one()
    assert (found.party_id, found.gaps) == (shop.customer, 2)
