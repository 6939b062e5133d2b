"""What a reverse proxy asks before it gets a certificate for a name (Caddy's on-demand TLS)."""

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from trailhouse.branding import hosts
from trailhouse.core import clock

MOST_A_SECOND = 50  # names; a handshake with each costs the proxy more than asking costs us


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """200 where the name in `domain` may have a certificate, else 404.

    Anybody may ask: a handshake with the name tells the same.
    """
    cache = caches["memory"]
    window = f"tls/{clock.now_ms() // 1000}"
    cache.add(window, 0, 5)
    if cache.incr(window) > MOST_A_SECOND:
        return HttpResponse("later\n", status=429, content_type="text/plain")
    name = request.GET.get("domain", "").rstrip(".").lower()
    known = 0 < len(name) <= 253 and "\0" not in name and hosts.may_have_certificate(name)
    return HttpResponse("yes\n" if known else "no\n", status=200 if known else 404, content_type="text/plain")
