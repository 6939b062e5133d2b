"""kill -9 at random points under load, and the recount afterwards."""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.ledger.generator import Generator, Ledger, read
from tests.ledger.server import Server, stored, until

# A child that dies again and again is started later each time, which the test would only wait for; a new parent starts
# its children at once. So it is met as often as they are.
TARGETS = (("edge",), ("app",), ("edge", "app"), ("parent",))
WEIGHTS = (1, 1, 2, 3)
LONGEST_DELAY_S = 0.6


def rounds(data: Path, kills: int, seed: int, say: Callable[[str], None] = print) -> Ledger:
    """Kill `kills` times while events come in, let the server recover, and hold its store against the journal."""
    chance = random.Random(seed)
    journals = data.with_name("journals")
    say(f"seed {seed}")
    met: Counter[str] = Counter()
    with Server(data) as server:
        server.wait()
        with Generator(server.port, journals, seed=seed) as generator:
            for _ in range(kills):
                met.update(_kill(server, generator, chance))
            server.wait()
            before = generator.answers
            until(lambda: generator.answers > before, what="an answer after the last kill")
        numbers = server.drained()
    ledger, there = read(journals), stored(data)
    say(f"killed {dict(met)}; {len(ledger.acknowledged)} acknowledged, {numbers}")
    check(ledger, there, numbers)
    return ledger


def _kill(server: Server, generator: Generator, chance: random.Random) -> list[str]:
    """One kill: as soon as events are acknowledged again, after a delay that may end in the middle of a start."""
    before = generator.answers
    until(lambda: generator.answers > before and len(server.pids()) == 3, what="an answer")
    (target,) = chance.choices(TARGETS, WEIGHTS)
    time.sleep(chance.uniform(0, LONGEST_DELAY_S))
    met = server.kill(*target)
    if "parent" in met:
        server.start()
    return list(met)


def check(ledger: Ledger, there: dict[str, int], numbers: dict[str, int]) -> None:
    """Every acknowledged event is stored once, nothing else is, and the four numbers say the same."""
    ledger.check(there)
    assert numbers["stored_total"] == len(there)
    assert (
        numbers["received_total"] == numbers["stored_total"] + numbers["quarantined_total"] + numbers["dropped_total"]
    )
    assert (numbers["queued"], numbers["quarantined_total"], numbers["dropped_total"]) == (0, 0, 0)
    assert (numbers["spool_corrupt_groups_total"], numbers["spool_lost_groups_total"]) == (0, 0)
