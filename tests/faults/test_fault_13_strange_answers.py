"""Row 13: 200 and something else than an answer. The content is checked, its size capped."""

from __future__ import annotations

import gzip

import pytest

from tests.chaos.erp import Answer, Saying
from tests.fixtures_chaos import Wired

JSON = ("Content-Type", "application/json")
HTML = ("Content-Type", "text/html; charset=utf-8")
MEGABYTE = 1024 * 1024
LOGIN_PAGE = b"<html><title>Sign in</title><form>Password <input></form></html>"
BOMB = gzip.compress(bytes(80 * MEGABYTE), 6)

#: What came, and words of what is said of it.
STRANGE = {
    "error body": ((JSON,), b'{"error": "out of paper"}', "not one of this ERP's"),
    "login page": ((HTML,), LOGIN_PAGE, "text/html"),
    "empty": ((JSON,), b"", "empty"),
    "blank": ((JSON,), b" \r\n ", "empty"),
    "text": ((("Content-Type", "text/plain"),), b"ok", "text/plain"),
    "no type": ((), b"ok", "no named type"),
    "wrong type": ((JSON,), b'"ok"', "not one of this ERP's"),
    "numbers": ((JSON,), b"[1, 2]", "not one of this ERP's"),
    "none for one": ((JSON,), b"[]", "0 answers for 1"),
    "not a number": ((JSON,), b'[{"id": NaN}]', "not JSON"),
    "deep": ((JSON,), b"[" * 100_000, "not JSON"),
    "wrong bytes": ((JSON,), b'[{"id": "\xff\xfe"}]', "not JSON"),
}


def test_fault_13_strange_answer_is_in_doubt_and_never_makes_a_second_order(
    wired: Wired,
) -> None:
    """Every other one of them came after the work was done."""
    wired.connect()
    for number, (name, (headers, body, words)) in enumerate(STRANGE.items()):
        answer = Answer(status=200, done=number % 2 == 1, headers=headers, body=body)
        wired.erp.script = Saying(answer, "order/draft")
        order = wired.place(f"SO-{name}")
        wired.there.push()
        assert wired.trouble(order) == "sync.in_doubt", name
        assert words in wired.message(order), name
        wired.settle()
        assert wired.there.state(order) == "confirmed", name
        assert wired.done(order) == {"draft": 1, "confirm": 1}, name


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=200, done=True, headers=(JSON,), body=b" " * MEGABYTE, times=1024),
        Answer(status=200, done=True, headers=(JSON, ("Content-Encoding", "gzip")), body=BOMB),
    ],
    ids=["one gigabyte", "gzip bomb"],
)
def test_fault_13_answer_larger_than_the_cap_is_not_read_to_its_end(
    wired: Wired, answer: Answer
) -> None:
    wired.connect(deadline_s=30)
    wired.erp.script = Saying(answer, "order/draft")
    order = wired.place("SO-HUGE")
    wired.there.push()
    assert wired.trouble(order) == "sync.in_doubt"
    assert "larger than" in wired.message(order)
    wired.settle()
    assert wired.done(order) == {"draft": 1, "confirm": 1}
