"""What campaigns cost and bring; included by the urls of a site's statistics."""

from django.urls import URLPattern, path

from trailhouse.dashboard import views_campaign_costs, views_campaigns
from trailhouse.dashboard.report_urls import report_paths

urlpatterns: list[URLPattern] = [
    path("sites/<str:key>/campaigns/costs", views_campaign_costs.costs, name="campaign_costs"),
    path("sites/<str:key>/campaigns/costs/upload", views_campaign_costs.upload, name="campaign_costs_upload"),
    *report_paths("campaigns", views_campaigns.report, "campaigns"),
]
