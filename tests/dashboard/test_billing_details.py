"""Who is billed: the details, VAT numbers and their register, the billing day, the code of a transfer."""

import pytest
from django.test import Client

from tests.billing import money, vies_server
from tests.dashboard.payer import DAY, Go, base, page, receive, reseller, text_of, time
from trailhouse.billing import activating, details
from trailhouse.billing.models import BillingAccount
from trailhouse.billing.vies import Verdict
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard import views_billing_details
from trailhouse.dashboard.transfer_code import transfer_code

__all__ = ["reseller", "time"]

pytestmark = pytest.mark.django_db


# -- details


def form(**changes_: str) -> dict[str, str]:
    return {
        "company": "Northlight Studio", "address": "Havenplein 7", "postcode": "1781 AB", "city": "Den Helder",
        "country": "DE", "at_trial_end": "", **changes_,
    }  # fmt: skip


def test_a_vat_number_is_checked_in_form_and_in_the_register(reseller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{base()}/details"

    def send(**values: str) -> str:
        return text_of(reseller.post(path, form(**values), follow=True).text)

    with vies_server.serving() as vies:
        monkeypatch.setattr(views_billing_details, "register", vies.register)
        assert "This is no VAT number of this country." in send(vat_number="DE123")
        assert "another country" in send(vat_number="NL853746333B01")
        assert vies.asked == []
        vies.valid["DE136695976"] = True
        assert "says that the VAT number is valid" in send(vat_number="de 136 695 976")
        assert vies.asked == ["/rest-api/ms/DE/vat/136695976"]
        billing = BillingAccount.objects.get()
        assert (billing.vat_number, billing.vat_result) == ("DE136695976", "valid")
        assert billing.vat_checked_at == billing.vat_asked_at == clock.now()
        assert send(vat_number="DE136695976").count("says that") == 0  # not asked again
        vies.broken = True
        assert "cannot be asked just now" in text_of(reseller.post(f"{path}/check", follow=True).text)
        billing.refresh_from_db()
        assert billing.vat_result == "away"
        assert billing.vat_checked_at is not None  # what it said before holds
        vies.broken, vies.valid["DE136695976"] = False, False
        assert "not known to the register" in text_of(reseller.post(f"{path}/check", follow=True).text)
        assert BillingAccount.objects.get().vat_checked_at is None
        # Another number is unchecked until the register has said so.
        assert "cannot be asked just now" in send(vat_number="DE129274202")
        assert "not checked yet" in page(reseller, path)


def test_a_register_that_nobody_answers_for_is_away() -> None:
    with vies_server.serving() as vies:
        register = vies.register
    assert register.ask("DE136695976") is Verdict.AWAY


@pytest.mark.parametrize(
    ("number", "country", "kept"),
    [
        ("", "NL", ""),
        ("853746333b01", "NL", "NL853746333B01"),
        ("EL094259216", "GR", "EL094259216"),
        ("12-3456789", "US", "12-3456789"),
    ],
)
def test_a_vat_number_is_kept_as_documents_show_it(number: str, country: str, kept: str) -> None:
    assert details.normal_vat_number(number, country) == kept


def test_a_wrong_check_digit_is_refused() -> None:
    with pytest.raises(UserError, match="no VAT number"):
        details.normal_vat_number("DE136695977", "DE")


def test_the_billing_day_is_chosen_before_the_first_invoice(reseller: Client, time: Go) -> None:
    reseller.post(f"{base()}/details", form(billing_day="15", country="NL", at_trial_end="yearly"))
    billing = BillingAccount.objects.get()
    assert (billing.billing_day, billing.at_trial_end) == (15, "yearly")
    paid_one = money.site("a.example")
    time(30 * DAY)
    request = activating.open_request(money.account())
    assert request is not None
    receive(request.total, "bank/1")
    paid_one.refresh_from_db()
    assert paid_one.interval == "yearly"
    assert "Billing day" not in page(reseller, f"{base()}/details")


def test_the_code_of_a_transfer_is_of_euros_alone() -> None:
    code = transfer_code("Trailhouse Hosting BV", "NL91 ABNA 0417 1643 00", "ABNANL2A", 4483, "EUR", "RF83000700012")
    assert code is not None
    assert code.side >= 29
    assert transfer_code("Trailhouse", "NL91ABNA0417164300", "", 4483, "USD", "RF83000700012") is None
    assert transfer_code("Trailhouse", "", "", 4483, "EUR", "RF83000700012") is None
