"""Every policy and writer against who changed the field, and who is later."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from core.sync.merge.rules import Base, Decision, Sides, Step, alike, decide
from core.sync.merge.shared import Policy, SharedField, Writer

AGREED, OURS, THEIRS = "agreed", "ours", "theirs"
#: Who changed the field since both agreed: our value and theirs.
NOBODY, HERE, THERE, BOTH, ALIKE = (
    (AGREED, AGREED),
    (OURS, AGREED),
    (AGREED, THEIRS),
    (OURS, THEIRS),
    ("the same", "the same"),
)
KEEP, TAKE, SEND, ASK = Step.KEEP, Step.TAKE, Step.SEND, Step.ASK
#: What becomes of the field, whoever may write it; of BOTH only where its policy does not say.
EXPECTED = {
    (Writer.BOTH, NOBODY): KEEP,
    (Writer.BOTH, HERE): SEND,
    (Writer.BOTH, THERE): TAKE,
    (Writer.CRM, NOBODY): KEEP,
    (Writer.CRM, HERE): SEND,
    (Writer.CRM, THERE): SEND,
    (Writer.CRM, BOTH): SEND,
    (Writer.ERP, NOBODY): KEEP,
    (Writer.ERP, HERE): TAKE,
    (Writer.ERP, THERE): TAKE,
    (Writer.ERP, BOTH): TAKE,
}
#: Of a field both may write and both changed: by policy, and whether theirs is the later change.
DECIDED = {
    **{(Policy.CRM, newer): SEND for newer in (None, True, False)},
    **{(Policy.ERP, newer): TAKE for newer in (None, True, False)},
    **{(Policy.ASK, newer): ASK for newer in (None, True, False)},
    (Policy.NEWEST, None): ASK,
    (Policy.NEWEST, True): TAKE,
    (Policy.NEWEST, False): SEND,
}
BASE = Base(theirs={"name": AGREED})


def settle(
    policy: Policy, writer: Writer, values: tuple[str, str], *, newer: bool | None = None
) -> Decision:
    what = SharedField(name="name", title="Name", policy=policy, writer=writer)
    return decide(what, "name", BASE, Sides(ours=values[0], theirs=values[1], newer=newer))


@pytest.mark.parametrize("newer", [None, True, False])
@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("writer", list(Writer))
def test_fault_19_the_table_of_owners_and_policies(
    policy: Policy, writer: Writer, *, newer: bool | None
) -> None:
    for values in (NOBODY, HERE, THERE, BOTH, ALIKE):
        found = settle(policy, writer, values, newer=newer)
        if values == ALIKE:
            wanted = KEEP
        elif (writer, values) == (Writer.BOTH, BOTH):
            wanted = DECIDED[policy, newer]
        else:
            wanted = EXPECTED[writer, values]
        assert found.step is wanted, (writer, values)
        # Theirs gives way to ours, and is kept, only where it was news and ours goes out.
        assert found.lost == (wanted is SEND and values in {THERE, BOTH})


@pytest.mark.parametrize(
    ("policy", "writer", "values"), list(product(Policy, Writer, [NOBODY, HERE, THERE, BOTH]))
)
def test_once_done_nothing_is_left_to_do(
    policy: Policy, writer: Writer, values: tuple[str, str]
) -> None:
    found = settle(policy, writer, values, newer=True)
    ours, theirs = values
    base = found.base
    if found.step is TAKE:
        ours = theirs
    elif found.step is SEND:
        base, theirs = base.wrote("name", ours), ours
    what = SharedField(name="name", title="Name", policy=policy, writer=writer)
    again = decide(what, "name", base, Sides(ours=ours, theirs=theirs, newer=True))
    assert again.step is (ASK if found.step is ASK else KEEP)
    assert again.base.awaited == frozenset()


def test_an_echo_is_told_from_a_change_by_its_content_alone() -> None:
    what = SharedField(name="name", title="Name")
    wrote = BASE.wrote("name", "Hương & Söhne")

    def read(theirs: str) -> Decision:
        return decide(what, "name", wrote, Sides(ours="Hương & Söhne", theirs=theirs))

    assert read(AGREED).step is KEEP, "not there yet: it is read again"
    assert read(AGREED).base.awaited == {"name"}
    echo = read("HUONG &  SOHNE\r\n")
    assert (echo.step, echo.base.awaited) == (KEEP, frozenset())
    assert (echo.base.our("name"), echo.base.theirs["name"]) == (
        "Hương & Söhne",
        "HUONG &  SOHNE\r\n",
    )
    assert read("Somebody else").step is TAKE, "changed there right after our write"


def test_after_the_echo_a_change_of_letters_is_a_change() -> None:
    what = SharedField(name="name", title="Name")
    base = BASE.agreed("name", theirs="ACME", ours="Acme")
    sides = Sides(ours="Acme", theirs="Acme")
    assert decide(what, "name", base, sides).step is KEEP
    assert decide(what, "name", base, Sides(ours="Acme", theirs="aCME")).step is TAKE


@pytest.mark.parametrize(
    ("theirs", "sent", "before", "same"),
    [
        ("ACME", "Acme", None, True),
        ("Rue de l'Eglise", "Rue de l’Église", None, False),
        ("Rue de l'Eglise", "Rue de l'Église", None, True),
        ("Đường Lê Lợi", "duong le loi", None, True),
        ("line\nline", "line\r\nline ", None, True),
        ("Acme", "Acme Ltd", None, False),
        ({"city": "BONN", "region": ""}, {"city": "Bonn", "region": "NRW"}, None, True),
        ({"city": "Ulm", "region": ""}, {"city": "Bonn", "region": "NRW"}, None, False),
        ({"city": "Bonn", "zip": "1"}, {"city": "Bonn", "zip": "2"}, {"zip": "1"}, True),
        (["phone", "030 1"], ["phone", "030 1"], None, True),
        (None, "Acme", None, False),
        (True, True, None, True),
    ],
)
def test_what_is_the_same_but_for_how_it_is_written(
    theirs: Any, sent: Any, before: Any, *, same: bool
) -> None:
    assert alike(theirs, sent, before) is same
