"""Domains of brands: claimed, proved by a real name server, watched, and given up to whoever proves them next."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from tests import people
from tests.branding.name_server import NameServer, answering
from trailhouse.accounts.models import Account, AuditEntry
from trailhouse.branding import dns_records, domains, hosts
from trailhouse.branding.domain_check import Problem, proof_name, text_of
from trailhouse.branding.models import Brand, Domain
from trailhouse.core import clock
from trailhouse.core import settings as core_settings
from trailhouse.core.errors import UserError
from trailhouse.dashboard.domain_words import PROBLEMS, is_apex, records_of, state_of

pytestmark = pytest.mark.django_db

HOST = "stats.agency.example"
OWN = "stats.operator.example"


@pytest.fixture(autouse=True)
def _own_host(monkeypatch: pytest.MonkeyPatch) -> None:
    own = replace(core_settings.settings(), url=f"https://{OWN}", hosts=("count.operator.example:8443",))
    monkeypatch.setattr(hosts, "settings", lambda: own)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """The DNS, in which the instance has its address."""
    with answering() as server:
        server.addresses[OWN] = "192.0.2.10"
        monkeypatch.setattr(dns_records, "MACHINE", server.resolver())
        yield server


def brand_of(account: Account, name: str = "Tide Stats") -> Brand:
    return Brand.objects.get_or_create(account=account, name=name)[0]


def claimed(account: Account | None = None, name: str = HOST) -> Domain:
    account = account or people.account()
    return domains.add(account, brand_of(account), name, by=account.owner)


def proving(server: NameServer, *those: Domain) -> None:
    server.records[proof_name(those[0].name)] = [f'"{text_of(one.token)}"' for one in those]


def proved(server: NameServer, name: str = HOST) -> Domain:
    """A domain that is the reseller's and leads here."""
    one = claimed(name=name)
    proving(server, one)
    server.aliases[name] = OWN
    return domains.check(one)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Stats.Agency.example.", HOST),
        (" https://stats.agency.example/sites ", HOST),
        ("stats.agency.example:443", HOST),
        ("zählung.agentur.example", "xn--zhlung-bua.agentur.example"),
        ("www.agency.example", "www.agency.example"),
    ],
)
def test_a_host_name_is_kept_in_the_form_of_the_dns(typed: str, kept: str) -> None:
    assert claimed(name=typed).name == kept


@pytest.mark.parametrize(
    "wrong",
    ["", "localhost", "192.0.2.1", "[::1]", "co.uk", "com", "github.io", "*.agency.example", "a b.example", OWN,
     "count.operator.example", "nothing.nosuchending", "under_score.example", f"{'a.' * 118}example"],
)  # fmt: skip
def test_what_cannot_be_somebodys_host_name_is_refused(wrong: str) -> None:
    with pytest.raises(UserError) as refused:
        claimed(name=wrong)
    assert refused.value.code == "domain_refused"
    assert not Domain.objects.exists()


def test_a_name_is_claimed_once_by_an_account_and_by_as_many_accounts_as_like() -> None:
    first = claimed()
    with pytest.raises(UserError, match="in this account already"):
        claimed()
    second = claimed(people.stranger().accounts.get())
    assert first.token != second.token


def test_an_account_has_so_many_domains_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains, "MOST", 1)
    claimed()
    with pytest.raises(UserError, match="at most 1"):
        claimed(name="other.agency.example")


def test_the_txt_record_proves_the_name_and_the_cname_has_it_serve(server: NameServer) -> None:
    one = claimed()
    assert domains.check(one).problem == Problem.NO_PROOF
    server.records[proof_name(HOST)] = ['"stats-proof=other"']
    one = domains.check(one)
    assert (one.problem, one.proved_at) == (Problem.WRONG_PROOF, None)
    assert hosts.brand_at(HOST) is None
    proving(server, one)
    one = domains.check(one)
    assert (one.problem, bool(one.proved_at)) == (Problem.NO_ADDRESS, True), "the proof alone makes it theirs"
    assert hosts.brand_at(HOST) == one.brand
    server.aliases[HOST] = OWN
    assert domains.check(one).problem == ""
    assert (one.found, one.problem_at, one.primary) == (f"{OWN}, 192.0.2.10", None, True)
    assert set(server.asked) == {proof_name(HOST), HOST, OWN}
    assert AuditEntry.objects.filter(action="domain.proved", account=one.account).count() == 1


def test_an_address_of_the_instances_own_serves_as_well_and_a_proxy_is_named_as_what_was_found(
    server: NameServer,
) -> None:
    one = claimed()
    proving(server, one)
    server.addresses[HOST] = "192.0.2.10"
    assert domains.check(one).problem == ""
    server.addresses[HOST] = "198.51.100.7"
    assert domains.check(one).problem == Problem.ELSEWHERE
    assert one.found == "198.51.100.7"
    assert hosts.brand_at(HOST) == one.brand, "whatever stands before us may pass it on"


