"""List pages: a ``Listing`` and its columns become a page, its next rows, and its CSV.

ORDERS = ListPage(
    title=_l("Orders"), listing=orders, columns=COLUMNS,
    facets=(Facet("commercial", _l("State"), choices=labels(ORDER_CHIPS)),),
    empty=Empty(_l("Orders appear here as soon as somebody sells."), first=NEW_ORDER),
    create=NEW_ORDER,
)

@blueprint.get("/orders/")
@requires("sales.read")
def index() -> ResponseReturnValue:
    return ORDERS.answer()
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from core.api.listing import LARGEST_LIMIT, Count, Listing, ListQuery, Page, count, page
from core.errors import Invalid
from core.requests import reading
from core.web.columns import Column
from core.web.facets import OWN, Facet, applied, labels, offers
from core.web.i18n import gettext as _
from core.web.listview import ListView, cells, heads
from core.web.spreadsheet import csv_answer
from core.work import UnitOfWork

__all__ = ["Action", "Empty", "Facet", "ListPage", "labels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button that leads to ``endpoint``; shown to people with ``permission``."""

    title: str
    endpoint: str
    permission: str
    icon: str = "plus"


@dataclass(frozen=True, slots=True)
class Empty:
    """What the page is for, to somebody who sees it without a row, and the first step."""

    purpose: str
    first: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    title: str
    listing: Listing
    columns: tuple[Column, ...]
    empty: Empty
    facets: tuple[Facet, ...] = ()
    create: Action | None = None
    #: Placeholder of the search box; '' for a listing that has no search.
    search: str = ""
    template: str = "list.html"

    def answer(self) -> ResponseReturnValue:
        """The page, a part of it for htmx, or the CSV: whatever this request asks for."""
        query = asked()
        try:
            return self._found(query)
        except Invalid as error:
            return self._refused(query, error)

    def _found(self, query: ListQuery) -> Response:
        if request.args.get("format") == "csv":
            return csv_answer(self.listing.name, self.columns, self._pages(query))
        with reading() as work:
            if request.headers.get("HX-Target", "").startswith("tbody"):
                # The count is not asked again: the page has it.
                found = page(work, self.listing, query)
                return self._render("rows.html", self._view(work, query, found=found, counted=None))
            found, counted = page(work, self.listing, query), count(work, self.listing, query)
            view = self._view(work, query, found=found, counted=counted)
        part = request.headers.get("HX-Target") == "div#listing"
        return self._render("listing.html" if part else self.template, view)

    def _view(
        self, work: UnitOfWork, query: ListQuery, *, found: Page, counted: Count | None
    ) -> ListView:
        return ListView(
            heads=heads(self.columns, self.listing, query.sort or self.listing.default),
            rows=cells(self.columns, found.rows),
            offers=[(_(facet.title), offers(facet, work, query)) for facet in self.facets],
            applied=applied(self.facets, work, query),
            query=query,
            counted=counted,
            next=found.next,
            before=_before(),
        )

    def _pages(self, query: ListQuery) -> Iterator[Sequence[Row[Any]]]:
        """All the list shows and ``more`` would, as one moment had it, and never all at once."""
        following = replace(query, after=None, limit=LARGEST_LIMIT)
        with reading() as work:
            found = page(work, self.listing, following)
            yield found.rows
            while found.next is not None:
                found = page(work, self.listing, replace(following, after=found.next))
                yield found.rows

    def _refused(self, query: ListQuery, error: Invalid) -> ResponseReturnValue:
        with reading() as work:
            nothing = replace(query, sort=None, after=None)
            view = self._view(work, nothing, found=Page([], None), counted=Count(0, more=False))
        view = replace(view, problem=str(error), reasons=tuple(error.fields.values()))
        return self._render(self.template, view), error.http_status

    def _render(self, template: str, view: ListView) -> Response:
        crumbs = [(_(self.title), "")]
        response = make_response(render_template(template, list=self, view=view, crumbs=crumbs))
        response.vary.update(["HX-Request", "HX-Target"])
        return response


def asked() -> ListQuery:
    """The query the request's address spells."""
    given = request.args
    return ListQuery(
        after=given.get("after") or None,
        sort=given.get("sort") or None,
        filters={name: given[name] for name in given if name not in OWN and given[name]},
        q=given.get("q", "").strip(),
    )


def _before() -> int:
    """How many rows stand above, as the page says; it is only shown, never counted from."""
    known = request.args.get("shown", "")
    return int(known) if known.isascii() and known.isdigit() and len(known) < 8 else 0
