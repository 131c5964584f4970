"""Addresses of the job board."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from .board import customer_views, views
from .board.logins import limited
from .health import healthz
from .metrics import metrics

urlpatterns = [
    path("", views.vacancies, name="vacancies"),
    path("vacancies/<int:pk>/apply/", views.apply, name="apply"),
    path("vacancies/<int:pk>/thanks/", views.thanks, name="thanks"),
    path("customer/", customer_views.applications, name="customer"),
    path("customer/applications/<int:pk>/", customer_views.application, name="application"),
    path("customer/applications/<int:pk>/cv/", customer_views.cv, name="cv"),
    path("customer/ats/", include("ats_integration.urls")),
    path("cv/", include("ats_integration.public_urls")),
    path("accounts/login/", limited(LoginView.as_view(redirect_authenticated_user=True)), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("admin/login/", limited(admin.site.login)),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
]
