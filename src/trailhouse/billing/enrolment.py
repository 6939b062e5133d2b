"""Sites come under billing: with a trial where they have the right to one. Part of the services of `billing`."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, Instance, User
from trailhouse.billing import measuring
from trailhouse.billing.models import BillingAccount, BillingEvent, Book, Subscription, TrialUse
from trailhouse.billing.shifting import apply_state, tell
from trailhouse.billing.states import State
from trailhouse.billing.values import limits
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites.domains import registrable_domain
from trailhouse.sites.models import Site
from trailhouse.sites.trial import NoTrial, Trial, trial_begins, trial_ends

log = logging.getLogger(__name__)

ENROLLED = "enrolled"
AT_ONCE = 200  # sites of one step


def billing_on() -> bool:
    """Whether this instance bills its accounts."""
    return Instance.objects.filter(billing=Instance.Billing.ON).exists()


def billing_of(account: Account) -> BillingAccount:
    """What billing knows of `account`, made at the first call: on the newest default book of its currency."""
    found = BillingAccount.objects.select_related("book", "account__owner").filter(account=account).first()
    if found is not None:
        return found
    book = default_book(account.currency)
    made, _new = BillingAccount.objects.get_or_create(account=account, defaults={"book": book, "look_at": clock.now()})
    return made


def billed(accounts: Collection[int]) -> list[BillingAccount]:
    """What billing knows of the accounts with these numbers, by name, in one question; demos are never billed.

    Empty where this instance bills nobody.
    """
    on = Exists(Instance.objects.filter(billing=Instance.Billing.ON))
    found = BillingAccount.objects.filter(on, account__in=accounts, account__demo=False)
    return list(found.select_related("account").order_by("account__name", "account"))


def default_book(currency: str) -> Book:
    """The published default book that holds now for the currency, else that of EUR. Raises UserError without any."""
    today = clock.now().date()
    books = Book.objects.filter(account=None, published_at__isnull=False, valid_from__lte=today)
    for wanted in (currency, "EUR"):
        found = books.filter(currency=wanted).order_by("-valid_from", "-version").first()
        if found is not None:
            return found
    raise UserError(
        "no_price_book", _("There are no prices yet."), _("The operator publishes a price book."), status=409
    )


def on_added(site: Site, by: User | None) -> None:
    """In the transaction that adds a site: its subscription. Raises UserError where too many trials run."""
    if not billing_on() or site.account.demo:
        return
    right = site.staging_of_id is None and _has_right(site)
    if right and trials_left(site.account) == 0:
        raise UserError(
            "too_many_trials",
            _("At most %(most)s sites can be on trial at once before the first payment.")
            % {"most": limits().most_trials},
            _("Activate a site that is on trial, or write to the operator."),
            status=409,
        )
    _enrol(site, right, by)


def has_paid(account_id: int) -> bool:
    """Whether the account has paid once, and not got all of it back, so that somebody answers for it."""
    return BillingAccount.objects.filter(account=account_id, paid_once_at__isnull=False).exists()


def trials_left(account: Account) -> int | None:
    """How many more sites of the account may begin a trial now; None: as many as it likes, since it has paid once."""
    if has_paid(account.pk):
        return None
    running = Subscription.objects.filter(account=account, state=State.TRIAL).count()
    return max(0, limits().most_trials - running)


@transaction.atomic
def enrol(site: Site, *, by: User | None = None) -> Subscription:
    """The subscription of `site`, made at the first call. A second call finds it."""
    there = Subscription.objects.filter(site=site).first()
    return there or _enrol(site, site.staging_of_id is None and _has_right(site), by)


def _enrol(site: Site, right: bool, by: User | None) -> Subscription:
    """The subscription of a site that has none; `right`: to a trial."""
    now = clock.now()
    if not BillingAccount.objects.filter(account=site.account).exists():
        billing_of(site.account)
    made = Subscription(account=site.account, site=site, site_number=site.pk, domain=site.domain, since=now)
    made.began_at = _began(site)
    if site.staging_of_id is not None:
        made.state = State.FREE
    elif right:
        made.state = State.TRIAL
        made.first_visit_at = max(site.first_event_at, made.began_at) if site.first_event_at else None
        made.trial_ends_at = trial_ends(made.first_visit_at, made.began_at, site.account.timezone)
        use_trial(site)
    else:
        made.state = State.DUE
        made.tier = _last_tier(site)
    made.save()
    BillingEvent.objects.create(
        account=site.account, subscription=made, key=f"{made.pk}/{ENROLLED}", transition=ENROLLED, after=made.state,
        at=now, by=by,
    )  # fmt: skip
    if made.state == State.DUE:
        measuring.quote_known(made, now)
        tell(made, "due", f"{made.pk}/due/{now.isoformat()}", at=now)
    apply_state(made)
    BillingAccount.objects.filter(account=site.account).update(look_at=now)
    return made


def _began(site: Site) -> datetime:
    """A site that was there when billing was switched on begins then."""
    switched = Instance.objects.values_list("billed_since", flat=True).filter(pk=Instance.ONLY).first()
    return max(site.added_at, switched) if switched else site.added_at


def _has_right(site: Site) -> bool:
    """One trial a registrable domain and account; used up by a visit by key, one more a year after its deletion."""
    used = TrialUse.objects.filter(account=site.account, registrable=registrable_domain(site.domain)).first()
    if used is None:
        return True
    rows = Subscription.objects.filter(account=site.account, domain__iendswith=used.registrable)
    others = [one for one in rows if one.site_id != site.pk and registrable_domain(one.domain) == used.registrable]
    if any(one.site_id is not None and one.state != State.DELETED for one in others):
        return False
    return used.used_at is None or _deleted_at(others, used) < clock.now() - timedelta(days=limits().trial_again)


def _deleted_at(former: list[Subscription], used: TrialUse) -> datetime:
    """When the last of a domain's former sites was deleted; now for one whose end is not noted yet."""
    ended = (State.CANCELLED, State.DELETED)
    return max((one.since if one.state in ended else clock.now() for one in former), default=used.given_at)


