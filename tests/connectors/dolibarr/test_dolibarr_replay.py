"""Every recorded exchange, answered by a real server on this machine, means what was documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from connectors.dolibarr import connector
from connectors.dolibarr.connector import DolibarrSession
from connectors.dolibarr.mapping import invoice, order, party, product
from connectors.dolibarr.mapping.company import Company
from connectors.dolibarr.verdicts import Row
from core.sync.errors import InDoubt, SyncError, Unsent
from core.sync.http import FrameworkSessions
from tests.connectors.dolibarr import outcomes, replay
from tests.connectors.dolibarr.outcomes import Outcome
from tests.connectors.dolibarr.replay import FOLDER, Recorded, replaying

SETTINGS = {
    "login": "crm",
    "password": "a-password-of-tests",
    "soap_key": "a-key-of-tests",
    "rest_key": "an-api-key-of-tests",
    "currency": "EUR",
    "warehouse": "3",
    "time_zone": "Asia/Bangkok",
}


@contextmanager
def connected(recorded: Recorded) -> Iterator[DolibarrSession]:
    sessions = FrameworkSessions(allowed=("127.0.0.1",))
    with replaying(recorded):
        url = f"http://127.0.0.1:{recorded.port}"
        yield connector.open(connector.manifest.settings().load({**SETTINGS, "url": url}), sessions)
    sessions.close()


def test_no_recorded_exchange_is_left_out() -> None:
    trips = {f"roundtrip.{name}" for name in outcomes.ROUND_TRIPS}
    trips |= {f"{name}.get" for name in trips}
    tables = (outcomes.WRITES, outcomes.READS, outcomes.ROWS, outcomes.UNUSED, outcomes.BROKEN)
    assert trips.union(*tables) == replay.names()


@pytest.mark.parametrize("name", [*outcomes.WRITES, *outcomes.READS])
def test_a_soap_answer_means_what_was_documented(name: str) -> None:
    writes = name in outcomes.WRITES
    expected = outcomes.WRITES[name] if writes else outcomes.READS[name]
    content = (FOLDER / f"{name}.request.xml").read_bytes()
    operation, arguments = replay.asked(content)
    recorded = replay.soap(name)
    with connected(recorded) as session:
        call = session.soap.write if writes else session.soap.read
        check(expected, lambda: call(replay.service(name), operation, **arguments))
    # What leaves is what was sent to the real one, whatever the order inside a struct.
    assert [replay.asked(body) for body in recorded.asked] == [(operation, arguments)]


@pytest.mark.parametrize("name", outcomes.ROUND_TRIPS)
def test_text_comes_back_as_it_was_sent(name: str) -> None:
    _, sent = replay.asked((FOLDER / f"roundtrip.{name}.request.xml").read_bytes())
    with connected(replay.soap(f"roundtrip.{name}")) as session:
        made = session.soap.write("order", "createOrder", **sent)
    with connected(replay.soap(f"roundtrip.{name}.get")) as session:
        found = session.soap.read("order", "getOrder", id=made["id"], ref="", ref_ext="")["order"]
    assert found["id"] == made["id"]
    # XML itself makes line feeds of other line ends, and Dolibarr trims the text of a line.
    assert found["note_public"] == sent["order"]["note_public"].replace("\r\n", "\n")
    (line,) = found["lines"]["line"]
    assert line["desc"] == sent["order"]["lines"]["line"][0]["desc"].replace("\r\n", "\n").strip()


@pytest.mark.parametrize("name", outcomes.ROWS)
def test_rows_become_what_was_documented(name: str) -> None:
    exchange, recorded = replay.rest(name)
    path, query = replay.place(exchange)
    with connected(recorded) as session:
        expected = outcomes.ROWS[name]
        if isinstance(exchange["reply"], list):
            read = facts(path, session, lambda: session.rest.rows(path, query))
        else:
            read = facts(path, session, lambda: paged(session.rest.get(path, query)))
        check(expected, read)


@pytest.mark.parametrize("name", outcomes.UNUSED)
def test_writes_we_do_without_are_sorted_all_the_same(name: str) -> None:
    exchange, recorded = replay.rest(name)
    path, _ = replay.place(exchange)
    with connected(recorded) as session:
        http = session.rest._session()
        check(
            outcomes.UNUSED[name],
            lambda: http.send(exchange["method"], path, body=exchange["request_body"]),
        )


@pytest.mark.parametrize("name", ["race.1", "race.http202"])
def test_a_page_around_the_answer_leaves_a_write_in_doubt(name: str) -> None:
    """The length it announces is the SOAP answer's: what arrives is the start of the page."""
    whole = (FOLDER / "race.http202.full.txt").read_bytes()
    head, _, body = whole.partition(b"\r\n\r\n")
    length = int(head.rpartition(b"Content-Length: ")[2])
    cut = (FOLDER / "race.1.reply.bin").read_bytes() if name == "race.1" else body[:length]
    _, arguments = replay.asked((FOLDER / "race.1.request.xml").read_bytes())
    headers = {"Content-Type": "text/html; charset=UTF-8", "Content-Length": str(len(cut))}
    with connected(Recorded(202, headers, cut)) as session:
        with pytest.raises(InDoubt, match="HTTP 202, is not XML"):
            session.soap.write("order", "createOrder", **arguments)
        with pytest.raises(Unsent, match="HTTP 202, is not XML"):
            session.soap.read("order", "getOrder", id="1", ref="", ref_ext="")


