"""The customer's pages: their connections, and nobody else's. Each view only fetches and calls."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import construct_change_message
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import connection_check, connections, overview, preview
from .adapters import adapter, customers_of
from .errors import ConnectionInUse, UnknownProvider
from .forms import ConnectionForm, form_class
from .models import ATSConfig
from .providers import registry
from .providers.base import Provider

SWITCHES = {"yes": True, "no": False}


@login_required
@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    """List the user's connections with their numbers."""
    customers = own_customers(request)
    found = overview.of(list(own_configs(request)))
    return page(request, "list", overviews=found, has_customer=bool(customers), many_customers=len(customers) > 1)


@login_required
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Show the ATSs to choose from."""
    if not own_customers(request):
        return page(request, "no_customer")
    return page(request, "choose", providers=[registry.get(slug) for slug, _name in registry.choices()])


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, provider: str) -> HttpResponse:
    """Make a connection to the chosen ATS."""
    ats, customers = provider_or_404(provider), own_customers(request)
    refuse_foreign_customer(request, customers)
    if not customers:
        return page(request, "no_customer")
    form = new_form(request, ats, customers)
    if form.is_valid():
        return stored(request, form, "is connected")
    return page(request, "form", form=form, ats=ats)


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def update(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a connection. Its ATS and its customer stay."""
    config = own_config(request, pk)
    refuse_foreign_customer(request, own_customers(request))
    name = str(config)
    form = form_class(config.provider)(posted(request), instance=config)
    if form.is_valid():
        return stored(request, form, "is saved")
    return page(request, "form", form=form, ats=form.ats, name=name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then delete a connection that nothing needs any more."""
    config = own_config(request, pk)
    if request.method != "POST":
        return page(request, "delete", config=config, obstacle=connections.obstacle(config))
    try:
        connections.remove(config, by=request.user)
    except ConnectionInUse as error:
        return page(request, "delete", status=409, config=config, obstacle=str(error))
    messages.success(request, f"{config} is deleted.")
    return redirect("ats_integration:list")


@login_required
@require_POST
def test_connection(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the ATS with what is stored and show what that proves."""
    config = own_config(request, pk)
    jobs = adapter().open_job_ids(config.customer_id)
    return page(request, "tested", config=config, report=connection_check.check_connection(config, jobs))


@login_required
@require_safe
def preview_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which past applications would have lacked what their jobs ask."""
    config = own_config(request, pk)
    return page(request, "preview", config=config, preview=preview.preview(config))


@login_required
@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause a connection or let it go on: what the button says, or else the other way round."""
    config = own_config(request, pk)
    wanted = SWITCHES.get(request.POST.get("active", ""), not config.is_active)
    connections.switch(config, active=wanted, by=request.user)
    messages.success(request, f"{config} is {'active' if wanted else 'paused'}.")
    return redirect("ats_integration:list")


def own_customers(request: HttpRequest) -> list[Any]:
    """Return the customers the user works for."""
    return list(customers_of(request.user))


def own_configs(request: HttpRequest) -> QuerySet[ATSConfig]:
    """Return the connections the user may see."""
    return ATSConfig.objects.filter(customer__in=customers_of(request.user)).select_related("customer")


def own_config(request: HttpRequest, pk: int) -> ATSConfig:
    """Return one of the user's connections, or raise Http404."""
    return get_object_or_404(own_configs(request), pk=pk)


def provider_or_404(slug: str) -> Provider:
    """Return the adapter of that name, or raise Http404."""
    try:
        return registry.get(slug)
    except UnknownProvider as error:
        raise Http404(str(error)) from None


def refuse_foreign_customer(request: HttpRequest, customers: list[Any]) -> None:
    """Raise Http404 where the form names a customer that is not one of the user's."""
    named = request.POST.get("customer")
    if named and named not in {str(customer.pk) for customer in customers}:
        raise Http404("There is no such customer.")


def new_form(request: HttpRequest, ats: Provider, customers: list[Any]) -> ConnectionForm:
    """Return the form of a new connection; somebody with one customer is not asked which."""
    if len(customers) == 1:
        config = ATSConfig(provider=ats.slug, customer=customers[0])
        return form_class(ats.slug)(posted(request), instance=config)
    form = form_class(ats.slug, with_customer=True)(posted(request), instance=ATSConfig(provider=ats.slug))
    form.limit_customers(customers_of(request.user))
    return form


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, or None where the form was only asked for."""
    return request.POST if request.method == "POST" else None


def stored(request: HttpRequest, form: ConnectionForm, what: str) -> HttpResponse:
    """Save what the form made, say so, and go back to the list."""
    adding = form.instance.pk is None
    entry = construct_change_message(form, [], adding)  # type: ignore[arg-type]  # any form will do
    connections.save(form.instance, by=request.user, entry=entry)
    messages.success(request, f"{form.instance} {what}.")
    return redirect("ats_integration:list")


def page(request: HttpRequest, template: str, /, status: int = 200, **context: Any) -> HttpResponse:
    """Render one of the app's pages."""
    return render(request, f"ats_integration/{template}.html", context, status=status)
