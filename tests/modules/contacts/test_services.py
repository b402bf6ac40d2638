"""The verbs of parties, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from core.actor import Actor, system
from core.clock import utcnow
from core.companies import Company
from core.errors import Invalid, NotFound, Stale
from core.events import StoredEvent
from core.host import Host
from core.ids import new_id
from core.journal import History
from core.sync.documents import PartyKind
from modules.contacts.models import (
    Address,
    ContactPoint,
    Interaction,
    Party,
    PartyRole,
    TimelineEntry,
)
from modules.contacts.rules import Channel, PointKind, RelationKind, Role
from modules.contacts.services import (
    Link,
    add_address,
    add_contact_point,
    add_interaction,
    add_note,
    add_relation,
    archive_party,
    change_party,
    create_party,
    phrase,
    record,
    remove_address,
    remove_relation,
    restore_party,
    set_roles,
)


@pytest.fixture
def us(company: UUID) -> Actor:
    return system("tests", company=company)


@pytest.fixture
def acme(host: Host, us: Actor) -> UUID:
    with host.write(us) as work:
        return create_party(work, {"name": "Acme"}, roles=[Role.CUSTOMER]).id


def published(host: Host) -> list[str]:
    with host.read(system()) as work:
        stored = work.session.scalars(select(StoredEvent).order_by(StoredEvent.id))
        return [event.kind.rpartition(".")[2] for event in stored]


def test_a_party_is_stored_journaled_and_announced(host: Host, us: Actor) -> None:
    with host.write(us) as work:
        made = create_party(
            work,
            {"name": "  Nguyễn Thị Hương ", "kind": PartyKind.PERSON, "language": "vi"},
            roles=[Role.CUSTOMER, Role.SUPPLIER],
        )
    with host.read(us) as work:
        party = work.session.get_one(Party, made.id)
        roles = work.session.scalars(select(PartyRole.role)).all()
        history = work.session.scalars(select(History).where(History.record_id == made.id)).all()
    assert (party.name, party.kind, party.source) == (
        "Nguyễn Thị Hương",
        PartyKind.PERSON,
        "tandem",
    )
    assert set(roles) == {Role.CUSTOMER, Role.SUPPLIER}
    assert {row.field: row.new for row in history}["language"] == "vi"
    assert published(host) == ["PartyCreated"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"name"}),
        ({"name": "   "}, {"name"}),
        ({"name": "x" * 201}, {"name"}),
        ({"name": "a\0b"}, {"name"}),
        ({"name": "", "language": "english!"}, {"name", "language"}),
        ({"name": "A", "tax_id": "1" * 65}, {"tax_id"}),
        ({"name": "A", "owner_id": new_id()}, {"owner_id"}),
    ],
)
def test_a_bad_party_names_every_field_at_fault(
    host: Host, us: Actor, fields: Any, wrong: set[str]
) -> None:
    with pytest.raises(Invalid) as refused, host.write(us) as work:
        create_party(work, fields)
    assert refused.value.fields.keys() == wrong
    assert published(host) == []


def test_a_change_that_changes_nothing_is_no_event(host: Host, us: Actor, acme: UUID) -> None:
    with host.write(us) as work:
        assert change_party(work, acme, {"name": "Acme"}).version == 1
    assert published(host) == ["PartyCreated"]


def test_who_read_an_old_version_does_not_overwrite(host: Host, us: Actor, acme: UUID) -> None:
    with host.write(us) as work:
        change_party(work, acme, {"name": "Acme 2"}, version=1)
    with pytest.raises(Stale), host.write(us) as work:
        change_party(work, acme, {"name": "Acme 3"}, version=1)
    with host.read(us) as work:
        assert work.session.get_one(Party, acme).name == "Acme 2"


def test_archived_and_back(host: Host, us: Actor, acme: UUID) -> None:
    with host.write(us) as work:
        assert not archive_party(work, acme).active
    with host.write(us) as work:
        assert restore_party(work, acme).active
    assert published(host) == ["PartyCreated", "PartyChanged", "PartyChanged"]


def test_roles_are_replaced(host: Host, us: Actor, acme: UUID) -> None:
    with host.write(us) as work:
        set_roles(work, acme, [Role.PARTNER])
    with host.read(us) as work:
        assert work.session.scalars(select(PartyRole.role)).all() == [Role.PARTNER]


def test_the_preference_moves_within_a_kind(host: Host, us: Actor, acme: UUID) -> None:
    def add(kind: PointKind, value: str) -> UUID:
        with host.write(us) as work:
            fields: Any = {"kind": kind, "value": value, "preferred": True}
            return add_contact_point(work, acme, fields).id

    first = add(PointKind.EMAIL, "a@example.com")
    second = add(PointKind.EMAIL, "b@example.com")
    phone = add(PointKind.PHONE, "030 1234")
    with host.read(us) as work:
        preferred = work.session.scalars(select(ContactPoint.id).where(ContactPoint.preferred))
        assert set(preferred) == {second, phone} != {first}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (PointKind.EMAIL, "nobody"),
        (PointKind.EMAIL, "a@b@c.de"),
        (PointKind.EMAIL, "a b@c.de"),
        (PointKind.EMAIL, "a@localhost"),
        (PointKind.PHONE, "call me"),
        (PointKind.PHONE, "12"),
        (PointKind.PHONE, "+1234567890123456"),
        (PointKind.MOBILE, ""),
        (PointKind.WEBSITE, "javascript:alert(1)"),
        (PointKind.WEBSITE, "https://"),
        (PointKind.OTHER, " "),
    ],
)
def test_what_is_no_contact_point_is_refused_in_words(
    host: Host, us: Actor, acme: UUID, kind: PointKind, value: str
) -> None:
    with pytest.raises(Invalid) as refused, host.write(us) as work:
        add_contact_point(work, acme, {"kind": kind, "value": value})
    assert refused.value.fields["value"].endswith(".")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (PointKind.EMAIL, "hương@ví-dụ.vn"),
        (PointKind.PHONE, "+49 (30) 123-45 67 ext 12"),
        (PointKind.WEBSITE, "https://example.com/a?b=1#c"),
        (PointKind.WEBSITE, "www.example.com:8080"),
        (PointKind.OTHER, "@handle"),
    ],
)
def test_what_is_one_is_taken(
    host: Host, us: Actor, acme: UUID, kind: PointKind, value: str
) -> None:
    with host.write(us) as work:
        assert add_contact_point(work, acme, {"kind": kind, "value": value}).value == value


def test_an_address_needs_something_and_a_real_country(host: Host, us: Actor, acme: UUID) -> None:
    for fields, wrong in (({}, "street"), ({"city": "Berlin", "country": "XX"}, "country")):
        with pytest.raises(Invalid) as refused, host.write(us) as work:
            add_address(work, acme, fields)  # type: ignore[arg-type]  # two shapes in one table
        assert refused.value.fields.keys() == {wrong}
    with host.write(us) as work:
        address = add_address(work, acme, {"city": "Berlin", "country": "de"})
        assert address.country == "DE"
        remove_address(work, address.id)
    with host.read(us) as work:
        assert not work.session.scalars(select(Address)).one().active


def test_relations_stay_inside_a_company_and_are_there_once(
    host: Host, us: Actor, acme: UUID
) -> None:
    with host.write(us) as work:
        anna = create_party(work, {"name": "Anna", "kind": PartyKind.PERSON}).id
        other = Company(name="Elsewhere", currency="EUR")
        work.session.add(other)
        work.session.flush()
        stranger = create_party(
            replace(work, actor=system("tests", company=other.id)), {"name": "Stranger"}
        ).id
        relation = add_relation(work, anna, acme, {"kind": RelationKind.WORKS_FOR})
    for who, whom in ((anna, acme), (anna, anna), (acme, stranger), (acme, new_id())):
        with pytest.raises(Invalid) as refused, host.write(us) as work:
            add_relation(work, who, whom, {"kind": RelationKind.WORKS_FOR})
        assert refused.value.fields.keys() == {"other_id"}
    with host.write(us) as work:
        remove_relation(work, relation.id)


def test_an_interaction_has_one_line_in_the_timeline(host: Host, us: Actor, acme: UUID) -> None:
    yesterday = utcnow() - timedelta(days=1)
    with host.write(us) as work:
        add_interaction(
            work,
            acme,
            {"channel": Channel.CALL, "text": "Wants 20", "happened_at": yesterday},
        )
        add_note(work, acme, "Likes tea")
    with host.read(us) as work:
        lines = work.session.scalars(
            select(TimelineEntry).order_by(TimelineEntry.happened_at)
        ).all()
        texts = dict(work.session.execute(select(Interaction.id, Interaction.text)).all())
    assert [line.kind for line in lines] == ["contacts.call", "contacts.note"]
    assert [texts[line.interaction_id] for line in lines if line.interaction_id] == [
        "Wants 20",
        "Likes tea",
    ]


def test_nothing_happened_tomorrow(host: Host, us: Actor, acme: UUID) -> None:
    tomorrow = utcnow() + timedelta(days=1)
    with pytest.raises(Invalid) as refused, host.write(us) as work:
        add_interaction(work, acme, {"text": "x", "happened_at": tomorrow})
    assert refused.value.fields.keys() == {"happened_at"}


def test_other_modules_write_lines_with_a_link(host: Host, us: Actor, acme: UUID) -> None:
    with host.write(us) as work:
        record(
            work,
            acme,
            kind="sales.confirmed",
            text=phrase("Order %(number)s confirmed", number="SO-1"),
            link=Link("sales_pages.order", {"key": "1"}),
        )
    with host.read(us) as work:
        line = work.session.scalars(select(TimelineEntry)).one()
    assert (line.text, line.params) == ("Order %(number)s confirmed", {"number": "SO-1"})
    assert (line.link, line.source) == ("sales_pages.order", "tandem")
    with pytest.raises(NotFound), host.write(us) as work:
        record(work, new_id(), kind="sales.confirmed", text="x")


VERBS: list[Callable[[Any, UUID], Any]] = [
    lambda work, key: change_party(work, key, {"name": "Mine"}),
    archive_party,
    lambda work, key: add_note(work, key, "Hello"),
    lambda work, key: add_address(work, key, {"city": "Rome"}),
    lambda work, key: add_contact_point(work, key, {"kind": PointKind.OTHER, "value": "x"}),
    lambda work, key: set_roles(work, key, []),
]


@pytest.mark.parametrize("verb", VERBS)
def test_another_company_is_not_there(host: Host, acme: UUID, verb: Any) -> None:
    stranger = replace(system("stranger"), companies=frozenset({new_id()}))
    with pytest.raises(NotFound), host.write(stranger) as work:
        verb(work, acme)
