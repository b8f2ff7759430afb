"""Read XMP (ISO 16684): the packets that programs leave in files, as texts by their names. Runs where decoders run."""

from __future__ import annotations

from xml.etree import ElementTree

from rossgram_fed.media.errors import BROKEN

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
IPTC = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
CREATIVE_COMMONS = "{http://creativecommons.org/ns#}"
FILM = "{http://analogexif.sourceforge.net/ns}Film"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def properties_in(packet: bytes) -> dict[str, str]:
    """Return the simple properties, and of lists the first entry or the one for everybody; nothing of a bad packet.

    No packet needs a document type, and without one there are no entities to grow. It is read as UTF-8 whatever it
    says of itself, so that none can be hidden in another encoding.
    """
    try:
        text = packet.strip(b"\0 \r\n\t").decode()
        if not text or "<!" in text:
            return {}
        root = ElementTree.fromstring(text)  # noqa: S314 - without a document type
    except (ElementTree.ParseError, *BROKEN):
        return {}
    found: dict[str, str] = {}
    for described in root.iter(f"{RDF}Description"):
        found |= described.attrib
        for entry in described:
            found[entry.tag] = _entry(entry)
    return found


def _entry(entry: ElementTree.Element) -> str:
    lines = list(entry.iter(f"{RDF}li"))
    chosen = next((line for line in lines if line.get(_LANGUAGE) == "x-default"), lines[0] if lines else entry)
    return entry.get(f"{RDF}resource") or chosen.text or ""
