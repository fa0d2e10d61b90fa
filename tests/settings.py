"""Settings of the test run."""

import os

os.environ.setdefault("CRM_HTTPS", "0")
os.environ.setdefault("CRM_SECOND_FACTOR", "0")
os.environ.setdefault("ALLOWED_HOSTS", "testserver localhost 127.0.0.1")

from crm.settings import *  # noqa: F403

# a fast hash: the tests sign in hundreds of times; the real one has a test of its own
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    *PASSWORD_HASHERS,  # noqa: F405
]
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
