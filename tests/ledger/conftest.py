"""A data directory with an account and a site, made once and copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.ledger.server import make_site


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory before the first start."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    make_site(data)
    return data


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    return Path(shutil.copytree(prepared, tmp_path / "data"))
