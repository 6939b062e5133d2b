"""The pages of settings and of the operator in the reader's language: nothing stays English."""

import pytest
from django.test import Client

from tests import people
from tests.i18n.test_pages import english
from trailhouse.accounts.models import User
from trailhouse.sites.models import Site

OPERATOR = (
    "/operator",
    "/operator/accounts",
    "/operator/accounts/add",
    "/operator/accounts/{account}",
    "/operator/sites",
    "/operator/people",
    "/operator/people/{person}",
    "/operator/audit",
    "/operator/jobs",
    "/operator/left-out",
    "/operator/mail",
    "/operator/instance",
)
ACCOUNT = (
    "/accounts/{account}/settings",
    "/accounts/{account}/keys",
    "/accounts/{account}/mail",
    "/accounts/{account}/people",
    "/accounts/{account}/audit",
    "/accounts/{account}/clients",
    "/accounts/{account}/sites/bulk",
    "/sites/{key}/settings",
    "/sites/{key}/settings/counting",
    "/sites/{key}/settings/goals",
    "/sites/{key}/settings/sharing",
    "/sites/{key}/settings/danger",
    "/sites/{key}/people",
    "/profile",
    "/profile/security",
)


# What stands beside the cast: the operator's own account, languages, a time zone, a currency, a hint of a hostname.
GIVEN = {"OO", "The", "instance", "English", "Wide", "Europe", "Amsterdam", "EUR", "shop", "staging", "testserver"}


def left(client: Client, paths: tuple[str, ...], language: str, site: Site) -> list[str]:
    """The English words of each page that has any, after its path; of a page that is not there its status."""
    found = []
    for path in paths:
        address = path.format(account=site.account_id, key=site.key, person=site.account.owner_id)
        answer = client.get(address, headers={"accept-language": language})
        text = answer.text
        for one in User.objects.all():
            text = text.replace(one.email, "").replace(one.full_name, "")
        words = english(text) - GIVEN if answer.status_code == 200 else {str(answer.status_code)}
        if words:
            found.append(f"{path}: {' '.join(sorted(words))}")
    return found


@pytest.mark.parametrize(("who", "paths"), [("operator", OPERATOR), ("reseller", ACCOUNT)])
def test_no_text_stays_english(wide: str, bakery: Site, client: Client, who: str, paths: tuple[str, ...]) -> None:
    client.force_login(getattr(people, who)())
    found = left(client, paths, wide, bakery)
    assert found == [], "\n".join(found)
