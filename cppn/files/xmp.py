"""XMP packets: how a recipe stands in them, and how it is found when another program has written them anew.

A simple property may be an element or an attribute, under any prefix (ISO 16684-1, 7.4 and 7.5). Adobe's toolkit, which
exiv2 has too, makes attributes of elements, and ends a namespace in a slash.
"""

from __future__ import annotations

from xml.parsers import expat

_NAMESPACE, _NAME = "urn:cppn:1", "picture"
_SEPARATOR = " "
OPEN, CLOSE = b"<cppn:picture>", b"</cppn:picture>"


def packet(text: str) -> bytes:
    """A packet around text that has none of the signs that XML reserves."""
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:cppn="' + _NAMESPACE.encode() + b'">'
        + OPEN + text.encode("ascii") + CLOSE
        + b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )  # fmt: skip


def find(packet: bytes) -> bytes | None:
    """The text in a packet, element or attribute; None if there is none, or the packet is no XML.

    Packets with a document type are not read: nothing in them stands for anything else.
    """
    names = {_NAMESPACE + slash + _SEPARATOR + _NAME for slash in ("", "/")}
    found: list[str] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        inside = name in names
        found.extend(value for key, value in attributes.items() if key in names)

    def end(name: str) -> None:
        nonlocal inside
        inside = False

    def characters(text: str) -> None:
        if inside:
            found.append(text)

    def doctype(*_: object) -> None:
        raise _DoctypeError

    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, doctype
    try:
        parser.Parse(packet.strip(b"\0 \r\n\t"), True)
    except (expat.ExpatError, _DoctypeError, ValueError):
        return None
    return "".join(found).encode() or None


class _DoctypeError(Exception):
    """The packet has a document type."""
