"""The service of ``echo.wsdl``, which keeps notes, and what its answers look like."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.sync.sessions import SoapSession

WSDL = Path(__file__).with_name("echo.wsdl")
MEGABYTE = 1024 * 1024
NOTE: Mapping[str, object] = {
    "text": "hello",
    "weight": Decimal("12345678901.5"),
    "lines": {"line": ["a", "b"]},
}
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def keep(
    session: SoapSession, note: Mapping[str, object] = NOTE, *, writes: bool = True
) -> Mapping[str, Any]:
    return session.call("keep", {"password": "geheim-4711", "note": note}, writes=writes)


def envelope(inner: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="{SOAP}"><e:Body>{inner}'
        "</e:Body></e:Envelope>"
    ).encode()


GOOD = envelope(
    '<r:keepResponse xmlns:r="urn:echo"><id>7</id><weight>0.1</weight></r:keepResponse>'
)


def fault(code: str, words: str) -> bytes:
    return envelope(
        f"<e:Fault><faultcode>e:{code}</faultcode><faultstring>{words}</faultstring></e:Fault>"
    )


def bomb(levels: int) -> str:
    entities = '<!ENTITY l0 "lol">'
    for level in range(1, levels):
        entities += f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">'
    return f"<!DOCTYPE e [{entities}]>"