def use_trial(site: Site) -> None:
    """Note that the site's account has a trial of its registrable domain, used once it was visited by its key."""
    TrialUse.objects.update_or_create(
        account=site.account, registrable=registrable_domain(site.domain),
        defaults={"given_at": clock.now(), "used_at": site.key_visit_at},
    )  # fmt: skip


def take_trial_along(site: Site) -> None:
    """Note the same for an account that `site` has moved to; a trial that the account has used up stays so."""
    used = TrialUse.objects.filter(account=site.account, registrable=registrable_domain(site.domain))
    if not used.exclude(used_at=None).exists():
        use_trial(site)


def on_visited(site: Site) -> None:
    """The first visit by key has come: it uses the trial up. One that names the domain alone may be anybody's."""
    one = Subscription.objects.filter(site=site).first()
    if one is not None:
        unused = TrialUse.objects.filter(account=one.account_id, used_at=None)
        unused.filter(registrable=registrable_domain(one.domain)).update(used_at=site.key_visit_at)


def _last_tier(site: Site) -> int | None:
    """What the account's former site of this domain needed."""
    former = Subscription.objects.filter(account=site.account, domain=site.domain).exclude(tier=None)
    last = former.order_by("-since").first()
    return last.tier if last else None


def trial_of(site: Site) -> Trial | NoTrial | None:
    """The trial that `site` has now, by its subscription; None where it is past or this instance does not bill."""
    one = Subscription.objects.select_related("account").filter(site=site).first()
    if one is None or not billing_on():
        return None
    if one.state == State.TRIAL and one.trial_ends_at is not None:
        zone = ZoneInfo(one.account.timezone)
        begins = trial_begins(one.first_visit_at, one.began_at).astimezone(zone).date()
        last_day = (one.trial_ends_at - timedelta(microseconds=1)).astimezone(zone).date()
        return Trial(one.first_visit_at is not None, begins, last_day)
    never = not one.events.exclude(transition=ENROLLED).exists()
    return NoTrial() if one.state == State.DUE and never else None


def enrol_missing() -> int:
    """Enrol sites that are under no subscription yet, and note first visits; how many changed."""
    missing = Site.objects.filter(subscription=None, account__demo=False, account__closed_at=None, delete_at=None)
    done = 0
    for site in missing.select_related("account").order_by("pk")[:AT_ONCE]:
        try:
            enrol(site)
        except UserError as error:  # no price book yet, as an instance that is being set up
            log.warning("site %s is under no subscription yet: %s", site.pk, error)
            break
        done += 1
    fresh = Subscription.objects.filter(first_visit_at=None, site__first_event_at__isnull=False)
    for subscription in fresh.select_related("site", "account")[:AT_ONCE]:
        _note_visit(subscription)
        done += 1
    return done


@transaction.atomic
def _note_visit(subscription: Subscription) -> None:
    """The first visit has come, by key or not: a trial that runs ends 28 days after it."""
    site = subscription.site
    assert site is not None
    assert site.first_event_at is not None
    visit = max(site.first_event_at, subscription.began_at)
    changes = {"first_visit_at": visit}
    if subscription.state == State.TRIAL:
        changes["trial_ends_at"] = trial_ends(visit, subscription.began_at, subscription.account.timezone)
    Subscription.objects.filter(pk=subscription.pk).update(**changes)
    BillingAccount.objects.filter(account=subscription.account).update(look_at=clock.now())
