"""Payment by card: leaving and removing one, confirming a payment, and what Stripe tells; included by the project's."""

from django.urls import path

from trailhouse.dashboard import views_stripe

BILLING = "accounts/<int:number>/billing"

urlpatterns = [
    path(f"{BILLING}/card/add", views_stripe.add, name="card_add"),
    path(f"{BILLING}/card/back", views_stripe.back, name="card_back"),
    path(f"{BILLING}/card/remove", views_stripe.remove, name="card_remove"),
    path(f"{BILLING}/charges/<int:charge>/confirm", views_stripe.confirm, name="charge_confirm"),
    path(f"{BILLING}/charges/<int:charge>/back", views_stripe.confirmed, name="charge_back"),
    path("webhooks/stripe", views_stripe.webhook, name="stripe_webhook"),
]
