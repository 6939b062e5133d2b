"""What may be shown of a brand: the one writer of its licence. Billing calls it; it asks nothing of billing."""

from datetime import datetime

from django.db import transaction

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.branding.models import Brand


@transaction.atomic
def set_licence(brand: Brand, licence: str, until: datetime | None, by: User | None) -> bool:
    """Have `brand` shown by that `Brand.Licence` before `until`; False where it is so already.

    `until` None: as long as nothing else is said. `by` None: time or money brought it. Raises ValueError for a licence
    that there is not, and for the operator's own brand, which needs none.
    """
    if brand.account_id is None:
        raise ValueError("the operator's own brand needs no licence")
    wanted = Brand.Licence(licence)
    row = Brand.objects.select_for_update(of=("self",)).select_related("account").get(pk=brand.pk)
    if (row.licence, row.licensed_until) == (wanted.value, until):
        return False
    Brand.objects.filter(pk=row.pk).update(licence=wanted.value, licensed_until=until)
    brand.licence, brand.licensed_until = wanted.value, until
    details = {"licence": wanted.value or "none", "until": until.isoformat() if until else ""}
    record("brand.licence", account=row.account, by=by, subject=row.name, details=details)
    return True
