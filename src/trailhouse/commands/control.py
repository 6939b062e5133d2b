"""Commands that touch only the control database: they work before the first start and while the server runs."""

import argparse
import sys
from typing import TYPE_CHECKING

from trailhouse.commands.output import open_database, print_values
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings

if TYPE_CHECKING:
    from trailhouse.accounts.models import Account


def setup_link(options: argparse.Namespace) -> None:
    """Print a link that makes an operator."""
    open_database()
    from trailhouse.accounts import services

    link = f"{settings().url}/set-up/{services.make_setup_link()}"
    if options.json:
        print_values({"link": link}, as_json=True)
    else:
        print(link)


def account_add(options: argparse.Namespace) -> None:
    """Add a person with an account; print how they sign in."""
    open_database()
    from trailhouse.accounts import services

    password = sys.stdin.readline().rstrip("\r\n") if options.password_stdin else services.random_password()
    if not password:
        raise UserError("weak_password", "No password came on standard input.", "Write it there as one line.")
    account = services.create_account(services.NewPerson(options.email, password, account_name=options.name))
    print_values({"email": account.owner.email, "password": password}, as_json=options.json)


def site_add(options: argparse.Namespace) -> None:
    """Add a site; print its key and what to paste."""
    open_database()
    from trailhouse.sites import services
    from trailhouse.sites.snippets import snippet

    account = _account(options.account)
    site = services.add_site(account, services.NewSite(options.domain), by=account.owner)
    values = {"domain": site.domain, "key": site.key, "snippet": snippet(site)}
    print_values(values, as_json=options.json)


def apikey_add(options: argparse.Namespace) -> None:
    """Make an API key; print it this once."""
    open_database()
    from trailhouse.accounts import services

    account = _account(options.account)
    _, token = services.create_api_key(
        account,
        by=account.owner,
        name=options.name,
        scopes=options.scope or ("stats",),
        site_ids={_site(account, domain) for domain in options.site or ()},
    )
    print_values({"key": token}, as_json=options.json)


def _site(account: "Account", domain: str) -> int:
    from trailhouse.sites import selectors

    site = selectors.site_for_api(account, domain)
    if site is None:
        raise UserError("no_site", f"{account} has no site {domain}.", "Add it first: trailhouse site add.")
    return site.pk


def _account(email: str) -> "Account":
    from trailhouse.accounts import selectors

    account = selectors.account_of(email)
    if account is None:
        raise UserError("no_account", f"{email} owns no account.", f"Add one: trailhouse account add {email}")
    return account
