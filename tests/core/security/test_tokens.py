"""Tokens: what they may, and when they may nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, text

from core.actor import Actor, ActorKind, system
from core.clock import utcnow
from core.companies import Company
from core.errors import Invalid, NotFound
from core.host import Host
from core.security.accounts import Person, create_user, edit_user
from core.security.callers import Caller, by_token
from core.security.models import CustomRole, Token, User
from core.security.tokens import TokenWish, create_token, list_tokens, revoke_token, use_token
from core.testing.plugin import CountQueries

CLERK = frozenset({"core.history", "core.sync"})


@pytest.fixture
def clerk(host: Host, company: UUID) -> UUID:
    """Somebody with two permissions, in one company."""
    with host.write(system()) as work:
        work.session.add(CustomRole(name="Clerk", permissions=sorted(CLERK)))
        person = Person(
            email="clerk@example.com",
            name="Cleo Clerk",
            roles=frozenset({"Clerk"}),
            companies=frozenset({company}),
            company_id=company,
        )
        work.session.flush()
        return create_user(work, person, "no password").id


def made(host: Host, user_id: UUID, *scopes: str, **more: object) -> tuple[UUID, str]:
    wish = TokenWish(name="shop", scopes=frozenset(scopes), **more)  # type: ignore[arg-type]  # by name
    with host.write(system()) as work:
        token, secret = create_token(work, user_id, wish)
    return token.id, secret


def found(host: Host, secret: str) -> Caller | None:
    with host.database.session(writes=False) as session:
        return by_token(session, host.registry, secret)


def actor_of(host: Host, secret: str) -> Actor:
    caller = found(host, secret)
    assert caller is not None
    return caller.actor


def test_the_secret_is_shown_once_and_not_kept(host: Host, clerk: UUID) -> None:
    token_id, secret = made(host, clerk, "core.sync")
    assert secret.startswith("tdm_")
    with host.read(system()) as work:
        row = work.session.execute(text("SELECT * FROM core_token")).one()
        assert secret not in str(row)
        kept = work.session.get_one(Token, token_id)
    assert secret.startswith(kept.prefix)
    assert len(kept.prefix) == 8


def test_a_token_acts_for_its_user_within_its_scopes(
    host: Host, clerk: UUID, company: UUID
) -> None:
    actor = actor_of(host, made(host, clerk, "core.sync", "core.users")[1])
    assert actor.kind is ActorKind.TOKEN
    assert actor.id == clerk
    assert actor.name == "Cleo Clerk (shop)"
    assert actor.permissions == {"core.sync"}, "core.users is not the clerk's to give"
    assert actor.companies == frozenset({company})
    assert actor.company == company


def test_a_token_for_all_has_what_its_user_has_now(host: Host, clerk: UUID) -> None:
    _, secret = made(host, clerk, "*")
    assert actor_of(host, secret).permissions == CLERK
    with host.write(system()) as work:
        work.session.scalars(select(CustomRole)).one().permissions = ["core.history"]
    assert actor_of(host, secret).permissions == {"core.history"}


def test_an_administrator_s_token_is_narrowed_too(host: Host, admin: Actor) -> None:
    assert admin.id
    actor = actor_of(host, made(host, admin.id, "core.sync")[1])
    assert actor.permissions == {"core.sync"}
    assert not actor.may("core.users")
    assert actor.companies is None


def test_a_token_for_one_company_sees_no_other(host: Host, admin: Actor, clerk: UUID) -> None:
    with host.write(system()) as work:
        other = Company(name="Other", currency="THB")
        work.session.add(other)
        work.session.flush()
    assert admin.id
    wide = actor_of(host, made(host, admin.id, "*", company_id=other.id)[1])
    assert wide.companies == frozenset({other.id})
    assert wide.company == other.id
    foreign = actor_of(host, made(host, clerk, "*", company_id=other.id)[1])
    assert foreign.companies == frozenset(), "the clerk does not see that company"
    assert foreign.company is None


def test_a_revoked_token_is_nobody(host: Host, clerk: UUID) -> None:
    token_id, secret = made(host, clerk, "*")
    with host.write(system()) as work:
        revoke_token(work, token_id)
    assert found(host, secret) is None
    with host.read(system()) as work:
        assert list_tokens(work) == []


def test_one_revokes_only_one_s_own(host: Host, clerk: UUID, admin: Actor) -> None:
    token_id, secret = made(host, clerk, "*")
    with pytest.raises(NotFound), host.write(system()) as work:
        revoke_token(work, token_id, owner=admin.id)
    assert found(host, secret)


def test_an_expired_token_is_nobody(host: Host, clerk: UUID) -> None:
    _, secret = made(host, clerk, "*", expires_at=utcnow() + timedelta(days=1))
    assert found(host, secret)
    with time_machine.travel(utcnow() + timedelta(days=1, seconds=1)):
        assert found(host, secret) is None


def test_the_token_of_somebody_who_left_is_nobody(host: Host, clerk: UUID, admin: Actor) -> None:
    _, secret = made(host, clerk, "*")
    with host.write(admin) as work:
        user = work.session.get_one(User, clerk)
        gone = Person(email=user.email, name=user.name, active=False)
        edit_user(work, clerk, user.version, gone)
    assert found(host, secret) is None


@pytest.mark.parametrize("secret", ["", "tdm_", "tdm_wrong", "' OR 1=1 --", "\0", "ก" * 500])
def test_other_words_are_nobody(host: Host, clerk: UUID, secret: str) -> None:
    made(host, clerk, "*")
    assert found(host, secret) is None


def test_who_calls_and_what_is_on_is_one_query(
    host: Host, clerk: UUID, count_queries: CountQueries
) -> None:
    _, secret = made(host, clerk, "*")
    found(host, secret)  # the registry learns what is on
    with count_queries() as queries:
        caller = found(host, secret)
    assert len(queries) == 1, queries
    assert caller is not None
    assert caller.enabled.names >= {"core"}


def test_use_is_written_down_once_a_minute(host: Host, clerk: UUID) -> None:
    token_id, _ = made(host, clerk, "*")
    start = utcnow()
    used = []
    for seconds in (0, 30, 59, 61):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            with host.write(system()) as work:
                use_token(work, token_id)
            with host.read(system()) as work:
                at = work.session.get_one(Token, token_id).used_at
            assert at
            used.append((at - start).total_seconds())
    assert used == pytest.approx([0, 0, 0, 61], abs=0.01)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (TokenWish(name=" ", scopes=frozenset({"*"})), "name"),
        (TokenWish(name="shop", scopes=frozenset()), "scopes"),
        (TokenWish(name="shop", scopes=frozenset({"core.nonsense"})), "scopes"),
        (
            TokenWish(
                name="shop", scopes=frozenset({"*"}), expires_at=utcnow() - timedelta(days=1)
            ),
            "expires_at",
        ),
    ],
)
def test_bad_wishes_name_the_field(host: Host, clerk: UUID, wish: TokenWish, field: str) -> None:
    with pytest.raises(Invalid) as raised, host.write(system()) as work:
        create_token(work, clerk, wish)
    assert set(raised.value.fields) == {field}
