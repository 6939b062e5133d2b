"""Django's settings, all from `core.settings`. Nothing here is to be edited by an operator."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from trailhouse import connections
from trailhouse.core.settings import settings

_own = settings()
_url = urlsplit(_own.url)
_https = _url.scheme == "https"

SECRET_KEY = _own.secret_key or connections.secret_key(_own.data)
SECRET_KEY_FALLBACKS = list(_own.secret_key_fallbacks)
DEBUG = _own.debug
ALLOWED_HOSTS = ["*"]  # `dashboard.hosts.HostGate` decides: brands bring hosts of their own while the instance runs
OWN_HOSTS = sorted({_url.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"})

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before allauth, whose templates it overrides.
    "trailhouse.dashboard",
    "trailhouse.outbox",
    "trailhouse.accounts",
    "trailhouse.branding",
    "trailhouse.sites",
    "trailhouse.exports",
    "trailhouse.billing",
    "trailhouse.digests",
    "trailhouse.legal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
]

MIDDLEWARE = [
    "trailhouse.dashboard.looking.Looking",
    "trailhouse.dashboard.middleware.security_headers",
    "trailhouse.dashboard.hosts.HostGate",
    "trailhouse.dashboard.middleware.compress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "trailhouse.dashboard.hosts.HostSessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "trailhouse.dashboard.view_as.ViewAs",
    "trailhouse.dashboard.middleware.PersonMiddleware",
    "trailhouse.dashboard.terms_gate.TermsGate",
]

ROOT_URLCONF = "trailhouse.urls"
ASGI_APPLICATION = "trailhouse.asgi.application"
APPEND_SLASH = False

_FROM_APPS = ["django.template.loaders.app_directories.Loader"]
_LOADERS = _FROM_APPS[0] if _own.debug else ("django.template.loaders.cached.Loader", _FROM_APPS)
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            # Named here and not as apps: template_partials' own app would import Django's admin.
            "loaders": [("template_partials.loader.Loader", [_LOADERS])],
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# -- data
DATABASES = {"default": connections.database(_own.database_url, _own.data)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# "memory" is for what protects this process alone.
CACHES = {"default": connections.counts(_own.database_url), "memory": connections.counts("")}

# -- people and sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "trailhouse.accounts.passwords.GuessedValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "trailhouse.dashboard.adapter.HostAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody exists before the address is confirmed, see accounts.signup
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Codes: eight digits, ten minutes, five tries, once.
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "passkey": "60/m/ip",  # asking and answering
    "login_failed": "20/5m/ip,5/5m/key",
    # What sends mail: by client, and by the address that gets it.
    "signup": "20/h/ip,5/h/key",
    "request_login_code": "20/h/ip,5/h/key",
    "reset_password": "20/h/ip,5/h/key",
    "mail_code": "10/h/user",
    # What takes a code: by client, and by the session that waits for one.
    "type_code": "60/10m/ip,10/10m/key",
    "handover": "30/h/ip",
    # What reaches the operator: by client, and by the address that an answer goes to.
    "inquiry": "10/h/ip,3/h/key",
}
MFA_ADAPTER = "trailhouse.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # ours are all confirmed, without allauth's own table of addresses
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # half a minute early or late

# -- sessions, cookies, transport
# Their names say nothing of the product: clients of a brand get them as well.
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 86_400
CSRF_TRUSTED_ORIGINS = [f"{_url.scheme}://{_url.netloc}"]
CSRF_FAILURE_VIEW = "trailhouse.dashboard.views_errors.form_is_stale"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # set or removed by the edge
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# -- languages and time
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch")), ("de", _("German")), ("fr", _("French")), ("es", _("Spanish"))]
LOCALE_PATHS = [f"{__file__.rsplit('/', 1)[0]}/locale"]

# -- static files: served from the packages, see `dashboard.assets`
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "trailhouse.dashboard.assets.PackageStorage"},
}

# -- mail
for _name, _value in connections.mail(_own.mail_url).items():
    globals()[_name] = _value
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _own.mail_from

# -- logging: to standard error, without addresses
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": _own.log_level.upper()},
    "loggers": {
        # Django logs each 4xx with its path, and a path may carry a token.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "ERROR"},
        "django.utils.autoreload": {"level": "INFO"},
        "asyncio": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},  # it logs each request
    },
}
