"""What is collected of a visitor at each privacy level, in words: the same ones wherever we say it.

What the script and the collector do stands in docs/tracker.md; a change there is a change here.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.sites.models import Privacy

Text = str | Promise

# At every level, of each page that is shown.
COLLECTED: tuple[Text, ...] = (
    _("the address of the page, without its parameters but for those that the website allows, and its title"),
    _("the page or the campaign that led there"),
    _("the country, the region, the city and the organisation that the network belongs to"),
    _("the browser, the operating system, the kind and size of the device, and the language"),
    _("how long and how far the page was read, links to other websites, downloads, and events that the website names"),
)
ADDRESS: Text = _(
    "The IP address is used only at the moment of the visit, to work out the place and the organisation and to tell "
    "visits apart. It is never stored. No cookies are set."
)
PSEUDONYM: Text = _(
    "Visits are told apart by a pseudonym, made of the IP address, the browser and a random value that changes every "
    "day and is then destroyed. Nobody can be recognised across websites."
)
LEVELS: dict[str, Text] = {
    Privacy.STRICT: _(
        "Only figures are shown: no list of visitors, no path of a single visit, and small numbers are not told. "
        "Nothing is kept on the device."
    ),
    Privacy.VISITS: _(
        "The pages of a visit can be seen in their order, under a pseudonym that lasts for one day. Nothing is kept on "
        "the device."
    ),
    Privacy.RECOGNISED: _(
        "Only after the visitor has agreed, a random number is kept in the browser, by which later visits are "
        "recognised; the website may add a name. Withdrawing the consent erases the number. Without consent nothing is "
        "kept on the device."
    ),
}
NAMES: dict[str, Text] = {
    Privacy.STRICT: _("Strict"),
    Privacy.VISITS: _("Visits"),
    Privacy.RECOGNISED: _("Recognised"),
}
