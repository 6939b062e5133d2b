"""The page behind the link in each report and alert: its reader stops it, or chooses what they get; no sign-in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from trailhouse.branding.looks import Look
from trailhouse.dashboard.digest_rows import Row, rows
from trailhouse.dashboard.hosts import at_host
from trailhouse.dashboard.looking import look, wear
from trailhouse.digests import selectors, services
from trailhouse.digests.models import Alert, OptOut, Schedule
from trailhouse.digests.selectors import Link, Told
from trailhouse.sites import looks
from trailhouse.sites.confining import exists_at

ONE_CLICK = "List-Unsubscribe"  # what a mail program sends for its reader: RFC 8058


# The token is what proves who asks: a mail program that presses the button for its reader has no cookie of ours.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reader(request: HttpRequest, token: str) -> HttpResponse:
    """What the reader of this link gets, each with a button; a GET changes nothing: scanners of mail follow links."""
    link = selectors.read_token(token)
    if link is None:
        raise Http404
    there = at_host(request)
    if there is not None and link.account != there.account:
        raise Http404
    told = [one for one in selectors.told_by(link) if not (there and one.site and not exists_at(there, one.site))]
    this = next((one for one in told if _is_this(one, link)), None)
    if request.method == "POST":
        _press(request, link, told, this)
        return HttpResponse(status=200) if ONE_CLICK in request.POST else redirect("digest_reader", token=token)
    if this is not None:
        user = next((one for one in selectors.persons(this, this.site) if one.email == link.email), None)
        wear(request, looks.of_told(user, this.account, this.site))
    context = {
        "email": link.email,
        "none": OptOut.objects.filter(email=link.email, account=link.account, schedule=None, alert=None).exists(),
        "items": [_item(one, link, this, look(request)) for one in sorted(told, key=lambda one: one is not this)],
    }
    return render(request, "digests/reader.html", context)


def _is_this(told: Told, link: Link) -> bool:
    return told.pk == (link.schedule if isinstance(told, Schedule) else link.alert)


def _press(request: HttpRequest, link: Link, told: list[Told], this: Told | None) -> None:
    """Do what the button says; a mail program's stops what the mail was of."""
    do = "stop" if ONE_CLICK in request.POST else request.POST.get("do", "")
    if do in ("none", "some"):
        (services.stop if do == "none" else services.resume)(link)
        return
    which = request.POST.get("which", "")
    chosen = next((one for one in told if _name(one) == which), this if not which else None)
    if chosen is not None and do in ("stop", "want"):
        (services.stop if do == "stop" else services.resume)(link, chosen)


def _name(told: Told) -> str:
    return f"{'schedule' if isinstance(told, Schedule) else 'alert'}/{told.pk}"


def _item(told: Told, link: Link, this: Told | None, worn: Look) -> dict[str, object]:
    place = selectors.Place(told.account, told.site)
    row: Row = rows(place, told.account.owner, [told])[0]
    stopped = OptOut.objects.filter(email=link.email, **{_name(told).partition("/")[0]: told}).exists()
    return {
        "which": _name(told),
        "title": row.title,
        "details": row.details,
        "where": told.site.domain if told.site else told.account.name if worn.is_operators else worn.name,
        "is_alert": isinstance(told, Alert),
        "stopped": stopped,
        "this": told is this,
        "paused": not told.active,
    }
