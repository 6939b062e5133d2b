"""What a PDF says about the XML in it: the Factur-X properties of its XMP metadata, which typst cannot write itself.

Source: Factur-X 1.0, "XMP metadata"; ISO 19005-3, 6.6.2.3.2 for the description of a schema that PDF/A does not know.
"""

import re

NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
XML_NAME = "factur-x.xml"
PROPERTIES = {  # name: value, and what a validator is told about the property
    "ConformanceLevel": ("EN 16931", "conformance level of the embedded Factur-X data"),
    "DocumentFileName": (XML_NAME, "name of the embedded XML invoice file"),
    "DocumentType": ("INVOICE", "INVOICE; a credit note is one as well"),
    "Version": ("1.0", "version of the Factur-X XML schema"),
}
_STREAM = re.compile(rb"/Length (\d+)(?:(?!endobj).)*?>>\s*stream\n(?=<\?xpacket)", re.DOTALL)
_ENTRY = re.compile(rb"(\d{10}) (\d{5} n)")


def with_factur_x(pdf: bytes) -> bytes:
    """`pdf`, as typst wrote it, with the properties added to its metadata and its table of objects moved on.

    Raises ValueError where `pdf` is not of the form that this version of typst writes.
    """
    table = int(_last(rb"startxref\s+(\d+)", pdf)[1])
    stream = _STREAM.search(pdf)
    if stream is None or not pdf.startswith(b"xref", table):
        raise ValueError("typst writes PDF metadata in another form than this was made for")
    length = int(stream[1])
    new = _extended(pdf[stream.end() : stream.end() + length])
    head = pdf[: stream.start(1)] + str(len(new)).encode() + pdf[stream.end(1) : stream.end()]
    moved = len(head) + len(new) - stream.end() - length
    body = head + new + pdf[stream.end() + length : table]
    tail = _ENTRY.sub(lambda entry: _moved(entry, stream.start(), moved), pdf[table:])
    return body + re.sub(rb"(startxref\s+)\d+", lambda found: found[1] + str(table + moved).encode(), tail)


def _moved(entry: re.Match[bytes], behind: int, by: int) -> bytes:
    at = int(entry[1])
    return b"%010d %s" % (at + by if at > behind else at, entry[2])


def _last(pattern: bytes, text: bytes) -> re.Match[bytes]:
    found = list(re.finditer(pattern, text[-64:]))
    if not found:
        raise ValueError("a PDF ends with where its table of objects is")
    return found[-1]


def _extended(packet: bytes) -> bytes:
    """The XMP packet with our properties, and their schema among those that it describes already."""
    own = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _about) in PROPERTIES.items())
    described = "".join(_property(name, about) for name, (_value, about) in PROPERTIES.items())
    schema = (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
    ends, closes = b"</rdf:Bag></pdfaExtension:schemas>", b"</rdf:RDF>"
    if packet.count(ends) != 1 or packet.count(closes) != 1:
        raise ValueError("typst describes its metadata in another form than this was made for")
    about = f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{own}</rdf:Description>'
    return packet.replace(ends, schema.encode() + ends).replace(closes, about.encode() + closes)


def _property(name: str, about: str) -> str:
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"
    )
