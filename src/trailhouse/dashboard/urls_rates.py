"""What the reseller earns: margin, rates and statements of clients; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_rates

BILLING = "accounts/<int:number>/billing"
CLIENT = f"{BILLING}/clients/<int:client>"

urlpatterns = [
    path(f"{BILLING}/margin", views_rates.margin, name="margin"),
    path(f"{BILLING}/margin.csv", views_rates.margin_csv, name="margin_csv"),
    path(f"{BILLING}/statements", views_rates.statements, name="statements"),
    path(f"{BILLING}/statements/sent/<int:statement>.pdf", views_rates.statement_sent, name="statement_sent"),
    path(f"{CLIENT}/rate", views_rates.client_rate, name="client_rate"),
    path(f"{CLIENT}/rate/<int:client_rate>/remove", views_rates.client_rate_remove, name="client_rate_remove"),
    path(f"{CLIENT}/statement.pdf", views_rates.statement_pdf, name="statement_pdf"),
    path(f"{CLIENT}/statement.csv", views_rates.statement_csv, name="statement_csv"),
    path(f"{CLIENT}/statement/send", views_rates.statement_send, name="statement_send"),
]
