"""What is sent: Python values in the shape a service's description asks for, or refused.

zeep drops without a word what does not fit (a list where an element holds a list, say), and asks
for every element of an ``xsd:all``, also for those one has nothing to say about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lxml import etree
from zeep import xsd
from zeep.exceptions import Error as ZeepError

from core.sync.errors import Rejected


def envelope_of(operation: Any, arguments: Mapping[str, object]) -> tuple[bytes, dict[str, str]]:
    """The bytes to send, and their headers. Raises ``Rejected``: nothing has left."""
    shaped = _struct(operation.input.body.type, arguments, place=operation.name, whole=True)
    try:
        made = operation.create(**shaped)
        content = etree.tostring(made.content, xml_declaration=True, encoding="utf-8")
    except (ZeepError, ValueError, TypeError) as error:
        raise Rejected(f"{operation.name} can not be written as XML: {error}") from error
    return content, {"Content-Type": "text/xml; charset=utf-8", **made.headers}


def _struct(
    kind: Any, values: Mapping[str, object], *, place: str, whole: bool = False
) -> dict[str, object]:
    """``whole`` asks for every part; elsewhere what is not named is left out."""
    elements = dict(kind.elements)
    if unknown := sorted(values.keys() - elements.keys()):
        raise Rejected(f"{place} has no {', '.join(unknown)}", field=unknown[0])
    if whole and (missing := sorted(elements.keys() - values.keys())):
        raise Rejected(f"{place} needs {', '.join(missing)}", field=missing[0])
    return {
        name: _value(element, values[name], place=f"{place}.{name}")
        if name in values
        else xsd.SkipValue
        for name, element in elements.items()
    }


def _value(element: Any, value: object, *, place: str) -> object:
    if element.accepts_multiple:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise Rejected(f"{place} takes a list", field=place)
        return [_one(element.type, item, place=place) for item in value]
    return _one(element.type, value, place=place)


def _one(kind: Any, value: object, *, place: str) -> object:
    if isinstance(kind, xsd.ComplexType):
        if not isinstance(value, Mapping):
            raise Rejected(f"{place} takes named values, not {type(value).__name__}", field=place)
        return _struct(kind, value, place=place)
    if isinstance(value, Mapping | list | tuple):
        raise Rejected(f"{place} takes one value, not {type(value).__name__}", field=place)
    # By way of text, never of a float, and never as 1E+2.
    return format(value, "f") if isinstance(value, Decimal) else value
