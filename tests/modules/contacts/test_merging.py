"""Two parties made one and two again: with their plan, their story and the records of others."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from core.actor import Actor, system
from core.errors import RuleBroken
from core.host import Host
from core.search import matching
from core.sync.bindings import ConnectionBindings
from core.sync.models import Binding, Connection
from modules.contacts.kinds import PARTY
from modules.contacts.models import (
    ContactPoint,
    ExternalIdentity,
    Party,
    PartyRelation,
    TimelineEntry,
)
from modules.contacts.rules import IdentityStatus, PointKind, RelationKind, Role
from modules.contacts.rules.likeness import Known, Sign, likeness
from modules.contacts.services import (
    add_address,
    add_contact_point,
    add_note,
    add_relation,
    change_party,
    create_party,
)
from modules.contacts.services.duplicates import alike_of, find_alike, find_pairs
from modules.contacts.services.following import standing
from modules.contacts.services.merge_plan import Side, plan_merge
from modules.contacts.services.merging import merge_parties, unmerge

HARBOUR = Known(
    name="Harbour Cycles Ltd",
    tax_id="GB 123 4567",
    emails=("Info@harbour.example",),
    phones=("+44 20 7946 0991",),
)


@pytest.mark.parametrize(
    ("other", "signs", "score"),
    [
        (Known(name="X", tax_id="gb1234567"), {Sign.TAX_ID}, range(95, 96)),
        (Known(name="X", emails=("info@HARBOUR.example",)), {Sign.EMAIL}, range(90, 91)),
        (Known(name="X", emails=("jo@harbour.example",)), {Sign.DOMAIN}, range(35, 36)),
        (Known(name="X", phones=("020 79460991",)), {Sign.PHONE}, range(75, 76)),
        (Known(name="cycles harbour limited"), {Sign.NAME}, range(80, 81)),
        (Known(name="Harbor Cycles"), {Sign.NAME}, range(70, 80)),
        (
            Known(name="Harbor Cycles", phones=("0044207946 0991",)),
            {Sign.NAME, Sign.PHONE},
            range(90, 96),
        ),
        (Known(name="Harbour Bakery"), set(), range(1)),
        (Known(name="X", emails=("me@gmail.com",), phones=("123",)), set(), range(1)),
    ],
)
def test_signs_say_why_two_look_alike(other: Known, signs: set[Sign], score: range) -> None:
    found = likeness(HARBOUR, other)
    assert {reason.sign for reason in found.reasons} == signs
    assert found.score in score
    assert found.likely is (found.score >= 60)


def test_strangers_at_one_mail_host_are_not_alike() -> None:
    one, other = (Known(name=name, emails=(f"{name}@gmail.com",)) for name in ("Ann", "Bob"))
    assert likeness(one, other).score == 0


@pytest.fixture
def us(company: UUID) -> Actor:
    return system("Mia", company=company)


@pytest.fixture
def pair(host: Host, us: Actor) -> tuple[UUID, UUID]:
    with host.write(us) as work:
        kept = create_party(
            work, {"name": "Müller GmbH", "tax_id": "DE1", "note": ""}, roles=[Role.CUSTOMER]
        )
        other = create_party(
            work,
            {"name": "Mueller & Söhne", "number": "C-9", "note": "Calls before ten"},
            roles=[Role.CUSTOMER, Role.PARTNER],
        )
        for party, value in ((kept, "info@mueller.example"), (other, "INFO@mueller.example")):
            add_contact_point(work, party.id, {"kind": PointKind.EMAIL, "value": value})
        add_contact_point(work, other.id, {"kind": PointKind.PHONE, "value": "+49 30 1234567"})
        add_address(work, other.id, {"city": "Berlin", "country": "DE"})
        add_note(work, other.id, "They want lamps")
        hub = create_party(work, {"name": "Hub"}).id
        for party_id in (kept.id, other.id):
            add_relation(work, party_id, hub, {"kind": RelationKind.BUYS_FOR})
        add_relation(work, other.id, hub, {"kind": RelationKind.INFLUENCES})
        work.session.add(
            ExternalIdentity(
                company_id=kept.company_id,
                party_id=other.id,
                system="shop",
                entity="customer",
                external_id="7",
            )
        )
        return kept.id, other.id


def snapshot(host: Host, us: Actor, ids: tuple[UUID, UUID]) -> dict[str, object]:
    """All of the two that merging may touch, but the lines it adds to the timeline."""
    with host.read(us) as work:
        rows = work.session
        parties = select(Party).where(Party.id.in_(ids)).order_by(Party.id)
        points = select(ContactPoint.party_id, ContactPoint.value).order_by(ContactPoint.id)
        told = select(TimelineEntry.party_id, TimelineEntry.kind).order_by(TimelineEntry.id)
        relations = select(PartyRelation.party_id, PartyRelation.kind).order_by(PartyRelation.id)
        identities = select(ExternalIdentity.party_id, ExternalIdentity.status)
        return {
            "parties": [
                (one.name, one.number, one.tax_id, one.note, one.active, one.merged_into_id)
                for one in rows.scalars(parties)
            ],
            "points": [tuple(row) for row in rows.execute(points)],
            "told": [
                tuple(row) for row in rows.execute(told.where(~TimelineEntry.kind.like("%merged")))
            ],
            "relations": [tuple(row) for row in rows.execute(relations)],
            "identities": [tuple(row) for row in rows.execute(identities)],
            "found": set(rows.scalars(matching(PARTY, "mueller"))),
        }


def test_two_that_share_an_address_are_found(
    host: Host, us: Actor, pair: tuple[UUID, UUID]
) -> None:
    kept, other = pair
    with host.read(us) as work:
        [alike] = alike_of(work, kept)
        assert (alike.id, {reason.sign for reason in alike.likeness.reasons}) == (
            other,
            {Sign.EMAIL},
        )
        assert [(one.one.id, one.other.id) for one in find_pairs(work)] == [pair]
        unknown = Known(name="Muller Gmbh", phones=("030 1234567",))
        assert {one.id for one in find_alike(work, unknown)} == {kept, other}


def test_the_plan_says_field_by_field_what_merging_would_do(
    host: Host, us: Actor, pair: tuple[UUID, UUID]
) -> None:
    with host.read(us) as work:
        plan = plan_merge(work, *pair)
    differs = {choice.field: choice.proposed for choice in plan.choices if choice.differs}
    assert differs == {
        "name": Side.KEPT,
        "number": Side.OTHER,
        "tax_id": Side.KEPT,
        "note": Side.OTHER,
    }
    assert plan.brings["contact_points"] == 1
    assert plan.brings["addresses"] == 1
    assert plan.brings["timeline"] == 1


def test_two_become_one_and_two_again(host: Host, us: Actor, pair: tuple[UUID, UUID]) -> None:
    kept, other = pair
    before = snapshot(host, us, pair)
    with host.write(us) as work:
        merge = merge_parties(work, kept, other, {"note": Side.KEPT})
    after = snapshot(host, us, pair)
    assert after["parties"][0] == ("Müller GmbH", "C-9", "DE1", "", True, None)  # type: ignore[index]  # a list
    assert after["told"] == [(kept, "contacts.note")]
    assert after["identities"] == [(kept, IdentityStatus.ALIAS)]
    assert after["found"] == {kept}, "the kept one is found by the other's name too"
    assert [row[0] for row in after["relations"]] == [kept, other, kept], "none twice"  # type: ignore[attr-defined]  # a list
    with host.write(us) as work:
        assert standing(work, other) == kept
        with pytest.raises(RuleBroken, match="part of another"):
            merge_parties(work, kept, other)
        change_party(work, kept, {"number": "C-10"})
    with host.write(us) as work:
        assert unmerge(work, merge.id) == ["number"], "it was changed since, and stays"
        assert standing(work, other) == other
        change_party(work, kept, {"number": None})
    assert snapshot(host, us, pair) == before
    with host.write(us) as work, pytest.raises(RuleBroken, match="already"):
        unmerge(work, merge.id)


def test_a_chain_of_merges_is_undone_in_any_order(
    host: Host, us: Actor, pair: tuple[UUID, UUID]
) -> None:
    kept, other = pair
    with host.write(us) as work:
        heir = create_party(work, {"name": "Heir"}).id
    before = snapshot(host, us, pair)
    with host.write(us) as work:
        first = merge_parties(work, kept, other).id
        second = merge_parties(work, heir, kept).id
        assert standing(work, other) == heir
    for merge in (first, second):
        with host.write(us) as work:
            unmerge(work, merge)
    assert snapshot(host, us, pair) == before


def test_the_erps_id_goes_along_where_only_the_merged_one_is_known(
    host: Host, us: Actor, company: UUID, pair: tuple[UUID, UUID]
) -> None:
    kept, other = pair
    with host.write(us) as work:
        shops = [Connection(company_id=company, connector="fake", name=name) for name in "AB"]
        work.session.add_all(shops)
        work.session.flush()
        ConnectionBindings(work, shops[0]).bind(PARTY, {"a1": kept, "a2": other})
        ConnectionBindings(work, shops[1]).bind(PARTY, {"b2": other})
        plan = plan_merge(work, kept, other)
        assert {one.connection: one.goes_along for one in plan.in_erps} == {"A": False, "B": True}
        merge = merge_parties(work, kept, other).id

    def bound() -> dict[str, UUID]:
        with host.read(us) as work:
            rows = work.session.execute(select(Binding.external_id, Binding.local_id))
            return {str(row[0]): row[1] for row in rows}

    assert bound() == {"a1": kept, "a2": other, "b2": kept}
    with host.write(us) as work:
        unmerge(work, merge)
    assert bound() == {"a1": kept, "a2": other, "b2": other}
