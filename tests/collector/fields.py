"""The header fields of a request, as the server would hand them over."""


class Fields:
    """A list of fields; values that are not ASCII read as if they were missing, like the server's."""

    def __init__(self, *fields: tuple[str, str]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return any(there == name for there, _ in self._fields)

    def get(self, name: str, default: str | None = None) -> str | None:
        return next(iter(self.get_all(name)), default)

    def get_all(self, name: str) -> list[str]:
        return [value for there, value in self.items() if there == name]

    def items(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self._fields if value.isascii()]
