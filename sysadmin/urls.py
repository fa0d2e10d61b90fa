"""Addresses of this module; the trail's pages are those of the kernel's tables."""

from django.urls import include, path

from . import views
from .resources import RESOURCES, job

app_name = "sysadmin"
urlpatterns = [
    path(
        "jobs/<int:pk>/progress/",
        views.JobProgressPage.as_view(resource=job),
        name="job_progress",
    ),
    path("jobs/<int:pk>/undo/", views.JobUndoPage.as_view(resource=job), name="job_undo"),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
