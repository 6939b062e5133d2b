"""The mails about sites; part of the services of `sites`: each is written in the caller's transaction."""

from typing import Any

from babel.dates import format_date
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import translation

from trailhouse.accounts.models import Account, User, normal_email
from trailhouse.accounts.services import record
from trailhouse.core.settings import settings
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Mail
from trailhouse.sites import hooks, looks
from trailhouse.sites.models import Membership, Site
from trailhouse.sites.snippets import snippet
from trailhouse.sites.trial import NoTrial, Trial

ADDED = "sites/added"  # to the administrator
SCRIPT = "sites/script"  # for whoever edits the site: nothing in it that a client should not read
BULK = "sites/bulk"
MOST_LISTED = 100  # sites in one mail


def trial_of(site: Site) -> Trial | None:
    """The running trial of `site`; None where it has none."""
    found = hooks.trial_of(site)
    return found if isinstance(found, Trial) else None


def has_no_trial(site: Site) -> bool:
    """Whether payment is due for `site` without a trial before."""
    return isinstance(hooks.trial_of(site), NoTrial)


def tell_added(site: Site, *, by: User | None) -> None:
    """Tell the administrator of a new site, once: a mail of their own, and one made for forwarding."""
    owner = site.account.owner
    language = language_of(owner, by)
    for template in (ADDED, SCRIPT):
        outbox.mail(
            owner.email,
            template,
            context_for(template, site, language),
            language=language,
            account_id=site.account_id,
            look=look_for(template, site),
            key=f"site/{site.pk}/{template.rpartition('/')[2]}",
        )


@transaction.atomic
def send_again(site: Site, template: str, to: str, *, by: User) -> Mail:
    """Send one of the two mails about a site to any address.

    Raises UserError where the account has written to as many strangers as it may in a day.
    """
    if template not in (ADDED, SCRIPT):
        raise ValueError(f"{template} is no mail about one site")
    to = normal_email(to)
    language = translation.get_language() or django_settings.LANGUAGE_CODE
    mail = outbox.mail(
        to,
        template,
        context_for(template, site, language),
        language=language,
        account_id=site.account_id,
        look=look_for(template, site),
        stranger=not has_person(site.account, to),
    )
    record("site.mailed", account=site.account, by=by, subject=site.domain, details={"mail": template, "to": to})
    return mail


def look_for(template: str, site: Site) -> str:
    """In which look a mail about `site` is: the one for forwarding in the look that its clients meet."""
    return looks.of_site(site).key if template == SCRIPT else ""


def tell_bulk(account: Account, sites: list[Site], refused: int, *, task: int, by: User | None) -> None:
    """Tell the administrator in one mail of all sites that the list of `task` added."""
    language = language_of(account.owner, by)
    listed = sites[:MOST_LISTED]
    trials = [hooks.trial_of(site) for site in listed]
    running = [trial for trial in trials if isinstance(trial, Trial)]
    context = {
        "account": account.name,
        "sign_in": f"{settings().url}/sign-in",
        "list_url": f"{settings().url}/accounts/{account.pk}/sites/bulk/{task}",
        "trials": len(running),
        "trial_begins": format_date(max(one.begins for one in running), "long", locale=language) if running else "",
        "due": any(isinstance(trial, NoTrial) for trial in trials),
        "count": len(sites),
        "lines": [f"{site.domain}: {script_url(site)}" for site in listed],
        "more": len(sites) - len(listed),
        "refused": refused,
        "sites_url": f"{settings().url}/sites",
    }
    key = f"task/{task}/bulk"
    outbox.mail(account.owner.email, BULK, context, language=language, account_id=account.pk, key=key)


def context_for(template: str, site: Site, language: str) -> dict[str, Any]:
    """The plain values of a mail about one site."""
    context: dict[str, Any] = {
        "domain": site.domain,
        "snippet": snippet(site).splitlines(),
    }
    if template == ADDED:
        trial = trial_of(site)
        context |= {
            "account": site.account.name,
            "sign_in": f"{settings().url}/sign-in",
            "script_url": script_url(site),
            "trial_begins": trial and format_date(trial.begins, "long", locale=language),
            "trial_last_day": trial and format_date(trial.last_day, "long", locale=language),
            "trial_begun": bool(trial and trial.begun),
            "no_trial": has_no_trial(site),
        }
    return context


def script_url(site: Site) -> str:
    """Where the script, its guides and the checker stand."""
    return f"{settings().url}/sites/{site.key}/script"


def has_person(account: Account, email: str) -> bool:
    """Whether the person with this address owns the account or has a role in it."""
    return (
        account.owner.email == email
        or Membership.objects.filter(account=account, user__email=normal_email(email)).exists()
    )


def language_of(reader: User, by: User | None) -> str:
    """The language to write to `reader` in: the chosen one, else the one in which they are reading just now."""
    if reader.language:
        return reader.language
    if by is not None and by.pk == reader.pk:
        return translation.get_language() or django_settings.LANGUAGE_CODE
    return django_settings.LANGUAGE_CODE
