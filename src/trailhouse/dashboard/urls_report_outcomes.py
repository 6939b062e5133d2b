"""Goals, funnels and revenue; included by the urls of a site's statistics."""

from django.urls import path

from trailhouse.dashboard import views_funnel_form, views_funnels, views_goals, views_revenue
from trailhouse.dashboard.report_urls import report_paths

urlpatterns = [
    path("sites/<str:key>/funnels/add", views_funnel_form.add, name="funnel_add"),
    path("sites/<str:key>/funnels/<int:funnel>/change", views_funnel_form.change, name="funnel_change"),
    *report_paths("goals", views_goals.goals, "goals"),
    *report_paths("goals/<int:goal>", views_goals.goal, "goal"),
    *report_paths("goals/<int:goal>/by/<path:by>", views_goals.goal, "goal_by"),
    *report_paths("revenue", views_revenue.revenue, "revenue"),
    *report_paths("revenue/by/<path:by>", views_revenue.revenue, "revenue_by"),
    *report_paths("funnels", views_funnels.funnels, "funnels"),
    *report_paths("funnels/<int:funnel>", views_funnels.funnel, "funnel"),
]
