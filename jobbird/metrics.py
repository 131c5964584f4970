"""`/metrics`: what a Prometheus server collects. Counted in the database and in Redis at that moment."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ats_integration.models import DeadLetter, Delivery
from ats_integration.states import Status

from .health import OK, ask_redis, oldest_due_seconds

LOOPBACK = ("127.0.0.1", "::1")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer staff, holders of METRICS_TOKEN, and without a token this machine itself."""
    if not may_read(request):
        raise PermissionDenied("Metrics are for staff and for holders of the token.")
    registry = CollectorRegistry()
    registry.register(Snapshot())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """Tell whether somebody may read the metrics."""
    if token := getattr(settings, "METRICS_TOKEN", ""):
        return has_token(request, token) or request.user.is_staff
    return is_local(request) or request.user.is_staff


def has_token(request: HttpRequest, token: str) -> bool:
    """Tell whether a request carries the token."""
    return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")


def is_local(request: HttpRequest) -> bool:
    """Tell whether a request comes from this machine, and not through a proxy on it."""
    return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers


class Snapshot(Collector):
    """Count at the moment of asking."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield deliveries()
        yield gauge("ats_dead_letters_waiting", "Dead letters that nobody has sent again.", waiting())
        yield gauge("ats_oldest_due_seconds", "For how long the oldest delivery has been due.", oldest())
        yield from queue_gauges()

    def describe(self) -> list[GaugeMetricFamily]:
        """Name nothing ahead, so that registering asks no database."""
        return []


def gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    """Return one number."""
    return GaugeMetricFamily(name, help_text, value=value)


def waiting() -> int:
    """Count the dead letters that still have to be sent again."""
    return DeadLetter.objects.waiting().count()


def oldest() -> float:
    """Return for how long the oldest delivery has been due."""
    return oldest_due_seconds(timezone.now())


def deliveries() -> GaugeMetricFamily:
    """Count the deliveries by status; a status nobody is in counts 0."""
    family = GaugeMetricFamily("ats_deliveries", "Deliveries by status.", labels=["status"])
    rows = Delivery.objects.order_by().values_list("status").annotate(Count("pk"))
    counted = dict.fromkeys(Status.values, 0) | dict(rows)
    for status, count in counted.items():
        family.add_metric([status], count)
    return family


def queue_gauges() -> Iterator[GaugeMetricFamily]:
    """Tell whether Redis answers, and how many messages stand in each queue."""
    redis, depths = ask_redis()
    yield gauge("ats_redis_up", "1 while Redis answers.", float(redis == OK))
    family = GaugeMetricFamily("ats_queue_depth", "Messages by queue.", labels=["queue"])
    for queue, depth in depths.items():
        family.add_metric([queue], depth)
    yield family
