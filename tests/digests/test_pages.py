"""Who sets up what: everybody for themselves, who manages the site for others too, and nobody what is not theirs."""

from typing import Any

import pytest
from django.test import Client

from tests import people
from trailhouse.accounts.models import AuditEntry, User
from trailhouse.core.errors import UserError
from trailhouse.digests import services
from trailhouse.digests.models import Alert, Channel, Schedule, Sending
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import AlertText, ScheduleText, Whom
from trailhouse.sites.goals import GoalText, add
from trailhouse.sites.models import Membership, Site

pytestmark = pytest.mark.django_db
WEEKLY = {"every": "week", "hour": "8", "timezone": "", "language": "en"}
BOARD = "board@elsewhere.example"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def home(site: Site) -> str:
    return f"/sites/{site.key}/settings/reports"


def of_reseller(site: Site | None, *people_: User) -> Schedule:
    by = people.reseller()
    return services.save_schedule(
        Place(people.account(), site), ScheduleText("day", 6, whom=Whom(people_ or [by], addresses=[BOARD])), by=by
    )


def test_a_client_sets_up_a_report_to_themselves_alone(bakery: Site) -> None:
    baker = people.client_person()
    client = signed_in(baker)
    page = client.get(f"{home(bakery)}/report")
    assert "It goes to you alone" in page.text
    assert people.RESELLER not in page.text
    sent: dict[str, Any] = WEEKLY | {"addresses": BOARD, "people": [people.reseller().pk], "roles": ["super"]}
    assert client.post(f"{home(bakery)}/report", sent).status_code == 302
    schedule = Schedule.objects.get()
    assert ([*schedule.people.all()], schedule.addresses, schedule.roles) == ([baker], [], [])
    assert "Every Monday at 08:00" in client.get(home(bakery)).text
    for do in ("pause", "resume", "now", "remove"):
        assert client.post(home(bakery), {"do": do, "schedule": schedule.pk}).status_code == 302
    assert not Schedule.objects.exists()
    assert Sending.objects.get(kind="test").to == baker.email


def test_what_others_set_up_does_not_exist_for_a_client(bakery: Site) -> None:
    theirs = of_reseller(bakery)
    client = signed_in(people.client_person())
    page = client.get(home(bakery))
    assert (BOARD in page.text, "Every day at 06:00" in page.text) == (False, False)
    for do in ("pause", "remove", "now", "stop"):
        assert client.post(home(bakery), {"do": do, "schedule": theirs.pk}).status_code == 404
    assert client.get(f"{home(bakery)}/report?schedule={theirs.pk}").status_code == 404
    assert client.post(f"{home(bakery)}/report", WEEKLY | {"schedule": theirs.pk}).status_code == 404
    assert client.get(f"{home(bakery)}/destination").status_code == 404
    theirs.refresh_from_db()
    assert (theirs.active, theirs.every) == (True, "day")


def test_a_reader_stops_for_themselves_what_another_set_up(bakery: Site) -> None:
    baker = people.client_person()
    theirs = of_reseller(bakery, baker, people.reseller())
    client = signed_in(baker)
    assert "Stop it for me" in client.get(home(bakery)).text
    assert client.post(home(bakery), {"do": "pause", "schedule": theirs.pk}).status_code == 404
    client.post(home(bakery), {"do": "stop", "schedule": theirs.pk})
    assert "You stopped it" in client.get(home(bakery)).text
    client.post(home(bakery), {"do": "want", "schedule": theirs.pk})
    assert "You stopped it" not in client.get(home(bakery)).text


def test_who_manages_the_site_changes_what_a_client_set_up(bakery: Site) -> None:
    baker = people.client_person()
    own = services.save_schedule(Place(bakery.account, bakery), ScheduleText("week", 8), by=baker)
    client = signed_in(people.colleague())
    assert "Bente Baker" in client.get(home(bakery)).text
    client.post(home(bakery), {"do": "pause", "schedule": own.pk})
    own.refresh_from_db()
    assert not own.active
    assert AuditEntry.objects.filter(action="report.paused").exists()
    assert "was paused" in signed_in(people.reseller()).get(f"/accounts/{bakery.account_id}/audit").text


def test_numbers_of_other_sites_and_accounts_are_as_if_there_were_none(bakery: Site) -> None:
    law, wide = of_reseller(people.law_firm()), of_reseller(None)
    client = signed_in(people.site_super())
    for number in (law.pk, wide.pk, 10**18, "x", ""):
        assert client.post(home(bakery), {"do": "remove", "schedule": number}).status_code == 404
    assert Schedule.objects.count() == 2
    assert signed_in(people.client_person()).get(f"/accounts/{bakery.account_id}/reports").status_code == 404


def test_the_list_of_people_is_that_of_the_site(bakery: Site) -> None:
    people.client_person()
    people.bookkeeper()
    stranger = people.stranger()
    client = signed_in(people.reseller())
    page = client.get(f"{home(bakery)}/report").text
    assert "baker@harbour-bakery.example" in page
    assert "books@northlight.example" not in page
    assert "stranger@elsewhere.example" not in page
    answer = client.post(f"{home(bakery)}/report", WEEKLY | {"people": [stranger.pk]})
    assert answer.status_code == 422
    wide = client.get(f"/accounts/{bakery.account_id}/reports/report").text
    assert "baker@harbour-bakery.example" not in wide


def test_a_report_that_nobody_would_get_is_refused(bakery: Site) -> None:
    answer = signed_in(people.reseller()).post(f"{home(bakery)}/report", WEEKLY)
    assert answer.status_code == 422
    assert "Nobody would get it." in answer.text


