"""Where one run of the demo keeps everything, and what its processes find in their environment."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from .ports import kept_port
from .services import S3_ENVIRONMENT

PROJECT = Path(__file__).resolve().parent.parent.parent
BUCKET = "jobbird-dead-letters"
#: What the demo takes over from the person's own environment.
KEPT = ("HOME", "USER", "LANG", "LC_ALL", "TERM", "TMPDIR")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How patient the system is; the defaults are those of production."""

    retry_base: timedelta = timedelta(seconds=5)
    retry_budget: timedelta = timedelta(seconds=300)
    notice_window: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The folder and the ports of one run."""

    folder: Path
    web: int = field(default_factory=kept_port)
    valkey: int = field(default_factory=kept_port)
    s3: int = field(default_factory=kept_port)
    ats: int = field(default_factory=kept_port)
    pace: Pace = Pace()

    @property
    def site(self) -> str:
        """Address of the job board."""
        return f"http://localhost:{self.web}"

    @property
    def ats_url(self) -> str:
        """Address of the ATS stand-in."""
        return f"http://127.0.0.1:{self.ats}"

    @property
    def redis_url(self) -> str:
        """Address of Valkey."""
        return f"redis://127.0.0.1:{self.valkey}/0"

    @property
    def s3_url(self) -> str:
        """Address of the S3 server."""
        return f"http://127.0.0.1:{self.s3}"

    @property
    def logs(self) -> Path:
        """Where the processes write."""
        return self.folder / "logs"

    @property
    def mail(self) -> Path:
        """Where mails go instead of a mail server."""
        return self.folder / "mail"

    def make_folders(self) -> None:
        """Make what has to be there before anything starts."""
        for folder in (self.logs, self.mail):
            folder.mkdir(parents=True, exist_ok=True)


def of(plan: Plan, database_url: str) -> dict[str, str]:
    """Return a complete environment, so that neither the person's nor a `.env` changes the demo."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, **runtime(plan), **site(plan), **services(plan, database_url), **integration(plan)}


def runtime(plan: Plan) -> dict[str, str]:
    """Return what Python, gunicorn and Django themselves read."""
    return {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "jobbird.settings",
        "GUNICORN_CMD_ARGS": f"--bind=127.0.0.1:{plan.web}",
    }


def site(plan: Plan) -> dict[str, str]:
    """Return the settings of the job board."""
    return {
        "DEBUG": "false",
        "HTTPS_ONLY": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CSRF_TRUSTED_ORIGINS": plan.site,
        "METRICS_TOKEN": "",
        "TRUSTED_PROXIES": "0",
        "APPLY_LIMIT_PER_HOUR": "0",  # all candidates of the demo share one address
        "APPLY_MIN_SECONDS": "0",
        "LOGIN_LIMIT_PER_HOUR": "0",
        "MEDIA_ROOT": str(plan.folder / "media"),
        "DEFAULT_FROM_EMAIL": "Jobbird <no-reply@jobbird.example>",
        "TIME_ZONE": "Europe/Amsterdam",
        "LOG_LEVEL": "INFO",
    }


def services(plan: Plan, database_url: str) -> dict[str, str]:
    """Return where the services are."""
    return {
        **S3_ENVIRONMENT,
        "AWS_ENDPOINT_URL_S3": plan.s3_url,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "DATABASE_URL": database_url,
        "REDIS_URL": plan.redis_url,
        "EMAIL_URL": f"filemail:///{plan.mail}",
    }


def integration(plan: Plan) -> dict[str, str]:
    """Return the settings of the app."""
    return {
        "ATS_PUBLIC_URL": plan.site,
        "ATS_ENCRYPTION_KEYS": secrets.token_urlsafe(32),
        "ATS_DEAD_LETTER_BUCKET": BUCKET,
        "ATS_DEAD_LETTER_ENCRYPTION": "AES256",
        "ATS_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "ATS_SUPPORT_EMAILS": "support@jobbird.example",
        "ATS_RETRY_BASE_SECONDS": seconds(plan.pace.retry_base),
        "ATS_RETRY_BUDGET_SECONDS": seconds(plan.pace.retry_budget),
        "ATS_NOTICE_WINDOW_SECONDS": seconds(plan.pace.notice_window),
        "ATS_CONNECT_TIMEOUT": "3",
        "ATS_READ_TIMEOUT": "10",
        "ATS_WORKER_CONCURRENCY": "16",
    }


def seconds(duration: timedelta) -> str:
    """Write a duration as the settings read it."""
    return f"{duration.total_seconds():g}"


def enter(env: dict[str, str]) -> None:
    """Make this process live in that environment too, and start Django in it, quietly."""
    os.environ.clear()
    os.environ.update(env | {"LOG_LEVEL": "WARNING"})
    import django

    django.setup()
