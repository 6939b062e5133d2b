"""Pages for anybody: legal notice, privacy statement, and the page on which visitors of a site are left out.

Each is in the look of whom it is about, and on a brand's host of that brand's alone.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from trailhouse.accounts.models import Account
from trailhouse.branding import codes, looks
from trailhouse.branding.looks import Look
from trailhouse.branding.models import Brand
from trailhouse.legal import levels, pdf, statements
from trailhouse.legal.models import Kind
from trailhouse.sites import access
from trailhouse.sites.looks import of_site
from trailhouse.sites.models import Site

IGNORE = "#visits_ignore"  # at the end of a page's address: see docs/tracker.md


@require_GET
def notice(request: HttpRequest) -> HttpResponse:
    """The legal notice of whoever this host belongs to: a brand, else the operator."""
    return _of_host(request, Kind.NOTICE)


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy statement, likewise."""
    return _of_host(request, Kind.PRIVACY)


@require_GET
def notice_of(request: HttpRequest, code: str) -> HttpResponse:
    """The legal notice of an account, or of one of its brands, at the instance's address."""
    return _of_code(request, Kind.NOTICE, code)


@require_GET
def privacy_of(request: HttpRequest, code: str) -> HttpResponse:
    """The privacy statement, likewise."""
    return _of_code(request, Kind.PRIVACY, code)


def _host_brand(request: HttpRequest) -> Brand | None:
    found: Brand | None = getattr(request, "brand", None)
    return found


def _of_host(request: HttpRequest, kind: Kind) -> HttpResponse:
    brand = _host_brand(request)
    if brand is None or brand.account is None:
        return _page(request, kind, looks.of_instance(), None)
    return _page(request, kind, looks.of_brand(brand), brand.account)


def _of_code(request: HttpRequest, kind: Kind, code: str) -> HttpResponse:
    named = codes.read(code)
    account = Account.objects.filter(pk=named[0], closed_at=None).first() if named else None
    here = _host_brand(request)
    if named is None or account is None or (here is not None and here.account_id != account.pk):
        raise Http404
    brand = Brand.objects.filter(pk=named[1] or 0, account=account).select_related("account").first()
    return _page(request, kind, looks.of_brand(brand) if brand else looks.of_account(account), account)


def _page(request: HttpRequest, kind: Kind, look: Look, account: Account | None) -> HttpResponse:
    own = look.notice_url if kind == Kind.NOTICE else look.privacy_url
    if own:
        return redirect(own)
    shown = statements.statement(kind, look, account)
    language = get_language() or "en"
    context = {
        "look": look,
        "shown": shown,
        "kind": kind,
        "processors": [pdf.processor_row(one, language) for one in shown.processors],
        "other": look.privacy_link if kind == Kind.NOTICE else look.notice_link,
    }
    return _in_look(request, look, "legal/page.html", context)


@require_GET
def opt_out(request: HttpRequest, key: str) -> HttpResponse:
    """How a visitor of the site is left out from now on: a link to the site that tells its script so."""
    site = access.with_key(key).filter(account__closed_at=None).select_related("client__brand", "brand").first()
    here = _host_brand(request)
    if site is None or (here is not None and here.account_id != site.account_id):
        raise Http404
    look = of_site(site)
    context = {
        "look": look,
        "counted": site,
        "level": levels.LEVELS[site.privacy],
        "collected": levels.COLLECTED,
        "address": levels.ADDRESS,
        "links": _links(site),
        "gpc": bool(site.tracker.get("respect_gpc")),
    }
    return _in_look(request, look, "legal/opt_out.html", context)


def _links(site: Site) -> list[tuple[str, str]]:
    """The site's host names, each with the address that leaves the browser out there."""
    names = [site.domain, *site.aliases.values_list("hostname", flat=True)]
    return [(name, f"https://{name}/{IGNORE}") for name in names]


def _in_look(request: HttpRequest, look: Look, template: str, context: dict[str, object]) -> HttpResponse:
    request.look = look  # type: ignore[attr-defined]  # the frame shows it, whoever reads
    return render(request, template, context)
