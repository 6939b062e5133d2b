"""The form by which anybody writes to the operator."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account, Inquiry, User

MOST_SITES = 1_000_000
LONGEST_MESSAGE = 5_000


class ContactForm(forms.Form):
    """Who writes what. `form` says when it was shown; `homepage` is seen by programs alone, and is to stay empty."""

    topic = forms.ChoiceField(
        label=_("What is it about?"), choices=Inquiry.Topic.choices, widget=forms.RadioSelect, initial="reseller"
    )
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    company = forms.CharField(
        label=_("Company (if any)"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    sites = forms.IntegerField(
        label=_("Number of sites (if you know)"),
        min_value=0,
        max_value=MOST_SITES,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    message = forms.CharField(label=_("Message"), max_length=LONGEST_MESSAGE, widget=forms.Textarea(attrs={"rows": 8}))
    homepage = forms.CharField(
        required=False,
        max_length=2_000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    form = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args: Any, topic: str = "", user: User | None, account: Account | None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"topic": topic} if topic in Inquiry.Topic.values else {}
        if user is not None:
            initial |= {"name": user.full_name, "email": user.email, "company": account.name if account else ""}
        super().__init__(*args, **{"initial": initial, **kwargs})
