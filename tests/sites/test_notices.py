"""What is mailed about sites: once each, to whom it concerns, and of a trial only where there is one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context
from django.template.loader import get_template

from tests import people
from tests.events.makers import event
from tests.sites.stores import insert
from trailhouse.accounts.models import Account, AuditEntry, Instance
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.outbox.models import Mail
from trailhouse.sites import hostnames, notices, selectors, services, silence
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def add(domain: str = "new.example", account: Account | None = None, *, mail: bool = True) -> Site:
    """A site, as a page adds it."""
    account = account or people.account()
    return services.add_site(account, services.NewSite(domain), by=account.owner, mail=mail)


def words(mail: Mail) -> str:
    """What the mail says, as its template puts it."""
    template = get_template(f"mail/{mail.template}.txt").template  # type: ignore[attr-defined]  # Django's own kind
    return str(template.render(Context(mail.context, autoescape=False)))


def told(template: str) -> Mail:
    """The one mail of this kind."""
    return Mail.objects.get(template=template)


def test_the_administrator_is_told_with_all_that_is_needed() -> None:
    site = add()
    mail = told("sites/added")
    assert (mail.to, mail.account_id, mail.stranger) == (people.RESELLER, site.account_id, False)
    said = words(mail)
    assert said.startswith("new.example is ready to be counted\n\n")
    assert "Northlight Studio" in said
    assert f'    <script defer src="http://127.0.0.1:8000/s/{site.key}.js"></script>\n' in said
    assert f"[[Watch for the first visit|http://127.0.0.1:8000/sites/{site.key}/script]]" in said
    assert "http://127.0.0.1:8000/sign-in" in said


def test_a_second_mail_is_made_for_forwarding() -> None:
    Instance.objects.update_or_create(id=1, defaults={"billing": Instance.Billing.ON})
    site = add()
    mail = told("sites/script")
    said = words(mail)
    assert mail.to == people.RESELLER
    assert f"/s/{site.key}.js" in said
    for word in ("trial", "price", "Northlight", "sign-in", "[["):
        assert word not in said.lower() or word == "Northlight"
    assert "Northlight" not in said
    assert all(way in said for way in ("WordPress", "Shopify", "Wix", "Google Tag Manager"))


@pytest.mark.parametrize(
    ("billing", "speaks"),
    [(Instance.Billing.OFF, False), (Instance.Billing.EXTERNAL, False), (Instance.Billing.ON, True), (None, False)],
)
def test_the_trial_is_spoken_of_only_where_this_instance_bills(billing: str | None, speaks: bool) -> None:
    if billing is not None:
        Instance.objects.update_or_create(id=1, defaults={"billing": billing})
    with clock.frozen(NOON):
        add()
    said = words(told("sites/added"))
    assert ("trial" in said) == speaks
    if speaks:
        assert "at the latest on June 15, 2026" in said
        assert "through July 13, 2026" in said


def test_each_is_told_once_a_site_and_nothing_if_not_wanted_or_in_a_demo() -> None:
    site = add()
    notices.tell_added(site, by=None)
    assert Mail.objects.count() == 2
    add("quiet.example", mail=False)
    account = people.stranger().accounts.get()
    Account.objects.filter(pk=account.pk).update(demo=True)
    account.refresh_from_db()
    add("demo.example", account)
    assert Mail.objects.count() == 2


def test_no_mail_is_written_for_a_site_that_was_not_added() -> None:
    people.bakery()
    with pytest.raises(UserError):
        add("harbour-bakery.example")
    assert not Mail.objects.exists()


def test_the_administrator_is_written_to_in_the_language_they_chose() -> None:
    owner = people.reseller()
    owner.language = "nl"
    owner.save()
    add()
    assert {mail.language for mail in Mail.objects.all()} == {"nl"}


@pytest.mark.parametrize(
    ("to", "stranger"),
    [
        (people.RESELLER, False),
        ("Colleague@Northlight.example", False),
        ("stranger@elsewhere.example", True),
        ("webmaster@client.example", True),
    ],
)
def test_a_mail_is_sent_again_and_says_whether_it_goes_to_a_stranger(to: str, stranger: bool) -> None:
    people.colleague(), people.stranger()
    site = people.bakery()
    for _time in range(2):
        mail = notices.send_again(site, "sites/script", to, by=people.reseller())
        assert (mail.to, mail.stranger) == (to.lower(), stranger)
    assert Mail.objects.count() == 2, "each is a mail of its own"
    assert AuditEntry.objects.filter(action="site.mailed", details__to=to.lower()).count() == 2


def test_only_the_two_mails_about_a_site_can_be_sent_again() -> None:
    with pytest.raises(ValueError, match="no mail about one site"):
        notices.send_again(people.bakery(), "accounts/reset", "x@client.example", by=people.reseller())


@pytest.mark.parametrize(("days", "mails"), [(0, 0), (6, 0), (8, 1), (12, 1), (40, 0)])
def test_a_week_without_a_visit_is_told_once(store: Store, days: int, mails: int) -> None:
    with clock.frozen(NOON):
        site = add(mail=False)
    with clock.frozen(NOON + timedelta(days=days)):
        assert silence.remind_of_silence(store) == mails
        assert silence.remind_of_silence(store) == 0
    assert Mail.objects.count() == mails
    if mails:
        mail = told("sites/no_visit")
        assert mail.to == people.RESELLER
        assert words(mail).startswith("No visit to new.example yet\n\n")
        assert f"[[Check the page|http://127.0.0.1:8000/sites/{site.key}/script]]" in words(mail)


def test_sites_added_together_are_told_in_one_mail(store: Store) -> None:
    with clock.frozen(NOON):
        for n in range(3):
            add(f"n{n}.example", mail=False)
        add("theirs.example", people.stranger().accounts.get(), mail=False)
    with clock.frozen(NOON + timedelta(days=8)):
        assert silence.remind_of_silence(store) == 2
    said = words(Mail.objects.get(template="sites/no_visit", to=people.RESELLER))
    assert said.startswith("No visit to 3 sites yet\n\n")
    assert all(f"n{n}.example: http" in said for n in range(3))
    assert "theirs" not in said
    assert said.count("[[") == 1


def test_nothing_is_told_of_a_site_that_was_visited_paused_stopped_or_is_deleted(store: Store) -> None:
    with clock.frozen(NOON):
        visited, paused, deleted, stopped = (add(f"n{n}.example", mail=False) for n in range(4))
    insert(store, event(clock.to_ms(NOON), site_id=visited.pk))
    services.change_site(paused, {"counts": False}, by=None)
    Site.objects.filter(pk=deleted.pk).update(delete_at=NOON + timedelta(days=9))
    Site.objects.filter(pk=stopped.pk).update(stopped=True)
    with clock.frozen(NOON + timedelta(days=8)):
        assert silence.remind_of_silence(store) == 0
    visited.refresh_from_db()
    assert visited.first_event_at == NOON


def test_the_first_visit_by_key_proves_the_domain_and_proved_sites_come_first(store: Store) -> None:
    first = add("shared.example", mail=False)
    second = add("shared.example", people.stranger().accounts.get(), mail=False)
    assert [site.site_id for site in selectors.snapshot().sites] == [
        *Site.objects.order_by("id").values_list("pk", flat=True)
    ]
    before = selectors.snapshot().revision
    insert(store, event(clock.to_ms(NOON), site_id=second.pk, by_key=True))
    assert services.look_for_first_event(second, store)
    served = selectors.snapshot()
    assert served.sites[0].site_id == second.pk
    assert first.pk in {site.site_id for site in served.sites[1:]}
    assert served.revision > before, "it is published"
    second.refresh_from_db()
    assert second.proved_at == second.key_visit_at == NOON
    assert not services.prove(second.pk, clock.now()), "once"


def test_a_visit_that_names_the_domain_alone_is_counted_and_proves_nothing(store: Store) -> None:
    site = add("shared.example", mail=False)
    insert(store, event(clock.to_ms(NOON), site_id=site.pk))
    before = selectors.snapshot().revision
    assert services.look_for_first_event(site, store)
    site.refresh_from_db()
    assert (site.first_event_at, site.key_visit_at, site.proved_at) == (NOON, None, None)
    assert selectors.snapshot().revision == before
    later = NOON + timedelta(days=3)
    insert(store, event(clock.to_ms(later), site_id=site.pk, by_key=True))
    services.look_for_all_visits(store)  # nobody looks at its pages
    site.refresh_from_db()
    assert (site.first_event_at, site.key_visit_at, site.proved_at) == (NOON, later, later)


def test_a_renamed_site_is_proved_by_a_visit_by_key_since_then(store: Store) -> None:
    site = add("before.example", mail=False)
    insert(store, event(clock.to_ms(NOON), site_id=site.pk, by_key=True))
    services.look_for_all_visits(store)
    with clock.frozen(NOON + timedelta(hours=1)):
        hostnames.rename(Site.objects.get(pk=site.pk), "after.example", by=None)
    services.look_for_all_visits(store)
    site.refresh_from_db()
    assert (site.first_event_at, site.key_visit_at, site.proved_at) == (NOON, None, None), "it was another domain"
    later = NOON + timedelta(hours=2)
    insert(store, event(clock.to_ms(later), site_id=site.pk, by_key=True))
    services.look_for_all_visits(store)
    site.refresh_from_db()
    assert (site.key_visit_at, site.proved_at) == (later, later)


def test_what_was_proved_before_visits_said_so_stays_proved(store: Store) -> None:
    site = add("old.example", mail=False)
    Site.objects.filter(pk=site.pk).update(first_event_at=NOON, proved_at=NOON)
    insert(store, event(clock.to_ms(NOON), site_id=site.pk))
    services.look_for_all_visits(store)
    site.refresh_from_db()
    assert (site.proved_at, site.key_visit_at) == (NOON, None)


def test_what_shows_whose_a_domain_is_goes_before_a_visit() -> None:
    squatter = add("shared.example", mail=False)
    owner = add("shared.example", people.stranger().accounts.get(), mail=False)
    services.prove(squatter.pk, NOON)
    services.prove(owner.pk, NOON)
    assert next(site.site_id for site in selectors.snapshot().sites) == squatter.pk, "of two visits the older site's"
    before = selectors.snapshot().revision
    assert services.prove(owner.pk, NOON, shown=True)
    served = selectors.snapshot()
    assert served.sites[0].site_id == owner.pk
    assert served.revision > before, "it is published"
