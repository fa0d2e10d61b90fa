"""Settings, all from the environment; no secret has a default."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from crm.core.assets import asset_dirs
from crm.core.keyring import parse_keys

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """A value from the environment; without a default it must be there."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}; see README.md.")
    return value


def switch(name: str, *, default: bool) -> bool:
    """A yes or no from the environment."""
    return env(name, "1" if default else "0") == "1"


def database(url: str) -> dict[str, Any]:
    """Django's settings for postgresql://user:password@host-or-%2Fsocket:port/name?options."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://.")
    host = parts.netloc.rpartition("@")[2]
    name, port = host.rpartition(":")[::2] if host.rpartition(":")[2].isdecimal() else (host, "")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(name),
        "PORT": port,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # PgBouncer in transaction mode must work
        "OPTIONS": {"application_name": "meridian", "connect_timeout": 10, **query},
    }


# --- the installation ---------------------------------------------------------------------------
SECRET_KEY = env("SECRET_KEY")
DEBUG = False
DEMO = switch("CRM_DEMO", default=False)
HTTPS = switch("CRM_HTTPS", default=True)
SECOND_FACTOR = switch("CRM_SECOND_FACTOR", default=True)
ALLOWED_HOSTS = env("ALLOWED_HOSTS", "").split()
DATA_DIR = Path(env("CRM_DATA", str(BASE_DIR / ".data")))
DATABASES = {"default": database(env("DATABASE_URL"))}
SEAL_KEYS = parse_keys(env("CRM_SEAL_KEYS"))
SEAL_ACTIVE = max(SEAL_KEYS)
INDEX_KEYS = parse_keys(env("CRM_INDEX_KEYS"))
INDEX_ACTIVE = max(INDEX_KEYS)
TRAIL_KEYS = parse_keys(env("CRM_TRAIL_KEYS", env("CRM_SEAL_KEYS")))
METRICS_TOKEN = env("CRM_METRICS_TOKEN", "")
# The owner migrates and creates; this role reads and writes and can do nothing else.
APPLICATION_ROLE = env("CRM_APPLICATION_ROLE", "meridian_app")
# amounts are compared and added up in this currency, as the core system gives them
BASE_CURRENCY = env("CRM_BASE_CURRENCY", "CNY")
# A page that takes longer is stopped; commands and the worker may take their time. Its records name
# others from many small tables: weighing every order in which these could be joined would take the
# planner longer than reading the rows.
PAGE_SETTINGS = {
    "statement_timeout": env("CRM_STATEMENT_TIMEOUT_MS", "0"),
    "join_collapse_limit": "5",
}
if int(PAGE_SETTINGS["statement_timeout"]) > 0:
    DATABASES["default"]["OPTIONS"]["options"] = " ".join(
        f"-c {name}={value}" for name, value in PAGE_SETTINGS.items()
    )

# A list that would take longer asks for a narrower question.
LISTING_TIMEOUT_MS = int(env("CRM_LISTING_TIMEOUT_MS", "1000"))

# --- Django -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "crm.core",
    "sysadmin",
    "config_admin",
    "staff",
    "customers",
    "services",
    "risk",
    "crm.ops",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "crispy_bootstrap5",
    "crispy_forms",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "crm.core.middleware.RequestFacts",
    "crm.core.middleware.PageHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "crm.core.middleware.OddRequests",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.core.middleware.SessionLimits",
    "crm.core.middleware.Manner",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "sysadmin.middleware.Devices",
    "sysadmin.middleware.OwnPassword",
    "sysadmin.middleware.SecondFactor",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.core.middleware.Refusals",
]
ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.core.context.shell",
                "crm.ops.context.demonstration",
            ],
            "libraries": {"i18n": "crm.core.templatetags.words"},
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", *asset_dirs()]
MEDIA_ROOT = DATA_DIR / "files"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        # beyond it some are thrown away, and with them counts of wrong tries and used codes
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
# files are taken by the pages that say so alone, sealed and capped while they stream in
FILE_UPLOAD_HANDLERS = ["crm.core.uploads.SealingHandler"]
IMPORT_MOST_TEXT = int(env("CRM_IMPORT_TEXT_MB", "50")) * 1024 * 1024
IMPORT_MOST_WORKBOOK = int(env("CRM_IMPORT_WORKBOOK_MB", "20")) * 1024 * 1024
SILENCED_SYSTEM_CHECKS = [
    "templates.W003",  # our i18n tags stand in place of the framework's
    *([] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"]),
]

# --- language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "crm" / "locale"]
USE_I18N = True
USE_TZ = True
HOME_COUNTRY = env("CRM_HOME_COUNTRY", "CN")
TIME_ZONE = env("CRM_TIME_ZONE", "Asia/Shanghai")

# --- sign-in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "sysadmin.User"
AUTHENTICATION_BACKENDS = ["sysadmin.backends.BankBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "latin_name")},
    },
    {"NAME": "sysadmin.passwords.NotGuessedFirst"},
    {"NAME": "sysadmin.passwords.NotTheBanksOwnNames"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "sysadmin.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "sysadmin.sign_in_forms.SignInForm"}
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# Wrong tries count per user and known device, or else address, so that nobody locks out a colleague
# where they work; generously per address, as a branch shares one; codes of a factor per user.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "10/5m/key,60/m/ip",
    "reauthenticate": "20/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Meridian"
MFA_ADAPTER = "sysadmin.adapters.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "sysadmin.factor_forms.AddKeyForm",
    "edit_webauthn": "sysadmin.factor_forms.RenameKeyForm",
    "authenticate_webauthn": "sysadmin.factor_forms.KeySignInForm",
    "reauthenticate_webauthn": "sysadmin.factor_forms.KeyAgainForm",
}
USERSESSIONS_TRACK_ACTIVITY = False

# --- sessions, cookies, headers -----------------------------------------------------------------
SESSION_ENGINE = "sysadmin.sessions"
SESSION_IDLE_SECONDS = 15 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
# the administration site opens to those who have proved so lately who they are
ADMINISTRATION_FRESH_SECONDS = 30 * 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_TRUSTED_ORIGINS = env("CSRF_TRUSTED_ORIGINS", "").split()
CSRF_FAILURE_VIEW = "crm.core.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# A header of a proxy counts only where the installation names it: a client could send it otherwise.
if proxy_header := env("CRM_PROXY_HTTPS_HEADER", ""):
    SECURE_PROXY_SSL_HEADER = (proxy_header, "https")
# the same for the address of the browser: without it all who come through a proxy share the proxy's
PROXY_ADDRESS_HEADER = env("CRM_PROXY_ADDRESS_HEADER", "")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- libraries ----------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False
FILTERS_EMPTY_CHOICE_LABEL = _("Any")
DJANGO_TABLES2_TEMPLATE = "tables/table.html"
PROCRASTINATE_IMPORT_PATHS = ["crm.core.tasks", "staff.tasks", "customers.tasks"]
# a worker says that it lives four times as often; what it was at then goes back into the queue
STALLED_SECONDS = int(env("CRM_STALLED_SECONDS", "40"))
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": STALLED_SECONDS / 4,
    # what has succeeded is told elsewhere; thousands of entries a day would stay for ever
    "delete_jobs": "successful",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "crm.core.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # the server drops the body of an answer to HEAD by itself, and says so each time
    "loggers": {"gunicorn.http.wsgi": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env("CRM_LOG_LEVEL", "WARNING")},
}
