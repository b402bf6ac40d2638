"""What a module's API does by saying what it shows and takes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields, post_dump
from werkzeug.test import TestResponse

from core.api.serializer import RowSerializer
from core.testing.plugin import CountQueries

LIST = "/api/v1/bells"


def json_of(answer: TestResponse) -> Any:
    return answer.json


def test_a_list_is_what_its_schema_dumps(
    api_client: FlaskClient, three_bells: list[UUID], dumped: list[Any]
) -> None:
    got = api_client.get(LIST)
    assert got.status_code == 200
    assert got.json == {"items": dumped, "next": None}
    assert [item["id"] for item in dumped] == [str(key) for key in three_bells]
    assert dumped[0]["price"] == "1200.5"
    assert dumped[0]["cast_at"] == "2026-01-02T03:00:00Z"
    assert dumped[2]["cast_at"] == "2026-01-02T03:04:05.000006Z"


def test_next_leads_through_the_list(api_client: FlaskClient, three_bells: list[UUID]) -> None:
    seen: list[str] = []
    after: dict[str, str] = {}
    for _ in three_bells:
        got = api_client.get(LIST, query_string={"limit": 1, "sort": "-name", **after}).json
        assert got is not None
        seen += [item["name"] for item in got["items"]]
        after = {"after": got["next"]}
    assert seen == ["Tiny", "Old", "Big"]
    assert after == {"after": None}


def test_a_page_costs_the_same_queries_whatever_it_holds(
    api_client: FlaskClient, three_bells: list[UUID], count_queries: CountQueries
) -> None:
    api_client.get(LIST)
    with count_queries() as of_one:
        assert len(json_of(api_client.get(LIST, query_string={"limit": 1}))["items"]) == 1
    with count_queries() as of_all:
        assert len(json_of(api_client.get(LIST))["items"]) == len(three_bells)
    assert len(of_all) == len(of_one) <= 3


def test_a_record_comes_and_goes_with_its_version(
    api_client: FlaskClient, three_bells: list[UUID]
) -> None:
    address = f"{LIST}/{three_bells[0]}"
    etag = api_client.get(address).headers["ETag"]
    assert api_client.get(address, headers={"If-None-Match": etag}).status_code == 304
    renamed = api_client.patch(address, json={"name": "Ben"}, headers={"If-Match": etag})
    assert (renamed.status_code, json_of(renamed)["name"]) == (200, "Ben")
    assert renamed.headers["ETag"] != etag
    stale = api_client.patch(address, json={"name": "Bill"}, headers={"If-Match": etag})
    assert (stale.status_code, json_of(stale)["type"]) == (412, "/problems/crm.stale")
    assert json_of(api_client.get(address))["name"] == "Ben"


def test_what_is_deleted_is_gone(api_client: FlaskClient, three_bells: list[UUID]) -> None:
    address = f"{LIST}/{three_bells[0]}"
    gone = api_client.delete(address)
    assert (gone.status_code, gone.data) == (204, b"")
    assert api_client.get(address).status_code == 404


def test_decimals_and_times_survive_the_way_in_and_out(api_client: FlaskClient) -> None:
    body = {"name": "Ben", "price": "0.0001", "cast_at": "2026-01-02T03:00:00+07:00"}
    made = api_client.post(LIST, json=body)
    assert made.status_code == 201
    shown = json_of(api_client.get(f"{LIST}/{json_of(made)['id']}"))
    assert shown == json_of(made)
    assert shown["price"] == "0.0001"
    assert shown["cast_at"] == "2026-01-01T20:00:00Z"


class Hooked(Schema):
    name = fields.String()

    @post_dump
    def shout(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"name": data["name"].upper()}


class Greedy(Schema):
    name = fields.String()
    colour = fields.String()


@pytest.mark.parametrize(("schema", "reason"), [(Hooked(), "hooks"), (Greedy(), "colour")])
def test_a_list_that_would_not_equal_its_schema_is_refused_at_start(
    schema: Schema, reason: str
) -> None:
    with pytest.raises(TypeError, match=reason):
        RowSerializer.compile(schema, ["name"])
