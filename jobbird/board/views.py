"""The candidate's pages: open vacancies, the form to apply with, and a thank-you."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from . import throttle
from .applying import consent_given, hand_in
from .forms import ApplicationForm
from .models import Vacancy

VACANCIES_PER_PAGE = 50


@require_safe
def vacancies(request: HttpRequest) -> HttpResponse:
    """List the open vacancies of all customers."""
    found = Vacancy.objects.filter(is_open=True).select_related("customer")
    page = Paginator(found, VACANCIES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "board/vacancies.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form of a vacancy, or take in what a candidate filled in."""
    vacancy = get_object_or_404(Vacancy.objects.select_related("customer"), pk=pk)
    if not vacancy.is_open:
        return render(request, "board/vacancy_closed.html", {"vacancy": vacancy}, status=410)
    form = ApplicationForm(request.POST, request.FILES) if request.method == "POST" else ApplicationForm()
    if form.is_bound and throttle.is_over("apply", request, settings.APPLY_LIMIT_PER_HOUR):
        return too_many(request, vacancy, form)
    if form.is_bound and form.is_valid():
        save(vacancy, form)
        return redirect("thanks", pk=vacancy.pk)
    return render(request, "board/apply.html", {"vacancy": vacancy, "form": form})


def too_many(request: HttpRequest, vacancy: Vacancy, form: ApplicationForm) -> HttpResponse:
    """Ask somebody to wait, with what they typed still in the form."""
    form.add_error(None, "Many applications came from your network just now. Send this one again later.")
    response = render(request, "board/apply.html", {"vacancy": vacancy, "form": form}, status=429)
    response["Retry-After"] = str(throttle.wait_left())
    return response


def save(vacancy: Vacancy, form: ApplicationForm) -> None:
    """Hand in what a valid form says."""
    application = form.save(commit=False)
    application.vacancy = vacancy
    application.consent = consent_given(retention=form.cleaned_data["consent_retention"])
    cv = form.cleaned_data["cv"]
    hand_in(application, cv, cv.name)


@require_safe
def thanks(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the application came in."""
    vacancy = get_object_or_404(Vacancy.objects.select_related("customer"), pk=pk)
    return render(request, "board/thanks.html", {"vacancy": vacancy})
