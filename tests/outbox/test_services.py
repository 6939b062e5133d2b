"""What is put into the outbox, how often, and to whom."""

from datetime import timedelta

import pytest

from tests.outbox.conftest import Write
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox.models import Mail
from trailhouse.outbox.services import MOST_TO_STRANGERS

pytestmark = pytest.mark.django_db


def test_with_a_key_somebody_is_told_once(write: Write) -> None:
    first = write(key="site/17/added/to/5")
    assert write(key="site/17/added/to/5", context={"name": "Another"}).pk == first.pk
    assert write(key="site/18/added/to/5").pk != first.pk


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example", f"{'a' * 60}@{'b.' * 100}example"]
)
def test_what_is_no_single_address_is_refused(write: Write, to: str) -> None:
    with pytest.raises(UserError) as refused:
        write(to)
    assert refused.value.code == "wrong_email"
    assert not Mail.objects.exists()


def test_an_account_writes_to_few_strangers_a_day(write: Write) -> None:
    now = clock.now()
    with clock.frozen(now):
        for number in range(MOST_TO_STRANGERS):
            write(f"stranger{number}@elsewhere.example", account_id=7, stranger=True, key=str(number))
        with pytest.raises(UserError) as refused:
            write("one.more@elsewhere.example", account_id=7, stranger=True)
        assert (refused.value.code, refused.value.status) == ("too_many_mails", 429)
        assert refused.value.hint
        assert write("stranger0@elsewhere.example", account_id=7, stranger=True, key="0")  # told already
        assert write("colleague@northlight.example", account_id=7)  # no stranger
        assert write("stranger0@elsewhere.example", account_id=8, stranger=True)  # another account
    with clock.frozen(now + timedelta(hours=24)):
        assert write("one.more@elsewhere.example", account_id=7, stranger=True)
