"""Posts alerts to where they go beside e-mail. Part of the services of `digests`.

One module a kind of destination says in which form it is told. What fails is tried again by the outbox, except where
the other side says that it will never take it.
"""

import asyncio
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError
from trailhouse.digests.channels import discord, slack, teams, webhook
from trailhouse.digests.channels.message import Message, Post
from trailhouse.digests.models import Channel
from trailhouse.digests.sealing import opened
from trailhouse.outbox import working
from trailhouse.outbox.models import Task
from trailhouse.sites import fetching
from trailhouse.sites.fetching import Reach, UnreachableError

DELIVER = "digests/post"
REACH: Reach = fetching.INTERNET  # tests let it reach their own servers
FORMS: Mapping[str, Callable[[Message, str], Post]] = {
    Channel.Kind.SLACK: slack.post,
    Channel.Kind.TEAMS: teams.post,
    Channel.Kind.DISCORD: discord.post,
    Channel.Kind.WEBHOOK: webhook.post,
}
NEVER = frozenset({"private", "scheme", "port", "redirects"})  # trying again mends none of these
LATER = frozenset({408, 425, 429})  # of the refusals, those that another time may not be


class TryLater(Exception):  # noqa: N818 - said to the outbox, which tries again
    """The other side did not take it just now."""


@working.register(DELIVER)
def deliver(task: Task) -> None:
    """Post one alert to one channel. A channel that was removed meanwhile gets nothing."""
    channel = Channel.objects.filter(pk=task.payload["channel"]).first()
    if channel is None:
        raise UserError("no_channel", _("The destination was removed."), "")
    send(channel, Message(**task.payload["message"]))
    working.progress(task, 1)


def send(channel: Channel, message: Message) -> None:
    """Post it now. Raises UserError where it will never be taken, TryLater where it may be another time."""
    made = FORMS[channel.kind](message, opened(channel.secret) if channel.secret else "")
    headers = {"Content-Type": "application/json", "Accept": "*/*", **made.headers}
    try:
        answer = asyncio.run(fetching.post(opened(channel.url), made.body, headers, REACH))
    except UnreachableError as error:
        if error.why in NEVER:
            raise UserError("refused", _why(error.why), _("Remove the destination and add the right one.")) from None
        raise TryLater(_why(error.why)) from None
    if 200 <= answer.status < 300:
        return
    said = _("It answered with %(status)s.") % {"status": answer.status}
    if 400 <= answer.status < 500 and answer.status not in LATER:
        raise UserError("refused", said, _("See whether the address is still right."))
    raise TryLater(said)


def _why(word: str) -> str:
    """Why nothing could be posted; of the other side's words none."""
    return {
        "no_such_name": _("There is no server of this name."),
        "private": _("The address does not lead to the Internet."),
        "scheme": _("The address does not begin with https://."),
        "port": _("Only the usual port can be posted to."),
        "refused": _("The server did not answer."),
        "certificate": _("The certificate of the server is not valid."),
        "slow": _("The server took too long to answer."),
        "redirects": _("The address leads on to another one."),
    }.get(word, _("The server's answer could not be understood."))
