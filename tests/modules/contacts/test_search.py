"""What people type finds whom they mean, in every script, on both databases."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from core.actor import system
from core.errors import Invalid
from core.host import Host
from core.search import fold, index_words, matching, remove, words
from modules.contacts.models import Party
from modules.contacts.rules import PointKind
from modules.contacts.services import add_contact_point, change_party, create_party

NAMES = (
    "ร้านสมชาย",
    "Nguyễn Thị Hương",
    "Đặng Văn Lâm",
    "王伟",
    "上海贸易有限公司",
    "Société Générale",
    "Müller & Söhne GmbH",
    "O'Brien Ltd",
    "김민준",
    "น้ำแข็งใส",
)


@pytest.fixture
def parties(host: Host, company: UUID) -> None:
    with host.write(system("tests", company=company)) as work:
        for name in NAMES:
            create_party(work, {"name": name})
        shop = create_party(work, {"name": "Acme", "number": "C-00017", "tax_id": "DE123456789"})
        add_contact_point(
            work, shop.id, {"kind": PointKind.EMAIL, "value": "huong@Muster-shop.example"}
        )
        add_contact_point(work, shop.id, {"kind": PointKind.PHONE, "value": "+84 90 123-4567"})


def found(host: Host, query: str) -> set[str]:
    with host.read(system("tests")) as work:
        hits = select(Party.name).where(Party.id.in_(matching("contacts.party", query)))
        return set(work.session.scalars(hits))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ร้านสมชาย", {"ร้านสมชาย"}),
        ("สมชาย", {"ร้านสมชาย"}),
        ("ร้าน", {"ร้านสมชาย"}),
        ("น้ำ", {"น้ำแข็งใส"}),
        ("แข็ง", {"น้ำแข็งใส"}),
        ("nguyen thi huong", {"Nguyễn Thị Hương"}),
        ("huong", {"Nguyễn Thị Hương", "Acme"}),
        ("HƯƠNG nguyễn", {"Nguyễn Thị Hương"}),
        ("dang", {"Đặng Văn Lâm"}),
        ("guye", {"Nguyễn Thị Hương"}),
        ("王", {"王伟"}),
        ("伟", {"王伟"}),
        ("王伟", {"王伟"}),
        ("贸易", {"上海贸易有限公司"}),
        ("民", set()),
        ("민", {"김민준"}),
        ("generale", {"Société Générale"}),
        ("soc", {"Société Générale"}),
        ("muller gmbh", {"Müller & Söhne GmbH"}),
        ("obrien", {"O'Brien Ltd"}),
        ("o'brien", {"O'Brien Ltd"}),
        ("ｏｂｒｉｅｎ", {"O'Brien Ltd"}),
        ("huong@muster-shop.example", {"Acme"}),
        ("0901234567", {"Acme"}),
        ("+84901234567", {"Acme"}),
        ("4567", {"Acme"}),
        ("090 123", {"Acme"}),
        ("C-00017", {"Acme"}),
        ("123456789", {"Acme"}),
        ("nobody of that name", set()),
    ],
)
@pytest.mark.usefixtures("parties")
def test_finds(host: Host, query: str, names: set[str]) -> None:
    assert found(host, query) == names


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "' OR 1=1 --",
        "a* OR b",
        "NEAR(a b)",
        "words:a",
        "!a & |",
        "\\",
        "%",
        "a\0b",
        "--",
        "(",
        ":*",
    ],
)
@pytest.mark.usefixtures("parties")
def test_what_looks_like_a_command_is_only_words(host: Host, query: str) -> None:
    hits = found(host, query)
    assert hits == found(host, " ".join(words(query)))
    assert len(hits) < len(NAMES)


@pytest.mark.usefixtures("parties")
def test_a_renamed_party_is_found_by_its_new_name_only(host: Host) -> None:
    with host.write(system("tests")) as work:
        party = work.session.scalars(select(Party).where(Party.name == "王伟")).one()
        change_party(work, party.id, {"name": "李娜"})
    assert found(host, "李") == {"李娜"}
    assert found(host, "王") == set()


@pytest.mark.usefixtures("parties")
def test_what_is_removed_is_not_found(host: Host) -> None:
    with host.write(system("tests")) as work:
        keys = work.session.scalars(matching("contacts.party", "王")).all()
        remove(work.session, "contacts.party", keys)
    assert found(host, "王") == set()
    assert found(host, "huong") != set()


@pytest.mark.usefixtures("parties")
def test_records_of_another_kind_are_not_mixed_in(host: Host) -> None:
    with host.read(system("tests")) as work:
        assert work.session.scalars(matching("sales.order", "huong")).all() == []


def test_an_undone_change_is_not_found(host: Host, company: UUID) -> None:
    actor = system("tests", company=company)
    names = ("Ghost", "")
    with pytest.raises(Invalid), host.write(actor) as work:
        [create_party(work, {"name": name}) for name in names]
    assert found(host, "ghost") == set()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường", "duong"),
        ("Straße", "strasse"),
        ("ŁÓDŹ", "lodz"),
        ("ร้าน", "ร้าน"),
        ("が", "が"),
        ("한", "한"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_and_their_tails() -> None:
    assert words("A.B-c, 12") == ["a", "b", "c", "12"]
    assert index_words(["Huong"]) == ["huong", "ong", "uong"]
    assert index_words(["王伟"]) == ["伟", "王伟"]
    assert max(map(len, index_words(["x" * 9000]))) == 24
