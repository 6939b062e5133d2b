"""Follows all that a page leads to, as a browser would, and reads whatever comes: text, tables, PDF, headers."""

import io
import re
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pypdf
from django.test import Client
from django.urls import Resolver404, resolve

# `a`, `link`, `script`, `img`, `source`, `iframe`, `form`, and what htmx fetches.
_ADDRESS = re.compile(r"""<(?P<tag>[a-z]+)\b(?P<rest>[^>]*)>""")
_ATTRIBUTE = re.compile(r"""\b(href|src|srcset|action|method|hx-get|data-[a-z-]*url)="([^"]*)\"""")
LEAVES = frozenset({"sign_out", "account_logout"})  # after which there is nothing left to see
OWN = ("http://127.0.0.1:8000", "http://testserver")


@dataclass(frozen=True)
class Seen:
    """One answer: its status, and everything in it as text."""

    address: str
    status: int
    kind: str
    text: str
    headers: str

    @property
    def is_page(self) -> bool:
        """Whether it is a whole page that a person reads."""
        return self.kind == "text/html" and "<html" in self.text


@dataclass
class Crawl:
    """One browser. Of addresses that differ in their values alone it asks for as many as it has patience for."""

    client: Client
    patience: int = 1
    most: int = 240
    seen: dict[str, Seen] = field(default_factory=dict)
    _asked: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def follow(self, *starts: str) -> "Crawl":
        """Ask for `starts` and all that they lead to."""
        waiting = deque(starts)
        while waiting and len(self.seen) < self.most:
            address = waiting.popleft()
            if address in self.seen or not self._wants(address):
                continue
            found = self.ask(address)
            if found.kind == "text/html" and found.status != 404:
                waiting += links(found.text, address)
        return self

    def ask(self, address: str, **headers: Any) -> Seen:
        """The answer at `address`; redirects are answers as well, and followed."""
        answer = self.client.get(address, headers=headers or None)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        told = [f"{name}: {value}" for name, value in answer.headers.items()]
        told += [morsel.OutputString() for morsel in answer.cookies.values()]
        found = self.seen[address] = Seen(address, answer.status_code, kind, text_of(body, kind), "\n".join(told))
        if location := answer.headers.get("Location", ""):
            self.follow(*_own([location], address))
        return found

    def _wants(self, address: str) -> bool:
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query))
        try:
            match = resolve(parts.path)
        except Resolver404:
            kind: tuple[Any, ...] = (parts.path,)
        else:
            if match.url_name in LEAVES:
                return False
            kind = (match.url_name, match.kwargs.get("section"), match.kwargs.get("tab"), match.kwargs.get("path"))
        kind += (*sorted(query), query.get("export"), query.get("picture"), query.get("format"))
        self._asked[kind] = self._asked.get(kind, 0) + 1
        return self._asked[kind] <= self.patience


def links(html: str, at: str) -> Iterator[str]:
    """The addresses of ours that a page leads to: links, assets, fragments, and forms that only ask."""
    found = []
    for tag in _ADDRESS.finditer(html):
        values = dict(_ATTRIBUTE.findall(tag["rest"]))
        if tag["tag"] == "form" and values.get("method", "get").lower() != "get":
            continue
        found += [unescape(value).split(" ")[0] for name, value in values.items() if name != "method"]
    return _own(found, at)


def _own(found: Iterable[str], at: str) -> Iterator[str]:
    for one in found:
        for own in OWN:
            one = one.removeprefix(own)
        whole = urlsplit(urljoin(at, one))
        if not whole.netloc and whole.path.startswith("/"):
            yield whole._replace(fragment="").geturl()


# -- reading


def text_of(body: bytes, kind: str) -> str:
    """Everything that can be read in a file, and its bytes: what is packed is unpacked."""
    raw = body.decode("utf-8", errors="replace")
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "\n".join(f"{name}\n{text_of(packed.read(name), '')}" for name in packed.namelist())
    if body.startswith(b"%PDF"):
        return raw + text_of_pdf(body)
    return raw


def text_of_pdf(body: bytes) -> str:
    """What a PDF says, and what it says of itself."""
    document = pypdf.PdfReader(io.BytesIO(body))
    said = [page.extract_text() for page in document.pages]
    told = [f"{name} {value}" for name, value in (document.metadata or {}).items()]
    root: Any = document.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode() if "/Metadata" in root else ""
    return "\n".join([*said, *told, xmp])


def foreign(seen: Iterable[Seen], names: Iterable[str]) -> dict[str, list[str]]:
    """By address, the names that ought not to be there, with what stands around them."""
    wanted = re.compile("|".join(re.escape(name) for name in names), re.IGNORECASE)
    found = {}
    for one in seen:
        whole = f"{one.headers}\n{one.text}"
        hits = [whole[max(0, hit.start() - 60) : hit.end() + 30] for hit in wanted.finditer(whole)]
        if hits:
            found[f"{one.address} ({one.status})"] = hits[:3]
    return found
