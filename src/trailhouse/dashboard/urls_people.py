"""People of an account or a site: invitations, roles, the audit log; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_audit, views_invitation, views_people, views_view_as

ACCOUNT = "accounts/<int:number>"
SITE = "sites/<str:key>"

urlpatterns = [
    path("invitations/<str:token>", views_invitation.invitation, name="invitation"),
    path(f"{ACCOUNT}/people", views_people.people, name="people"),
    path(f"{ACCOUNT}/people/<int:member>", views_people.person, name="person"),
    path(f"{ACCOUNT}/people/<int:member>/remove", views_people.person_remove, name="person_remove"),
    path(f"{ACCOUNT}/invitations/<int:invitation>/resend", views_people.invitation_resend, name="invitation_resend"),
    path(f"{ACCOUNT}/invitations/<int:invitation>/revoke", views_people.invitation_revoke, name="invitation_revoke"),
    path(f"{ACCOUNT}/audit", views_audit.audit, name="audit"),
    path(f"{ACCOUNT}/audit.csv", views_audit.audit_csv, name="audit_csv"),
    path(f"{SITE}/people", views_people.site_people, name="site_people"),
    path(f"{SITE}/people/<int:member>", views_people.site_person, name="site_person"),
    path(f"{SITE}/people/<int:member>/remove", views_people.site_person_remove, name="site_person_remove"),
    path(
        f"{SITE}/invitations/<int:invitation>/resend",
        views_people.site_invitation_resend,
        name="site_invitation_resend",
    ),
    path(
        f"{SITE}/invitations/<int:invitation>/revoke",
        views_people.site_invitation_revoke,
        name="site_invitation_revoke",
    ),
    path(f"{SITE}/view-as/<int:member>", views_view_as.start, name="view_as"),
    path("view-as/stop", views_view_as.stop, name="view_as_stop"),
]
