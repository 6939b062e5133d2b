"""What the account page does to many sites at once: labels, and whose client's they are."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import formats
from trailhouse.dashboard.account_state import parse
from trailhouse.sites import labelling, listing
from trailhouse.sites.access import Privilege
from trailhouse.sites.models import Site

MOST_KEYS = 1000


def _add_label(request: HttpRequest, user: User, sites: Sequence[Site]) -> int:
    return labelling.add_label(sites, request.POST.get("label", ""), by=user)


def _remove_label(request: HttpRequest, user: User, sites: Sequence[Site]) -> int:
    return labelling.remove_label(sites, request.POST.get("label", ""), by=user)


def _set_client(request: HttpRequest, user: User, sites: Sequence[Site]) -> int:
    number = request.POST.get("client", "")
    client = next((one for one in listing.manageable_clients(user) if str(one.pk) == number), None)
    if number and client is None:
        raise Http404
    return labelling.set_client(sites, client, by=user)


# What can be done → what it needs at each site, and who does it.
ACTIONS: dict[str, tuple[Privilege, Callable[[HttpRequest, User, Sequence[Site]], int]]] = {
    "add_label": (Privilege.CHANGE_SITE, _add_label),
    "remove_label": (Privilege.CHANGE_SITE, _remove_label),
    "set_client": (Privilege.MANAGE_CLIENTS, _set_client),
}


@require_POST
@login_required
def change(request: HttpRequest) -> HttpResponse:
    """Do one thing to the chosen sites and go back. Raises Http404 where one of them is not theirs to change."""
    assert isinstance(request.user, User)  # a sign-in is required
    back = f"{reverse('sites')}{parse(QueryDict(request.POST.get('back', '')).dict()).url()}"
    privilege, act = ACTIONS.get(request.POST.get("do", ""), (None, None))
    if privilege is None or act is None:
        raise Http404
    keys = set(request.POST.getlist("site")[:MOST_KEYS])
    if not keys:
        messages.error(request, _("No site is chosen. Tick the sites that you mean, then press the button again."))
        return redirect(back)
    sites = listing.sites_to_change(request.user, keys, privilege)
    if len(sites) != len(keys):
        raise Http404
    try:
        changed = act(request, request.user, sites)
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
    else:
        done = ngettext("%(count)s site was changed.", "%(count)s sites were changed.", changed)
        messages.success(request, done % {"count": formats.count(changed)})
    return redirect(back)
