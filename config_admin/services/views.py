"""Pages of the service catalogue: a service, its fields published, and forms for its parts."""

from django.http import Http404
from django.utils.translation import gettext as _

from config_admin.dictionaries.views import AddFromPage
from crm.core.forms import ReasonForm, Sectioned
from crm.core.pages import ActPage, DetailPage
from crm.core.registry import panels_for

from . import operations, own_fields


class ServiceTypePage(DetailPage):
    """A service with what belongs to it, and whether its fields are to be published."""

    def facts(self):
        user = self.request.user
        parts = [panel.resource for panel in panels_for(str(self.resource))]
        may = [part for part in parts if user.has_action(part.permission("add"))]
        return super().facts() | {
            "parts": may,
            "edition": own_fields.edition_of(self.object.pk),
            "is_unpublished": own_fields.is_unpublished(self.object),
            "may_publish": self.may("publish"),
        }


class AddToServicePage(AddFromPage):
    filled = ("service",)


class PublishForm(Sectioned, ReasonForm):
    pass


class PublishPage(ActPage):
    """Asks whether requests shall be asked for the fields as they stand, and lets them be."""

    page = "publish"
    template = "form"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return PublishForm(data)

    def perform(self, form):
        operations.publish(self.object, by=self.request.user, **form.cleaned_data)
        return self.object

    def said(self, done):
        return _("%(name)s: new requests are asked for these fields.") % {"name": done}

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            object=self.object,
            title=_("Publish the fields of %(name)s") % {"name": self.object},
            submit=_("Publish"),
            below="config_admin/_drafted.html",
            drafted=own_fields.drafted(self.object),
            cancel=self.resource.url("view", self.object),
            **context,
        )
