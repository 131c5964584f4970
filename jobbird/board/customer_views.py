"""The customer's pages: their applications, where each one went, and the CVs. Others get a 404."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobbird.ats import customers_of_user

from .forms import ApplicationFilter
from .journeys import visible_to, with_journeys
from .models import Application, Vacancy

APPLICATIONS_PER_PAGE = 50


@require_safe
@never_cache
@login_required
def applications(request: HttpRequest) -> HttpResponse:
    """List the applications of the user's customers, newest first, with where each one went."""
    customers = list(customers_of_user(request.user))
    filters = ApplicationFilter(request.GET, vacancies=Vacancy.objects.filter(customer__in=customers))
    own = Application.objects.filter(vacancy__customer__in=customers).order_by("-created_at", "-pk")
    found = with_journeys(filters.narrow(own))
    page = Paginator(found, APPLICATIONS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "board/applications.html", {"page": page, "filters": filters, "customers": customers})


@require_safe
@never_cache
@login_required
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one application with every try of each of its deliveries."""
    found = get_object_or_404(with_journeys(visible_to(request.user), attempts=True), pk=pk)
    return render(request, "board/application.html", {"application": found})


@require_safe
@never_cache
@login_required
def cv(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a CV under the name it came with."""
    found = get_object_or_404(visible_to(request.user), pk=pk)
    if not found.cv:
        raise Http404("This application has no CV.")
    try:
        stream = found.cv.open("rb")
    except OSError:
        raise Http404("The CV could not be read from the storage.") from None
    return FileResponse(stream, as_attachment=True, filename=found.cv_filename or "cv")
