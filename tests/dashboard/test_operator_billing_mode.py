"""Whether an instance bills its accounts: the operator's switch."""

import pytest
from django.test import Client

from tests.billing import money
from tests.dashboard import visits
from tests.dashboard.test_operator_machine import _fresh, operator, support, text
from trailhouse.accounts.models import AuditEntry, Instance
from trailhouse.dashboard.audit_words import WORDS
from trailhouse.events.store import Store

__all__ = ["_fresh", "operator"]
pytestmark = pytest.mark.django_db


def test_billing_is_switched_on_and_back_and_noted(operator: Client) -> None:
    money.seller()
    said = text(operator.get("/operator/instance"))
    assert "Each site that is there today gets a whole trial that begins today" in said
    assert "You can go back at any time" in said
    for mode in ("on", "on", "external", "off"):
        assert (
            "Saved." in text(operator.post("/operator/instance/billing", {"billing": mode}, follow=True))
            or mode == "on"
        )
        there = Instance.objects.get()
        assert (there.billing, there.billed_since) == (mode, visits.NOW if mode == "on" else None)
    noted = AuditEntry.objects.filter(action="instance.billing")
    assert {(entry.details["before"], entry.subject) for entry in noted} == {
        ("off", "on"), ("on", "external"), ("external", "off"),
    }  # fmt: skip
    assert {"instance.billing", "task.run_again"} <= set(WORDS)


def test_a_wrong_choice_changes_nothing(operator: Client) -> None:
    assert "Choose whether accounts are billed" in text(
        operator.post("/operator/instance/billing", {"billing": "x"}, follow=True)
    )
    assert not AuditEntry.objects.filter(action="instance.billing").exists()


def test_only_the_operator_sets_billing(client: Client, reading: Store) -> None:
    client.force_login(support())
    assert client.post("/operator/instance/billing", {"billing": "on"}).status_code == 404
