"""Mails as they come: who wrote them, what is new in them, and that none is too broken to read."""

from __future__ import annotations

from email.message import EmailMessage
from uuid import UUID

import pytest

from modules.service.rules.asking import best, terms
from modules.service.rules.hours import read_holidays, read_hours, write_holidays, write_hours
from modules.service.rules.letters import (
    Nature,
    Signs,
    cut_quotes,
    message_ids,
    nature,
    plain_subject,
    ticket_number,
)
from modules.service.rules.markup import text_of
from modules.service.rules.mime import BROKEN, MOST_CHARACTERS, TOO_LONG, read_letter, safe_name
from modules.service.rules.prose import Form, blocks
from modules.service.rules.scores import share, shown_score


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Nature.PERSON),
        ({"auto-submitted": "no"}, Nature.PERSON),
        ({"auto-submitted": "auto-generated"}, Nature.MACHINE),
        ({"auto-submitted": "auto-replied; owner-email=x"}, Nature.AUTO_REPLY),
        ({"x-autorespond": "yes"}, Nature.AUTO_REPLY),
        ({"precedence": "list"}, Nature.MACHINE),
        ({"list-id": "<news.example>"}, Nature.MACHINE),
        ({"x-auto-response-suppress": "all"}, Nature.MACHINE),
        ({"x-auto-response-suppress": "none"}, Nature.PERSON),
    ],
)
def test_machines_are_known_by_their_headers(headers: dict[str, str], expected: Nature) -> None:
    signs = Signs(sender="a@x.example", return_path="", content_type="text/plain", headers=headers)
    assert nature(signs, {"help@x.example"}) is expected


def test_servers_and_ourselves_are_known_by_who_they_are() -> None:
    def signs(sender: str, path: str = "", kind: str = "text/plain", **headers: str) -> Signs:
        return Signs(sender=sender, return_path=path, content_type=kind, headers=headers)

    own = {"help@x.example"}
    assert nature(signs("help@x.example"), own) is Nature.OURS
    assert nature(signs("mailer-daemon@y.example"), own) is Nature.BOUNCE
    report = "multipart/report delivery-status"
    assert nature(signs("mx@y.example", kind=report), own) is Nature.BOUNCE
    away = {"auto-submitted": "auto-replied"}
    assert nature(signs("a@y.example", "<>", **away), own) is Nature.AUTO_REPLY


@pytest.mark.parametrize(
    ("text", "fresh"),
    [
        ("Yes.\n\nOn Mon, 23 Nov 2026, Help <h@x> wrote:\n> Which?", "Yes."),
        (
            "Yes.\n\nOn Mon, 23 Nov 2026 at 10:00, Help desk of\nTandem <h@x> wrote:\n> Which?",
            "Yes.",
        ),
        ("Ja.\n\nAm 23.11.2026 schrieb Hilfe <h@x>:\n> Welche?", "Ja."),
        ("Oui.\n\nLe 23 novembre 2026, Aide a écrit :\n> Laquelle ?", "Oui."),
        ("好的。\n\n2026年11月23日 客服 写道:\n> 哪个?", "好的。"),
        ("Yes.\n\n-----Original Message-----\nFrom: Help", "Yes."),
        ("Yes.\n\nFrom: Help\nSent: Monday\nTo: Anna\n\nWhich?", "Yes."),
        (
            "> Which?\nGreen.\n> And the lamp?\nBlue.\n> Bye",
            "> Which?\nGreen.\n> And the lamp?\nBlue.",
        ),
        ("> only\n> quotes", "> only\n> quotes"),
        ("From: the beginning it was broken", "From: the beginning it was broken"),
    ],
)
def test_what_a_mail_repeats_is_cut(text: str, fresh: str) -> None:
    assert cut_quotes(text).text == fresh


@pytest.mark.parametrize(
    "text", ["> a\nb\n" * 50_000, "on " * 30_000, "On x\n" * 20_000, "a:" * 50_000, ">" * 90_000]
)
def test_no_text_takes_long_to_cut(text: str) -> None:
    # Were its time to grow with the square of its length, this would not end in time.
    said = cut_quotes(text)
    assert len(said.text) + len(said.quoted) >= len(text) // 2


def test_subjects_keep_what_they_are_about() -> None:
    assert plain_subject("Re: AW: [TI-2026-00001] Re: Bell\r\n is broken") == "Bell is broken"
    assert plain_subject("回复:Fwd: 铃") == "铃"
    assert plain_subject("Reply wanted") == "Reply wanted"
    assert ticket_number("Fw: [TI-2026-00012] Bell") == "TI-2026-00012"
    assert ticket_number("TI-2026-00012 without brackets") is None
    assert message_ids("<a@b> junk <c@d>\n <e@f>") == ["<a@b>", "<c@d>", "<e@f>"]


def test_html_becomes_text_and_nothing_else() -> None:
    html = """<html><head><title>No</title><style>p{}</style></head><body><script>alert(1)</script>
    <p>Hello&nbsp;&amp; <b>welcome</b></p><ul><li>one<li>two</ul>
    <a href="https://x.example/y">here</a> <a href="javascript:alert(1)">there</a>
    <blockquote>old words</blockquote><img src=x onerror=alert(1)></body>"""
    text = text_of(html)
    assert "alert" not in text
    assert "No" not in text
    assert "Hello & welcome" in text
    assert "- one\n- two" in text.replace("\n\n", "\n")
    assert "here (https://x.example/y)" in text
    assert "> old words" in text
    assert text_of("<" * 5_000 + "p>x") != ""


