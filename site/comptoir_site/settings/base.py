"""Settings of the example shop. Secrets and places come from the environment; everything else is written here."""

import os
from datetime import timedelta
from pathlib import Path

from corsheaders.defaults import default_headers
from oscar.defaults import *  # noqa: F403

from comptoir.base.database import database_settings
from comptoir.plugins import installed_apps

ROOT = Path(__file__).resolve().parents[3]
SITE = Path(__file__).resolve().parents[1]

COMPTOIR_HOME = Path(os.environ.get("COMPTOIR_HOME", ROOT / ".comptoir")).absolute()
PLUGINS = os.environ.get("COMPTOIR_PLUGINS") or "store,web,app,social,booking"
COMPTOIR_PLUGINS = [name.strip() for name in PLUGINS.split(",")]
COMPTOIR_SHOP_NAME = "Maison Aubelaine"
PORT = int(os.environ.get("PORT", "8000"))
COMPTOIR_BASE_URL = os.environ.get("COMPTOIR_BASE_URL", f"http://127.0.0.1:{PORT}")
COMPTOIR_WEBHOOK_ALLOW_PRIVATE = os.environ.get("COMPTOIR_WEBHOOK_ALLOW_PRIVATE") == "1"

THEMES = ROOT / "themes"
if "web" in COMPTOIR_PLUGINS:
    COMPTOIR_WEB_THEMES = [THEMES]

#: Whether the demo's front pages are served, and media without a web server before us.
DEMO = False

SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [COMPTOIR_BASE_URL]

# The database is started by `./manage.py db start` (or is another server, by DATABASE_URL).
OWN_DATABASE = bool(os.environ.get("DATABASE_URL"))
DATABASES = {"default": database_settings(home=COMPTOIR_HOME, url=os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "comptoir_site",
    *installed_apps(COMPTOIR_PLUGINS),
    "comptoir.api",
    "comptoir.imports",
    "comptoir.search",
    "comptoir.publishing",
    "comptoir.messaging",
    "comptoir.content",
    "comptoir.reviews",
    "comptoir.checkout",
    "comptoir.fulfilment",
    "comptoir.payments",
    "comptoir.orders",
    "comptoir.baskets",
    "comptoir.stock",
    "comptoir.pricing",
    "comptoir.pricing.offer",
    "comptoir.pricing.voucher",
    "comptoir.catalogue",
    "comptoir.customers",
    "comptoir.customers.address",
    "comptoir.customers.communication",
    "comptoir.channels",
    "comptoir.events",
    "wagtail.api.v3",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.redirects",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "treebeard",
    "axes",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "corsheaders",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "comptoir",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "comptoir.api.unavailable.UnavailableMiddleware",
]

ROOT_URLCONF = "comptoir_site.urls"
WSGI_APPLICATION = "comptoir_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "comptoir_cache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Behind TLS no cookie travels without it.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = COMPTOIR_BASE_URL.startswith("https:")
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True

AUTH_USER_MODEL = "customers.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Ten wrong passwords for one name from one address shut that pair out for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_USERNAME_CALLABLE = "comptoir.customers.logins.login_name"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

#: What sends SMS; with one, customers can log in by a code on their phone.
COMPTOIR_SMS_TRANSPORT = os.environ.get("SMS_TRANSPORT", "")

# Customers log in to a web shop by a code, a password or a passkey; an account begins with a code, and needs nothing else.
if "web" in COMPTOIR_PLUGINS:
    MIDDLEWARE.append("allauth.account.middleware.AccountMiddleware")
    AUTHENTICATION_BACKENDS.append("allauth.account.auth_backends.AuthenticationBackend")
    ACCOUNT_ADAPTER = "comptoir_web.account.adapter.ShopAdapter"
    ACCOUNT_USER_MODEL_USERNAME_FIELD = None
    ACCOUNT_LOGIN_METHODS = {"email", "phone"} if COMPTOIR_SMS_TRANSPORT else {"email"}
    ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # without the star: whoever wants one
    ACCOUNT_LOGIN_BY_CODE_ENABLED = True
    ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
    ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
    ACCOUNT_SESSION_REMEMBER = True
    INSTALLED_APPS += ["allauth.mfa"]
    MFA_SUPPORTED_TYPES = ["webauthn"]
    MFA_PASSKEY_LOGIN_ENABLED = True
    # Log-in with accounts of others, such as "google,apple"; keys by SOCIALACCOUNT_PROVIDERS of django-allauth.
    if SOCIAL_LOGINS := [name for name in os.environ.get("SOCIAL_LOGINS", "").split(",") if name]:
        INSTALLED_APPS += [
            "allauth.socialaccount",
            *(f"allauth.socialaccount.providers.{name}" for name in SOCIAL_LOGINS),
        ]

LANGUAGE_CODE = "fr"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("fr", "Français"), ("en", "English")]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("fr", "Français"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

STATIC_URL = "/static/"
STATIC_ROOT = COMPTOIR_HOME / "static"
STATICFILES_DIRS = [(f"themes/{folder.parent.name}", folder) for folder in sorted(THEMES.glob("*/static"))]
MEDIA_URL = "/media/"
MEDIA_ROOT = COMPTOIR_HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

WAGTAIL_SITE_NAME = COMPTOIR_SHOP_NAME
WAGTAIL_I18N_ENABLED = True
WAGTAILADMIN_BASE_URL = COMPTOIR_BASE_URL
WAGTAILIMAGES_IMAGE_MODEL = "catalogue.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "comptoir.catalogue.backoffice.picture_form.PictureForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 60_000_000
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_AUTOSAVE_INTERVAL = 0
# Nothing about our staff goes to other people's servers.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# Oscar's models stay; its engine, views and search do not.
SITE_ID = 1
OSCAR_DEFAULT_CURRENCY = "EUR"
OSCAR_DELETE_IMAGE_FILES = False

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Maison Aubelaine <bonjour@aubelaine.example>")
CORS_ALLOWED_ORIGINS = [origin for origin in os.environ.get("CORS_ALLOWED_ORIGINS", "").split(",") if origin]
CORS_URLS_REGEX = r"^/api/v1/.*$"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "if-none-match", "x-channel-key"]
CORS_EXPOSE_HEADERS = ["ETag", "Idempotency-Replayed", "Location", "Retry-After"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "comptoir": {"level": "INFO"},
        "django_tasks": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
