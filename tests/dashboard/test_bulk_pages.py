"""Adding many sites: a list, what each line will do, and how far it is."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import people
from trailhouse.accounts.models import User
from trailhouse.outbox import working
from trailhouse.outbox.models import Task
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def path(task: int | None = None) -> str:
    """The list's page, or that of its progress."""
    return f"/accounts/{people.account().pk}/sites/bulk" + (f"/{task}" if task else "")


def confirmed(client: Client, page: Any) -> Any:
    """Press the button of the preview."""
    carried = re.search(r'<textarea name="text" hidden>\s*(.*?)</textarea>', page.content.decode(), re.DOTALL)
    assert carried
    return client.post(path(), {"text": unescape(carried[1]), "confirm": "yes"})


def test_a_list_is_shown_line_by_line_before_anything_is_added(reseller: Client) -> None:
    people.bakery()
    page = reseller.post(path(), {"text": "a.example, Baker\nharbour-bakery.example\nlocalhost\n<b>x</b>"})
    said = text(page)
    assert "1 site will be added. 2 lines are refused" in said
    assert "1 a.example Baker Europe/Amsterdam" in said
    assert "2 harbour-bakery.example" in said
    assert "3 localhost localhost is another one on every machine" in said
    assert "<b>x</b>" not in page.content.decode()
    assert Site.objects.count() == 1
    assert not Task.objects.exists()


def test_confirmed_it_is_carried_out_and_its_page_says_how_far_it_is(reseller: Client) -> None:
    preview = reseller.post(path(), {"text": "".join(f"n{n}.example,B&B\n" for n in range(60)) + "localhost"})
    answer = confirmed(reseller, preview)
    task = Task.objects.get()
    assert answer["Location"] == path(task.pk)
    page = reseller.get(path(task.pk)).content.decode()
    assert '<progress max="60" value="0"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert f'hx-get="{path(task.pk)}"' in page
    working.carry_out_due()
    part = reseller.get(path(task.pk), headers={"hx-request": "true"})
    assert "Done: 60 sites added" in text(part)
    assert "<html" not in part.content.decode()
    assert "hx-get" not in part.content.decode(), "it asks no more"
    assert Site.objects.filter(client__name="B&B").count() == 60


def test_a_list_can_be_changed_before_it_is_confirmed(reseller: Client) -> None:
    preview = reseller.post(path(), {"text": "a.example, Baker\nlocalhost\n<b>"}).content.decode()
    carried = re.findall(r'<textarea name="text" hidden>\s*(.*?)</textarea>', preview, re.DOTALL)[-1]
    page = reseller.post(path(), {"text": unescape(carried), "change": "yes"}).content.decode()
    typed = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.DOTALL)
    assert typed
    assert unescape(typed[1]).splitlines() == ["a.example,Baker", "localhost", "<b>"]
    assert not Task.objects.exists()


def test_the_scripts_of_all_added_sites_are_one_file(reseller: Client) -> None:
    people.bakery()
    confirmed(reseller, reseller.post(path(), {"text": "a.example,Baker\nb.example"}))
    working.carry_out_due()
    task = Task.objects.get()
    assert 'href="?export=csv"' in reseller.get(path(task.pk)).content.decode()
    lines = reseller.get(path(task.pk), {"export": "csv"}).getvalue().decode().splitlines()
    assert lines[0].lstrip("\ufeff") == "site,client,script,page"
    assert sum(line.startswith(("a.example,Baker,", "b.example,,")) for line in lines) == 2
    key = Site.objects.get(domain="a.example").key
    assert f"/s/{key}.js" in "".join(lines)
    assert "harbour-bakery" not in "".join(lines)


def test_a_file_is_taken_as_spreadsheets_save_it(reseller: Client) -> None:
    for content in ("\ufeffDomain;Kunde\na.example;Bäcker\n".encode(), "a.example;Bäcker\n".encode("cp1252")):
        page = reseller.post(path(), {"text": "", "file": SimpleUploadedFile("sites.csv", content)})
        assert "a.example Bäcker" in text(page)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"text": ""}, "Enter one domain a line"),
        ({"text": "a.example\n" * 2001}, "2001 lines; 2000 are taken at once"),
        ({"file": SimpleUploadedFile("large.csv", b"x" * 1_000_001)}, "larger than 1 MB"),
    ],
)
def test_a_list_that_cannot_be_taken_is_explained(reseller: Client, form: dict[str, Any], said: str) -> None:
    answer = reseller.post(path(), form)
    assert answer.status_code == 422
    assert said in text(answer)


def test_a_list_of_which_nothing_can_be_added_has_no_button(reseller: Client) -> None:
    page = reseller.post(path(), {"text": "localhost"})
    assert "Nothing in this list can be added" in text(page)
    assert 'name="confirm"' not in page.content.decode()


@pytest.mark.parametrize(
    "who", [people.colleague, people.client_person, people.bookkeeper, people.stranger, people.operator]
)
def test_it_does_not_exist_for_who_may_not_add_sites(client: Client, who: Callable[[], User]) -> None:
    reseller = Client()
    reseller.force_login(people.reseller())
    reseller.post(path(), {"text": "a.example", "confirm": "yes"})
    client.force_login(who())
    task = Task.objects.get().pk
    answers = [client.get(path()), client.post(path(), {"text": "b.example", "confirm": "yes"}), client.get(path(task))]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert Task.objects.count() == 1
    own = who().accounts.get().pk
    assert client.get(f"/accounts/{own}/sites/bulk/{task}").status_code == 404


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get(path())["Location"].startswith("/sign-in")


def test_the_form_for_one_site_leads_to_the_one_for_many(reseller: Client) -> None:
    assert f'href="{path()}"' in reseller.get("/sites/add").content.decode()


def test_a_task_of_another_kind_has_no_page_here(reseller: Client) -> None:
    other = Task.objects.create(kind="export", account_id=people.account().pk)
    assert reseller.get(path(other.pk)).status_code == 404
