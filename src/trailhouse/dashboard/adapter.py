"""Sign-in at the hosts of brands, told to django-allauth: who has nothing to look at there is not known there."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from trailhouse.accounts.adapter import AccountAdapter
from trailhouse.accounts.models import User
from trailhouse.dashboard.hosts import at_host, may_sign_in


class HostAdapter(AccountAdapter):
    """Refuses, in the words for a wrong password, whoever does not belong to the host."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who signs in with these; None also for somebody who has nothing at this host."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user is not None and may_sign_in(request, user) else None

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """The last gate of every way in: codes, passkeys and new passwords come by here too."""
        if not may_sign_in(request, user):
            clear_login(request)
            messages.error(request, str(self.error_messages["email_password_mismatch"]))
            return redirect("account_login")
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account at the host of a brand."""
        return at_host(request) is None and super().is_open_for_signup(request)
