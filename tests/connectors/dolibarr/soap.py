"""The SOAP side of the scripted Dolibarr: NuSOAP's envelopes, and result codes for errors."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from tests.connectors.dolibarr.books import Books, Refused, Row

KEY, LOGIN, PASSWORD = "a-key-of-tests", "crm", "a-password-of-tests"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope SOAP-ENV:encodingStyle='
    '"http://schemas.xmlsoap.org/soap/encoding/" xmlns:SOAP-ENV='
    '"http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:SOAP-ENC='
    '"http://schemas.xmlsoap.org/soap/encoding/" xmlns:tns="http://www.dolibarr.org/ns/">'
    "<SOAP-ENV:Body>"
)


def operation_of(body: bytes) -> tuple[str, Row]:
    root = etree.fromstring(body)
    (element,) = root[0]
    return etree.QName(element).localname, _parts(element)


def _parts(element: Any) -> Row:
    """Repeated names are a list; ``lines`` holds one even for a single line."""
    found: Row = {}
    for child in element:
        value = _parts(child) if len(child) else child.text or ""
        if child.tag == "line":
            found.setdefault("line", []).append(value)
        else:
            found[child.tag] = value
    return found


def answer(books: Books, name: str, parts: Row) -> bytes:
    try:
        _authenticate(parts["authentication"])
        return envelope(name, "OK", "", **_DO[name](books, parts))
    except Refused as refused:
        return envelope(name, refused.code, refused.label)


def _authenticate(given: Row) -> None:
    if given["dolibarrkey"] != KEY:
        raise Refused("BAD_VALUE_FOR_SECURITY_KEY", "Value provided into dolibarrkey is wrong")
    if (given["login"], given["password"]) != (LOGIN, PASSWORD):
        raise Refused("BAD_CREDENTIALS", "Bad value for login or password")


def _versions(_books: Books, _parts: Row) -> Row:
    return {"dolibarr": "22.0.4", "os": "Linux", "php": "8.2.36", "webserver": "PHP"}


def _create_party(books: Books, parts: Row) -> Row:
    row = books.create_party(parts["thirdparty"])
    return {"id": row["id"], "ref": row["name"]}


def _create_order(books: Books, parts: Row) -> Row:
    row = books.create_order(parts["order"])
    return {"id": row["id"], "ref": row["ref"]}


def _update_order(books: Books, parts: Row) -> Row:
    row = books.get("orders", parts["order"]["id"])
    if row is None:
        raise Refused("NOT_FOUND", "Order cannot be found")
    if str(parts["order"]["status"]) == "1":
        books.validate(row)
    return {"id": row["id"], "ref": row["ref"], "ref_ext": row["ref_ext"]}


_DO = {
    "getVersions": _versions,
    "createThirdParty": _create_party,
    "createOrder": _create_order,
    "updateOrder": _update_order,
}


def envelope(name: str, code: str, label: str, **parts: object) -> bytes:
    result = (
        f'<result xsi:type="tns:result"><result_code xsi:type="xsd:string">{escape(code)}'
        f'</result_code><result_label xsi:type="xsd:string">{escape(label)}</result_label></result>'
    )
    values = "".join(
        f'<{part} xsi:type="xsd:string">{escape(str(value))}</{part}>'
        for part, value in parts.items()
    )
    return (
        f'{_HEAD}<ns1:{name}Response xmlns:ns1="http://www.dolibarr.org/ns/">{result}{values}'
        f"</ns1:{name}Response></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()
