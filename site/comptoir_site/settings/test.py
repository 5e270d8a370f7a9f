"""Settings of the tests: the same shop, with quick passwords and tasks that run at once."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("COMPTOIR_PLUGINS", "store,web,app,social,booking,testpay,stripe")
os.environ.setdefault("SMS_TRANSPORT", "console")
# A house that lets everybody in, as django-allauth has it for tests.
os.environ.setdefault("SOCIAL_LOGINS", "dummy")

from comptoir_site.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Every page is drawn afresh, so that a test sees what it did.
if "web" in COMPTOIR_PLUGINS:  # noqa: F405
    COMPTOIR_WEB_PAGE_S = 0

# The test gateway finds no server there, and hands its notices over itself.
if "testpay" in COMPTOIR_PLUGINS:  # noqa: F405
    COMPTOIR_TESTPAY_ENABLED = True
    COMPTOIR_TESTPAY_SERVER = "http://127.0.0.1:9"
