"""Somebody to test as: users with roles, the browsers and programs they come in with."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from core.actor import EVERYTHING, Actor, system
from core.host import Host
from core.security.accounts import ADMINISTRATOR, Person, create_user, new_password_hash
from core.security.callers import secret_hash, user_actor
from core.security.cookies import cookie_name
from core.security.models import BrowserSession
from core.security.sessions import open_session
from core.security.tokens import TokenWish, create_token

EMAIL = "ada@tandem.example"
PASSWORD = "a few words to remember"  # noqa: S105 - opens nothing but test databases


def administrator(company: UUID) -> Person:
    return Person(
        email=EMAIL,
        name="Ada Admin",
        roles=frozenset({ADMINISTRATOR}),
        companies=frozenset({company}),
        company_id=company,
    )


def enrol(host: Host, person: Person) -> Actor:
    """Give the person an account with PASSWORD; answers them as whoever they are in requests."""
    password_hash = _hash(person.email)
    with host.write(system("tests")) as work:
        user = create_user(work, person, password_hash)
        return user_actor(work.session, work.enabled, user.id)


@cache
def _hash(email: str) -> str:
    # Hashing is slow on purpose; once per person and run is enough.
    return new_password_hash(PASSWORD, email)


def session_cookie(host: Host, actor: Actor) -> tuple[str, str]:
    """Name and value of the cookie of a browser the actor is signed in with."""
    with host.write(system("tests")) as work:
        secret = open_session(work, _user_id(actor), "tests")
    return cookie_name(secure=host.settings.secure_cookies), secret


def browser_of(app: Flask, actor: Actor) -> FlaskClient:
    """A client that is signed in, and whose forms bear the secret of our own."""
    host: Host = app.extensions["tandem"]
    name, secret = session_cookie(host, actor)
    client = app.test_client()
    client.set_cookie(name, secret)
    # What the page's ``csrf_token()`` would answer.
    signer = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")
    client.environ_base["HTTP_X_CSRFTOKEN"] = signer.dumps(_csrf_secret(host, secret))
    return client


def _csrf_secret(host: Host, secret: str) -> str:
    wanted = BrowserSession.secret_hash == secret_hash(secret)
    with host.read(system("tests")) as work:
        return work.session.scalars(select(BrowserSession.csrf_secret).where(wanted)).one()


def program_of(app: Flask, actor: Actor, *scopes: str) -> FlaskClient:
    """A client with an API token of the actor's; without ``scopes`` it may what they may."""
    host: Host = app.extensions["tandem"]
    wish = TokenWish(name="tests", scopes=frozenset(scopes or {EVERYTHING}))
    with host.write(system("tests")) as work:
        _token, secret = create_token(work, _user_id(actor), wish)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def _user_id(actor: Actor) -> UUID:
    if actor.id is None:
        raise ValueError(f"{actor.name} is not a user")
    return actor.id
