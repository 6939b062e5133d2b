"""New and returning visitors and their habits once more, in plain Python over the events."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from trailhouse.events.model import Event

DAY_MS = 86_400_000


@dataclass
class Known:
    """The visits of recognised people: by person, the number and the start of each, in order."""

    visits: dict[int, list[tuple[int, int]]]
    return_after_ms: int = DAY_MS

    @classmethod
    def of(cls, events: Iterable[Event], return_after_s: int = 86_400) -> "Known":
        found: dict[int, set[tuple[int, int]]] = defaultdict(set)
        for event in events:
            if event.person:
                found[event.person].add((event.visit_started, event.visit_id))
        return cls({person: sorted(visits) for person, visits in found.items()}, return_after_s * 1000)

    def kind(self, visit_id: int) -> str:
        """Whether the visit is of somebody new or returning; "" where nobody knows who it was."""
        kinds = []
        for visits in self.visits.values():
            for started, number in visits:
                if number == visit_id:
                    earlier = [other for other, _ in visits if other <= started - self.return_after_ms]
                    kinds.append("returning" if earlier else "new")
        return "returning" if "returning" in kinds else "new" if kinds else ""

    def habits(self, matching: set[int]) -> tuple[dict[int, int], list[int], int]:
        """Of the visits in `matching`: how many each person made, the days since the one before, how many had none."""
        made: dict[int, int] = {}
        gaps: list[int] = []
        firsts = 0
        for person, visits in self.visits.items():
            for started, number in visits:
                if number not in matching:
                    continue
                made[person] = made.get(person, 0) + 1
                earlier = [other for other, _ in visits if other < started]
                if earlier:
                    gaps.append((started - max(earlier)) // DAY_MS)
                else:
                    firsts += 1
        return made, gaps, firsts
