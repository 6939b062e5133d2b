"""The monthly report in plain words: what happened, why, what was done, what to look at; `docs/monthly-report.md`."""
