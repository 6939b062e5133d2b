"""The operator's console: accounts, sites, people, the log; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_console_accounts as accounts
from trailhouse.dashboard import views_console_people as people
from trailhouse.dashboard import views_inquiries as inquiries

ACCOUNT = "operator/accounts/<int:account>"
PERSON = "operator/people/<int:person>"
INQUIRY = "operator/inquiries/<int:inquiry>"

urlpatterns = [
    path("operator/accounts", accounts.accounts, name="operator_accounts"),
    path("operator/accounts/add", accounts.add, name="operator_account_add"),
    path(ACCOUNT, accounts.account, name="operator_account"),
    path(f"{ACCOUNT}/suspend", accounts.suspend, name="operator_suspend"),
    path(f"{ACCOUNT}/restore", accounts.restore, name="operator_restore"),
    path(f"{ACCOUNT}/open", accounts.reopen, name="operator_reopen"),
    path(f"{ACCOUNT}/welcome", accounts.welcome_again, name="operator_welcome"),
    path(f"{ACCOUNT}/hand-over", accounts.hand_over, name="operator_hand_over"),
    path(f"{ACCOUNT}/hand-over/withdraw", accounts.withdraw, name="operator_withdraw"),
    path(f"{ACCOUNT}/view-as", accounts.look, name="operator_view_as"),
    path("operator/sites", accounts.sites, name="operator_sites"),
    path("operator/audit", accounts.audit, name="operator_audit"),
    path("operator/inquiries", inquiries.inquiry_list, name="operator_inquiries"),
    path(INQUIRY, inquiries.inquiry, name="operator_inquiry"),
    path(f"{INQUIRY}/answered", inquiries.answered, name="operator_inquiry_answered"),
    path(f"{INQUIRY}/put-back", inquiries.put_back, name="operator_inquiry_put_back"),
    path(f"{INQUIRY}/delete", inquiries.delete, name="operator_inquiry_delete"),
    path("operator/people", people.people, name="operator_people"),
    path(PERSON, people.person, name="operator_person"),
    path(f"{PERSON}/staff", people.staff, name="operator_staff"),
    path(f"{PERSON}/sign-out", people.sign_out, name="operator_sign_out"),
    path(f"{PERSON}/switch-off", people.switch_off, name="operator_switch_off"),
    path(f"{PERSON}/switch-on", people.switch_on, name="operator_switch_on"),
    path(f"{PERSON}/second-step", people.second_step, name="operator_second_step"),
]
