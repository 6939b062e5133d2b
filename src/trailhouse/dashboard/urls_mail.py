"""Mail that was written: kept, sent, given up; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_mail

urlpatterns = [
    path("accounts/<int:number>/mail", views_mail.account_mail, name="account_mail"),
    path("accounts/<int:number>/mail/<int:mail>", views_mail.account_mail_read, name="account_mail_read"),
    path("accounts/<int:number>/mail/<int:mail>/html", views_mail.account_mail_html, name="account_mail_html"),
    path("accounts/<int:number>/mail/<int:mail>/again", views_mail.account_mail_again, name="account_mail_again"),
    path("operator/mail", views_mail.operator_mail, name="operator_mail"),
    path("operator/mail/<int:mail>", views_mail.operator_mail_read, name="operator_mail_read"),
    path("operator/mail/<int:mail>/html", views_mail.operator_mail_html, name="operator_mail_html"),
    path("operator/mail/<int:mail>/again", views_mail.operator_mail_again, name="operator_mail_again"),
]
