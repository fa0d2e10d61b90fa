"""Addresses of this module."""

from django.urls import include, path

from .agenda import views as agenda_views
from .agenda.resources import task
from .appointments import views as appointment_views
from .appointments.resources import appointment
from .complaints.resources import complaint
from .complaints.views import LetterPage, TrailPage
from .desk.views import desk
from .opportunities import urls as opportunities
from .promises import views as promise_views
from .queues import views as queue_views
from .queues.resources import queue_member
from .referrals import urls as referrals
from .requests import views
from .requests.resources import request
from .resources import RESOURCES

app_name = "services"
urlpatterns = [
    path("", desk, name="desk"),
    path(
        "requests/fields/",
        views.OwnFieldsPage.as_view(resource=request),
        name="servicerequest_fields",
    ),
    path(
        "requests/<int:pk>/work/",
        views.WorkPage.as_view(resource=request),
        name="servicerequest_work",
    ),
    path(
        "requests/<int:pk>/conversation/",
        views.ConversationPage.as_view(resource=request),
        name="servicerequest_conversation",
    ),
    path(
        "requests/<int:pk>/customer/",
        views.CustomerCard.as_view(resource=request),
        name="servicerequest_customer",
    ),
    path(
        "requests/<int:pk>/write/",
        views.WritePage.as_view(resource=request),
        name="servicerequest_converse",
    ),
    path(
        "requests/<int:pk>/checks/<int:key>/",
        views.TickPage.as_view(resource=request),
        name="servicerequest_check",
    ),
    path(
        "requests/assign/",
        views.AssignManyPage.as_view(resource=request),
        name="servicerequest_assign_many",
    ),
    path(
        "queue-members/<int:pk>/end/",
        queue_views.EndPage.as_view(resource=queue_member),
        name="queuemember_end",
    ),
    path("promises/kept/", promise_views.kept_rate, name="kept_rate"),
    path(
        "complaints/<int:pk>/trail/",
        TrailPage.as_view(resource=complaint),
        name="complaint_trail",
    ),
    path(
        "complaints/<int:pk>/letter/",
        LetterPage.as_view(resource=complaint),
        name="complaint_letter",
    ),
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
    *opportunities.urlpatterns,
    *referrals.urlpatterns,
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
