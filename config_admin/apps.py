from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigAdminConfig(AppConfig):
    name = "config_admin"
    verbose_name = _("Basic configuration")
