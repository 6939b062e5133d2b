"""What is answered where an address takes no such request: a page that leads on, and JSON to programs."""

import pytest
from django.test import Client

from tests import people

pytestmark = pytest.mark.django_db


def test_an_address_that_only_a_form_leads_to_says_so(client: Client) -> None:
    client.force_login(people.operator())
    answer = client.get("/operator/terms")  # as after a reload of what a form was answered with
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "This address is not a page." in answer.content.decode()
    assert "Go back and use that." in answer.content.decode()


def test_a_program_reads_the_same_as_json(client: Client) -> None:
    answer = client.delete("/api/v2/query")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    expected = {"error": "DELETE is not possible at this address. Possible here: POST.", "code": "wrong_method"}
    assert answer.json() == expected