def test_a_dns_that_says_nothing_changes_nothing_but_the_state(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = proved(server)
    monkeypatch.setattr(dns_records, "SECONDS", 0.2)
    server.silent = True
    assert domains.check(one).problem == Problem.NO_ANSWER
    assert one.proved_at is not None
    assert one.found == f"{OWN}, 192.0.2.10"


def test_a_proved_name_stays_so_while_its_record_is_away_and_its_state_says_since_when(server: NameServer) -> None:
    one = proved(server)
    server.records.clear()
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert domains.check(one).problem == Problem.PROOF_GONE
        since = one.problem_at
    with clock.frozen(clock.now() + timedelta(days=4)):
        assert domains.check(one).problem_at == since
    assert hosts.brand_at(HOST) == one.brand


def test_a_name_passes_to_the_account_whose_record_alone_is_there(server: NameServer) -> None:
    mine = proved(server)
    theirs = claimed(people.stranger().accounts.get())
    proving(server, mine, theirs)
    assert domains.check(theirs).problem == Problem.TAKEN
    assert theirs.proved_at is None
    proving(server, theirs)
    assert domains.check(theirs).problem == ""
    mine.refresh_from_db()
    assert (mine.proved_at, mine.primary, mine.problem) == (None, False, Problem.WRONG_PROOF)
    assert hosts.brand_at(HOST) == theirs.brand
    assert AuditEntry.objects.filter(action="domain.lost", account=mine.account).exists()


def test_the_next_domain_leads_links_when_the_primary_one_goes(server: NameServer) -> None:
    first, second = proved(server), proved(server, "two.agency.example")
    assert (first.primary, second.primary) == (True, False)
    domains.make_primary(second, by=people.reseller())
    first.refresh_from_db()
    assert (first.primary, second.primary) == (False, True)
    domains.remove(second, by=people.reseller())
    first.refresh_from_db()
    assert first.primary


def test_a_name_that_is_not_proved_leads_no_links() -> None:
    with pytest.raises(UserError, match="not proved"):
        domains.make_primary(claimed(), by=people.reseller())


def test_a_domain_can_show_another_brand_of_its_account(server: NameServer) -> None:
    one = proved(server)
    other = brand_of(people.account(), "Harbour Numbers")
    domains.lead_to(one, other, by=people.reseller())
    assert hosts.brand_at(HOST) == other
    assert one.primary


def test_a_removed_name_is_free_for_whoever_proves_it(server: NameServer) -> None:
    domains.remove(proved(server), by=people.reseller())
    assert not Domain.objects.exists()
    assert hosts.brand_at(HOST) is None
    theirs = claimed(people.stranger().accounts.get())
    proving(server, theirs)
    assert domains.check(theirs).proved_at is not None


def test_a_removed_name_that_scripts_were_given_out_at_keeps_its_certificate_alone(server: NameServer) -> None:
    one = proved(server)
    domains.give_out(one.account, HOST)
    domains.remove(one, by=people.reseller())
    assert hosts.brand_at(HOST) is None
    assert hosts.may_have_certificate(HOST)
    assert domains.given_out_by(one.account) == [HOST]
    again = claimed()
    assert again.pk != one.pk, "the account can have it again"


def test_domains_are_looked_at_again_the_sooner_the_fresher(server: NameServer) -> None:
    one, other = proved(server), claimed(name="new.agency.example")
    domains.check(other)
    assert domains.check_due() == 0
    now = clock.now()
    for later, count in ((timedelta(minutes=11), 1), (timedelta(days=1, minutes=1), 2), (timedelta(days=31), 1)):
        with clock.frozen(now + later):
            assert domains.due().count() == count
    proving(server, other)
    with clock.frozen(now + timedelta(minutes=11)):
        assert domains.check_due() == 1
    other.refresh_from_db()
    assert other.proved_at is not None
    people.account().__class__.objects.update(closed_at=now)
    with clock.frozen(now + timedelta(days=2)):
        assert not domains.due().exists()
    assert one.problem == ""


def test_nobody_has_the_dns_asked_all_day_long(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains, "MOST_CHECKS", 2)
    with clock.frozen(clock.now()):
        one = claimed()
        domains.check(one)
        domains.check(one)
        with pytest.raises(UserError) as refused:
            domains.check(one)
    assert refused.value.status == 429


def test_the_records_name_no_product_and_an_apex_is_told_apart() -> None:
    one = claimed()
    texts = " ".join(f"{record.kind} {record.name} {record.value}" for record in records_of(one))
    assert texts == f"CNAME {HOST} {OWN} TXT _stats-proof.{HOST} stats-proof={one.token}"
    assert [is_apex(name) for name in ("agency.example", HOST, "agency.co.uk", "stats.agency.co.uk")] == [
        True,
        False,
        True,
        False,
    ]
    assert set(PROBLEMS) == set(Problem)
    assert state_of(one).what


# -- what the reverse proxy asks


@pytest.mark.parametrize(
    ("name", "status"),
    [(OWN, 200), ("count.operator.example", 200), (HOST, 404), ("", 404), ("a\0b", 404), ("x" * 300, 404)],
)
def test_a_certificate_is_for_names_that_are_ours(client: Client, name: str, status: int) -> None:
    answer = client.get("/tls/ask", {"domain": name}, headers={"host": "app:8000"})
    assert answer.status_code == status


def test_a_proved_name_has_a_certificate_and_a_claim_has_none(client: Client, server: NameServer) -> None:
    claimed(name="new.agency.example")
    one = proved(server)
    assert client.get("/tls/ask?domain=NEW.agency.example").status_code == 404
    assert client.get("/tls/ask?domain=Stats.Agency.example.").status_code == 200
    Account.objects.filter(pk=one.account_id).update(closed_at=clock.now())
    assert client.get(f"/tls/ask?domain={HOST}").status_code == 404
    domains.give_out(one.account, HOST)
    assert client.get(f"/tls/ask?domain={HOST}").status_code == 200


def test_nobody_tries_all_names(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trailhouse.dashboard.views_tls.MOST_A_SECOND", 2)
    with clock.frozen(clock.now()):
        statuses = [client.get(f"/tls/ask?domain={n}.example").status_code for n in range(3)]
    assert statuses == [404, 404, 429]
