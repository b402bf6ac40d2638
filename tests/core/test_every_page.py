"""Every page that can be asked for by its address alone answers on PostgreSQL too.

What pages do is tested on SQLite. PostgreSQL is stricter about what a statement may say, and says
so whatever is in its tables.
"""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

#: What lists can be asked for in their addresses; others do not mind.
ASKED = ("", "?q=harbour")
#: Not for people: nobody is ready without a worker.
PROBE = "/readyz"


@pytest.mark.postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_every_page_answers(app: Flask, browser_client: FlaskClient) -> None:
    pages = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.arguments
        and not rule.rule.startswith(("/api/", PROBE))
    )
    assert len(pages) > 40
    for page in pages:
        for asked in ASKED:
            answer = browser_client.get(page + asked)
            assert answer.status_code < 500, f"{page}{asked}: {answer.text[:500]}"
