"""What the operator tells the public: prices, the programme for resellers, contact; included by the project's urls.

All of it belongs to the operator's own host. On a brand's host nothing of it exists: nobody there is to learn whose
the instance is.
"""

from django.urls import path

from trailhouse.dashboard import urls_prices, views_contact, views_resellers

urlpatterns = [
    *urls_prices.urlpatterns,
    path("resellers", views_resellers.resellers, name="resellers"),
    path("contact", views_contact.contact, name="contact"),
    path("contact/sent", views_contact.sent, name="contact_sent"),
]
