"""Addresses of this module; the trail's pages are those of the kernel's tables."""

from django.urls import include, path

from . import views
from .announcements.views import heed
from .health.views import HealthPage
from .notices import views as notices
from .resources import RESOURCES, audit_event, job, user
from .signing_in.views import SessionsPage
from .trails.views import SealsPage
from .why.views import WhyPage

app_name = "sysadmin"
urlpatterns = [
    path("users/<int:pk>/why/", WhyPage.as_view(resource=user), name="user_why"),
    path("users/<int:pk>/sessions/", SessionsPage.as_view(resource=user), name="user_sessions"),
    path("health/", HealthPage.as_view(resource=job), name="health"),
    path("seals/", SealsPage.as_view(resource=audit_event), name="seals"),
    path(
        "jobs/<int:pk>/progress/",
        views.JobProgressPage.as_view(resource=job),
        name="job_progress",
    ),
    path("jobs/<int:pk>/undo/", views.JobUndoPage.as_view(resource=job), name="job_undo"),
    path("notifications/", notices.notifications, name="notifications"),
    path("notifications/newest/", notices.newest, name="newest_notifications"),
    path("notifications/read/", notices.read_all, name="read_notifications"),
    path("notifications/choices/", notices.choices, name="notification_choices"),
    path("notifications/<int:pk>/open/", notices.open_one, name="open_notification"),
    path("announcements/<int:pk>/heed/", heed, name="heed_announcement"),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