def test_an_alert_begins_with_the_defaults_of_its_kind(bakery: Site) -> None:
    client = signed_in(people.reseller())
    page = client.get(f"{home(bakery)}/alert?kind=drop").text
    assert 'value="60"' in page
    me = people.reseller().pk
    sent = {"kind": "drop", "threshold": "60", "least": "20", "quiet_min": "360", "language": "en", "people": [me]}
    assert client.post(f"{home(bakery)}/alert", sent).status_code == 302
    alert = Alert.objects.get()
    assert (alert.threshold, alert.least, alert.quiet_min) == (60, 20, 360)
    again = client.post(f"{home(bakery)}/alert", sent | {"alert": alert.pk, "threshold": "101"})
    assert again.status_code == 422
    assert "Use a number from 10 to 100." in again.text


def test_an_alert_on_a_goal_takes_goals_of_the_site_alone(bakery: Site) -> None:
    law = people.law_firm()
    foreign = add(law, GoalText("event", "Call"), by=None)
    client = signed_in(people.reseller())
    sent = {"kind": "goal", "threshold": "1", "quiet_min": "60", "language": "en", "people": [people.reseller().pk]}
    assert client.post(f"{home(bakery)}/alert", sent | {"goal": foreign.pk}).status_code == 422
    assert "The site has no goals yet." not in client.get(f"{home(bakery)}/alert?kind=goal").text
    own = bakery.goals.get(name="Order placed")
    assert client.post(f"{home(bakery)}/alert", sent | {"goal": own.pk}).status_code == 302
    own.delete()
    assert not Alert.objects.exists(), "what watched a goal goes with it"


def test_nobody_sets_up_an_alert_on_a_section_that_they_do_not_see(bakery: Site) -> None:
    Membership.objects.filter(user=people.site_super()).update(sections=["sources", "pages"])
    client = signed_in(people.site_super())
    assert "?kind=not_found" in client.get(f"{home(bakery)}/alert").text
    assert "?kind=goal" not in client.get(f"{home(bakery)}/alert").text
    assert "Order placed" not in client.get(f"{home(bakery)}/alert?kind=goal").text
    place, by = Place(bakery.account, bakery), people.site_super()
    hook = Channel.objects.create(account=bakery.account, site=bakery, name="Hook", kind="webhook", url="x")
    for kind in ("goal", "spike"):
        text = AlertText(kind, goal=bakery.goals.first(), channels=[hook])
        with pytest.raises(UserError):
            services.save_alert(place, text, by=by)


def test_a_destination_of_another_account_cannot_be_chosen(bakery: Site) -> None:
    stranger = people.stranger()
    theirs, _ = services.add_channel(
        Place(stranger.accounts.get()), Channel.Kind.SLACK, "x", "https://hooks.example/x", by=stranger
    )
    client = signed_in(people.reseller())
    sent = {"kind": "first_visit", "language": "en", "people": [people.reseller().pk], "channels": [theirs.pk]}
    client.post(f"{home(bakery)}/alert", sent)
    assert not Alert.objects.filter(channels=theirs).exists()
    for do in ("test_channel", "remove_channel"):
        assert client.post(home(bakery), {"do": do, "channel": theirs.pk}).status_code == 404


def test_the_address_of_a_destination_is_shown_to_nobody(bakery: Site) -> None:
    client = signed_in(people.reseller())
    sent = {"kind": "slack", "name": "#web", "url": "https://hooks.slack.example/T0/very-secret"}
    assert client.post(f"{home(bakery)}/destination", sent).status_code == 302
    pages = [client.get(f"{home(bakery)}{part}").text for part in ("", "/alert?kind=spike", "/log", "/destination")]
    assert all("very-secret" not in page for page in pages)
    assert "#web" in pages[0]


def test_the_log_of_a_client_holds_their_own_mail_alone(bakery: Site) -> None:
    baker = people.client_person()
    place = Place(bakery.account, bakery)
    for by in (baker, people.reseller()):
        schedule = services.save_schedule(place, ScheduleText("week", 8, whom=Whom([by])), by=by)
        signed_in(by).post(home(bakery), {"do": "now", "schedule": schedule.pk})
    assert people.RESELLER not in signed_in(baker).get(f"{home(bakery)}/log").text
    log = signed_in(people.reseller()).get(f"{home(bakery)}/log").text
    assert baker.email in log
    assert people.RESELLER in log


def test_who_looks_as_a_client_changes_nothing(bakery: Site) -> None:
    baker = people.client_person()
    own = services.save_schedule(Place(bakery.account, bakery), ScheduleText("week", 8), by=baker)
    client = signed_in(people.reseller())
    member = baker.memberships.get(site=bakery)
    client.post(f"/sites/{bakery.key}/view-as/{member.pk}")
    assert client.get(home(bakery)).status_code == 200
    client.post(home(bakery), {"do": "remove", "schedule": own.pk})
    assert Schedule.objects.filter(pk=own.pk).exists()


def test_a_first_alert_needs_no_reader_where_it_goes_to_a_destination(bakery: Site) -> None:
    by = people.reseller()
    place = Place(bakery.account, bakery)
    channel, _ = services.add_channel(place, Channel.Kind.SLACK, "#web", "https://hooks.example/x", by=by)
    alert = services.save_alert(place, AlertText("spike", channels=[channel]), by=by)
    assert [*alert.channels.all()] == [channel]
    with pytest.raises(UserError, match="Nobody would get it"):
        services.save_alert(place, AlertText("spike"), by=by)
