"""The tests themselves: what must not be shared between those that run side by side."""

import os

from trailhouse.core.settings import settings


def test_each_process_of_tests_has_a_data_directory_of_its_own() -> None:
    assert str(settings().data) == os.environ["TRAILHOUSE_DATA"]