def test_a_request_that_was_cut_is_answered_by_nothing() -> None:
    """The recorded answer to half an envelope: HTTP 500 and an empty page."""
    assert (FOLDER / "raw.truncated.reply.txt").read_text("utf-8").startswith("(500, 'text/html")
    empty = Recorded(500, {"Content-Type": "text/html; charset=UTF-8"}, b"")
    with connected(empty) as session, pytest.raises(InDoubt, match="HTTP 500"):
        session.soap.write("order", "updateOrder", order={"id": "1", "status": 1})


def test_a_list_that_was_not_kept_is_empty_and_no_success() -> None:
    """``noperm_list`` has no reply here: the real one was 513 orders, shown without a right."""
    recorded = replay.soap("noperm_list")
    recorded.headers = {"Content-Type": "text/xml; charset=UTF-8"}
    operation, arguments = replay.asked((FOLDER / "noperm_list.request.xml").read_bytes())
    with connected(recorded) as session, pytest.raises(Unsent, match="is empty"):
        session.soap.read("order", operation, **arguments)
    assert replay.asked(recorded.asked[0]) == (operation, arguments)


def check(expected: Outcome, call: Any) -> None:
    if isinstance(expected, Mapping):
        answer = call()
        assert {path: at(answer, path) for path in expected} == expected
        return
    with pytest.raises(SyncError) as caught:
        call()
    assert type(caught.value) is expected


def at(answer: Any, path: str) -> Any:
    """``lines.0.qty``; ``#`` is how many there are, and nothing the whole."""
    for step in path.split(".") if path else ():
        if step == "#":
            answer = len(answer)
        else:
            answer = answer[int(step)] if step.isdigit() else answer[step]
    return answer


def paged(answer: Row) -> Sequence[Row]:
    rows: Sequence[Row] = answer.get("data", [answer])
    return rows


def facts(path: str, session: DolibarrSession, read: Any) -> Any:
    """What the connector makes of the rows, one tuple per fact that a table may name."""
    kind = path.partition("/")[0]
    documented = {
        "orders": order_facts,
        "invoices": invoice_facts,
        "products": product_facts,
        "thirdparties": party_facts,
        "stockmovements": movement_facts,
    }[kind]

    def made() -> dict[str, Any]:
        rows = read()
        ids = {"ids": tuple(str(row["id"]) for row in rows)}
        return ids | documented(rows, session.company)

    return made


def order_facts(rows: Sequence[Row], company: Company) -> dict[str, Any]:
    documents = [order.order(row, company) for row in rows if "lines" in row]
    return {
        "states": tuple(str(one.state) for one in documents),
        "references": tuple(one.reference for one in documents),
        "nets": tuple(str(one.net.amount) for one in documents),
    }


def invoice_facts(rows: Sequence[Row], company: Company) -> dict[str, Any]:
    return {"open": tuple(str(invoice.invoice(row, company).open.amount) for row in rows)}


def product_facts(rows: Sequence[Row], company: Company) -> dict[str, Any]:
    return {
        "skus": tuple(product.product(row, company).sku for row in rows),
        "levels": tuple(str(product.level(row, company).on_hand.amount) for row in rows),
    }


def party_facts(rows: Sequence[Row], company: Company) -> dict[str, Any]:
    return {"names": tuple(party.party(row, company).name for row in rows)}


def movement_facts(rows: Sequence[Row], company: Company) -> dict[str, Any]:
    return {"levels": tuple(product.level_id(row["product_id"], company) for row in rows)}
