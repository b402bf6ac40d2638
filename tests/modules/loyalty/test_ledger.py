"""The ledger under whatever comes, in whatever order, as often as it comes."""

from __future__ import annotations

import subprocess
import sys
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core.actor import system
from core.companies import Company
from core.errors import RuleBroken
from core.host import Host
from core.sync.documents import PartyKind
from modules.contacts.rules import PartyFields
from modules.contacts.services import create_party
from modules.loyalty.models import Voucher
from modules.loyalty.rules.entries import Entries, Unbalanced
from modules.loyalty.rules.states import VoucherState
from modules.loyalty.services.programmes import set_up
from modules.loyalty.services.redeeming import call_off, redeem
from tests.modules.loyalty.shop import Shop


def test_entries_that_do_not_sum_to_zero_are_refused() -> None:
    with pytest.raises(Unbalanced):
        Entries(member=5, issued=-4)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loyalty_posting SET reason = 'better'",
        "UPDATE loyalty_posting SET member = member + 1, issued = issued - 1",
        "DELETE FROM loyalty_posting",
    ],
)
def test_the_database_refuses_to_change_what_is_posted(shop: Shop, statement: str) -> None:
    shop.paid("100")
    with pytest.raises(DBAPIError, match="never changed"):
        shop.do(lambda work: work.session.execute(text(statement)))


def test_the_database_refuses_a_posting_that_does_not_balance(shop: Shop) -> None:
    shop.paid("100")
    copied = (
        "INSERT INTO loyalty_posting (id, company_id, member_id, kind, source, rule, member,"
        " escrow, issued, redeemed, expired, breakage, reason, posted_at, actor)"
        " SELECT member_id, company_id, member_id, kind, 'x', rule, 1,"
        " escrow, issued, redeemed, expired, breakage, reason, posted_at, actor"
        " FROM loyalty_posting"
    )
    with pytest.raises(DBAPIError, match="balances"):
        shop.do(lambda work: work.session.execute(text(copied)))


class Life(RuleBasedStateMachine):
    """One customer's years, with every message told again at any time.

    Beside the ledger stands a book of our own: points each invoice may leave, and what was spent.
    """

    invoices = Bundle("invoices")
    notes = Bundle("notes")
    host: Host

    def __init__(self) -> None:
        super().__init__()
        self.shop = new_shop(self.host)
        self.reward = self.shop.reward(50)
        self.net: dict[UUID, int] = {}
        self.paid: set[UUID] = set()
        self.credited: dict[UUID, int] = {}
        self.spent = 0
        self.keys = 0

    @rule(target=invoices, net=st.integers(1, 400))
    def bill(self, net: int) -> UUID:
        invoice = self.shop.bill(str(net))
        self.net[invoice] = net
        return invoice

    @rule(invoice=invoices)
    def pay(self, invoice: UUID) -> None:
        self.shop.pay(invoice)
        self.paid.add(invoice)

    @rule(target=notes, invoice=invoices, part=st.integers(1, 400))
    def credit(self, invoice: UUID, part: int) -> tuple[UUID, UUID, int]:
        self.credited[invoice] = self.credited.get(invoice, 0) + part
        return invoice, self.shop.credited(invoice, str(part)), part

    @rule(told=notes)
    def tell_of_a_note_again(self, told: tuple[UUID, UUID, int]) -> None:
        invoice, note, part = told
        self.shop.credited(invoice, str(part), note=note)

    @rule(days=st.sampled_from([1, 15, 200]))
    def live_on(self, days: int) -> None:
        self.shop.later(days=days)
        self.shop.passed()

    @rule(again=st.booleans())
    def redeem(self, again: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
        if (member := self.shop.member_or_none()) is None:
            return
        self.keys += 0 if again and self.keys else 1
        key = str(self.keys)
        before = self._vouchers()
        try:
            self.shop.do(lambda work: redeem(work, member.id, self.reward, key=f"{id(self)}:{key}"))
        except RuleBroken:
            return
        self.spent += 50 * (self._vouchers() - before)

    @rule()
    def call_a_voucher_off(self) -> None:
        with self.shop.host.read(system()) as work:
            mine = select(Voucher.id).where(Voucher.company_id == self.shop.company)
            found = work.session.scalars(mine.where(Voucher.state == VoucherState.OPEN)).all()
        if found:
            self.shop.do(lambda work: call_off(work, found[0]))
            self.spent -= 50

    @invariant()
    def everything_adds_up(self) -> None:
        found = self.shop.balances()
        assert -found.get("issued", 0) == sum(map(self._stays, self.paid))
        assert found.get("redeemed", 0) == self.spent
        if member := self.shop.member_or_none():
            assert member.lifetime == -found.get("issued", 0)
            assert member.balance == found.get("member", 0)

    def _stays(self, invoice: UUID) -> int:
        return max(0, self.net[invoice] - self.credited.get(invoice, 0))

    def _vouchers(self) -> int:
        with self.shop.host.read(system()) as work:
            mine = select(func.count()).where(Voucher.company_id == self.shop.company)
            return work.session.scalars(mine).one()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_ledger_holds_whatever_comes(host: Host) -> None:
    class Here(Life):
        pass

    Here.host = host
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def new_shop(host: Host) -> Shop:
    """A company of its own with its customer, so that one database serves many lives."""
    with host.write(system()) as work:
        company = Company(name="Tandem Ltd", currency="EUR")
        work.session.add(company)
        work.session.flush()
        set_up(work, company)
    with host.write(system(company=company.id)) as work:
        fields: PartyFields = {"name": "Harbour Cycles", "kind": PartyKind.ORGANISATION}
        customer = create_party(work, fields)
    return Shop(host, company.id, customer.id)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_two_processes_that_say_it_all_three_times_post_it_once(shop: Shop) -> None:
    invoices = [shop.bill("100") for _invoice in range(3)]
    told = [(invoice, shop.note("30")) for invoice in invoices]
    words = "\n".join(f"{invoice} {note}" for invoice, note in told)
    settings = shop.host.settings
    command = [sys.executable, "-m", "tests.modules.loyalty.teller"]
    given = [settings.database_url, settings.data_dir, shop.company, shop.customer]
    tellers = [
        subprocess.Popen([*command, *map(str, given)], stdin=subprocess.PIPE, text=True)
        for _process in range(2)
    ]
    for teller in tellers:
        teller.communicate(words)
    assert [teller.returncode for teller in tellers] == [0, 0]
    assert shop.balances() == {"escrow": 210, "issued": -210}
    shop.later(days=20)
    shop.passed()
    assert shop.balances() == {"member": 210, "issued": -210}
