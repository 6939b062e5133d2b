"""What strangers write to the operator: kept once, mailed to the operator alone, held back where it looks like spam."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import people
from trailhouse.accounts import inquiries, instance, selectors
from trailhouse.accounts.inquiries import NewInquiry
from trailhouse.accounts.models import AuditEntry, Inquiry, Instance
from trailhouse.core import clock
from trailhouse.outbox import pruning, sending
from trailhouse.outbox.models import Mail
from trailhouse.outbox.rendering import render

pytestmark = pytest.mark.django_db

START = datetime(2027, 3, 1, 12, tzinfo=UTC)
NORA = "nora@newcomer.example"
MINUTE = timedelta(minutes=1)


def written(**changes: Any) -> NewInquiry:
    """What somebody typed in a minute, unless `changes` say otherwise."""
    with clock.frozen(clock.now() - changes.pop("takes", MINUTE)):
        opened = inquiries.opened(inquiries.new_form())
    assert opened is not None
    return replace(NewInquiry(opened, "reseller", "Nora Newcomer", NORA, "We have forty sites."), **changes)


def received(**changes: Any) -> Inquiry:
    """Such an inquiry, kept."""
    found = inquiries.receive(written(**changes))
    assert found is not None
    return found


def decide(**values: Any) -> None:
    """What the operator decides for the instance."""
    own = selectors.instance()
    kept = {"sign_up": own.sign_up, "name": own.name, "support_email": own.support_email}
    instance.change_instance(**kept | values, by=people.operator())


def test_each_operator_is_told_in_their_language_and_an_answer_goes_to_whoever_wrote() -> None:
    people.operator()
    people.support()
    inquiry = received(
        message="Hello,\n\n[[Win|https://elsewhere.example/]]\n]]]\nBcc: all@elsewhere.example", sites=40
    )
    (mail,) = Mail.objects.all()
    letter = sending.message(mail)
    assert (letter.to, letter.reply_to) == ([people.operator().email], [NORA])
    assert "Nora Newcomer" in letter.subject
    for said in (
        "> Hello,\n>\n> [ [Win|https://elsewhere.example/] ]\n",
        "> Bcc: all@",
        f"/operator/inquiries/{inquiry.pk}",
    ):
        assert said in letter.body.replace("> \n", ">\n")
    assert 'elsewhere.example/"' not in render(mail).html
    assert not Mail.objects.filter(to=NORA).exists()


def test_the_address_that_the_operator_set_gets_it_instead() -> None:
    decide(contact_email="sales@b.example")
    received()
    assert [mail.to for mail in Mail.objects.all()] == ["sales@b.example"]


def test_whom_an_answer_goes_to_is_forgotten_with_the_text_of_the_mail() -> None:
    people.operator()
    with clock.frozen(START):
        received()
        Mail.objects.update(state=Mail.State.SENT)
    with clock.frozen(START + timedelta(days=31)):
        pruning.prune_mail()
    assert Mail.objects.get().context == {}


def test_a_form_that_is_sent_twice_is_one_inquiry_and_one_mail() -> None:
    people.operator()
    new = written()
    assert inquiries.receive(new) == inquiries.receive(replace(new, message="Once more."))
    assert (Inquiry.objects.count(), Mail.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        pytest.param({}, "", id="a message"),
        pytest.param({"message": "https://a.example www.b.example http://c.example"}, "", id="a few links"),
        pytest.param({"message": "https://a.example " * 4}, "links", id="many links"),
        pytest.param({"trap": "https://a.example"}, "trap", id="the field that people do not see"),
        pytest.param({"takes": timedelta(seconds=1)}, "fast", id="faster than anybody types"),
        pytest.param({"takes": timedelta(), "trap": "x", "known": True}, "", id="of somebody who is signed in"),
    ],
)
def test_what_looks_like_spam_is_kept_apart_without_a_mail(changes: dict[str, Any], held: str) -> None:
    people.operator()
    with clock.frozen(START):
        inquiry = received(**changes)
    assert inquiry.held == held
    assert Mail.objects.exists() == (not held)
    assert list(selectors.inquiries("held" if held else "new")) == [inquiry]


@pytest.mark.parametrize("signed", ["", "x", "x:y", "W10:abc", '["a", 1]'])
def test_a_form_that_is_not_ours_opens_nothing(signed: str) -> None:
    assert inquiries.opened(signed) is None


def test_a_form_lasts_a_day() -> None:
    with clock.frozen(START):
        signed = inquiries.new_form()
    with clock.frozen(START + timedelta(hours=23, minutes=59)):
        assert inquiries.opened(signed)
    with clock.frozen(START + timedelta(hours=24)):
        assert inquiries.opened(signed) is None


def test_a_flood_is_mailed_to_an_end_and_spam_is_kept_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inquiries, "MOST_MAILED", 2)
    monkeypatch.setattr(inquiries, "MOST_HELD", 2)
    people.operator()
    with clock.frozen(START):
        for _ in range(3):
            received()
        assert [inquiries.receive(written(trap="x")) is None for _ in range(3)] == [False, False, True]
        assert (Mail.objects.count(), selectors.inquiry_counts()) == (2, {"new": 3, "answered": 0, "held": 2})
    with clock.frozen(START + timedelta(hours=24, seconds=1)):
        received()
        assert inquiries.receive(written(trap="x"))
    assert Mail.objects.count() == 3


def test_it_is_marked_once_and_can_be_put_back() -> None:
    by, inquiry = people.operator(), received()
    assert [inquiries.answered(inquiry, by=by) for _ in range(2)] == [True, False]
    assert list(selectors.inquiries("answered")) == [inquiry]
    assert [inquiries.put_back(inquiry, by=by) for _ in range(2)] == [True, False]
    assert list(selectors.inquiries("new")) == [inquiry]
    spam = received(trap="x")
    assert inquiries.put_back(spam, by=by)
    assert set(selectors.inquiries("new")) == {inquiry, spam}


def test_the_log_names_the_number_and_not_the_person() -> None:
    inquiry = received()
    inquiries.answered(inquiry, by=people.operator())
    inquiries.delete(inquiry, by=people.operator())
    assert not Inquiry.objects.exists()
    noted = AuditEntry.objects.filter(action__startswith="inquiry.").values_list("action", "subject")
    assert set(noted) == {(f"inquiry.{what}", str(inquiry.pk)) for what in ("answered", "deleted")}


def test_each_is_deleted_after_its_time_and_deleting_twice_changes_nothing() -> None:
    with clock.frozen(START):
        received()
        received(trap="x")
    kept = []
    for days in (29, 31, 364, 366):
        with clock.frozen(START + timedelta(days=days)):
            inquiries.prune()
            assert inquiries.prune() == 0
        kept.append(Inquiry.objects.count())
    assert kept == [2, 1, 1, 0]


@pytest.mark.parametrize("billing", Instance.Billing)
@pytest.mark.parametrize("form", Instance.Contact)
def test_the_form_is_open_as_the_operator_decides(form: Instance.Contact, billing: Instance.Billing) -> None:
    decide(contact_form=form)
    Instance.objects.update(billing=billing)
    billed = billing == Instance.Billing.ON
    expected = {Instance.Contact.BILLING: billed, Instance.Contact.ON: True, Instance.Contact.OFF: False}[form]
    assert selectors.takes_inquiries(selectors.instance()) == expected


def test_other_changes_of_the_instance_leave_the_form_as_it_is() -> None:
    decide(contact_form=Instance.Contact.ON, contact_email="sales@b.example")
    decide(name="Northlight Analytics")
    own = selectors.instance()
    assert (own.contact_form, own.contact_email) == ("on", "sales@b.example")
