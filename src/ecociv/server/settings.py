"""Django settings of ecociv.

Everything that differs between machines comes from the environment (docs: "Settings"); everything that
the server writes goes under one folder, ``ECOCIV_VAR``. Languages: Chinese first, English complete.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from ecociv.server import environment

# Matrices are small here, and requests and workers run beside each other: threads of the linear algebra, which wait for
# each other in a loop, take several times the work itself. Read by numpy when it is imported, after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PACKAGE = Path(__file__).resolve().parent.parent

ECOCIV_VAR = environment.run_time_folder()
ECOCIV_PRODUCTION = environment.flag("ECOCIV_PRODUCTION")
ECOCIV_BEHIND_PROXY = environment.flag("ECOCIV_BEHIND_PROXY")
ECOCIV_ZONE = environment.names("ECOCIV_ZONE", ["jingdezhen"])[0]
ECOCIV_POLICY = "ecociv.people.policy.OrganisationPolicy"
ECOCIV_TILE_CACHE_MB = environment.count("ECOCIV_TILE_CACHE_MB", 1024)
ECOCIV_BASEMAP = environment.names("ECOCIV_BASEMAP", [""])[0]
ECOCIV_INBOX_LIMIT = environment.count("ECOCIV_INBOX_LIMIT", 200_000)
# Readers of a market whose page is kept up to date by an open stream; each keeps one thread busy (server/start.py).
ECOCIV_MARKET_STREAMS = environment.count("ECOCIV_MARKET_STREAMS", 8)

DEBUG = environment.flag("ECOCIV_DEBUG")
SECRET_KEY = environment.secret_key(ECOCIV_VAR)
ALLOWED_HOSTS = environment.names("ECOCIV_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.names("ECOCIV_TRUSTED_ORIGINS", [])
INTERNAL_IPS = ["127.0.0.1"]

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "simple_history",
    "axes",
    "django_htmx",
    "ecociv.people",
    "ecociv.plan",
    "ecociv.evidence",
    "ecociv.registers",
    "ecociv.territory",
    "ecociv.indicators",
    "ecociv.casework",
    "ecociv.ledger",
    "ecociv.supervision",
    "ecociv.land_administration",
    "ecociv.compensation",
    "ecociv.tariffs",
    "ecociv.exchange",
    "ecociv.liabilities",
    "ecociv.green_economy",
    "ecociv.accounts",
    "ecociv.assessment",
    "ecociv.reporting",
    "ecociv.portal",
    "ecociv.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ecociv.server.middleware.ContentSecurityPolicy",
    "ecociv.server.middleware.PrivatePages",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ecociv.server.urls"
WSGI_APPLICATION = "ecociv.server.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ecociv.portal.context.portal",
            ],
        },
    },
]

DATABASES = {"default": environment.database(ECOCIV_VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# -- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = reverse_lazy("people:login")
LOGIN_REDIRECT_URL = reverse_lazy("portal:home")
LOGOUT_REDIRECT_URL = reverse_lazy("portal:home")

# Five wrong passwords for one name from one address close that pair for a quarter of an hour. A name alone is
# never closed: anyone could then keep a colleague out. The clock does not restart while the door is closed.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "ecociv.people.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "ecociv.people.addresses.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ecociv.portal.errors.csrf_failure"

# -- Transport ------------------------------------------------------------------------------------

_HTTPS = environment.flag("ECOCIV_HTTPS", default=ECOCIV_PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
if ECOCIV_BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# -- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "ecociv_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# -- Notices -------------------------------------------------------------------------------------

globals().update(environment.email())
ECOCIV_WEBHOOK_URL, ECOCIV_WEBHOOK_SECRET = environment.webhook()
ECOCIV_WEBHOOK_PRIVATE = environment.flag("ECOCIV_WEBHOOK_PRIVATE")
# Letters and messages hold whole addresses; a server does not know its own.
ECOCIV_PUBLIC_URL = environment.names("ECOCIV_PUBLIC_URL", ["http://127.0.0.1:8000"])[0].rstrip("/")

# -- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = ECOCIV_VAR / "static"
# Third-party scripts, styles and fonts, copied here by the set-up from the locked packages.
ECOCIV_VENDOR = ECOCIV_VAR / "static-vendor"
STATICFILES_DIRS = [("vendor", str(ECOCIV_VENDOR))]
MEDIA_ROOT = ECOCIV_VAR / "documents"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "ecociv.server.static.HashedStaticFiles"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# -- Reference data pages ---------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": _("Reference data"),
    "SITE_HEADER": _("Reference data and accounts"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "eco",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("portal/leaf.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "THEME": "light",
    "COLORS": {
        "primary": {
            "50": "#eef7f2", "100": "#d9f2e5", "200": "#b4e0c9", "300": "#86c9a8", "400": "#4fa982", "500": "#1f8a62",
            "600": "#0f6b4c", "700": "#0d5a41", "800": "#0d4f3a", "900": "#0a3d2d", "950": "#06281d",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("People"),
                "items": [
                    {"title": _("Accounts"), "icon": "person", "link": reverse_lazy("admin:people_user_changelist")},
                    {"title": _("Record of changes"), "icon": "history", "link": reverse_lazy("admin:people_auditentry_changelist")},
                    {"title": _("Wrong passwords"), "icon": "lock", "link": reverse_lazy("admin:axes_accessattempt_changelist")},
                ],
            },
            {
                "title": _("Evidence"),
                "items": [
                    {"title": _("Places"), "icon": "location_on", "link": reverse_lazy("admin:evidence_place_changelist")},
                    {"title": _("Observed properties"), "icon": "science", "link": reverse_lazy("admin:evidence_observedproperty_changelist")},
                    {"title": _("Series"), "icon": "timeline", "link": reverse_lazy("admin:evidence_series_changelist")},
                    {"title": _("Import runs"), "icon": "upload_file", "link": reverse_lazy("admin:evidence_importrun_changelist")},
                    {"title": _("Documents"), "icon": "description", "link": reverse_lazy("admin:evidence_document_changelist")},
                ],
            },
            {
                "title": _("Plan"),
                "items": [
                    {"title": _("Plan item revisions"), "icon": "fact_check", "link": reverse_lazy("admin:plan_planitemrevision_changelist")},
                ],
            },
        ],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"ecociv": {"level": "INFO"}},
}
