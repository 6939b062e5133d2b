"""Asks the European Commission's register (VIES) whether a VAT number is valid.

One request with a time limit; nothing of it is sent but the number itself. The address is a setting, so that tests ask
a server of their own.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

VIES = "https://ec.europa.eu/taxation_customs/vies/rest-api"
TIMEOUT_S = 8.0
MOST_BYTES = 100_000
_NUMBER = re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,14}")


class Verdict(StrEnum):
    """What the register says; AWAY where it, or the member state's part of it, gave no answer."""

    VALID = "valid"
    INVALID = "invalid"
    AWAY = "away"


@dataclass(frozen=True)
class Register:
    """The register at `url`, asked for at most `timeout_s` seconds."""

    url: str = VIES
    timeout_s: float = TIMEOUT_S

    def ask(self, number: str) -> Verdict:
        """Whether `number`, with its country's letters and without spaces, is valid now. ValueError for another shape.

        Its REST interface answers 200 with `isValid`, and says in `userError` why it could not tell.
        """
        if not _NUMBER.fullmatch(number):
            raise ValueError(f"{number!r} is no VAT number of a member state")
        address = f"{self.url}/ms/{number[:2]}/vat/{quote(number[2:], safe='')}"
        try:
            request = Request(address, headers={"Accept": "application/json"})
            with urlopen(request, timeout=self.timeout_s) as answer:
                told = json.loads(answer.read(MOST_BYTES))
        except HTTPError:
            return Verdict.AWAY
        except (URLError, HTTPException, OSError, ValueError):
            return Verdict.AWAY
        return _verdict(told)


def _verdict(told: object) -> Verdict:
    if not isinstance(told, dict):
        return Verdict.AWAY
    if told.get("isValid") is True:
        return Verdict.VALID
    if told.get("isValid") is False and told.get("userError") in ("INVALID", None, ""):
        return Verdict.INVALID
    return Verdict.AWAY  # such as MS_UNAVAILABLE, TIMEOUT, MS_MAX_CONCURRENT_REQ
