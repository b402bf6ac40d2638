"""Users and roles: what may be entered, and who may give what to whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core.actor import Actor, system
from core.errors import Forbidden, Invalid, RuleBroken, Stale
from core.host import Host
from core.ids import new_id
from core.journal import History
from core.security.accounts import (
    ADMINISTRATOR,
    Person,
    create_user,
    edit_user,
    roles_of,
    set_password,
)
from core.security.callers import by_session, user_actor
from core.security.models import BrowserSession, CustomRole, User
from core.security.profile import replace_password
from core.security.roles import create_role, delete_role, edit_role
from core.security.sessions import open_session

BEN = Person(email="ben@example.com", name="Ben")


def add(host: Host, person: Person, actor: Actor | None = None) -> UUID:
    with host.write(actor or system()) as work:
        return create_user(work, person, "hash").id


def edit(host: Host, key: UUID, person: Person, actor: Actor | None = None) -> None:
    with host.write(actor or system()) as work:
        edit_user(work, key, work.session.get_one(User, key).version, person)


def role(host: Host, name: str, *permissions: str) -> UUID:
    with host.write(system()) as work:
        return create_role(work, name, permissions).id


def actor_of(host: Host, key: UUID) -> Actor:
    with host.read(system()) as work:
        return user_actor(work.session, work.enabled, key)


@pytest.fixture
def manager(host: Host, company: UUID) -> Actor:
    """Somebody who manages users and is no administrator."""
    role(host, "Manager", "core.users", "core.sync")
    person = Person(
        email="mia@example.com",
        name="Mia",
        roles=frozenset({"Manager"}),
        companies=frozenset({company}),
    )
    return actor_of(host, add(host, person))


def test_a_user_has_what_all_their_roles_give(host: Host, company: UUID) -> None:
    role(host, "One", "core.sync")
    role(host, "Other", "core.sync", "core.history")
    person = replace(
        BEN, roles=frozenset({"One", "Other"}), companies=frozenset({company}), company_id=company
    )
    actor = actor_of(host, add(host, person))
    assert actor.permissions == {"core.sync", "core.history"}
    assert actor.companies == frozenset({company})
    assert actor.company == company


def test_without_companies_one_sees_nothing_and_an_administrator_all(host: Host) -> None:
    assert actor_of(host, add(host, BEN)).companies == frozenset()
    ada = replace(BEN, email="ada@example.com", roles=frozenset({ADMINISTRATOR}))
    assert actor_of(host, add(host, ada)).companies is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "ben"}, "email"),
        ({"email": "ben @example.com"}, "email"),
        ({"email": "x" * 250 + "@example.com"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"roles": frozenset({"Nobody's"})}, "roles"),
        ({"companies": frozenset({new_id()})}, "companies"),
        ({"company_id": new_id()}, "companies"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_what_is_wrong_is_named(host: Host, change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        add(host, replace(BEN, **change))  # type: ignore[arg-type]  # a table of any field
    assert set(raised.value.fields) == {field}
    with host.read(system()) as work:
        assert work.session.scalar(select(func.count()).select_from(User)) == 0


def test_two_people_never_differ_by_a_capital_letter(host: Host) -> None:
    add(host, BEN)
    with pytest.raises(Invalid, match="Somebody else"):
        add(host, replace(BEN, email=" BEN@Example.COM "))


def test_a_stale_form_changes_nothing(host: Host) -> None:
    key = add(host, BEN)
    edit(host, key, replace(BEN, name="Benjamin"))
    with pytest.raises(Stale), host.write(system()) as work:
        edit_user(work, key, 1, replace(BEN, name="Benny"))
    with host.read(system()) as work:
        assert work.session.get_one(User, key).name == "Benjamin"


@pytest.mark.parametrize(
    "change", [{"roles": frozenset()}, {"active": False}], ids=["demoted", "deactivated"]
)
def test_the_last_administrator_stays(host: Host, admin: Actor, change: dict[str, object]) -> None:
    assert admin.id
    person = Person(email="ada@tandem.example", name="Ada", roles=frozenset({ADMINISTRATOR}))
    with pytest.raises(RuleBroken, match="last administrator"):
        edit(host, admin.id, replace(person, **change), admin)  # type: ignore[arg-type]  # a table
    add(host, replace(BEN, roles=frozenset({ADMINISTRATOR})))
    edit(host, admin.id, replace(person, **change), admin)  # type: ignore[arg-type]  # likewise


def test_two_administrators_do_not_demote_each_other(host: Host) -> None:
    keys = [
        add(host, Person(email=f"{n}@b.example", name=n, roles=frozenset({ADMINISTRATOR})))
        for n in ("ada", "ben")
    ]

    def demote(key: UUID) -> str:
        try:
            edit(host, key, Person(email=f"{key.hex}@b.example", name="demoted"))
        except RuleBroken as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(demote, keys))
    assert outcomes[1] == "done"
    assert "last administrator" in outcomes[0]


def test_nobody_gives_more_than_they_have(host: Host, manager: Actor) -> None:
    role(host, "Sync", "core.sync")
    role(host, "History", "core.history")
    key = add(host, replace(BEN, roles=frozenset({"Sync"})), manager)
    for wanted in ("History", ADMINISTRATOR):
        with pytest.raises(Forbidden, match=wanted):
            edit(host, key, replace(BEN, roles=frozenset({wanted})), manager)
        with pytest.raises(Forbidden, match=wanted):
            add(host, replace(BEN, email="x@example.com", roles=frozenset({wanted})), manager)
    with host.read(system()) as work:
        assert roles_of(work, key) == {"Sync"}


def test_nobody_manages_those_who_may_more(host: Host, manager: Actor, admin: Actor) -> None:
    assert admin.id
    with pytest.raises(Forbidden), host.write(manager) as work:
        set_password(work, admin.id, "mine now")
    with pytest.raises(Forbidden):
        edit(host, admin.id, Person(email="mia2@example.com", name="Mine"), manager)


@pytest.mark.parametrize("how", ["deactivated", "password"])
def test_who_is_shut_out_is_out_everywhere(host: Host, how: str) -> None:
    key = add(host, BEN)
    with host.write(system()) as work:
        secret = open_session(work, key, "browser")
    if how == "deactivated":
        _another_admin(host)
        edit(host, key, replace(BEN, active=False))
    else:
        with host.write(system()) as work:
            set_password(work, key, "another")
    with host.database.session(writes=False) as session:
        assert by_session(session, host.registry, secret) is None
        assert session.scalar(select(func.count()).select_from(BrowserSession)) == 0


def _another_admin(host: Host) -> UUID:
    return add(host, Person(email="a@b.example", name="A", roles=frozenset({ADMINISTRATOR})))


def test_one_s_own_new_password_keeps_this_browser_alone(host: Host) -> None:
    key = add(host, BEN)
    with host.write(system()) as work:
        here, there = open_session(work, key, "here"), open_session(work, key, "there")
    with host.database.session(writes=False) as session:
        caller = by_session(session, host.registry, here)
        assert caller
    with host.write(caller.actor) as work:
        replace_password(work, key, "new", old_hash="hash", session_id=caller.credential_id)
    with host.database.session(writes=False) as session:
        assert by_session(session, host.registry, here)
        assert by_session(session, host.registry, there) is None
    with pytest.raises(Stale), host.write(caller.actor) as work:
        replace_password(work, key, "newer", old_hash="hash", session_id=caller.credential_id)


def test_what_was_given_and_taken_is_history_but_no_hash(host: Host, admin: Actor) -> None:
    key = add(host, BEN, admin)
    edit(host, key, replace(BEN, roles=frozenset({ADMINISTRATOR})), admin)
    with host.write(admin) as work:
        set_password(work, key, "secret-hash")
    with host.read(system()) as work:
        rows = work.session.scalars(select(History).where(History.record_id == key)).all()
    told = {(row.field, str(row.old), str(row.new), row.actor) for row in rows}
    assert ("roles", "[]", "['Administrator']", "Ada Admin") in told
    assert ("password", "None", "set", "Ada Admin") in told
    assert "hash" not in str([(row.old, row.new) for row in rows])


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "Administrator", "Taken"])
def test_a_role_s_name_is_its_own(host: Host, name: str) -> None:
    role(host, "Taken")
    with pytest.raises(Invalid) as raised:
        role(host, name)
    assert set(raised.value.fields) == {"name"}


def test_a_role_gives_only_what_there_is(host: Host, manager: Actor) -> None:
    with pytest.raises(Invalid, match=r"core\.nonsense"):
        role(host, "New", "core.nonsense")
    with pytest.raises(Forbidden, match=r"core\.history"), host.write(manager) as work:
        create_role(work, "New", ["core.history"])


def test_roles_change_for_all_who_have_them(host: Host) -> None:
    key = role(host, "Clerk", "core.sync")
    ben = add(host, replace(BEN, roles=frozenset({"Clerk"})))
    with host.write(system()) as work:
        edit_role(work, key, 1, ["core.history"])
    assert actor_of(host, ben).permissions == {"core.history"}
    with pytest.raises(Stale), host.write(system()) as work:
        edit_role(work, key, 1, [])
    with pytest.raises(RuleBroken), host.write(system()) as work:
        delete_role(work, key)


def test_a_manager_takes_nothing_they_do_not_have(host: Host, manager: Actor) -> None:
    key = role(host, "Historian", "core.history", "core.sync")
    for wanted in ([], ["core.sync"]):
        with pytest.raises(Forbidden), host.write(manager) as work:
            edit_role(work, key, 1, wanted)
    with host.write(manager) as work:
        edit_role(work, key, 1, ["core.history"])
    with pytest.raises(Forbidden), host.write(manager) as work:
        delete_role(work, key)


def test_a_disabled_module_s_permissions_come_back_with_it(host: Host) -> None:
    key = role(host, "Clerk", "contacts.read", "core.sync")
    with host.read(system()) as work:
        names = [one.name for one in work.enabled.modules if one.name in host.registry.modules]
    for name in reversed(names):
        host.disable(name)
    with host.write(system()) as work:
        edit_role(work, key, 1, [])
    with host.read(system()) as work:
        assert work.session.get_one(CustomRole, key).permissions == ["contacts.read"]
