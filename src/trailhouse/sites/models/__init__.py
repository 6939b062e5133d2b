"""The tables of `sites`, by subject. `services` and its parts alone write them, `selectors` reads them."""

from trailhouse.sites.models.annotations import LONGEST_NOTE, Annotation
from trailhouse.sites.models.campaigns import CampaignCost
from trailhouse.sites.models.funnels import Funnel, StepKind
from trailhouse.sites.models.pages import PageGroup
from trailhouse.sites.models.segments import Segment
from trailhouse.sites.models.sites import (
    FILE_LENGTH,
    FOLDER_LENGTH,
    KEY_ALPHABET,
    KEY_LENGTH,
    Alias,
    Client,
    Goal,
    Invitation,
    Membership,
    Privacy,
    RegistryState,
    Role,
    Salt,
    Section,
    SharedLink,
    Site,
    SiteKey,
    SiteOffer,
    is_key,
    new_file,
    new_folder,
    new_key,
)
from trailhouse.sites.models.visitors import VisitorName

__all__ = [
    "FILE_LENGTH",
    "FOLDER_LENGTH",
    "KEY_ALPHABET",
    "KEY_LENGTH",
    "LONGEST_NOTE",
    "Alias",
    "Annotation",
    "CampaignCost",
    "Client",
    "Funnel",
    "Goal",
    "Invitation",
    "Membership",
    "PageGroup",
    "Privacy",
    "RegistryState",
    "Role",
    "Salt",
    "Section",
    "Segment",
    "SharedLink",
    "Site",
    "SiteKey",
    "SiteOffer",
    "StepKind",
    "VisitorName",
    "is_key",
    "new_file",
    "new_folder",
    "new_key",
]
