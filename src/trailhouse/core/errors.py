"""The one family of errors that people see."""


class UserError(Exception):
    """Something the person can mend.

    `code` is stable and documented, `message` says what happened, `hint` what to do about it, `status` is the
    HTTP status that pages and the API answer with. Any other exception is a bug.
    """

    def __init__(self, code: str, message: str, hint: str = "", status: int = 400) -> None:
        super().__init__(f"{message} {hint}".strip())
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status
