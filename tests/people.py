"""The cast. Each function makes a real person; call them inside a test that may use the database.

The operator runs the instance, with staff for support and finance. The reseller has an account with two sites; her
client sees one of them, her colleague looks after all, her bookkeeper sees the documents. A second colleague may also
add sites, a freelancer looks after the bakery alone. The bakery is the site of her client Harbour Bakery, of which
the owner of the bakery is a member. A stranger has an account of his own and must see nothing of hers.
"""

from trailhouse.accounts.models import Account, Staff, User
from trailhouse.accounts.persons import create_person
from trailhouse.accounts.services import NewPerson, create_account
from trailhouse.sites.clients import ClientValues, add_client, set_sites
from trailhouse.sites.models import Client, Membership, Role, Site
from trailhouse.sites.services import NewSite, add_site, give_role

PASSWORD = "correct horse battery"
RESELLER = "reseller@northlight.example"


def person(email: str, name: str, account: str, *, staff: Staff = Staff.NONE) -> User:
    """The person with this address, made with an account at the first call."""
    there = User.objects.filter(email=email).first()
    if there is not None:
        return there
    new = NewPerson(email, PASSWORD, full_name=name, account_name=account, timezone="Europe/Amsterdam")
    return create_account(new, staff=staff).owner


def operator() -> User:
    """Runs the instance."""
    return person("operator@trailhouse.example", "Olga Operator", "The instance", staff=Staff.OPERATOR)


def support() -> User:
    """Of the staff: answers questions."""
    return person("support@trailhouse.example", "Sam Support", "Sam at home", staff=Staff.SUPPORT)


def finance() -> User:
    """Of the staff: writes invoices."""
    return person("finance@trailhouse.example", "Fien Finance", "Fien at home", staff=Staff.FINANCE)


def reseller() -> User:
    """Owns the account Northlight Studio."""
    return person(RESELLER, "Marijke Kok", "Northlight Studio")


def account() -> Account:
    """The reseller's account."""
    return reseller().accounts.get()


def bakery() -> Site:
    """The reseller's first site; her client is at it."""
    return _site("harbour-bakery.example")


def law_firm() -> Site:
    """The reseller's second site; her client is not at it."""
    return _site("vanleer-law.example")


def _site(domain: str) -> Site:
    there = Site.objects.filter(account=account(), domain=domain).first()
    return there or add_site(account(), NewSite(domain), by=reseller(), mail=False)


def client_person() -> User:
    """The reseller's client: looks at the bakery and at nothing else."""
    user = person("baker@harbour-bakery.example", "Bente Baker", "Bakery")
    give_role(user, account(), Role.STANDARD, by=reseller(), site=bakery())
    return user


def client() -> Client:
    """The reseller's client Harbour Bakery, which has the bakery and reads German."""
    there = Client.objects.filter(account=account(), name="Harbour Bakery").first()
    if there is None:
        there = add_client(account(), ClientValues("Harbour Bakery", language="de"), by=reseller())
        set_sites(there, [bakery().pk], by=reseller())
    return there


def _guest(email: str, name: str) -> User:
    """A person without an account."""
    there = User.objects.filter(email=email).first()
    return there or create_person(NewPerson(email, PASSWORD, full_name=name))


def client_member() -> User:
    """Attached to the client Harbour Bakery: sees its sites."""
    user = _guest("owner@harbour-bakery.example", "Onno Owner")
    give_role(user, account(), Role.STANDARD, by=reseller(), client=client())
    return user


def site_super() -> User:
    """Super user of the bakery alone."""
    user = _guest("freelancer@elsewhere.example", "Fenna Freelancer")
    give_role(user, account(), Role.SUPER, by=reseller(), site=bakery())
    return user


def adding_super() -> User:
    """Super user of all sites of the reseller, with leave to add sites."""
    user = _guest("senior@northlight.example", "Sam Senior")
    membership = give_role(user, account(), Role.SUPER, by=reseller())
    Membership.objects.filter(pk=membership.pk).update(may_add_sites=True)
    return user


def colleague() -> User:
    """Super user of all sites of the reseller."""
    user = person("colleague@northlight.example", "Chris Colleague", "Chris at home")
    give_role(user, account(), Role.SUPER, by=reseller())
    return user


def bookkeeper() -> User:
    """Sees the reseller's documents, and no statistics."""
    user = person("books@northlight.example", "Bo Books", "Bo at home")
    give_role(user, account(), Role.BOOKKEEPER, by=reseller())
    return user


def stranger() -> User:
    """Has an account and a site of his own."""
    user = person("stranger@elsewhere.example", "Stan Stranger", "Elsewhere")
    if not user.accounts.get().sites.exists():
        add_site(user.accounts.get(), NewSite("elsewhere.example"), by=user, mail=False)
    return user
