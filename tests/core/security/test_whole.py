"""Rights over the whole installation are for who sees all of its companies."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from core.actor import EVERYTHING, Actor, system
from core.companies import Company
from core.host import Host
from core.security.accounts import Person
from core.security.models import CustomRole
from core.security.tokens import TokenWish, create_token
from core.testing.people import browser_of, enrol, program_of

_WHOLE = ("core.modules", "core.alerts", "core.jobs")
_PAGES = ("/modules/", "/alerts/rules")


@pytest.fixture
def other(host: Host) -> UUID:
    with host.write(system("tests")) as work:
        found = Company(name="The others", currency="USD")
        work.session.add_all(
            [found, CustomRole(name="Technician", permissions=[*_WHOLE, "core.sync"])]
        )
        work.session.flush()
        return found.id


def technician(host: Host, *companies: UUID) -> Actor:
    return enrol(
        host,
        Person(
            email="tim@tandem.example",
            name="Tim Technician",
            roles=frozenset({"Technician"}),
            companies=frozenset(companies),
            company_id=companies[0],
        ),
    )


@pytest.mark.usefixtures("other")
def test_who_sees_some_companies_only_is_refused_in_words(
    app: Flask, company: UUID, host: Host
) -> None:
    actor = technician(host, company)
    browser = browser_of(app, actor)
    for page in _PAGES:
        answer = browser.get(page)
        assert answer.status_code == 403
        assert "somebody who sees all of its companies" in answer.text
    switched = browser.post("/modules/loyalty/disable")
    assert switched.status_code == 403
    assert browser.get("/alerts/").status_code == 200  # rights inside a company stay
    assert not actor.may("core.modules")
    assert "/modules/" not in browser.get("/alerts/").text


def test_who_sees_every_company_by_name_holds_them(
    app: Flask, company: UUID, other: UUID, host: Host
) -> None:
    browser = browser_of(app, technician(host, company, other))
    assert [browser.get(page).status_code for page in _PAGES] == [200, 200]
    with host.write(system("tests")) as work:  # a company more: now some is not all
        work.session.add(Company(name="Third", currency="EUR"))
    assert [browser.get(page).status_code for page in _PAGES] == [403, 403]


@pytest.mark.usefixtures("other")
def test_an_administrator_s_token_for_one_company_switches_no_modules(
    app: Flask, admin: Actor, company: UUID, host: Host
) -> None:
    with host.write(system("tests")) as work:
        narrow = TokenWish(name="shop", scopes=frozenset({EVERYTHING}), company_id=company)
        _token, secret = create_token(work, _id_of(admin), narrow)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    assert client.get("/api/v1/modules").status_code == 403
    assert client.get("/api/v1/connections").status_code == 200
    assert program_of(app, admin).get("/api/v1/modules").status_code == 200


def _id_of(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id
