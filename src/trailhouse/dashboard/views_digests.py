"""The pages of reports and alerts: what is set up for a site or an account, its forms, and what was sent."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from trailhouse.accounts.models import Account, User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import digest_rows as listed
from trailhouse.dashboard import error_texts
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_digests import MEANINGS, AlertForm, ChannelForm, ScheduleForm, ToldForm
from trailhouse.digests import posting, selectors, services, telling
from trailhouse.digests.models import Alert, Channel, Schedule
from trailhouse.digests.selectors import Link, Place, Told
from trailhouse.sites.access import Privilege, View, account_access, site_access
from trailhouse.sites.models import Site

LATELY = 8  # lines of the log below the lists
A_PAGE = 100
FIELDS = {
    "plain_is_monthly": "every",
    "wrong_email": "addresses", "too_many_addresses": "addresses", "nobody": "people", "wrong_threshold": "threshold",
    "no_goal": "goal", "wrong_url": "url",
}  # fmt: skip


def both(
    view: Callable[[HttpRequest, Place], HttpResponse], *methods: str, privilege: Privilege = Privilege.VIEW_STATS
) -> tuple[View, View]:
    """`view` of a Place as the page of a site and as that of an account, for whoever has `privilege` there."""

    @wraps(view)
    def at_site(request: HttpRequest, site: Site) -> HttpResponse:
        return view(request, Place(site.account, site))

    @wraps(view)
    def at_account(request: HttpRequest, account: Account) -> HttpResponse:
        return view(request, Place(account))

    allow = require_http_methods(methods)
    return (
        allow(site_access(privilege)(at_site)),
        allow(account_access(privilege)(at_account)),
    )


def me(request: HttpRequest) -> User:
    """Who asks."""
    if not isinstance(request.user, User):  # a guest of a shared page has no pages of their own
        raise Http404
    return request.user


def _page(request: HttpRequest, place: Place, name: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    around: dict[str, Any] = {"place": place, "account": place.account, "manages": place.manages(me(request))}
    around |= {"site": place.site, "nav": "digests"} if place.site else {"nav": "account_digests"}
    links = {page: listed.url(place, page) for page in ("digests", "digest_schedule", "digest_alert", "digest_channel")}
    around["log_url"] = listed.url(place, "digest_log")
    return render(request, f"digests/{name}.html", around | links | dict(context), status=status)


# -- the list and its buttons


def _list(request: HttpRequest, place: Place) -> HttpResponse:
    """The reports and alerts, the destinations, and what was sent lately."""
    user = me(request)
    if request.method == "POST":
        return _pressed(request, place, user)
    schedules = selectors.shown_to(user, place, place.schedules)
    alerts = selectors.shown_to(user, place, place.alerts)
    sendings = place.sendings if place.manages(user) else place.sendings.filter(to=user.email)
    context = {
        "schedules": listed.rows(place, user, schedules),
        "alerts": listed.rows(place, user, alerts),
        "channels": listed.channels(place) if place.manages(user) else [],
        "sent": listed.sent(list(sendings[:LATELY])),
        "more": sendings.count() > LATELY,
    }
    return _page(request, place, "list", context)


def _pressed(request: HttpRequest, place: Place, user: User) -> HttpResponse:
    do = request.POST.get("do", "")
    action = ACTIONS.get(do)
    if action is None:
        raise UserError("unknown_action", _("This button is not known."), _("Reload the page, try again."))
    try:
        messages.success(request, action(request, place, user))
    except UserError as error:
        message, hint = error_texts.words(error)
        messages.error(request, f"{message} {hint}".strip())
    return redirect(listed.url(place, "digests"))


def found(place: Place, user: User, given: Mapping[str, Any]) -> Told:
    """What a form or an address names by its number. Raises Http404 alike for none and for what they are not shown."""
    for name, rows in (("schedule", place.schedules), ("alert", place.alerts)):
        if name in given:
            number = _number(given[name])
            shown = selectors.shown_to(user, place, rows.filter(pk=number))
            if shown:
                return shown[0]
    raise Http404


def _number(text: Any) -> int:
    text = str(text)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def _set_active(active: bool) -> Callable[[HttpRequest, Place, User], str]:
    def action(request: HttpRequest, place: Place, user: User) -> str:
        services.set_active(found(place, user, request.POST), place, active=active, by=user)
        return _("It goes on from now.") if active else _("It is paused.")

    return action


def _remove(request: HttpRequest, place: Place, user: User) -> str:
    services.remove(found(place, user, request.POST), place, by=user)
    return _("It is removed.")


def _send_now(request: HttpRequest, place: Place, user: User) -> str:
    told = found(place, user, request.POST)
    if not isinstance(told, Schedule):
        raise Http404
    posting.send_now(told, by=user)
    return _("It is on its way to %(email)s.") % {"email": user.email}


def _test(request: HttpRequest, place: Place, user: User) -> str:
    told = found(place, user, request.POST)
    if not isinstance(told, Alert) or not services.may_change(user, told, place):
        raise Http404
    telling.test(told, by=user)
    return _("The test is on its way: to you by e-mail, and to the destinations of the alert.")


def _stop(request: HttpRequest, place: Place, user: User) -> str:
    services.stop(Link(user.email, place.account.pk), found(place, user, request.POST))
    return _("You get it no more.")


def _want(request: HttpRequest, place: Place, user: User) -> str:
    services.resume(Link(user.email, place.account.pk), found(place, user, request.POST))
    return _("You get it again.")


def _channel(place: Place, user: User, given: Mapping[str, Any]) -> Channel:
    if not place.manages(user):
        raise Http404
    channel = place.own_channels.filter(pk=_number(given.get("channel", ""))).first()
    if channel is None:
        raise Http404
    return channel


def _test_channel(request: HttpRequest, place: Place, user: User) -> str:
    telling.test_channel(_channel(place, user, request.POST), place)
    return _("The test was taken.")


def _remove_channel(request: HttpRequest, place: Place, user: User) -> str:
    services.remove_channel(_channel(place, user, request.POST), place, by=user)
    return _("The destination is removed.")


ACTIONS: dict[str, Callable[[HttpRequest, Place, User], str]] = {
    "pause": _set_active(False), "resume": _set_active(True), "remove": _remove, "now": _send_now, "test": _test,
    "stop": _stop, "want": _want, "test_channel": _test_channel, "remove_channel": _remove_channel,
}  # fmt: skip


# -- forms


def refused(form: Any, error: UserError) -> None:
    """Put an error to the field that it is about."""
    message, hint = error_texts.words(error)
    name = FIELDS.get(error.code)
    form.add_error(name if name in form.fields else None, f"{message} {hint}".strip())


def _chosen(request: HttpRequest, place: Place, name: str) -> Told | None:
    """What is changed; None for a new one. Raises Http404 for what they may not change."""
    number = request.POST.get(name) or request.GET.get(name, "")
    if not number:
        return None
    told = found(place, me(request), {name: number})
    if not services.may_change(me(request), told, place):
        raise Http404
    return told


def _saved(request: HttpRequest, form: ToldForm, save: Callable[[], Any]) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save()
    except UserError as error:
        refused(form, error)
        return False
    messages.success(request, _("Saved."))
    return True


def _schedule(request: HttpRequest, place: Place) -> HttpResponse:
    """A report, new or changed."""
    user, told = me(request), _chosen(request, place, "schedule")
    chosen = told if isinstance(told, Schedule) else None
    is_plain = request.GET.get("what") == "plain" and place.site is not None
    form = ScheduleForm(place, user, request.POST or None, chosen, plain=is_plain)
    if _saved(request, form, lambda: services.save_schedule(place, form.text(), by=user, schedule=chosen)):
        return redirect(listed.url(place, "digests"))
    status = 422 if form.errors else 200
    return _page(request, place, "schedule", {"form": ready(form), "chosen": chosen}, status)


def _alert(request: HttpRequest, place: Place) -> HttpResponse:
    """An alert: first its kind, then what can be set of it."""
    user, told = me(request), _chosen(request, place, "alert")
    chosen = told if isinstance(told, Alert) else None
    kind = chosen.kind if chosen else request.POST.get("kind") or request.GET.get("kind", "")
    kinds = listed.kinds(place, user)
    if kind not in kinds:
        labels = dict(Alert.Kind.choices)
        return _page(
            request, place, "kinds", {"kinds": [(one, labels[Alert.Kind(one)], MEANINGS[one]) for one in kinds]}
        )
    form = AlertForm(place, user, request.POST or None, chosen, kind=kind)
    if _saved(request, form, lambda: services.save_alert(place, form.text(), by=user, alert=chosen)):
        return redirect(listed.url(place, "digests"))
    needs_goal = "goal" in form.fields and not form.fields["goal"].queryset.exists()  # type: ignore[attr-defined]
    context = {
        "form": ready(form), "chosen": chosen, "kind": kind, "title": Alert.Kind(kind).label,
        "meaning": MEANINGS[kind], "needs_goal": needs_goal,
    }  # fmt: skip
    return _page(request, place, "alert", context, 422 if form.errors else 200)


@sensitive_post_parameters("url")
def _add_channel(request: HttpRequest, place: Place) -> HttpResponse:
    """A destination; the secret of a signed webhook stands in this one answer and nowhere else."""
    user, form, secret, added = me(request), ChannelForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            added, secret = services.add_channel(place, given["kind"], given["name"], given["url"], by=user)
        except UserError as error:
            refused(form, error)
    if added is not None and not secret:
        messages.success(request, _("The destination is added. Choose it in an alert, and test it."))
        return redirect(listed.url(place, "digests"))
    context = {"form": ready(form), "secret": secret, "added": added}
    return _page(request, place, "channel", context, 422 if form.errors else 200)


# -- what was sent


def _log(request: HttpRequest, place: Place) -> HttpResponse:
    """What was sent to whom, and what came of it."""
    user = me(request)
    sendings = place.sendings if place.manages(user) else place.sendings.filter(to=user.email)
    page = Paginator(sendings, A_PAGE).get_page(request.GET.get("page"))
    return _page(request, place, "log", {"page": page, "sent": listed.sent(list(page))})


site_digests, account_digests = both(_list, "GET", "POST")
site_digest_schedule, account_digest_schedule = both(_schedule, "GET", "POST")
site_digest_alert, account_digest_alert = both(_alert, "GET", "POST")
site_digest_channel, account_digest_channel = both(_add_channel, "GET", "POST", privilege=Privilege.CHANGE_SITE)
site_digest_log, account_digest_log = both(_log, "GET")
