"""What pages of a brand are made with: its colours, its pictures, its icon. Public, and kept for ever by browsers."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from trailhouse.branding import colours, images
from trailhouse.branding.models import Image
from trailhouse.dashboard.assets import FOR_EVER

_DIGITS = re.compile(r"[0-9a-f]{6}")
# Mail and other hosts show pictures as well; nothing in one may act, whatever a browser takes it for.
PICTURE = {
    "Cache-Control": FOR_EVER,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


@require_safe
def brand_colours(request: HttpRequest, colour: str) -> HttpResponse:
    """The stylesheet of a colour: it follows from the address alone."""
    css = colours.stylesheet(_colour(colour))
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": FOR_EVER})


@require_safe
def brand_preview_colours(request: HttpRequest, colour: str) -> HttpResponse:
    """The same for the editor's previews alone."""
    css = colours.preview_stylesheet(_colour(colour))
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": FOR_EVER})


@require_safe
def brand_image(request: HttpRequest, digest: str) -> HttpResponse:
    """A logo or icon. Raises Http404 where no brand has it any more."""
    found = Image.objects.filter(digest=digest).first()
    if found is None:
        raise Http404
    return HttpResponse(bytes(found.content), content_type=found.content_type, headers=PICTURE)


@require_safe
def brand_letter(request: HttpRequest, colour: str, letter: str) -> HttpResponse:
    """The icon of a brand without one of its own. Raises Http404 for more than one letter."""
    if len(letter) != 1:
        raise Http404
    return HttpResponse(images.letter(letter, _colour(colour)), content_type=images.PNG, headers=PICTURE)


def _colour(digits: str) -> str:
    if not _DIGITS.fullmatch(digits):
        raise Http404
    return f"#{digits}"
