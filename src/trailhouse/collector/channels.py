"""Which channel a visit came by: an ordered table; the first rule whose conditions all hold decides.

It follows Google Analytics' default channel group (https://support.google.com/analytics/answer/9756891), folded
onto our channels; docs/sources.md lists where and why it departs from it.
"""

import re
from typing import NamedTuple

CHANNELS: tuple[str, ...] = (
    "Direct",
    "Organic search",
    "Paid search",
    "Organic social",
    "Paid social",
    "E-mail",
    "Referral",
    "Display",
    "Affiliates",
    "Organic video",
    "Paid video",
    "Organic shopping",
    "AI assistants",
    "Push",
    "SMS",
    "QR/offline",
)


class Signs(NamedTuple):
    """All that a rule may look at; texts in lower case."""

    medium: str
    campaign: str
    kind: str  # of the source, as in data/sources.toml
    paid: bool
    direct: bool


class Rule(NamedTuple):
    """A channel and its conditions; None: any. Patterns must match the whole text."""

    channel: str
    group: str  # what Google Analytics calls it
    medium: re.Pattern[str] | None = None
    campaign: re.Pattern[str] | None = None
    kinds: frozenset[str] | None = None
    paid: bool | None = None
    direct: bool | None = None

    def holds(self, signs: Signs) -> bool:
        """Whether all conditions hold."""
        return (
            (self.paid is None or self.paid == signs.paid)
            and (self.direct is None or self.direct == signs.direct)
            and (self.kinds is None or signs.kind in self.kinds)
            and (self.medium is None or self.medium.fullmatch(signs.medium) is not None)
            and (self.campaign is None or self.campaign.fullmatch(signs.campaign) is not None)
        )


def _kinds(*names: str) -> frozenset[str]:
    return frozenset(names)


_PAID = re.compile(r".*cp.*|ppc|pla|sem|ads?|adwords|retargeting|remarketing|(?:.*[^a-z])?paid.*")
_SHOP = re.compile(r".*(?:(?:[^a-df-z]|^)shop|shopping).*")
_CROSS_NETWORK = re.compile(r".*cross-network.*")
_DISPLAY = re.compile(r"display.*|banner.*|expandable|interstitial|cpm|programmatic|native")
_EMAIL = re.compile(r"e[-_ ]?mail.*|(?:.*[-_ ])?newsletter.*|mail|mailing|edm")
_AFFILIATE = re.compile(r"affiliat.*")
_SMS = re.compile(r"sms|mms|rcs|text[-_ ]?message")
_PUSH = re.compile(r".*push|.*push[-_ ]?notifications?|.*notification.*")
_LOOSE_PUSH = re.compile(r".*mobile.*")
_AUDIO = re.compile(r"audio|podcast")
_ASSISTANT = re.compile(r"\(?ai[-_ ]?(?:assistant|chat|search)s?\)?|ai|llm|chatbot")
_OFFLINE = re.compile(
    r"(?:.*[-_ ])?qr(?:[-_ ]?codes?)?(?:[-_ ].*)?|offline|print|flyers?|brochure|leaflet|poster|postcard|magazine"
    r"|newspaper|catalog(?:ue)?|direct[-_ ]?mail|business[-_ ]?card|billboard|d?ooh|out[-_ ]of[-_ ]home|tv|radio"
)
_SOCIAL = re.compile(r"social(?:[-_ ](?:network|media|organic|post).*)?|organic[-_ ]social|socialmedia|sm")
_VIDEO = re.compile(r".*video.*")
_ORGANIC = re.compile(r"organic(?:[-_ ]search)?|seo")
_REFERRAL = re.compile(r"referral|app|link")
_NAMES_SEARCH = re.compile(r".*search.*|sem|adwords")
_NAMES_SOCIAL = re.compile(r".*social.*")
_NAMES_SHOPPING = re.compile(r".*shopping.*|pla")

RULES: tuple[Rule, ...] = (
    Rule("Paid search", "Cross-network", campaign=_CROSS_NETWORK),
    Rule("Paid search", "Paid Shopping", paid=True, kinds=_kinds("shopping")),
    Rule("Paid search", "Paid Search", paid=True, kinds=_kinds("search")),
    Rule("Paid social", "Paid Social", paid=True, kinds=_kinds("social")),
    Rule("Paid video", "Paid Video", paid=True, kinds=_kinds("video")),
    Rule("Paid search", "Paid Search", paid=True, medium=_NAMES_SEARCH),
    Rule("Paid social", "Paid Social", paid=True, medium=_NAMES_SOCIAL),
    Rule("Paid video", "Paid Video", paid=True, medium=_VIDEO),
    Rule("Paid search", "Paid Shopping", paid=True, medium=_NAMES_SHOPPING),
    Rule("Paid search", "Paid Shopping", paid=True, campaign=_SHOP),
    Rule("Display", "Display", medium=_DISPLAY),
    Rule("Affiliates", "Affiliates", paid=True, kinds=_kinds("affiliates")),
    Rule("Display", "Paid Other", paid=True),
    Rule("E-mail", "Email", medium=_EMAIL),
    Rule("Affiliates", "Affiliates", medium=_AFFILIATE),
    Rule("SMS", "SMS", medium=_SMS),
    Rule("Push", "Mobile Push Notifications", medium=_PUSH),
    Rule("Display", "Audio", medium=_AUDIO),
    Rule("AI assistants", "AI Assistant", medium=_ASSISTANT),
    Rule("QR/offline", "", medium=_OFFLINE),
    Rule("E-mail", "Email", kinds=_kinds("mail")),
    Rule("Affiliates", "Affiliates", kinds=_kinds("affiliates")),
    Rule("Display", "Display", kinds=_kinds("ads")),
    Rule("AI assistants", "AI Assistant", kinds=_kinds("ai")),
    Rule("Push", "Mobile Push Notifications", kinds=_kinds("push")),
    Rule("SMS", "SMS", kinds=_kinds("sms")),
    Rule("QR/offline", "", kinds=_kinds("offline")),
    Rule("Organic shopping", "Organic Shopping", kinds=_kinds("shopping")),
    Rule("Organic shopping", "Organic Shopping", campaign=_SHOP, kinds=_kinds("", "search", "site")),
    Rule("Organic social", "Organic Social", medium=_SOCIAL),
    Rule("Organic social", "Organic Social", kinds=_kinds("social")),
    Rule("Organic video", "Organic Video", medium=_VIDEO),
    Rule("Organic video", "Organic Video", kinds=_kinds("video")),
    Rule("Organic search", "Organic Search", medium=_ORGANIC),
    Rule("Organic search", "Organic Search", kinds=_kinds("search")),
    Rule("Referral", "Referral", medium=_REFERRAL),
    Rule("Push", "Mobile Push Notifications", medium=_LOOSE_PUSH),
    Rule("Direct", "Direct", direct=True),
    Rule("Referral", "Unassigned"),
)


def channel_of(signs: Signs) -> str:
    """The channel, one of CHANNELS."""
    return next(rule.channel for rule in RULES if rule.holds(signs))


def is_paid_medium(medium: str) -> bool:
    """Whether `medium` (lower case) says that the visit was paid for."""
    return _PAID.fullmatch(medium) is not None
