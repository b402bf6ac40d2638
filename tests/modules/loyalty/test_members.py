"""Members over time: tiers, states, two that become one, and what others may ask."""

from __future__ import annotations

from uuid import UUID

import pytest

from core import traits
from core.actor import system
from core.deeds import Asked, do
from core.errors import RuleBroken
from core.ids import new_id
from core.sync.documents import PartyKind
from modules.contacts.events import PartyMerged, PartyUnmerged
from modules.contacts.rules import PartyFields
from modules.contacts.services import create_party
from modules.loyalty.rules.states import Enrolment, MemberState, Standing
from modules.loyalty.services.members import set_state
from modules.loyalty.services.merging import follow_merge, go_apart
from modules.loyalty.services.redeeming import redeem
from modules.loyalty.services.showing import read_member
from tests.modules.loyalty.shop import Shop

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def known(shop: Shop, name: str) -> object:
    with shop.host.read(system()) as work:
        return traits.value(work, name, shop.customer)


@pytest.fixture
def other(shop: Shop) -> UUID:
    with shop.host.write(system(company=shop.company)) as work:
        fields: PartyFields = {"name": "Harbor Cycles", "kind": PartyKind.ORGANISATION}
        return create_party(work, fields).id


@on_sqlite
def test_a_tier_is_reached_at_once_and_lost_after_its_grace(shop: Shop) -> None:
    shop.tier("Silver", 100, price_list="Silver prices")
    shop.tier("Gold", 500, earn_percent=200)
    shop.paid("500")
    assert known(shop, "loyalty.tier") is None
    shop.later(days=14)
    shop.passed()
    assert known(shop, "loyalty.tier") == "Gold"
    assert known(shop, "loyalty.price_list") is None
    shop.paid("100")
    assert shop.member.escrow == 200
    shop.later(days=380)
    shop.passed()
    assert shop.member.standing is Standing.GRACE
    shop.later(days=60)
    shop.passed()
    assert known(shop, "loyalty.tier") is None
    assert known(shop, "loyalty.points") == 700
    with shop.host.read(system()) as work:
        steps = read_member(work, shop.member.id).steps
    assert [(step.step, name) for step, name in steps] == [
        ("downgraded", None),
        ("grace", "Gold"),
        ("reached", "Gold"),
    ]


@on_sqlite
def test_a_tier_reached_with_points_that_are_taken_back_is_withdrawn(shop: Shop) -> None:
    shop.tier("Silver", 100)
    invoice = shop.paid("100")
    shop.later(days=20)
    shop.passed()
    assert known(shop, "loyalty.tier") == "Silver"
    shop.credited(invoice, "1")
    assert known(shop, "loyalty.tier") is None


@on_sqlite
def test_the_deed_gives_once_per_key_and_counts_for_no_tier(shop: Shop) -> None:
    shop.tier("Silver", 10)
    asked = Asked(record_id=shop.customer, settings={"points": 50}, key="journey:1:2", reason="Hi")
    for _time in range(2):
        shop.do(lambda work: do(work, "loyalty.grant_points", asked))
    shop.passed()
    assert (known(shop, "loyalty.points"), known(shop, "loyalty.tier")) == (50, None)
    assert known(shop, "loyalty.lifetime") == 0


@on_sqlite
def test_suspended_earns_nothing_and_closed_forfeits(shop: Shop) -> None:
    shop.paid("100")
    shop.later(days=20)
    shop.passed()
    shop.paid("30")
    member = shop.member.id
    shop.do(lambda work: set_state(work, member, MemberState.SUSPENDED))
    shop.paid("70")
    reward = shop.reward(10)
    with pytest.raises(RuleBroken, match="active"):
        shop.do(lambda work: redeem(work, member, reward, key="x"))
    shop.do(lambda work: set_state(work, member, MemberState.CLOSED))
    assert shop.balances() == {"issued": -130, "breakage": 130}


@on_sqlite
def test_only_the_invited_earn_where_the_programme_says_so(shop: Shop) -> None:
    shop.change(enrolment=Enrolment.INVITED)
    shop.paid("100")
    assert shop.member_or_none() is None
    shop.change(enrolment=Enrolment.EVERYBODY, active=False)
    shop.paid("100")
    assert shop.member_or_none() is None


def test_two_members_become_one_and_two_again(shop: Shop, other: UUID) -> None:
    reward = shop.reward(30)
    shop.paid("100")
    theirs = shop.paid("50", customer=other)
    shop.later(days=20)
    shop.passed()
    told = {"merge_id": new_id(), "kept_id": shop.customer, "merged_id": other}
    merged = PartyMerged(company_id=shop.company, **told)
    for _time in range(2):
        shop.do(lambda work: follow_merge(merged, work))
    assert shop.member.balance == 150
    follower = shop.member_or_none(other)
    assert follower is not None
    assert follower.id == shop.member.id
    member = shop.member.id
    shop.do(lambda work: redeem(work, member, reward, key="one"))
    shop.credited(theirs, "10")  # an invoice of the one that is gone
    assert shop.balances() == {"member": 110, "issued": -140, "redeemed": 30}
    parted = PartyUnmerged(company_id=shop.company, **told)
    for _time in range(2):
        shop.do(lambda work: go_apart(parted, work))
    shop.balances()
    found = shop.member_or_none(other)
    assert found is not None
    assert found.state is MemberState.ACTIVE
    assert shop.member.balance + found.balance == 110
