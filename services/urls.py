"""Addresses of this module."""

from django.urls import include, path

from .agenda import views as agenda_views
from .agenda.resources import task
from .appointments import views as appointment_views
from .appointments.resources import appointment
from .resources import RESOURCES

app_name = "services"
urlpatterns = [
    path("agenda/", agenda_views.TodayPage.as_view(resource=task), name="agenda"),
    path("agenda/week/", agenda_views.WeekPage.as_view(resource=task), name="agenda_week"),
    path("agenda/month/", agenda_views.MonthPage.as_view(resource=task), name="agenda_month"),
    path("agenda/address/", agenda_views.FeedPage.as_view(resource=task), name="calendar_address"),
    path(
        "agenda/tasks/<int:pk>/put-off/",
        agenda_views.PutOffPage.as_view(resource=task),
        name="task_put_off",
    ),
    path("calendar/<str:token>.ics", agenda_views.calendar_file, name="calendar_file"),
    path(
        "appointments/board/",
        appointment_views.BoardPage.as_view(resource=appointment),
        name="board",
    ),
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