def part(kind: str, payload: str, headers: str = "") -> str:
    return f"--b\nContent-Type: {kind}\n{headers}\n{payload}\n"


def mail(body: str, head: str = "Content-Type: multipart/mixed; boundary=b") -> bytes:
    sender = "=?utf-8?q?Anna_S=C3=B6mmer?= <Anna@X.Example>"
    return f"From: {sender}\nSubject: Bell\n{head}\n\n{body}".encode()


def test_a_mail_is_read_with_its_names_and_its_plain_text() -> None:
    both = part("text/plain; charset=utf-8", "Plain") + part("text/html", "<p>Rich</p>") + "--b--"
    letter = read_letter(mail(both))
    assert (letter.sender, letter.sender_name, letter.text) == (
        "anna@x.example",
        "Anna Sömmer",
        "Plain",
    )
    only = read_letter(mail(part("text/html", "<p>Rich</p>") + "--b--"))
    assert only.text == "Rich"
    assert only.message_id.endswith("@no-id>")


BROKEN_MAILS = {
    "nothing": b"",
    "no headers": b"just text",
    "binary": bytes(range(256)) * 50,
    "unknown charset": mail("caf\u00e9", "Content-Type: text/plain; charset=x-nobody-knows"),
    "wrong base64": mail("%%%", "Content-Type: text/plain\nContent-Transfer-Encoding: base64"),
    "no end": mail(part("text/plain", "Half")),
    "wrong word": b"Subject: =?utf-8?b?%%%?=\nFrom: =?x-no?q?a?= <a@b.example>\n\nx",
    "no boundary": mail("x", "Content-Type: multipart/mixed"),
    "endless header": b"Subject: " + b"a" * 200_000 + b"\n\nx",
    "nul": b"Subject: a\x00b\nFrom: a@b.example\n\nc\x00d",
    "surrogates": "Subject: \udcff\n\nx".encode("utf-8", "surrogatepass"),
    "many parts": mail("".join(part("text/plain", "x") for _ in range(2_000)) + "--b--"),
    "deep": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)
    ),
}


@pytest.mark.parametrize("name", BROKEN_MAILS)
def test_no_mail_is_too_broken_to_be_a_ticket(name: str) -> None:
    letter = read_letter(BROKEN_MAILS[name])
    kept = letter.text + letter.subject + letter.sender + letter.sender_name
    assert "\x00" not in kept
    assert kept.encode("utf-8") is not None
    assert letter.message_id
    if name == "deep":
        assert BROKEN in letter.remarks


def test_a_long_text_is_cut_and_says_so() -> None:
    letter = read_letter(mail("word " * 60_000, "Content-Type: text/plain"))
    assert len(letter.text) <= MOST_CHARACTERS
    assert letter.remarks == [TOO_LONG]


def test_names_of_files_lead_nowhere() -> None:
    assert safe_name("../../etc/passwd") == "etc_passwd"
    assert safe_name('a"b\r\nX: y.pdf') == "a_b_X_ y.pdf"
    assert safe_name("") == "attachment"
    named = EmailMessage()
    named["From"] = "a@b.example"
    named.set_content("x")
    named.add_attachment(b"1", maintype="text", subtype="plain", filename="Rechnung März.txt")
    assert [one.name for one in read_letter(named.as_bytes()).files] == ["Rechnung März.txt"]


# Hours, articles and figures.


def test_hours_are_written_as_people_do() -> None:
    assert read_hours("09:00-12:00, 13:00 - 17:30") == [[540, 720], [780, 1050]]
    assert write_hours([[540, 720], [780, 1440]]) == "09:00-12:00, 13:00-24:00"
    for wrong in (
        "9 to 5",
        "17:00-09:00",
        "09:00-12:00, 11:00-13:00",
        "09:70-10:00",
        "23:00-25:00",
    ):
        with pytest.raises(ValueError, match=r"[A-Z]"):
            read_hours(wrong)
    days = read_holidays(["2026-12-25 Christmas", "2026-12-26"])
    assert write_holidays(days) == ["2026-12-25 Christmas", "2026-12-26"]
    with pytest.raises(ValueError, match="no date"):
        read_holidays(["Christmas"])


def test_a_question_is_looked_for_by_what_tells_most() -> None:
    assert terms(["how", "do", "change", "the", "spring"]) == ["change", "spring"]
    assert terms(["怎么换铃铛"]) == ["怎么", "么换", "换铃", "铃铛"]
    assert all(len(one) == 4 for one in terms(["เปลี่ยนกระดิ่งจักรยาน"]))
    a, b = UUID(int=1), UUID(int=2)
    assert best([[a, b], [b], [b]], 3) == [b], "a chance word is no answer"
    assert best([[a]], 3) == [a]


def test_articles_have_paragraphs_lists_and_nothing_that_does_harm() -> None:
    found = blocks("# Title\n\nOne\ntwo\n\n- a\n- b\n<script>")
    assert [block.form for block in found] == [Form.HEADING, Form.TEXT, Form.LIST, Form.TEXT]
    assert found[1].lines == ("One", "two")
    assert found[3].lines == ("<script>",), "text, which the template escapes"


def test_means_say_how_many_they_rest_on() -> None:
    assert shown_score(20, 4) is None
    assert str(shown_score(23, 5)) == "4.6"
    assert share(2, 3) == 67
    assert share(0, 0) is None
