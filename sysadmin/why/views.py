"""Why a user can or cannot do something: asked on the user's page."""

from __future__ import annotations

from crm.core.pages import Page
from crm.core.trail import Kind, record_access
from sysadmin.actions import every_action

from .forms import WhyForm
from .reasons import Question, explain

PURPOSE = "sysadmin.why"


class WhyPage(Page):
    """A question about a user's rights, and its answer in words."""

    page = "view_rights"
    template = "why"

    def get(self, request, pk):
        form = WhyForm(request.GET) if {"action", "record"} & set(request.GET) else WhyForm()
        answer = self.answer(form) if form.is_bound and form.is_valid() else None
        return self.show(object=self.object, form=form, answer=answer, asked=self.asked(form))

    def asked(self, form):
        """What was asked, in words."""
        action = form.cleaned_data.get("action", "") if form.is_bound and form.is_valid() else ""
        return every_action().get(action, action)

    def answer(self, form):
        question = Question(
            user=self.object,
            action=form.cleaned_data["action"],
            asker=self.request.user,
            model=form.page.resource.model if form.page else None,
            key=form.key,
        )
        about = (
            {"model": str(form.page.resource), "row_key": form.key}
            if form.page
            else {"obj": self.object}
        )
        record_access(Kind.VIEW, by=self.request.user, purpose=PURPOSE, **about)
        return explain(question)
