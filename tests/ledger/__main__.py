"""`python -m tests.ledger --kills N --seed S`: as long as you like, by hand."""

import argparse
import random
import tempfile
from pathlib import Path

from tests.ledger.kills import rounds
from tests.ledger.server import make_site


def main() -> None:
    """Kill the product N times under load and hold its store against the journal."""
    parser = argparse.ArgumentParser(prog="python -m tests.ledger")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="ledger-"))
    print(f"in {directory}, which stays for you to look at")
    make_site(directory / "data")
    rounds(directory / "data", options.kills, options.seed)
    print("Every acknowledged event is stored exactly once.")


if __name__ == "__main__":
    main()
