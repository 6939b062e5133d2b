"""The operator's pages about the machine; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_machine

urlpatterns = [
    path("operator", views_machine.home, name="operator_home"),
    path("operator/jobs", views_machine.jobs, name="operator_jobs"),
    path("operator/jobs/tasks/<int:task>/again", views_machine.run_again, name="operator_task_again"),
    path("operator/left-out", views_machine.left_out, name="operator_left_out"),
    path("operator/billing", views_machine.billing, name="operator_billing"),
]
