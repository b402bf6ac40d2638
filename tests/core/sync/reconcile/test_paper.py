"""The statement on paper and as a sheet: names of every script, and the truth about fonts."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pytest
from sqlalchemy import select
from typst import Fonts

from core.sync.documents import Invoice, Party
from core.sync.reconcile import paper
from core.sync.reconcile.models import Statement
from core.sync.reconcile.sheet import HEAD, csv_of
from tests.core.sync.reconcile.books import INVOICE, Books

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
#: What comes with typst itself: Latin with all its marks, so also Vietnamese.
OWN = Fonts(include_system_fonts=False)
NAMES = ("ร้านสมใจ", "李明贸易", "Công ty Hoa Sen", "Bäckerei Sonnenschein")


def test_a_character_without_a_font_is_never_a_box(books: Books) -> None:
    """PDF/A refuses what can not be shown, and so do we: it stands as its code point."""
    for row in books.office.erp.store.all(Party):
        books.unseen(row.id, replace(row.body, tax_id="X-1"))
    key = books.state("contacts.party").statement.id
    with books.office.host.read(books.office.actor) as work:
        statement = work.session.get_one(Statement, key)
        assert paper.pdf_of(work, statement).startswith(b"%PDF-1.7")
        said = paper.said_of(work, statement)
    assert all(any(name in cell for row in said["differences"] for cell in row) for name in NAMES)
    bare = paper.on_paper(said, OWN)
    assert bare.unshown == set("ร้านสมใจ李明贸易")
    assert bare.pdf.startswith(b"%PDF-1.7")
    assert paper.on_paper({**said, "differences": []}, OWN).unshown == frozenset()


def test_the_sheet_holds_everything_exactly_and_no_formula(books: Books) -> None:
    late = books.office.erp.store.get(Invoice, "I00004")
    assert late is not None
    books.unseen("I00099", replace(late.body, number="@SUM(1)"))
    key = books.state(INVOICE).statement.id
    with books.office.host.read(books.office.actor) as work:
        statement = work.session.scalars(select(Statement).where(Statement.id == key)).one()
        text = "".join(csv_of(work, statement))
    assert text.startswith("\N{BYTE ORDER MARK}")
    head, *rows = csv.reader(StringIO(text.removeprefix("\N{BYTE ORDER MARK}")))
    assert tuple(head) == HEAD
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert [one["row"] for one in cells] == ["statement", *["day"] * 10, "difference"]
    assert cells[0]["here_digest"] == statement.hash
    [day] = [one for one in cells if one["row"] == "day" and one["difference"]]
    assert (day["here_count"], day["erp_count"], day["here_net"], day["erp_net"]) == (
        ("1", "2", "4.01", "8.02")
    )
    named = cells[-1]
    assert (named["document"], named["erp_number"]) == ("'@SUM(1)", "'@SUM(1)")
    assert (named["here_net"], named["erp_net"], named["remedy"]) == (
        ("", "4.01", "Pull it again: that only reads the ERP.")
    )
