"""Language, numbers and times: what a reader gets, and that nobody's words are forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from flask import Flask
from flask.testing import FlaskClient
from typing_extensions import override

from core.clock import utcnow
from core.web import formats
from core.web.i18n import Catalogues, Voice, gettext, ngettext, speaking

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(
    path
    for folder in ("core", "modules", "connectors")
    for path in (ROOT / folder).rglob("templates/**/*.html")
)


@pytest.fixture
def swedish(tmp_path: Path) -> Path:
    catalogue = Catalog(locale="sv")
    catalogue.add("Modules", "Moduler")
    catalogue.add("Search", "Sök")
    catalogue.add(("%(n)s row", "%(n)s rows"), ("%(n)s rad", "%(n)s rader"))
    folder = tmp_path / "translations/sv/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    return tmp_path / "translations"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_frame_speaks_the_readers_language(
    app: Flask, browser_client: FlaskClient, swedish: Path
) -> None:
    app.extensions["tandem.catalogues"] = Catalogues([swedish])
    asked = {"Accept-Language": "sv, en;q=0.5"}
    page = browser_client.get("/modules/", headers=asked).text
    assert '<html lang="sv"' in page
    assert "<h1>Moduler</h1>" in page
    assert 'placeholder="Sök"' in page
    browser_client.set_cookie("language", "en")
    assert "<h1>Modules</h1>" in browser_client.get("/modules/", headers=asked).text
    assert '<html lang="en"' in browser_client.get("/", headers={"Accept-Language": "xx"}).text


def test_catalogues_of_several_packages_are_one(swedish: Path, tmp_path: Path) -> None:
    other = Catalog(locale="sv")
    other.add("Parcels", "Paket")
    folder = tmp_path / "module/sv/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, other)
    catalogues = Catalogues([swedish, tmp_path / "module"])
    assert catalogues.languages == ["en", "sv"]
    with speaking(catalogues.voice("sv")):
        assert [gettext("Modules"), gettext("Parcels"), gettext("Other")] == [
            "Moduler",
            "Paket",
            "Other",
        ]
        assert ngettext("%(n)s row", "%(n)s rows", 2) == "2 rader"
    assert gettext("Modules") == "Modules"


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        ("1234.5", "THB", "th", "฿1,234.50"),
        ("1234", "VND", "vi", "1.234\xa0₫"),
        ("1234.5", "VND", "vi", "1.234,5\xa0₫"),  # Babel alone would drop the half
        ("0.1234", "EUR", "en", "€0.1234"),
        ("10.0000", "EUR", "en", "€10.00"),
        ("1.5", "KWD", "en", "KWD1.500"),
        ("-5", "EUR", "de", "-5,00\xa0€"),
    ],
)
def test_money_is_shown_whole(amount: str, currency: str, locale: str, shown: str) -> None:
    with speaking(Voice(Locale.parse(locale))):
        assert formats.money(Decimal(amount), currency) == shown


def test_quantities_keep_their_places_and_name_their_unit() -> None:
    assert formats.quantity(Decimal("2.500000"), "KGM") == "2.5 kg"
    assert formats.quantity(Decimal("1000"), "C62") == "1,000 pcs"
    assert formats.quantity(Decimal("3"), "XYZ") == "3 XYZ"


@pytest.mark.parametrize(
    ("past", "shown"),
    [
        (timedelta(seconds=2), "now"),
        (timedelta(minutes=50), "50 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (-timedelta(hours=2, seconds=9), "in 2 hours"),
    ],
)
def test_recent_moments_are_told_by_their_distance(past: timedelta, shown: str) -> None:
    assert formats.ago(utcnow() - past) == shown


def test_older_moments_are_their_day_where_the_reader_is() -> None:
    late = datetime(2025, 12, 31, 20, 0, tzinfo=UTC)
    with speaking(Voice(Locale("th"), zone=ZoneInfo("Asia/Bangkok"))):
        assert formats.ago(late) == "1 ม.ค. 2026"
        assert formats.exact(late).startswith("1 ม.ค. 2026")


def test_a_zone_that_is_none_is_no_reason_to_fail() -> None:
    catalogues = Catalogues([])
    for name in ("Nowhere/Land", "../../etc/passwd", "\0", "x" * 5000):
        assert catalogues.voice("en", name).zone is UTC


class _Visible(HTMLParser):
    """Text and the attributes people meet, outside of Jinja's own words."""

    SHOWN = ("title", "placeholder", "aria-label", "alt")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in self.SHOWN]

    @override
    def handle_data(self, data: str) -> None:
        self.found.append(data)


#: Macros that make attributes only: there is no element in them.
_ATTRIBUTES = re.compile(r"\{%-? macro [^%]*%\}[^<]*?\{%-? endmacro", re.DOTALL)


def _unwrapped(source: str) -> Iterator[str]:
    source = _ATTRIBUTES.sub("{% ", source).replace("Tandem", "")  # a name, the same everywhere
    without = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)
    parser = _Visible()
    # Keys have their names printed on them.
    parser.feed(re.sub(r"<kbd\b.*?</kbd>", "", without))
    for text in parser.found:
        if re.search(r"[A-Za-z]{2}", text):
            yield text.strip()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_word_of_a_template_can_be_translated(path: Path) -> None:
    assert list(_unwrapped(path.read_text("utf-8"))) == []


def test_a_forgotten_word_is_found() -> None:
    source = '<p title="{{ _("Fine") }}">{{ _("Fine") }} Forgotten</p><img alt="Forgotten too">'
    assert list(_unwrapped(source)) == ["Forgotten", "Forgotten too"]


def test_extraction_finds_what_pages_and_manifests_say(tmp_path: Path) -> None:
    target = tmp_path / "messages.pot"
    command: Any = CommandLineInterface()
    words = ["-k", "lazy", "-k", "_l", "--omit-header", "-o", str(target)]
    mapping = str(ROOT / "core/web/babel.cfg")
    command.run(["pybabel", "-q", "extract", "-F", mapping, *words, str(ROOT / "core/web")])
    found = target.read_text("utf-8")
    for text in ("Skip to content", "Too many tries", "%(n)s row", "Compact"):
        assert f'"{text}' in found
