"""The processing agreement that comes with the service: Article 28(3) GDPR, point by point.

"The customer" and "the provider" are the two parties: an account and the operator, or a client and its account. The
sites and the sub-processors stand apart, in lists that are kept with each signature. What is said of measures is what
the product does.
"""

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.legal import levels

Text = str | Promise
NOTICE_DAYS = 30  # before a new sub-processor begins

_SUBJECT: Text = _("Subject and roles")
_ANNEX_1: Text = _("Annex 1: what is processed")
_ANNEX_2: Text = _("Annex 2: technical and organisational measures")
_FOR_CLIENTS: Text = _(
    "The provider measures how the customer's websites are used and shows the results to the customer. It processes "
    "personal data on the customer's behalf: the customer is the controller and the provider the processor in the "
    "sense of the General Data Protection Regulation (GDPR)."
)
_FOR_ACCOUNTS: Text = _(
    "The provider runs the service with which the customer measures websites, its own and those of its clients. For "
    "its own websites the customer is the controller and the provider the processor in the sense of the General Data "
    "Protection Regulation (GDPR). For a client's website the client is the controller, the customer the processor and "
    "the provider its sub-processor (Article 28(4) GDPR)."
)
_CLAUSES: tuple[tuple[Text, tuple[Text, ...]], ...] = (
    (
        _("Duration"),
        (_("The agreement holds as long as the provider processes personal data for the customer."),),
    ),
    (
        _("Nature, purpose, data and persons"),
        (_("They stand in Annex 1, the measures in Annex 2, the sub-processors in Annex 3."),),
    ),
    (
        _("Instructions"),
        (
            _(
                "The provider processes the data only on documented instructions of the customer, also as to transfers "
                "to a third country, unless Union or member state law obliges it to more; then it tells the customer "
                "beforehand, where that law permits. This agreement and the customer's settings in the service are "
                "instructions. If the provider considers an instruction unlawful, it says so at once."
            ),
        ),
    ),
    (
        _("Confidentiality"),
        (_("Everybody whom the provider lets see the data is bound to confidentiality, by contract or by law."),),
    ),
    (
        _("Security"),
        (
            _(
                "The provider takes the measures of Annex 2 (Article 32 GDPR). It may replace them by others that "
                "protect no less."
            ),
        ),
    ),
    (
        _("Sub-processors"),
        (
            _(
                "The customer agrees that the provider engages sub-processors. Those of the day of acceptance stand in "
                "Annex 3. The provider tells the customer in writing of each further or replaced one at least 30 days "
                "before it begins. Within that time the customer may object for a reason of data protection; if no "
                "other way is found, the customer may end the contract to that day."
            ),
            _(
                "The provider binds each sub-processor by contract to the obligations of this agreement and answers "
                "for it as for itself."
            ),
        ),
    ),
    (
        _("Help for the customer"),
        (
            _(
                "The provider helps the customer to answer people who use their rights (Chapter III GDPR), and with "
                "security, breaches, impact assessments and prior consultation (Articles 32 to 36 GDPR). A request "
                "that reaches the provider is passed on to the customer."
            ),
        ),
    ),
    (
        _("Breaches"),
        (
            _(
                "When the provider learns of a breach of personal data, it tells the customer without undue delay what "
                "happened, whom and what it concerns, what may follow and what is done about it."
            ),
        ),
    ),
    (
        _("Deletion and return"),
        (
            _(
                "As long as the contract runs, the customer can export all data. When the service ends, the provider "
                "returns the data by such an export, if the customer wishes, and deletes it and all copies, unless the "
                "law demands that it is kept. Backups are overwritten after that."
            ),
        ),
    ),
    (
        _("Proof and audits"),
        (
            _(
                "The provider gives the customer all information that proves that the obligations of Article 28 GDPR "
                "are met. It allows for and contributes to audits, inspections included, by the customer or an auditor "
                "whom the customer mandates, announced in good time and during office hours."
            ),
        ),
    ),
    (
        _("Place"),
        (
            _(
                "Data is processed where the provider sits and in the countries of Annex 3. It goes to a third country "
                "only where Articles 44 to 49 GDPR allow it."
            ),
        ),
    ),
    (
        _("Final provisions"),
        (
            _(
                "Electronic form is enough for this agreement and for changes of it (Article 28(9) GDPR). On data "
                "protection it prevails over other agreements of the parties. If a part of it is void, the rest holds."
            ),
        ),
    ),
)
_PERSONS: tuple[Text, ...] = (
    _("visitors of the customer's websites"),
    _("people to whom the customer gives access: name, e-mail address, language, and what they change"),
)
_MEASURES: tuple[Text, ...] = (
    _(
        "Little data: IP addresses are used in memory alone and never stored; parameters of addresses, e-mail "
        "addresses and long codes in them are cut out; the place is no finer than a city."
    ),
    _(
        "Pseudonyms: made with a random value that changes every day, stands in no backup and is destroyed; no visitor "
        "is recognised across websites."
    ),
    _(
        "Access: everybody sees the websites that they were given, and no others; one check decides for pages, "
        "exports, interfaces and mail alike; access can be limited in time and to parts."
    ),
    _(
        "Sign-in: passwords are kept as hashes; codes by mail, passkeys and a second step are offered; tries are "
        "limited; secrets of second steps are encrypted; keys and links are kept as hashes."
    ),
    _("Transport: the service is reached over encrypted connections (TLS) and then insists on them."),
    _("Traceability: changes of people, websites and settings stand in a log that the customer's account can read."),
    _("Separation: data is kept apart by website; a report reads the data of its own website alone."),
    _(
        "Integrity: a visit is confirmed only once it is safely on disk, and counted exactly once; the state of the "
        "service is supervised."
    ),
    _(
        "Recovery: all data can be backed up while the service runs, and restored; who was erased stays erased after "
        "that."
    ),
    _(
        "Deletion: data is deleted by itself at the end of its time; what is kept of one visitor can be exported and "
        "erased."
    ),
)


def shipped(*, for_clients: bool) -> dict[str, str]:
    """The agreement in each language, as `plain` reads it: an account's with its clients, or the operator's."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = "\n\n".join(_parts(_FOR_CLIENTS if for_clients else _FOR_ACCOUNTS))
    return found


def _parts(subject: Text) -> list[str]:
    said = [f"# 1. {_SUBJECT}", str(subject)]
    for number, (heading, texts) in enumerate(_CLAUSES, 2):
        said += [f"# {number}. {heading}", *map(str, texts)]
    return said + _annexes()


def _annexes() -> list[str]:
    gettext = translation.gettext
    of_levels = [f"{levels.NAMES[level]}: {text}" for level, text in levels.LEVELS.items()]
    return [
        f"# {_ANNEX_1}",
        gettext("Nature and purpose: counting visits of websites, and evaluating them in reports for the customer."),
        gettext("Data of visitors, of each page that is shown:"),
        _list(levels.COLLECTED),
        str(levels.ADDRESS),
        str(levels.PSEUDONYM),
        gettext("The customer sets one of three levels for each website:"),
        _list(of_levels),
        gettext("Persons concerned:"),
        _list(_PERSONS),
        gettext("Duration: the customer sets for each website after how many months its data is deleted."),
        f"# {_ANNEX_2}",
        _list(_MEASURES),
    ]


def _list(entries: tuple[Text, ...] | list[str]) -> str:
    return "\n".join(f"- {one}" for one in entries)
