"""Sites that are offered to another account; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_offers

urlpatterns = [
    path("sites/<str:key>/offer", views_offers.offer, name="site_offer"),
    path("sites/<str:key>/offer/withdraw", views_offers.withdraw, name="site_offer_withdraw"),
    path("site-offers/<str:token>", views_offers.accept, name="site_offer_accept"),
]
