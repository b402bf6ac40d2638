"""Segments over whatever modules know; a module that is off makes nobody match, never everybody."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from core.actor import Actor, ActorKind
from core.errors import Forbidden
from modules.contacts.models import Party
from modules.marketing.services.segments import (
    add_members,
    counted,
    explain,
    is_in,
    keep_as_list,
    make_segment,
    missing,
)
from tests.modules.marketing.conftest import EVERYBODY, Market


@pytest.mark.parametrize(
    ("tree", "who"),
    [
        ({"trait": "contacts.name", "is": "is", "value": "ada l"}, "ada"),
        ({"trait": "contacts.name", "is": "is_not", "value": "Ada L"}, "ben cleo"),
        ({"trait": "contacts.name", "is": "contains", "value": "%"}, ""),
        ({"trait": "contacts.name", "is": "begins", "value": "b"}, "ben"),
        ({"trait": "contacts.kind", "is": "one_of", "value": ["person"]}, "ada ben cleo"),
        ({"trait": "contacts.kind", "is": "none_of", "value": ["person"]}, ""),
        ({"trait": "contacts.kind", "is": "one_of", "value": ["gone"]}, ""),
        ({"trait": "contacts.language", "is": "unknown"}, "ben cleo"),
        ({"trait": "contacts.language", "is": "known"}, "ada"),
        ({"trait": "contacts.created", "is": "within_days", "value": "1"}, "ada ben cleo"),
        ({"trait": "contacts.created", "is": "longer_ago", "value": "1"}, ""),
        ({"trait": "marketing.agreed_to", "is": "one_of", "value": ["news"]}, "ada cleo"),
        ({"trait": "marketing.mailed", "is": "unknown"}, "ada ben cleo"),
        ({"trait": "billing.revenue", "is": "at_least", "value": "1"}, ""),
        (
            {
                "any": [
                    {"trait": "contacts.language", "is": "is", "value": "de"},
                    {"not": {"trait": "marketing.agreed_to", "is": "known"}},
                ]
            },
            "ada ben",
        ),
        ({"all": [{"any": []}, {"trait": "contacts.name", "is": "known"}]}, ""),
    ],
)
def test_who_is_in(market: Market, tree: dict[str, Any], who: str) -> None:
    _people(market)
    with market.host.write(market.actor) as work:
        segment = make_segment(work, "Some", {"all": [tree]})
        found = [name for name, key in market.people.items() if is_in(work, segment, key)]
        assert sorted(found) == who.split()
        assert counted(work, segment).number == len(found)
        for key in market.people.values():
            whole = explain(work, segment, key)
            if len(whole.leaves) == 1 and "all" not in tree:
                assert whole.leaves[0].holds is whole.is_in


def _people(market: Market) -> None:
    for name in ("Ada L", "Ben M", "Cleo N"):
        market.person(name, agrees=name != "Ben M")
    with market.host.write(market.actor) as work:
        ada = update(Party).where(Party.id == market.people["ada"]).values(language="de")
        work.session.execute(ada)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_disabled_module_makes_nobody_match_and_the_segment_says_so(market: Market) -> None:
    _people(market)
    tree = {"not": {"trait": "loyalty.points", "is": "at_least", "value": "1"}}
    with market.host.read(market.actor) as work:
        name = next(one for one in work.enabled.traits if one.startswith("loyalty."))
    tree = {"not": {"trait": name, "is": "known"}}
    segment_id = market.segment(tree)
    with market.host.read(market.actor) as work:
        assert counted(work, market.segment_of(segment_id)).number == 3
    market.host.disable("loyalty")
    with market.host.read(market.actor) as work:
        segment = market.segment_of(segment_id)
        assert missing(work, segment) == (name,)
        assert counted(work, segment).number == 0
        assert explain(work, segment, market.people["ada"]).missing == (name,)
    market.host.enable("loyalty", market.actor)
    with market.host.read(market.actor) as work:
        assert counted(work, market.segment_of(segment_id)).number == 3


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_list_stays_as_it_was_and_takes_who_is_put_on_it(market: Market) -> None:
    _people(market)
    segment_id = market.segment(EVERYBODY)
    with market.host.write(market.actor) as work:
        kept = keep_as_list(work, segment_id, "Then")
    later = market.person("Dora O")
    with market.host.write(market.actor) as work:
        assert (is_in(work, kept, later), counted(work, kept).number) == (False, 3)
        add_members(work, kept.id, [later, later])
        assert (is_in(work, kept, later), counted(work, kept).number) == (True, 4)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nobody_chooses_by_facts_they_may_not_see(market: Market) -> None:
    assert market.actor.company is not None
    author = Actor(
        kind=ActorKind.USER,
        name="Max",
        permissions=frozenset({"marketing.write", "contacts.read"}),
        companies=frozenset({market.actor.company}),
        company=market.actor.company,
    )
    rich = {"all": [{"trait": "billing.revenue", "is": "at_least", "value": "1"}]}
    with market.host.write(author) as work, pytest.raises(Forbidden):
        make_segment(work, "Rich", rich)
