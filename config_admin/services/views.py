"""Pages of the service catalogue: a service, and forms for what belongs to it."""

from config_admin.dictionaries.views import AddFromPage
from crm.core.pages import DetailPage
from crm.core.registry import panels_for


class ServiceTypePage(DetailPage):
    def facts(self):
        user = self.request.user
        parts = [panel.resource for panel in panels_for(str(self.resource))]
        may = [part for part in parts if user.has_action(part.permission("add"))]
        return super().facts() | {"parts": may}


class AddToServicePage(AddFromPage):
    filled = ("service",)
