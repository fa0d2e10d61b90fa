"""Addresses of this module."""

from django.urls import include, path

from .desk.views import desk
from .opportunities import urls as opportunities
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
    *opportunities.urlpatterns,
    *referrals.urlpatterns,
    *(path("", include(resource.urls)) for resource in RESOURCES),
]
