"""The commands that know every module."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "crm.ops"
    label = "ops"
