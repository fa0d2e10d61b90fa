"""Addresses of referrals beside those of their resource."""

from django.urls import path

from . import views
from .resources import referral

urlpatterns = [
    path(
        "referrals/authors/", views.AuthorsPage.as_view(resource=referral), name="referral_authors"
    ),
]
