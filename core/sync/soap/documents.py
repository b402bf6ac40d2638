"""XML as it may be read: no document type, no entity, nothing fetched, nothing too deep."""

from __future__ import annotations

from typing import Any

from lxml import etree

from core.sync.errors import SyncError

_BOM = b"\xef\xbb\xbf"


class NotXml(SyncError):
    """The bytes are not a document we read; never leaves the package."""

    code = "sync.not_xml"


def tree_of(content: bytes) -> Any:
    """The root element. Raises ``NotXml`` with words that say what is wrong.

    libxml2's own limits stay on: depth, length of a text, and growth by entities.
    """
    if not content.removeprefix(_BOM).lstrip().startswith(b"<"):
        raise NotXml("is not XML")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,  # a cut answer must not pass for a short one
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml(f"is cut off or is not XML: {error}") from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise NotXml("has a document type, which is never read")
    return root
