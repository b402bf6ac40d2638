"""A POST repeated with its key happens once, and its answer is never apart from its effect."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from core.actor import Actor, system
from core.api.idempotency import StoredAnswer, forget_answers
from core.clock import utcnow
from core.host import Host
from core.ids import new_id
from core.security.accounts import ADMINISTRATOR, Person
from core.testing.people import enrol, program_of
from core.work import OURSELVES, UnitOfWork

LIST = "/api/v1/bells"
KEY = {"Idempotency-Key": "order-4711"}


def bells(client: FlaskClient) -> int:
    found = client.get(LIST).json
    assert found is not None
    return len(found["items"])


def age(host: Host, by: timedelta) -> None:
    with host.write(system("tests")) as work:
        work.session.execute(update(StoredAnswer).values(created_at=utcnow() - by))


def kept(host: Host) -> int:
    with host.read(system("tests")) as work:
        return work.session.scalar(select(func.count()).select_from(StoredAnswer)) or 0


@dataclass(frozen=True)
class Unclaimed:
    """A job's hold on the world without a queue behind it."""

    host: Host
    job_id: UUID = field(default_factory=new_id)
    stopping: bool = False

    def write(self, *, source: str = OURSELVES) -> AbstractContextManager[UnitOfWork]:
        return self.host.write(system("tests"), source=source)

    def read(self) -> AbstractContextManager[UnitOfWork]:
        return self.host.read(system("tests"))


def test_a_repeated_request_gets_the_first_answer(api_client: FlaskClient) -> None:
    first = api_client.post(LIST, json={"name": "Ben", "price": "1"}, headers=KEY)
    again = api_client.post(LIST, json={"price": "1", "name": "Ben"}, headers=KEY)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert bells(api_client) == 1


def test_a_key_used_for_something_else_is_refused(api_client: FlaskClient) -> None:
    api_client.post(LIST, json={"name": "Ben"}, headers=KEY)
    refused = api_client.post(LIST, json={"name": "Bill"}, headers=KEY)
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["type"] == "/problems/idempotency-key-reused"
    assert bells(api_client) == 1


def test_what_failed_may_be_tried_again(api_client: FlaskClient, host: Host) -> None:
    failed = api_client.post(LIST, json={"name": "cracked"}, headers=KEY)
    assert failed.status_code == 409
    assert kept(host) == 0
    assert api_client.post(LIST, json={"name": "Ben"}, headers=KEY).status_code == 201


def test_keys_of_two_callers_never_meet(
    app: Flask, host: Host, api_client: FlaskClient, company: UUID
) -> None:
    bob = Person(
        email="bob@tandem.example", name="Bob", roles=frozenset({ADMINISTRATOR}),
        companies=frozenset({company}), company_id=company,
    )  # fmt: skip
    other = program_of(app, enrol(host, bob))
    first = api_client.post(LIST, json={"name": "Ben"}, headers=KEY)
    second = other.post(LIST, json={"name": "Bill"}, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert bells(api_client) == 2


def test_many_at_once_happen_once(app: Flask, admin: Actor) -> None:
    clients = [program_of(app, admin) for _ in range(4)]

    def send(client: FlaskClient) -> tuple[int, bytes]:
        got = client.post(LIST, json={"name": "Ben"}, headers=KEY)
        return got.status_code, got.data

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, clients))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    assert bells(clients[0]) == 1


def test_an_answer_is_kept_for_a_day(api_client: FlaskClient, host: Host) -> None:
    api_client.post(LIST, json={"name": "Ben"}, headers=KEY)
    age(host, timedelta(hours=23))
    assert api_client.post(LIST, json={"name": "Ben"}, headers=KEY).headers["Idempotency-Replayed"]
    age(host, timedelta(hours=25))
    assert api_client.post(LIST, json={"name": "Bill"}, headers=KEY).status_code == 201
    assert bells(api_client) == 2


def test_old_answers_are_swept(api_client: FlaskClient, host: Host) -> None:
    for number, hours in (("1", 25), ("2", 0)):
        api_client.post(LIST, json={"name": "Ben"}, headers={"Idempotency-Key": number})
        if hours:
            age(host, timedelta(hours=hours))
    forget_answers(Unclaimed(host), {})
    assert kept(host) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ"])
def test_a_key_that_is_none_is_refused(api_client: FlaskClient, key: str) -> None:
    refused = api_client.post(
        LIST, json={"name": "Ben"}, headers={"Idempotency-Key": key.encode().decode("latin-1")}
    )
    assert refused.status_code == 422
    assert refused.json is not None
    assert [error["field"] for error in refused.json["errors"]] == ["Idempotency-Key"]
    assert bells(api_client) == 0
