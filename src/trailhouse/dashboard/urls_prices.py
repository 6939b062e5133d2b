"""What the price is, for anybody; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_prices

urlpatterns = [path("prices", views_prices.prices, name="prices")]
