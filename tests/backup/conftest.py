"""The prepared data directory of the ledger's tests."""

from tests.ledger.conftest import data as data
from tests.ledger.conftest import prepared as prepared
