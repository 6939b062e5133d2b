"""References for transfers, with check digits: ISO 11649 ("RF" and two digits by ISO 7064 MOD 97-10). Pure."""

import re

_PLAIN = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")


def reference(*numbers: int) -> str:
    """The reference of these numbers, such as an account's and a request's: "RF83000700012"."""
    body = "".join(f"{number:04d}" for number in numbers)
    if not 1 <= len(body) <= 21:
        raise ValueError(f"{numbers} are too long for a reference")
    return f"RF{98 - _value(body + 'RF00') % 97:02d}{body}"


def is_reference(text: str) -> bool:
    """Whether `text` is a reference with right check digits; spaces and case do not matter."""
    plain = _normal(text)
    return bool(_PLAIN.fullmatch(plain)) and _value(plain[4:] + plain[:4]) % 97 == 1


def references_in(text: str) -> list[str]:
    """The references with right check digits that stand in the free text of a transfer, in any grouping."""
    plain = _normal(text)
    found = []
    for match in re.finditer(r"RF[0-9]{2}", plain):
        rest = re.match(r"[0-9]{1,21}", plain[match.end() :])
        for length in range(len(rest[0]) if rest else 0, 0, -1):
            candidate = plain[match.start() : match.end() + length]
            if is_reference(candidate):
                found.append(candidate)
                break
    return found


def grouped(text: str) -> str:
    """In groups of four, as people read and type it."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _normal(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _value(text: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in text))
