"""The group of people in support: they see where applications went and send them again, and no more."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

GROUP = "Support"

#: By app label. `change_deadletter` is the right to send one again; nobody changes its row. Whoever may
#: view a connection sees its settings and never its credentials. `view_application` would open every CV.
PERMISSIONS = {
    "ats_integration": (
        "view_atsconfig",
        "view_delivery",
        "view_attempt",
        "view_deadletter",
        "change_deadletter",
        "view_incident",
        "view_auditentry",
    ),
    "board": ("view_customer", "view_vacancy"),
}


def make_group(**_: Any) -> None:
    """Make the group with its permissions once; what an admin changes about it later stays."""
    group, is_new = Group.objects.get_or_create(name=GROUP)
    if is_new:
        group.permissions.set(permissions())


def permissions() -> list[Permission]:
    """Return the permissions of the group."""
    wanted = Q()
    for app, codenames in PERMISSIONS.items():
        wanted |= Q(content_type__app_label=app, codename__in=codenames)
    return list(Permission.objects.filter(wanted))
