"""Where connectors may go. Numeric forms are resolved by the real resolver: nothing is faked."""

from __future__ import annotations

import pytest

from core.sync.egress import LOOPBACK, EgressRefused, target_of
from core.sync.errors import AuthFailed, Unsent

EVERYTHING = ("*",)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::1]/",
        "http://2852039166/",  # 169.254.169.254 as one number
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
    ],
)
def test_metadata_and_link_local_are_refused_even_if_everything_is_allowed(url: str) -> None:
    with pytest.raises(EgressRefused, match="connectors never call"):
        target_of(url, EVERYTHING)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8000/", LOOPBACK),
        ("http://localhost/", LOOPBACK),
        ("http://[::1]:8000/", LOOPBACK),
        ("http://LOCALHOST:8000", LOOPBACK),
        ("http://127.0.0.1:8000/", ("127.0.0.1:8000",)),
        ("http://127.0.0.1/", ("127.0.0.*",)),
        ("http://10.0.0.1/", ("10.0.0.1",)),  # an ERP usually is private
        ("http://[::1]:8000/", ("[::1]:8000",)),
    ],
)
def test_what_the_operator_lists_is_allowed(url: str, allowed: tuple[str, ...]) -> None:
    assert target_of(url, allowed).address


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1/", ()),
        ("http://10.0.0.1/", LOOPBACK),
        ("http://127.0.0.1:8001/", ("127.0.0.1:8000",)),
        ("http://127.0.0.1.example.com/", LOOPBACK),
        ("http://127.0.0.1@10.0.0.1/", LOOPBACK),
    ],
)
def test_what_is_not_listed_is_refused(url: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(EgressRefused, match="not on the operator's list"):
        target_of(url, allowed)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1", "http://", "http://a:99999/"]
)
def test_only_whole_http_addresses_are_taken(url: str) -> None:
    with pytest.raises(EgressRefused):
        target_of(url, EVERYTHING)


def test_a_refusal_pauses_the_connection_like_a_wrong_password() -> None:
    assert issubclass(EgressRefused, AuthFailed)


def test_the_address_is_pinned_and_the_name_is_kept_for_tls() -> None:
    target = target_of("https://localhost", LOOPBACK)
    assert (target.host, target.port) == ("localhost", 443)
    assert target.address in {"127.0.0.1", "::1"}


def test_a_name_nobody_knows_is_tried_again_later() -> None:
    with pytest.raises(Unsent, match="can not be resolved"):
        target_of("http://no-such-host.invalid/", EVERYTHING)
