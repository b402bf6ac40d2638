"""Leads from the first word to the opportunity, and opportunities to their end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core import traits
from core.actor import Actor, system
from core.errors import Invalid, RuleBroken, Stale
from core.events import StoredEvent
from core.host import Host
from core.money import Money
from core.states import IllegalTransition
from core.testing.plugin import CountQueries
from modules.contacts.models import Activity, ContactPoint, Party, PartyRelation, TimelineEntry
from modules.contacts.rules import ActivityKind, PointKind, Role
from modules.contacts.services import About, add_contact_point, create_party, plan_activity
from modules.contacts.services.merging import merge_parties, unmerge
from modules.sales.kinds import LEAD
from modules.sales.models import Lead, Opportunity, Stage, StageStep
from modules.sales.rules.leads import (
    LEAD_FLOW,
    Disqualified,
    LeadFields,
    LeadSource,
    LeadState,
    clean_lead,
    field_of,
    utm_of,
)
from modules.sales.rules.opportunities import (
    OPPORTUNITY_FLOW,
    Expected,
    OpportunityState,
    forecast,
)
from modules.sales.services.board import read_board, read_forecast
from modules.sales.services.conversion import Conversion, LooksLike, alike_parties, convert_lead
from modules.sales.services.leads import (
    Origin,
    capture_lead,
    disqualify_lead,
    nurture_lead,
    qualify_lead,
    recycle_lead,
    renew_lead,
    work_on_lead,
)
from modules.sales.services.opportunities import (
    Lost,
    hold_opportunity,
    lose_opportunity,
    move_to_stage,
    open_opportunity,
    reopen_opportunity,
    resume_opportunity,
    win_opportunity,
)
from modules.sales.services.orders import confirm_order, draft_order
from modules.sales.services.pipelines import (
    add_reason,
    change_stage,
    first_pipeline,
    reasons_of,
    stages_of,
)
from modules.sales.services.wishes import LineWish, OrderWish

ANNA: LeadFields = {
    "name": "Anna Berg",
    "organisation": "Harbour Cycles Ltd",
    "email": "anna@harbour.example",
    "phone": "+44 20 7946 0991",
    "city": "Hull",
    "country": "gb",
    "interest": "20 lamps",
}
L, S = LeadState, OpportunityState


def test_a_lead_takes_exactly_the_steps_of_its_states() -> None:
    allowed = {
        (L.NEW, L.WORKING),
        (L.WORKING, L.NURTURING),
        (L.NURTURING, L.WORKING),
        (L.WORKING, L.QUALIFIED),
        (L.NURTURING, L.QUALIFIED),
        (L.QUALIFIED, L.CONVERTED),
        (L.WORKING, L.DISQUALIFIED),
        (L.NURTURING, L.DISQUALIFIED),
        (L.DISQUALIFIED, L.RECYCLED),
        (L.RECYCLED, L.NEW),
    }
    assert {pair for pair in product(L, L) if LEAD_FLOW.allows(*pair)} == allowed


def test_an_opportunity_takes_exactly_the_steps_of_its_states() -> None:
    allowed = {
        (S.OPEN, S.WON),
        (S.OPEN, S.LOST),
        (S.LOST, S.OPEN),
        (S.OPEN, S.ON_HOLD),
        (S.ON_HOLD, S.OPEN),
    }
    assert {pair for pair in product(S, S) if OPPORTUNITY_FLOW.allows(*pair)} == allowed


@pytest.mark.parametrize(
    ("given", "kept", "wrong"),
    [
        ({"email": " a@b.example ", "phone": ""}, {"email": "a@b.example", "phone": None}, set()),
        ({"email": "nobody"}, {}, {"email"}),
        ({"phone": "call me"}, {}, {"phone"}),
        ({"country": "th"}, {"country": "TH"}, set()),
        ({"country": "ZZ", "name": "x" * 201}, {}, {"country", "name"}),
        ({"tax_id": None}, {"tax_id": None}, set()),
    ],
)
def test_a_leads_facts_are_tidied_or_refused(
    given: LeadFields, kept: LeadFields, wrong: set[str]
) -> None:
    if not wrong:
        assert clean_lead(given) == kept
        return
    with pytest.raises(Invalid) as refused:
        clean_lead(given)
    assert refused.value.fields.keys() == wrong


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("E-mail", "email"),
        ("EMAIL address", "email"),
        ("Company", "organisation"),
        (" full_name ", "name"),
        ("VAT number", "tax_id"),
        ("Shoe size", None),
        ("", None),
    ],
)
def test_heads_of_a_table_are_known_however_they_are_written(head: str, field: str | None) -> None:
    assert field_of(head) == field


def test_only_what_tells_the_campaign_is_kept_of_an_address() -> None:
    given = {"utm_source": " news ", "utm_term": "", "gclid": "x", "utm_campaign": "spring"}
    assert utm_of(given) == {"utm_source": "news", "utm_campaign": "spring"}


def test_a_forecast_weighs_by_month_owner_and_currency_and_rounds_once() -> None:
    mia, tom = UUID(int=1), UUID(int=2)

    def one(day: date | None, owner: UUID, amount: str, probability: int, cur: str) -> Expected:
        money = Money(Decimal(amount), cur)
        return Expected(
            closes_on=day, owner_id=owner, amount=money, probability=probability, number=1
        )

    found = forecast(
        [
            one(date(2026, 12, 3), mia, "0.10", 25, "EUR"),
            one(date(2026, 12, 31), mia, "0.10", 25, "EUR"),
            one(date(2026, 12, 1), tom, "100", 50, "EUR"),
            one(date(2026, 12, 1), mia, "101", 50, "JPY"),
            one(None, mia, "10", 10, "EUR"),
        ]
    )
    december = date(2026, 12, 1)
    assert [(row.month, row.owner_id, row.currency, row.weighted) for row in found] == [
        (december, mia, "EUR", Decimal("0.05")),
        (december, tom, "EUR", Decimal(50)),
        (december, mia, "JPY", Decimal(51)),
        (None, mia, "EUR", Decimal(1)),
    ]


@pytest.fixture
def us(company: UUID) -> Actor:
    return system("Mia", company=company)


@pytest.fixture
def captured(host: Host, us: Actor) -> UUID:
    origin = Origin(source=LeadSource.API, utm={"utm_source": "news"}, consent_text="Write to me")
    with host.write(us) as work:
        return capture_lead(work, ANNA, origin).id


@pytest.fixture
def qualified(host: Host, us: Actor, captured: UUID) -> UUID:
    with host.write(us) as work:
        return qualify_lead(work, captured).id


NEW = Conversion(opportunity={"name": "20 lamps", "expected": Decimal("480.50")})


def published(host: Host) -> list[str]:
    with host.read(system()) as work:
        stored = work.session.scalars(select(StoredEvent).order_by(StoredEvent.id))
        return [event.kind.rpartition(".")[2] for event in stored]


def test_a_lead_becomes_a_party_a_contact_and_an_opportunity(
    host: Host, us: Actor, qualified: UUID
) -> None:
    with host.write(us) as work:
        about = About(kind=LEAD, id=qualified)
        due = datetime(2026, 12, 1, tzinfo=UTC)
        call = {"kind": ActivityKind.CALL, "summary": "Ring", "due_at": due}
        plan_activity(work, None, call, about=about)  # type: ignore[arg-type]  # a mapping of ActivityFields
    with host.write(us) as work:
        opportunity = convert_lead(work, qualified, NEW)
    with host.read(us) as work:
        lead = work.session.get_one(Lead, qualified)
        party = work.session.get_one(Party, opportunity.party_id)
        contact = work.session.get_one(Party, opportunity.contact_id)
        points = work.session.scalars(
            select(ContactPoint.value).where(ContactPoint.party_id == party.id)
        )
        assert (party.name, contact.name) == ("Harbour Cycles Ltd", "Anna Berg")
        assert set(points) == {"anna@harbour.example", "+44 20 7946 0991"}
        assert work.session.scalars(select(PartyRelation.other_id)).all() == [party.id]
        assert (lead.state, lead.party_id, lead.opportunity_id) == (
            L.CONVERTED,
            party.id,
            opportunity.id,
        )
        assert (opportunity.utm, opportunity.note) == ({"utm_source": "news"}, "20 lamps")
        assert opportunity.money == Money(Decimal("480.50"), "EUR")
        assert work.session.scalars(select(Activity.party_id)).all() == [party.id]
        told = work.session.scalars(
            select(TimelineEntry.kind).where(TimelineEntry.party_id == party.id)
        )
        assert set(told) == {"sales.opened", "sales.lead_converted"}
        assert traits.value(work, "sales.open_opportunities", party.id) == 1
        assert traits.value(work, "sales.orders", party.id) is None
    assert [name for name in published(host) if name.startswith("Lead")] == [
        "LeadCaptured",
        "LeadConverted",
    ]


def test_a_second_of_somebody_we_have_is_made_only_by_who_says_so(
    host: Host, us: Actor, qualified: UUID
) -> None:
    with host.write(us) as work:
        known = create_party(work, {"name": "Harbor Cycles"}, roles=[Role.CUSTOMER]).id
        add_contact_point(work, known, {"kind": PointKind.PHONE, "value": "020 79460991"})
    with host.write(us) as work:
        lead = work.session.get_one(Lead, qualified)
        [alike] = alike_parties(work, lead)
        signs = {(reason.sign.value, reason.per_cent) for reason in alike.likeness.reasons}
        assert ("phone", 100) in signs
        assert any(sign == "name" and 85 < per_cent < 100 for sign, per_cent in signs)
        with pytest.raises(LooksLike, match="Harbor Cycles"):
            convert_lead(work, qualified, NEW)
    with host.write(us) as work:
        opportunity = convert_lead(work, qualified, replace(NEW, party_id=known))
        assert (opportunity.party_id, opportunity.contact_id) == (known, None)
        values = select(ContactPoint.value).where(ContactPoint.party_id == known)
        assert "anna@harbour.example" in work.session.scalars(values).all()


def test_of_two_who_convert_one_lead_one_does_and_the_other_is_told(
    host: Host, us: Actor, qualified: UUID
) -> None:
    def convert(name: str) -> str:
        try:
            with host.write(system(name, company=us.company)) as work:
                return convert_lead(work, qualified, NEW).number
        except RuleBroken as error:
            return str(error)

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(convert, ("Mia", "Tom")))
    assert sum(answer.startswith("OP-") for answer in answers) == 1
    assert sum("has converted this lead already" in answer for answer in answers) == 1
    with host.read(us) as work:
        assert len(work.session.scalars(select(Opportunity.id)).all()) == 1
        assert len(work.session.scalars(select(Party.id)).all()) == 2


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_lead_is_put_away_with_a_reason_and_comes_back(
    host: Host, us: Actor, captured: UUID
) -> None:
    with host.write(us) as work:
        lead = disqualify_lead(work, captured, Disqualified.NO_BUDGET, " Next year ")
        assert (lead.state, lead.reason_note) == (L.DISQUALIFIED, "Next year")
        with pytest.raises(IllegalTransition):
            qualify_lead(work, captured)
        recycle_lead(work, captured)
        assert (renew_lead(work, captured).state, lead.reason) == (L.NEW, None)
        work_on_lead(work, captured)
        nurture_lead(work, captured)
        with pytest.raises(IllegalTransition):
            convert_lead(work, captured, NEW)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "Anna"}, {"email"}),
        ({"email": "a@b.example"}, {"name"}),
        ({}, {"name", "email"}),
    ],
)
def test_a_lead_needs_somebody_and_a_way_to_reach_them(
    host: Host, us: Actor, fields: LeadFields, wrong: set[str]
) -> None:
    with host.write(us) as work, pytest.raises(Invalid) as refused:
        capture_lead(work, fields)
    assert refused.value.fields.keys() == wrong


Deal = Callable[..., UUID]


@pytest.fixture
def deal(host: Host, us: Actor) -> Deal:
    def make(name: str = "Lamps", expected: str = "100", stage: int = 0) -> UUID:
        with host.write(us) as work:
            party = create_party(work, {"name": f"Buyer of {name}"}).id
            pipeline = first_pipeline(work, us.company)  # type: ignore[arg-type]  # it has one
            stages = stages_of(work, pipeline.id)
            fields = {"name": name, "expected": Decimal(expected), "closes_on": date(2026, 12, 5)}
            return open_opportunity(work, party, fields, stage_id=stages[stage].id).id  # type: ignore[arg-type]  # a mapping of OpportunityFields

    return make


def test_an_opportunity_moves_unless_somebody_was_faster(
    host: Host, us: Actor, deal: Deal, company: UUID
) -> None:
    key = deal()
    with host.write(us) as work:
        stages = stages_of(work, first_pipeline(work, company).id)
        version = work.session.get_one(Opportunity, key).version
        moved = move_to_stage(work, key, stages[2].id, version=version)
        assert moved.stage_id == stages[2].id
        with pytest.raises(Stale):
            move_to_stage(work, key, stages[1].id, version=version)
        with pytest.raises(RuleBroken, match="move them"):
            change_stage(work, stages[2].id, {"active": False})


def test_an_opportunity_is_held_lost_reopened_and_won(host: Host, us: Actor, deal: Deal) -> None:
    key = deal()
    with host.write(us) as work:
        hold_opportunity(work, key, "Budget frozen")
        assert resume_opportunity(work, key).state is S.OPEN
        reason = add_reason(work, "Price")
        lost = lose_opportunity(work, key, Lost(reason_id=reason.id, competitor="Lamps R Us"))
        assert lost.closed_at is not None
        with pytest.raises(RuleBroken, match="closed"):
            move_to_stage(work, key, lost.stage_id)
        party = lost.party_id
    with host.read(us) as work:
        assert traits.value(work, "sales.lost_to", party) == "Lamps R Us"
        assert traits.value(work, "sales.open_opportunities", party) is None
    with host.write(us) as work:
        with pytest.raises(Invalid):
            reopen_opportunity(work, key, " ")
        assert reopen_opportunity(work, key, "They asked again").competitor == ""
        plain = replace(work, actor=Actor(kind=us.kind, name="Tom", companies=None))
        with pytest.raises(RuleBroken, match="accepts a quotation"):
            win_opportunity(plain, key)
        assert win_opportunity(work, key, "By phone").state is S.WON
        with pytest.raises(IllegalTransition):
            hold_opportunity(work, key)
    with host.read(us) as work:
        steps = work.session.scalars(select(StageStep).order_by(StageStep.at, StageStep.id)).all()
    assert [step.state for step in steps] == [
        S.OPEN,
        S.ON_HOLD,
        S.OPEN,
        S.LOST,
        S.OPEN,
        S.WON,
    ]
    told = [name for name in published(host) if name.startswith(("Opp", "Stage"))]
    assert told == ["OpportunityLost", "OpportunityWon"]


def test_a_board_bounds_its_columns_and_adds_up_all_of_them(
    host: Host, us: Actor, deal: Deal, company: UUID
) -> None:
    for number in range(3):
        deal(f"Deal {number}", "100.10", stage=number % 2)
    with host.read(us) as work:
        pipeline = first_pipeline(work, company).id
        columns = read_board(work, pipeline)
        assert [column.number for column in columns] == [2, 1, 0, 0]
        assert columns[0].totals == [Money(Decimal("200.20"), "EUR")]
        assert [len(column.cards) for column in columns] == [2, 1, 0, 0]
        [row] = {(one.month, one.weighted) for one in read_forecast(work)[0]}
        assert row == (date(2026, 12, 1), Decimal("45.05"))
        assert {reason.name for reason in reasons_of(work)} >= set()


def test_orders_are_told_to_who_asks_by_name(
    host: Host, us: Actor, customer: UUID, make_product: Callable[..., UUID]
) -> None:
    make_product("LAMP")
    wish = OrderWish(
        customer_id=customer,
        currency="EUR",
        lines=(LineWish(sku="LAMP", quantity=Decimal(1)),),
    )
    with host.write(us) as work:
        order, _new = draft_order(work, wish)
        assert traits.value(work, "sales.last_order", customer) is None, "a draft is none yet"
        confirm_order(work, order.id)
    with host.read(us) as work:
        last = traits.value(work, "sales.last_order", customer)
        assert last == datetime.combine(order.ordered_on, time(12), tzinfo=UTC)
        assert traits.value(work, "sales.orders", customer) == 1
    with host.write(us) as work:
        heir = create_party(work, {"name": "Heir"}).id
        merge_parties(work, heir, customer)
        again, _new = draft_order(work, wish)
        assert again.customer_id == heir, "an order for who was merged is the heir's"
    with host.read(us) as work:
        assert traits.value(work, "sales.orders", heir) == 1
        assert traits.value(work, "sales.open_amount", customer) is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/leads/", "/opportunities/", "/opportunities/board"])
def test_a_page_asks_as_much_of_ten_rows_as_of_two(
    host: Host,
    us: Actor,
    deal: Deal,
    browser_client: FlaskClient,
    count_queries: CountQueries,
    path: str,
) -> None:
    asked = []
    for rows in (2, 10):
        for number in range(rows):
            deal(f"Deal {number}")
            with host.write(us) as work:
                capture_lead(work, {"name": f"Lead {number}", "email": "a@x.example"})
        with count_queries() as counted:
            assert browser_client.get(path).status_code == 200
        asked.append(len(counted))
    assert asked[0] == asked[1]


def test_opportunities_and_leads_follow_a_merged_party(host: Host, us: Actor, deal: Deal) -> None:
    key = deal()
    with host.write(us) as work:
        old = work.session.get_one(Opportunity, key).party_id
        kept = create_party(work, {"name": "Kept"}).id
        merge = merge_parties(work, kept, old)
        assert work.session.get_one(Opportunity, key).party_id == kept
        unmerge(work, merge.id)
        assert work.session.get_one(Opportunity, key).party_id == old
    with host.read(us) as work:
        assert work.session.scalars(select(Stage.id)).all()
