"""One's own profile and security, sign-up, and the settings of an account; included by the project's urls.

The names with `account_` and `mfa_` are those that allauth looks for.
"""

from django.urls import URLPattern, path

from trailhouse.dashboard import views_account_settings as account
from trailhouse.dashboard import views_keys as keys
from trailhouse.dashboard import views_profile as profile
from trailhouse.dashboard import views_second_step as second_step
from trailhouse.dashboard import views_sign_in as sign_in
from trailhouse.dashboard import views_sign_up as sign_up
from trailhouse.dashboard import views_terms as terms

urlpatterns: list[URLPattern] = [
    path("sign-up", sign_up.sign_up, name="account_signup"),
    path("sign-up/code", sign_up.sign_up_code, name="sign_up_code"),
    path("sign-up/passkey", sign_up.sign_up_passkey, name="sign_up_passkey"),
    path("terms", sign_up.terms, name="terms"),
    path("terms/accept", terms.accept, name="terms_accept"),
    path("terms/later", terms.later, name="terms_later"),
    path("handover/<str:token>", sign_up.take_over, name="handover"),
    path("sign-in/code", sign_in.RequestCode.as_view(), name="account_request_login_code"),
    path("sign-in/code/type", sign_in.TypeCode.as_view(), name="account_confirm_login_code"),
    path("sign-in/passkey", sign_in.SignInByPasskey.as_view(), name="mfa_login_webauthn"),
    path("sign-in/second-step", sign_in.SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/second-step/lost", second_step.lost, name="second_step_lost"),
    path("second-step/stop/<str:token>", second_step.stop, name="second_step_stop"),
    path("sign-in/closed", sign_in.inactive, name="account_inactive"),
    path("reset-password", sign_in.Reset.as_view(), name="account_reset_password"),
    path("reset-password/code", sign_in.ResetCode.as_view(), name="account_confirm_password_reset_code"),
    path("reset-password/new", sign_in.NewPassword.as_view(), name="account_complete_password_reset"),
    # Confirming that it is you
    path("confirm/password", sign_in.ConfirmByPassword.as_view(), name="account_reauthenticate"),
    path("confirm/second-step", sign_in.ConfirmBySecondStep.as_view(), name="mfa_reauthenticate"),
    path("confirm/passkey", sign_in.ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("confirm/code", sign_in.confirm_by_code, name="confirm_by_code"),
    # Oneself
    path("profile", profile.profile, name="profile"),
    path("profile/email", profile.email, name="profile_email"),
    path("profile/email/code", profile.email_code, name="profile_email_code"),
    path("profile/security", profile.security, name="mfa_index"),
    path("profile/security", profile.security, name="mfa_list_webauthn"),
    path("profile/security", profile.security, name="profile_security"),
    path("profile/password", profile.change_password, name="account_change_password"),
    path("profile/password/set", profile.set_password, name="account_set_password"),
    path("profile/app/add", profile.add_totp, name="mfa_activate_totp"),
    path("profile/app/remove", profile.remove_totp, name="mfa_deactivate_totp"),
    path("profile/recovery-codes", profile.recovery_codes, name="mfa_view_recovery_codes"),
    path("profile/recovery-codes/new", profile.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("profile/passkeys/add", profile.add_passkey, name="mfa_add_webauthn"),
    path("profile/passkeys/<int:pk>/remove", profile.remove_passkey, name="mfa_remove_webauthn"),
    path("profile/second-step/keep", second_step.keep, name="second_step_keep"),
    path("profile/sessions/end", profile.end_other_sessions, name="end_other_sessions"),
    path("profile/sessions/<int:session>/end", profile.end_session, name="end_session"),
    # Accounts and the instance
    path("accounts/<int:number>/settings", account.account_settings, name="account_settings"),
    path("accounts/<int:number>/hand-over", account.hand_over, name="account_hand_over"),
    path("accounts/<int:number>/hand-over/withdraw", account.withdraw_handover, name="account_withdraw"),
    path("accounts/<int:number>/close", account.close_account, name="account_close"),
    path("accounts/<int:number>/keys", keys.api_keys, name="api_keys"),
    path("accounts/<int:number>/keys/<int:api_key>/close", keys.api_key_close, name="api_key_close"),
    path("operator/instance", sign_up.operator_instance, name="operator_instance"),
    path("operator/terms", sign_up.publish_terms, name="operator_terms"),
]
