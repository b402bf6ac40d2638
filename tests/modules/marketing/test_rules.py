"""What is decided without a database, as tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from core.errors import Invalid
from core.ids import new_id
from core.traits import Shape
from modules.marketing.rules.bounces import Failure, failure, reports
from modules.marketing.rules.conditions import conditions, names, read
from modules.marketing.rules.letters import Foot, as_html, as_text, html_of, with_utm
from modules.marketing.rules.machines import Visit, machine
from modules.marketing.rules.merging import MissingField, fields, render
from modules.marketing.rules.tokens import Seal, Use
from modules.marketing.rules.verdicts import Tried, verdict
from modules.marketing.rules.windows import next_open
from modules.marketing.services.sheets import Sheet, sheet_of

SHAPES = {"a.text": Shape.TEXT, "a.money": Shape.MONEY, "a.at": Shape.MOMENT, "a.one": Shape.CHOICE}
SEND = UUID("01a205c8-30e0-7a39-acbf-e728a2184167")
FOOT = Foot(
    language="en", why="Because.", leave="Leave", choose="Choose", unsubscribe="https://t/u",
    preferences="https://t/p", postal="Street <1>", pixel="https://t/o",
)  # fmt: skip


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"all": []},
        {"some": [{"trait": "a.text", "is": "known"}]},
        {"all": {"trait": "a.text", "is": "known"}, "any": []},
        {"all": "a.text"},
        {"trait": "a.text", "is": "at_least", "value": "1"},
        {"trait": "a.text", "is": "looks_like", "value": "1"},
        {"trait": "a.text", "is": "is", "value": "  "},
        {"trait": "a.money", "is": "at_least", "value": "much"},
        {"trait": "a.money", "is": "at_least", "value": "NaN"},
        {"trait": "a.at", "is": "within_days", "value": "-3"},
        {"trait": "a.at", "is": "before", "value": "tomorrow"},
        {"trait": "a.one", "is": "one_of", "value": []},
        {"not": {"not": {"not": {"not": {"not": {"not": {"trait": "a.text", "is": "known"}}}}}}},
        {"all": [{"trait": "a.text", "is": "known"}] * 41},
    ],
)
def test_what_is_no_tree_of_conditions_is_refused(tree: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read(tree, SHAPES)


def test_a_tree_names_its_traits_also_those_nobody_knows() -> None:
    tree = {"all": [{"trait": "a.text", "is": "known"}, {"not": {"trait": "b.gone", "is": "yes"}}]}
    assert names(tree) == {"a.text", "b.gone"}
    assert [one.trait for one in conditions(read(tree, SHAPES))] == ["a.text", "b.gone"]


def test_the_editor_reads_what_it_writes_and_leaves_deeper_trees_alone() -> None:
    one = {"trait": "a.one", "is": "one_of", "value": ["x", "y"]}
    two = {"trait": "a.text", "is": "is", "value": "z"}
    for tree in (
        {"all": [{"any": [one, two]}, {"not": {"any": [two]}}]},
        {"any": [{"all": [one]}, {"all": [two]}]},
    ):
        sheet = sheet_of(tree)
        assert sheet is not None
        assert sheet.tree() == tree
    assert sheet_of({"all": [{"all": [{"any": [one]}]}]}) is None
    assert Sheet().tree() == {}


@pytest.mark.parametrize(
    ("source", "values", "said"),
    [
        ("Dear {{ name }}", {"name": "Ada"}, "Dear Ada"),
        ("{{ first_name | default('you') }}", {}, "you"),
        ("{{ loyalty.tier | default('none') }}", {"loyalty.tier": None}, "none"),
        ("{{ loyalty.tier }}", {"loyalty.tier": "Gold"}, "Gold"),
        ("{% if loyalty.tier %}{{ loyalty.tier }}{% else %}-{% endif %}", {}, None),
        ("{% if loyalty.tier is defined %}{{ loyalty.tier }}{% else %}-{% endif %}", {}, "-"),
        ("{{ name }}", {}, None),
    ],
)
def test_merging(source: str, values: dict[str, Any], said: str | None) -> None:
    if said is None:
        with pytest.raises(MissingField):
            render(source, values)
    else:
        assert render(source, values) == said


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in name %}{{ x }}{% endfor %}",
        "{{ name.__class__.__mro__ }}",
        "{{ range(10) }}",
        "{{ ''.join(name) }}",
        "{{ name | pprint }}",
        "{% include 'x' %}",
        "{% set x = 1 %}",
        "{{ name",
        "{{ name[0] }}",
        "{{ 10 ** 10 }}",
    ],
)
def test_a_template_only_shows_and_asks(source: str) -> None:
    with pytest.raises(Invalid):
        fields(source)


def test_fields_without_a_default_are_told_from_those_with_one() -> None:
    found = fields(
        "{{ name }} {{ loyalty.tier | d('-') }} {% if company %}{{ company }}{% endif %}"
    )
    assert found.needed == {"name"}
    assert found.optional == {"loyalty.tier", "company"}


def test_what_is_merged_into_html_is_escaped() -> None:
    assert render("<p>{{ name }}</p>", {"name": "<b>"}, html=True) == "<p>&lt;b&gt;</p>"


def test_links_lead_by_us_and_the_foot_stands_below() -> None:
    links = {"https://shop.example/a?b=1&c=2": "https://t/c/1"}
    text = as_text("See https://shop.example/a?b=1&c=2.", links, FOOT)
    assert "See https://t/c/1." in text
    assert "https://t/u" in text
    html = html_of("One <two>\n\nhttps://shop.example/a?b=1&c=2", links, FOOT)
    assert '<a href="https://t/c/1">https://shop.example/a?b=1&amp;c=2</a>' in html
    assert "One &lt;two&gt;" in html
    assert "Street &lt;1&gt;" in html
    written = as_html(
        '<body><a href="https://shop.example/a?b=1&amp;c=2">x</a></body>', links, FOOT
    )
    assert 'href="https://t/c/1"' in written
    assert written.endswith("</body>")
    assert "https://t/o" in written


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://s.example/", "https://s.example/?utm_source=tandem&utm_medium=email&utm_campaign=c&utm_content=A"),
        ("https://s.example/?utm_source=me", "https://s.example/?utm_source=me"),
    ],
)  # fmt: skip
def test_an_address_says_where_its_visitor_comes_from(url: str, said: str) -> None:
    assert with_utm(url, "c", "A") == said


def test_a_token_is_for_one_use_and_of_our_keys() -> None:
    seal, rotated, other = Seal(["new"]), Seal(["newer", "new"]), Seal(["else"])
    token = seal.token(Use.CLICK, SEND, 7)
    assert seal.opened(Use.CLICK, token) == rotated.opened(Use.CLICK, token) == (SEND, 7)
    assert seal.opened(Use.UNSUBSCRIBE, token) is None
    assert other.opened(Use.CLICK, token) is None
    for broken in ("", "x", token[:-4], token[:-1] + ("A" if token[-1] != "A" else "B"), "é" * 40):
        assert seal.opened(Use.CLICK, broken) is None


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.mark.parametrize(
    ("visit", "why"),
    [
        ({}, ""),
        ({"method": "HEAD"}, "head"),
        ({"purpose": "prefetch;prerender"}, "prefetch"),
        ({"user_agent": ""}, "nameless"),
        ({"user_agent": "Barracuda Sentinel (EE)"}, "program"),
        ({"user_agent": "python-requests/2.34"}, "program"),
        ({"user_agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}, "program"),
        ({"after_s": 0.5}, "too_soon"),
        ({"after_s": None}, "too_soon"),
    ],
)
def test_programs_are_told_from_people(visit: dict[str, Any], why: str) -> None:
    seen = {"method": "GET", "user_agent": FIREFOX, "purpose": "", "after_s": 60.0, **visit}
    assert machine(Visit(**seen)) == why


@pytest.mark.parametrize(
    ("now", "opens", "closes", "said"),
    [
        ("2026-01-05T10:00", 9, 17, "2026-01-05T10:00"),
        ("2026-01-05T17:00", 9, 17, "2026-01-06T08:00"),  # Vienna is an hour ahead: 18 there
        ("2026-01-05T03:00", 9, 17, "2026-01-05T08:00"),
        ("2026-01-05T22:30", 22, 6, "2026-01-05T22:30"),
        ("2026-01-05T12:00", 0, 24, "2026-01-05T12:00"),
        ("2026-03-28T20:00", 9, 17, "2026-03-29T07:00"),  # the clocks go forward that night
    ],
)
def test_the_window_opens_where_the_readers_live(
    now: str, opens: int, closes: int, said: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = next_open(moment, opens, closes, "Europe/Vienna")
    assert found == datetime.fromisoformat(said).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("tried", "winner", "sure"),
    [
        ([("A", 1000, 20), ("B", 1000, 60)], "B", True),
        ([("A", 1000, 20), ("B", 1000, 22)], "B", False),
        ([("A", 50, 1), ("B", 50, 20)], "B", False),  # too few
        ([("A", 1000, 0), ("B", 1000, 0)], "A", False),
        ([("A", 0, 0), ("B", 0, 0)], "A", False),
    ],
)
def test_a_winner_says_whether_it_means_anything(
    tried: list[tuple[str, int, int]], winner: str, *, sure: bool
) -> None:
    found = verdict([Tried(*one) for one in tried])
    assert (found.winner, found.is_sure) == (winner, sure)


@pytest.mark.parametrize(
    ("code", "status", "what"),
    [
        (550, "5.1.1", Failure.HARD),
        (550, "", Failure.HARD),
        (550, "5.7.1", Failure.BLOCK),
        (554, "", Failure.BLOCK),
        (552, "5.2.2", Failure.SOFT),
        (451, "", Failure.SOFT),
        (550, "4.2.2", Failure.SOFT),
    ],
)
def test_a_no_is_hard_soft_or_a_block(code: int, status: str, what: Failure) -> None:
    assert failure(code, status) is what


def dsn(action: str = "failed", status: str = "5.1.1", *, message_id: str = "") -> bytes:
    return f"""From: MAILER-DAEMON@mx.example.com
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

It did not arrive.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; Ada@Example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} unknown
--x
Content-Type: text/rfc822-headers

Message-ID: {message_id or f"<{SEND}@example.com>"}
Subject: News
--x--
""".replace("\n", "\r\n").encode()


def complaint() -> bytes:
    return f"""Content-Type: multipart/report; report-type=feedback-report; boundary="x"

--x
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Rcpt-To: <ada@example.com>
--x
Content-Type: message/rfc822

Message-ID: <{SEND}@example.com>

Hello
--x--
""".replace("\n", "\r\n").encode()


def test_reports_are_read() -> None:
    [bounced] = reports(dsn())
    assert (bounced.recipient, bounced.failure) == ("ada@example.com", Failure.HARD)
    assert bounced.send_id == SEND
    [foreign] = reports(dsn(message_id=f"<{new_id().hex}@else>"))
    assert foreign.send_id is None
    assert reports(dsn("delayed")) == []
    [complained] = reports(complaint())
    assert (complained.failure, complained.send_id) == (None, SEND)
    assert reports(b"Subject: Out of office\r\n\r\nback on Monday") == []
    assert reports(b"\xff\xfe garbage") == []
