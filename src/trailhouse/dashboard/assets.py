"""Static files straight from the installed packages: hashed addresses, kept for ever, compressed once."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import NamedTuple

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.encoding import filepath_to_uri
from django.views.decorators.http import require_safe

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
SMALLEST_TO_COMPRESS = 400


class Asset(NamedTuple):
    """One file, ready to be sent."""

    body: bytes
    compressed: bytes | None  # brotli, where it is smaller
    content_type: str
    version: str


class PackageStorage(StaticFilesStorage):
    """Addresses of static files with the hash of what they hold, without a collecting step."""

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of file `name`; it changes when the file does."""
        address = f"{self.base_url}{filepath_to_uri(name)}"
        asset = _load(name or "")
        return f"{address}?v={asset.version}" if asset else address


def _load(name: str) -> Asset | None:
    return _read(name) if settings.DEBUG else _kept(name)


@cache
def _kept(name: str) -> Asset | None:
    return _read(name)


def _read(name: str) -> Asset | None:
    path = finders.find(name)
    if not path or not Path(path).is_file():
        return None
    body = Path(path).read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in {"application/javascript", "application/json", "image/svg+xml"}
    compressed = brotli.compress(body, quality=11) if is_text and len(body) >= SMALLEST_TO_COMPRESS else None
    content_type = f"{kind}; charset=utf-8" if is_text else kind
    return Asset(body, compressed, content_type, hashlib.sha256(body).hexdigest()[:12])


@require_safe
def serve(request: HttpRequest, path: str) -> HttpResponse:
    """One static file."""
    asset = _known(path)
    if asset is None:
        raise Http404
    tag = f'"{asset.version}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    elif asset.compressed and "br" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(asset.compressed, content_type=asset.content_type)
        response.headers["Content-Encoding"] = "br"
    else:
        response = HttpResponse(asset.body, content_type=asset.content_type)
    response.headers["ETag"] = tag
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER if request.GET.get("v") == asset.version else ASK_AGAIN
    return response


def _known(path: str) -> Asset | None:
    # Only names that exist are kept, so that made-up ones do not fill the memory.
    if "\\" in path or ".." in path.split("/") or not finders.find(path):
        return None
    return _load(path)
