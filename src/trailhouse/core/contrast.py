"""How well colours are told apart, by WCAG 2.2. Colours are as in #0f766e."""

WHITE, BLACK = "#ffffff", "#101314"
EVENLY = 0.179  # the luminance on which white and black are read equally well
SHAPES = 3.0  # to 1: what lines and bars need (WCAG 1.4.11)


def luminance(colour: str) -> float:
    """From 0, black, to 1, white."""
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(colour: str) -> str:
    """White or black, whichever is read better on `colour`."""
    return WHITE if luminance(colour) < EVENLY else BLACK


def drawn_on_white(colour: str) -> str:
    """`colour`, darker where lines and bars of it could not be seen on white."""
    parts = _parts(colour)
    while 1.05 / (luminance(colour) + 0.05) < SHAPES:
        parts = [part * 0.95 for part in parts]
        colour = "#" + "".join(f"{round(part * 255):02x}" for part in parts)
    return colour


def _parts(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
