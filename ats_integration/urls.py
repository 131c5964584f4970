"""Addresses of the customer's pages; the host mounts them, for example at /customer/ats/."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "ats_integration"

urlpatterns = [
    path("", views.overview_page, name="list"),
    path("new/", views.choose, name="create"),
    path("new/<slug:provider>/", views.create, name="create_with"),
    path("<int:pk>/", views.update, name="update"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/test/", views.test_connection, name="test"),
    path("<int:pk>/preview/", views.preview_page, name="preview"),
    path("<int:pk>/active/", views.switch, name="active"),
]
