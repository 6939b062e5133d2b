"""The texts of the mails about people and accounts: a subject, an empty line, at most one action, all filled in."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

import trailhouse.outbox

FOLDER = Path(trailhouse.outbox.__file__).parent / "templates/mail/accounts"
VALUES = {
    "instance": "Northlight Analytics",
    "account": "Northlight Studio",
    "person": "Marijke Kok",
    "email": "new@b.example",
    "support": "help@b.example",
    "browser": "Firefox on Linux",
    "moment": "26 Nov 2026, 09:40 UTC",
    "what": "passkey_added",
    "days": 60,
    "hours": 72,
    "day": "1 Nov 2026",
    "leaves": False,
    "reason": "Spam was reported.",
    "new": True,
    "open": True,
    "number": 7,
    "prefix": "th_abcdefg",
    "topic": "reseller",
    "name": "Nora Newcomer",
    "lines": ["Good morning,", "", "we have forty sites."],
    "sites": 40,
    "secret": {"code": "1234-5678", "token": "TOKEN"},
}
WITH_CODE = {"sign_up_code", "sign_in_code", "reset_code", "confirm_code", "new_email_code", "second_step_code"}
ACTIONS = {
    "has_account": "/sign-in",
    "unknown": "/sign-up",
    "reopened": "/sign-in",
    "second_step_off": "/sign-in",
    "second_step_asked": "/second-step/stop/TOKEN",
    "second_step_soon": "/second-step/stop/TOKEN",
    "handover": "/handover/TOKEN",
    "inquiry": "/operator/inquiries/7",
    "made_for_you": "/enter/TOKEN",
    "restored": "/sign-in",
    "security_changed": "/profile/security",
    "key_made": "/accounts/7/keys",
    "offered": "/accounts/7/settings",
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.txt")))
def test_a_mail_has_a_subject_and_at_most_one_action(name: str) -> None:
    text = get_template(f"mail/accounts/{name}.txt").render(VALUES).strip()
    subject, _newline, body = text.partition("\n")
    assert subject
    assert len(subject) < 80
    assert body.startswith("\n")
    assert "{" not in text
    assert re.findall(r"^\[\[[^|]+\|(.+)\]\]$", body, re.M) == ([ACTIONS[name]] if name in ACTIONS else [])
    assert ("    1234-5678\n" in body) == (name in WITH_CODE)
    assert "1234-5678" not in subject


@pytest.mark.parametrize(
    "what", ["password_changed", "totp_added", "totp_removed", "recovery_codes", "passkey_added", "passkey_removed"]
)
def test_each_change_of_security_is_named(what: str) -> None:
    text = get_template("mail/accounts/security_changed.txt").render(VALUES | {"what": what})
    assert re.search(r"\n\n[A-Z][^.]+\. Firefox on Linux, 26 Nov", text)
    subjects = {
        get_template("mail/accounts/security_changed.txt").render({"what": one}).split("\n")[0] for one in (what, "")
    }
    assert len(subjects) == 2  # it says what happened before it is opened
