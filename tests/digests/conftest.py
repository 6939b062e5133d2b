"""What the tests of reports and alerts share: the bakery with its visits, and a mail server that listens."""

from tests.dashboard.conftest import bakery, reading
from tests.outbox.conftest import postbox

__all__ = ["bakery", "postbox", "reading"]
