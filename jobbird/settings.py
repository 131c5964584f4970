"""Settings of the job board: one file, the environment on top, every value with a default."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def seconds(name: str, default: float) -> timedelta:
    """Read a number of seconds as a duration."""
    return timedelta(seconds=env.float(name, default))


DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "django-insecure-only-for-a-first-look-set-SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ATS_PUBLIC_URL = env.str("ATS_PUBLIC_URL", "http://localhost:8000")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[ATS_PUBLIC_URL])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_rq",
    "ats_integration",
    "jobbird.board",
]
MIDDLEWARE = [
    "jobbird.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "jobbird.urls"
WSGI_APPLICATION = "jobbird.wsgi.application"
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
            ]
        },
    }
]

# Data -----------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {"default": env.db("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Several processes write at once: wait for each other, and take the write lock at the start.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "jobbird" / "static"]
MEDIA_ROOT = env.str("MEDIA_ROOT", str(BASE_DIR / "media"))  # CVs; never served from a public path
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
FILE_UPLOAD_HANDLERS = [
    "jobbird.board.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# People ---------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "customer"
LOGOUT_REDIRECT_URL = "vacancies"
LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", "Europe/Amsterdam")
USE_TZ = True

vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Jobbird <no-reply@jobbird.example>")

METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # empty = /metrics answers the loopback interface only

# HTTPS ----------------------------------------------------------------------------------------
HTTPS_ONLY = env.bool("HTTPS_ONLY", False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS_ONLY
if HTTPS_ONLY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {  # in the form of Django 6
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}

# Programs -------------------------------------------------------------------------------------
# Behind a proxy that speaks https, that proxy says where a request comes from.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", int(HTTPS_ONLY))
APPLY_LIMIT_PER_HOUR = env.int("APPLY_LIMIT_PER_HOUR", 60 if HTTPS_ONLY else 0)  # of one address; 0 = no limit
APPLY_MIN_SECONDS = env.float("APPLY_MIN_SECONDS", 2 if HTTPS_ONLY else 0)  # to fill in the form; 0 = no clock
LOGIN_LIMIT_PER_HOUR = env.int("LOGIN_LIMIT_PER_HOUR", 60 if HTTPS_ONLY else 0)
# In the memory of each web process, so each counts for itself; a shared cache of Django's would be unpickled.
MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": MEMORY},
    "throttle": {"BACKEND": MEMORY, "LOCATION": "throttle", "OPTIONS": {"MAX_ENTRIES": 50_000}},
}
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# Queues ---------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
QUEUE = {
    "URL": REDIS_URL,
    "SERIALIZER": "rq.serializers.JSONSerializer",
    "DEFAULT_TIMEOUT": 180,
}
RQ_QUEUES = {"happy": QUEUE, "retry": QUEUE}
RQ = {
    "JOB_CLASS": "ats_integration.rq_json.JSONJob",
    "WORKER_CLASS": "ats_integration.worker.DeliveryWorker",
    "SCHEDULER_CLASS": "ats_integration.rq_json.JSONScheduler",
}

# The app --------------------------------------------------------------------------------------
ATS_INTEGRATION: dict[str, Any] = {
    "CUSTOMER_MODEL": "board.Customer",
    "APPLICATION_MODEL": "board.Application",
    "APPLICATION_ADAPTER": "jobbird.ats.BoardAdapter",
    "CUSTOMERS_OF_USER": "jobbird.ats.customers_of_user",
    "ENCRYPTION_KEYS": env.list("ATS_ENCRYPTION_KEYS", default=[SECRET_KEY]),
    "DEAD_LETTER_BUCKET": env.str("ATS_DEAD_LETTER_BUCKET", "jobbird-dead-letters"),
    "DEAD_LETTER_ENCRYPTION": env.str("ATS_DEAD_LETTER_ENCRYPTION", "AES256"),
    "RETRY_BASE": seconds("ATS_RETRY_BASE_SECONDS", 5),
    "RETRY_BUDGET": seconds("ATS_RETRY_BUDGET_SECONDS", 300),
    "CONNECT_TIMEOUT": seconds("ATS_CONNECT_TIMEOUT", 3),
    "READ_TIMEOUT": seconds("ATS_READ_TIMEOUT", 10),
    "WORKER_CONCURRENCY": env.int("ATS_WORKER_CONCURRENCY", 32),
    "NOTICE_WINDOW": seconds("ATS_NOTICE_WINDOW_SECONDS", 60),
    "SUPPORT_EMAILS": env.list("ATS_SUPPORT_EMAILS", default=["support@jobbird.example"]),
    "PUBLIC_URL": ATS_PUBLIC_URL,
    "ALLOWED_PRIVATE_HOSTS": env.list("ATS_ALLOWED_PRIVATE_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG else []),
}

DEFAULT_EXCEPTION_REPORTER = "jobbird.error_reports.NoFileNamed"
DEFAULT_EXCEPTION_REPORTER_FILTER = "jobbird.error_reports.NothingEntered"

# Logs -----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask_tokens": {"()": "ats_integration.redaction.MaskTokens"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["mask_tokens"]}},
    "loggers": {
        "botocore": {"level": "WARNING"},
        "rq.worker": {"level": "WARNING"},
        "django.db.backends": {"level": "INFO"},  # at DEBUG it logs every value it stores
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
