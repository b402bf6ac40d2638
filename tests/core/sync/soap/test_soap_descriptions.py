"""Descriptions of SOAP services that mean harm: refused, and nothing is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.sync.egress import EgressRefused
from core.sync.http import FrameworkSessions
from core.sync.sessions import SoapService
from tests.core.sync.soap.hostile import Hostile, answering, hostile
from tests.core.sync.soap.notes import GOOD, WSDL, bomb, keep


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:{port}/more",
        "https://127.0.0.1:{port}/more",
        "file:///etc/passwd",
        "/etc/passwd",
        "../../../../../../etc/passwd",
        "missing.xsd",
        "ftp://127.0.0.1:{port}/more",
    ],
)
@pytest.mark.parametrize("kind", ["wsdl:import", "xsd:import", "xsd:include"])
def test_a_description_that_wants_to_be_fetched_is_refused(
    tmp_path: Path, sessions: FrameworkSessions, *, kind: str, address: str
) -> None:
    with hostile() as other:
        address = address.replace("{port}", str(other.port))
        describe(tmp_path, kind, address)
        with pytest.raises(EgressRefused, match=r"imports .* which is never fetched"):
            sessions.soap(other.url, SoapService(folder=tmp_path, wsdl="bad.wsdl"))
        assert other.requests == []


def describe(folder: Path, kind: str, address: str) -> None:
    text = WSDL.read_text("utf-8")
    name = kind.partition(":")[2]
    if kind == "wsdl:import":
        tag = f'<{name} namespace="urn:other" location="{address}"/>'
        text = text.replace("<!--imports-->", tag)
    else:
        namespace = ' namespace="urn:other"' if name == "import" else ""
        tag = f'<xsd:{name}{namespace} schemaLocation="{address}"/>'
        text = text.replace("<!--schema-->", tag)
    (folder / "bad.wsdl").write_text(text, "utf-8")


@pytest.mark.parametrize(
    "doctype",
    [
        bomb(10),
        '<!DOCTYPE definitions SYSTEM "http://127.0.0.1:{port}/x.dtd">',
        '<!DOCTYPE definitions [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
    ids=["billion laughs", "external DTD", "external entity"],
)
def test_a_description_with_a_document_type_is_refused(
    tmp_path: Path, sessions: FrameworkSessions, *, doctype: str
) -> None:
    with hostile() as other:
        doctype = doctype.replace("{port}", str(other.port))
        text = WSDL.read_text("utf-8").replace("?>", f"?>{doctype}", 1)
        (tmp_path / "bad.wsdl").write_text(text, "utf-8")
        with pytest.raises(EgressRefused, match=r"document type|not XML"):
            sessions.soap(other.url, SoapService(folder=tmp_path, wsdl="bad.wsdl"))
        assert other.requests == []


def test_what_a_description_imports_may_lie_beside_it(
    tmp_path: Path, server: Hostile, sessions: FrameworkSessions
) -> None:
    describe(tmp_path, "xsd:import", "http://example.org/other.xsd")
    schema = '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:other"/>'
    (tmp_path / "kept.xsd").write_text(schema, "utf-8")
    schemas = {"http://example.org/other.xsd": "kept.xsd"}
    service = SoapService(folder=tmp_path, wsdl="bad.wsdl", schemas=schemas)
    server.script = answering(GOOD)
    assert keep(sessions.soap(server.url, service))["id"] == "7"


def test_the_address_in_a_description_is_not_looked_at(sessions: FrameworkSessions) -> None:
    """It is 169.254.169.254; what counts is the connection's own, and the operator's list."""
    service = SoapService(folder=WSDL.parent, wsdl=WSDL.name)
    with pytest.raises(EgressRefused, match="not on the operator's list"):
        sessions.soap("http://erp.example.org/service", service)
