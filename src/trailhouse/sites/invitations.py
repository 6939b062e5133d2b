"""Part of the services of `sites`: offering a role by mail, and taking the offer up.

An invitation is for one address, works once and for 14 days, and only as long as whoever sent it could send it still.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.persons import choose_language, create_person
from trailhouse.accounts.selectors import hash_of
from trailhouse.accounts.services import NewPerson, checked_email, record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import sending
from trailhouse.outbox import services as outbox
from trailhouse.sites import looks, roles
from trailhouse.sites.models import Invitation, Role, Site
from trailhouse.sites.roles import Grant

LASTS = timedelta(days=14)
SITES_NAMED = 20  # in a mail; of more only the number is told


@dataclass(frozen=True)
class NewInvitation:
    """Who is invited, and to what."""

    email: str
    grant: Grant


def shown_link(invitation: Invitation, token: str) -> str:
    """The address that an invited person opens, as whoever invites may see it: empty where it goes by mail.

    Who sees it could take the invitation up in the name of its address.
    """
    if sending.is_configured():
        return ""
    return looks.of_invitation(invitation).url + reverse("invitation", args=[token])


def grant_in(invitation: Invitation) -> Grant:
    """What an invitation offers now: a site that has left the account meanwhile is no longer part of it."""
    sites = () if invitation.everywhere or invitation.client_id else invitation.sites.all()
    return Grant(
        Role(invitation.role),
        sites=tuple(site for site in sites if site.account_id == invitation.account_id),
        client=invitation.client,
        everywhere=invitation.everywhere,
        sections=tuple(invitation.sections),
        may_add_sites=invitation.may_add_sites,
        ends_at=invitation.access_ends_at,
        segment=invitation.segment,
    )


@transaction.atomic
def invite(account: Account, by: User, new: NewInvitation) -> tuple[Invitation, str]:
    """Offer a role to an address; the row and the token, which is told this once. It takes the place of an open one.

    The answer is the same whether the address is known or not. Raises UserError for a wrong address, for somebody who
    has a role there already, and for more than `by` may give.
    """
    email = checked_email(new.email)
    roles.check_grant(by, account, new.grant)
    if email == account.owner.email or roles.holds_a_role(email, account, new.grant):
        raise UserError(
            "has_role",
            _("%(email)s has a role there already.") % {"email": email},
            _("Change it in the list of people."),
            status=409,
        )
    for open_one in Invitation.objects.filter(account=account, email=email, used_at=None, revoked_at=None):
        if set(grant_in(open_one).targets) == set(new.grant.targets) and may_manage(by, open_one):
            _revoke(open_one)
    token = secrets.token_urlsafe(24)
    grant = new.grant
    invitation = Invitation.objects.create(
        account=account,
        email=email,
        role=grant.role,
        client=grant.client,
        everywhere=grant.everywhere,
        sections=sorted(grant.sections),
        may_add_sites=grant.may_add_sites,
        access_ends_at=grant.ends_at,
        segment=grant.segment,
        hash=hash_of(token),
        by=by,
        expires_at=clock.now() + LASTS,
    )
    invitation.sites.set(grant.sites)
    _tell(invitation, token, by)
    record("person.invited", account=account, by=by, subject=email, details=roles.told_of(grant))
    return invitation, token


def _tell(invitation: Invitation, token: str, by: User) -> None:
    known = User.objects.filter(email=invitation.email).first()
    client = invitation.client
    language = (known and known.language) or (client and client.language) or by.language
    sites = [site.domain for site in grant_in(invitation).sites]
    look = looks.of_invitation(invitation)
    outbox.mail(
        invitation.email,
        "sites/invitation",
        {
            "account": invitation.account.name if look.is_operators else look.name,
            "by": str(by),
            "client": client.name if client else "",
            "sites": sites if len(sites) <= SITES_NAMED else [],
            "number": len(sites),
            "bookkeeper": invitation.role == Role.BOOKKEEPER,
            "secret": {"token": token},
            "days": LASTS.days,
        },
        language=language or django_settings.LANGUAGE_CODE,
        account_id=invitation.account_id,
        look=look.key,
        stranger=not _is_ours(known, invitation.account),
    )


def _is_ours(user: User | None, account: Account) -> bool:
    return user is not None and user.memberships.filter(account=account).exists()


def may_manage(by: User, invitation: Invitation) -> bool:
    """Whether `by` may send the invitation again or take it back."""
    return roles.powers_of(by, invitation.account).cover(grant_in(invitation))


@transaction.atomic
def resend(invitation: Invitation, *, by: User) -> str:
    """Send an invitation with a new link for 14 days more; the link before is void. The new token. Raises UserError."""
    if not may_manage(by, invitation):
        raise roles.beyond_your_rights()
    token = secrets.token_urlsafe(24)
    values = {"hash": hash_of(token), "expires_at": clock.now() + LASTS, "by": by}
    if not Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None).update(**values):
        raise void()
    invitation.refresh_from_db()
    _tell(invitation, token, by)
    record("invitation.resent", account=invitation.account, by=by, subject=invitation.email)
    return token


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> None:
    """Take an invitation back. A second call changes nothing. Raises UserError where `by` may not."""
    if not may_manage(by, invitation):
        raise roles.beyond_your_rights()
    if _revoke(invitation):
        record("invitation.revoked", account=invitation.account, by=by, subject=invitation.email)


def _revoke(invitation: Invitation) -> int:
    return Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None).update(revoked_at=clock.now())


def void() -> UserError:
    """What is said of an invitation that is used, expired, taken back or unknown: always the same."""
    return UserError(
        "invitation_void",
        _("This invitation has been used, has expired or was taken back."),
        _("Ask for a new one. If you have accepted it already, sign in."),
        status=410,
    )


def open_invitation(token: str) -> Invitation:
    """The invitation that `token` opens, without using it. Raises UserError where it does not work, always the same."""
    invitation = _with_token(token).filter(used_at=None, revoked_at=None, expires_at__gt=clock.now()).first()
    if invitation is None or invitation.account.closed_at is not None:
        raise void()
    grant = grant_in(invitation)
    ended = grant.ends_at is not None and grant.ends_at <= clock.now()
    if ended or not grant.targets or invitation.by is None or not may_manage(invitation.by, invitation):
        raise void()
    return invitation


def accepted_by(token: str, user: User) -> bool:
    """Whether `user` has taken up this invitation already: the link was clicked twice."""
    return _with_token(token).filter(email=user.email, revoked_at=None).exclude(used_at=None).exists()


def with_token(token: str) -> Invitation | None:
    """The invitation of `token`, whether it still works or not: for what is shown around the answer."""
    return _with_token(token).first()


def _with_token(token: str) -> QuerySet[Invitation]:
    found = Invitation.objects.filter(hash=hash_of(token))
    return found.select_related("account__owner", "by", "client", "segment").prefetch_related("sites")


def invited_person(invitation: Invitation) -> User | None:
    """The person who has the invitation's address, if anybody has."""
    return User.objects.filter(email=invitation.email).first()


@transaction.atomic
def accept(token: str, who: User | NewPerson) -> tuple[User, Site | None]:
    """Take up an invitation, as the person who has its address or as a new one; the person and the only site.

    Of two at once one wins. Raises UserError where it does not work or is for somebody else.
    """
    invitation = open_invitation(token)
    known = invited_person(invitation)
    if isinstance(who, NewPerson) and known is None:
        user = create_person(replace(who, email=invitation.email))
    elif known is not None and known == who and known.is_active:
        user = known
    else:
        raise other_person(invitation)
    used = Invitation.objects.filter(pk=invitation.pk, hash=hash_of(token), used_at=None, revoked_at=None)
    if not used.update(used_at=clock.now()):
        raise void()
    grant = grant_in(invitation)
    roles.give(user, invitation.account, grant, by=user)
    if grant.client is not None:
        choose_language(user, grant.client.language)
    return user, grant.sites[0] if len(grant.sites) == 1 else None


def other_person(invitation: Invitation) -> UserError:
    """What is said to somebody who opens the invitation of another address."""
    return UserError(
        "other_person",
        _("This invitation is for %(email)s.") % {"email": invitation.email},
        _("Sign in as this person to accept it."),
        status=403,
    )
