"""The forms of the operator's pages of billing. They only read what was typed; services decide what is right."""

from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trailhouse.billing.bank.lines import LARGEST_FILE
from trailhouse.billing.limits import Limits
from trailhouse.billing.models import BillingAccount, Book, Document, Seller
from trailhouse.billing.operating import LONGEST_TERMS, SellerValues
from trailhouse.core import clock
from trailhouse.core.money import CURRENCIES
from trailhouse.core.typed_amounts import typed_amount
from trailhouse.dashboard.forms_billing import countries

LONGEST_NOTE = 300


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day, as a browser's own field of days sends it."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class AmountField(forms.CharField):
    """An amount above zero in a currency that is told later, as people type it; minor units."""

    currency = "EUR"

    def __init__(self, **more: Any) -> None:
        super().__init__(
            **{
                "max_length": 40,
                "widget": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                **more,
            }
        )

    def clean(self, value: Any) -> Any:
        """Minor units; None where it may be empty and is."""
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = typed_amount(text, self.currency)
        except ValueError:
            raise forms.ValidationError(gettext("This is no amount. Type it like 1234.50 or 1.234,50.")) from None
        if amount <= 0:
            raise forms.ValidationError(gettext("The amount must be above zero."))
        return amount


class PaymentForm(forms.Form):
    """A transfer that came."""

    amount = AmountField(label=_("Amount"))
    received_on = day_field(_("Received on"))
    payer = forms.CharField(label=_("Payer"), max_length=160, required=False, help_text=_("As the statement says."))
    document = forms.ChoiceField(
        label=_("For"), required=False, help_text=_("What is paid first. The oldest comes after it, then the request.")
    )
    sites = forms.MultipleChoiceField(
        label=_("Sites that are paid first"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        billing: BillingAccount,
        documents: list[tuple[Document, str]],
        sites: list[tuple[str, str]],
        data: Any = None,
        **more: Any,
    ) -> None:
        super().__init__(data, **more)
        amount, document, choice = (self.fields[name] for name in ("amount", "document", "sites"))
        assert isinstance(amount, AmountField)
        assert isinstance(document, forms.ChoiceField)
        assert isinstance(choice, forms.MultipleChoiceField)
        amount.currency = billing.book.currency
        amount.label = f"{amount.label} ({billing.book.currency})"
        document.choices = [("", _("What is oldest")), *((str(one.pk), text) for one, text in documents)]
        choice.choices = sites
        if not sites:
            del self.fields["sites"]

    def clean_received_on(self) -> Any:
        """No day that is still to come."""
        on = self.cleaned_data["received_on"]
        if on > clock.now().date():
            raise forms.ValidationError(gettext("This day is still to come."))
        return on


class CreditForm(forms.Form):
    """Credit by the operator."""

    amount = AmountField(label=_("Amount"))
    note = forms.CharField(label=_("Reason"), max_length=LONGEST_NOTE, help_text=_("The account reads it."))
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, currency: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency, amount.label = currency, f"{amount.label} ({currency})"


class ReasonForm(forms.Form):
    """Why."""

    because = forms.CharField(label=_("Reason"), max_length=LONGEST_NOTE)


class StrikeForm(forms.Form):
    """Which days are struck, and why."""

    first = day_field(_("First day"))
    last = day_field(_("Last day"))
    because = forms.CharField(label=_("Reason"), max_length=LONGEST_NOTE)

    def clean(self) -> dict[str, Any]:
        """The days in their order, and not too many."""
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and not 0 <= (last - first).days < 366:
            raise forms.ValidationError(
                gettext("The last day comes before the first, or lies more than a year after it.")
            )
        return given


class TermsForm(forms.Form):
    """How an account pays, and whether it is taxed."""

    terms_days = forms.IntegerField(
        label=_("Payment on invoice, within days"),
        min_value=0,
        max_value=LONGEST_TERMS,
        required=False,
        help_text=_("Empty: sites are paid for before they are activated."),
    )
    certificate = forms.CharField(
        label=_("Certificate of exemption"),
        max_length=120,
        required=False,
        help_text=_("Its number, once you have seen it. The account is then not taxed where tax would be due."),
    )


class BookChoiceForm(forms.Form):
    """The book that an account is to come onto."""

    book = forms.ModelChoiceField(label=_("Price book"), queryset=Book.objects.none(), empty_label=None)

    def __init__(self, billing: BillingAccount, books: Any, data: Any = None) -> None:
        super().__init__(data, initial={"book": billing.book_id})
        choice = self.fields["book"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = books


class SellerForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """Who sells."""

    class Meta:
        model = Seller
        fields = tuple(one.name for one in fields(SellerValues))
        widgets = {"address": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        named = [("", _("Choose a country")), *countries()]
        self.fields["country"] = forms.ChoiceField(label=_("Country"), choices=named)
        hints = {
            "region": _("Only where it has its own tax, by its code: such as CN for the Canary Islands."),
            "vat_number": _("Empty: you charge no VAT, and invoices say why."),
            "iban": _("Payers transfer to it. Its check digits are checked."),
            "series": _("In front of each number, such as A-. Empty: numbers like 2027-000001."),
            "email": _("Stands on documents."),
        }
        for name, hint in hints.items():
            self.fields[name].help_text = hint

    def _post_clean(self) -> None:
        """The service writes, and says what is wrong."""

    def values(self) -> SellerValues:
        """What was typed."""
        return SellerValues(**{name: self.cleaned_data[name] for name in self._meta.fields or ()})


class RateForm(forms.Form):
    """A tax rate from a day on."""

    country = forms.ChoiceField(label=_("Country"))
    region = forms.CharField(label=_("Region"), max_length=40, required=False, help_text=_("Empty: the whole country."))
    rate = forms.DecimalField(label=_("Rate in per cent"), min_value=0, max_value=100, decimal_places=2)
    valid_from = day_field(_("From"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", _("Choose a country")), *countries()]


class RulesForm(forms.Form):
    """All counts of days. A list of days is typed with commas."""

    def __init__(self, now: Limits, names: dict[str, tuple[Any, Any]], data: Any = None) -> None:
        super().__init__(data)
        for one in fields(Limits):
            value = getattr(now, one.name)
            label, hint = names[one.name]
            text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            self.fields[one.name] = forms.CharField(
                label=label, help_text=hint, max_length=100, initial=text, required=not isinstance(value, tuple),
                widget=forms.TextInput(attrs={"inputmode": "text" if isinstance(value, tuple) else "numeric"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Whole numbers, or tuples of them."""
        given = super().clean() or {}
        for one in fields(Limits):
            if one.name not in given:
                continue
            parts = [part.strip() for part in given[one.name].split(",") if part.strip()]
            whole = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 10]
            series = isinstance(one.default, tuple)
            if len(whole) != len(parts) or (not series and len(whole) != 1):
                self.add_error(
                    one.name, gettext("Whole days, such as 3, 7, 13.") if series else gettext("A whole number.")
                )
            else:
                given[one.name] = tuple(whole) if series else whole[0]
        return given


class StatementForm(forms.Form):
    """A statement of the bank."""

    file = forms.FileField(
        label=_("Statement"),
        help_text=_("CAMT.053 (XML) or CSV, up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".xml,.csv,.txt,text/csv,application/xml,text/xml"}),
    )

    def clean_file(self) -> bytes:
        """Its content."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(gettext("The file is larger than 5 MB. Export a shorter time."))
        content: bytes = file.read()
        return content


CURRENCY_CHOICES = [(code, code) for code in sorted(CURRENCIES)]
