"""Addresses of opportunities beside those of their resources."""

from django.urls import path

from . import views
from .resources import opportunity

urlpatterns = [
    path(
        "opportunities/board/",
        views.BoardPage.as_view(resource=opportunity),
        name="opportunity_board",
    ),
    path(
        "opportunities/<int:pk>/move/",
        views.MovePage.as_view(resource=opportunity),
        name="opportunity_move",
    ),
]
