"""Pages of imports: upload, columns, what would happen, import, result, refused rows."""

from __future__ import annotations

from pathlib import PurePath

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from crm.core.formats import number
from crm.core.forms import ReasonForm
from crm.core.pages import ActPage, AddPage, DetailPage, Page
from crm.core.trail import Kind, record_access
from crm.core.uploads import Takes
from customers.models import ImportRun

from . import operations
from .chunks import AREA, START, most_bytes
from .columns import LABELS
from .forms import ColumnsForm, UploadForm
from .heads import head_of
from .reader import check_type
from .reasons import counted
from .refused import faults_of, workbook
from .table import FileRefused

FAULTS_SHOWN = 20
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# nothing in a file that somebody handed in may run or fetch anything, should a browser show it
SANDBOX = "default-src 'none'; sandbox"
Status = ImportRun.Status


def type_fault(filename, start):
    """What is wrong with the beginning of a file."""
    try:
        check_type(filename, start)
    except FileRefused as error:
        return str(error)
    return ""


def largest():
    """The most bytes that any file may have."""
    return max(settings.IMPORT_MOST_TEXT, settings.IMPORT_MOST_WORKBOOK)


class UploadPage(AddPage):
    """Hands in a file; it is checked while it streams in."""

    template = "add"
    takes = Takes(AREA, most_bytes, type_fault, largest)
    twin = None

    def build_form(self, data=None):
        return UploadForm(
            data,
            self.request.FILES if data is not None else None,
            user=self.request.user,
            action=self.resource.permission("add"),
            fault=getattr(self.request, "upload_fault", ""),
        )

    def perform(self, form):
        try:
            return super().perform(form)
        except operations.Twin as twin:
            self.twin = twin.run
            raise

    def success_url(self, done):
        return reverse("customers:importrun_columns", args=[done.pk])

    def said(self, done):
        return _("%(name)s: uploaded.") % {"name": done}

    def show_form(self, form, status=200, **context):
        context |= {"title": _("Upload a file of customers"), "submit": _("Upload")}
        return super().show_form(form, status, twin=self.seen_twin(), **context)

    def seen_twin(self):
        """The open import of the same content, if the user may see it."""
        if self.twin is None:
            return None
        return ImportRun.objects.permitted(self.request.user).filter(pk=self.twin.pk).first()


class OwnPage(Page):
    """What is for the one who uploaded the file; others who see the import are told so."""

    page = "change"

    @property
    def refusal(self):
        """Why this cannot be done; empty if it can."""
        if self.object.owner_id != self.request.user.pk:
            return _("Only the person who uploaded the file can do this.")
        return ""


class StepPage(OwnPage, ActPage):
    """A step on the way from upload to import."""


class ColumnsPage(StepPage):
    """Which column holds what; sending it tries the file out."""

    template = "columns"

    def build_form(self, data=None):
        head = head_of(self.object)
        if head is None:
            raise Http404
        return ColumnsForm(data, head=head, run=self.object)

    def perform(self, form):
        return operations.check(
            self.object,
            by=self.request.user,
            columns=form.cleaned_data["columns"],
            system=form.cleaned_data["system"],
        )

    def said(self, done):
        return _("%(name)s: the check has started.") % {"name": done}

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            object=self.object,
            refusal=self.refusal,
            lines=[] if self.refusal else form.lines(),
            cancel=self.success_url(self.object),
            **context,
        )


class StartPage(StepPage):
    """Asks once more, then imports in the background."""

    template = "confirm"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return ReasonForm(data)

    @property
    def refusal(self):
        if super().refusal or self.object.status in {Status.CHECKED, Status.RUNNING, Status.DONE}:
            return super().refusal
        return _("Check the file first: say what its columns mean.")

    def question(self):
        """What is about to happen, with the figures of the dry run."""
        run = self.object
        tally = START | (run.trial.progress.position if run.trial else {})
        return _(
            "Import %(name)s now? New: %(new)s, changed: %(changed)s, refused: %(refused)s"
        ) % {
            "name": run,
            "new": number(tally["new"]),
            "changed": number(tally["changed"]),
            "refused": number(sum(tally["reasons"].values())),
        }

    def perform(self, form):
        return operations.start(self.object, by=self.request.user, **form.cleaned_data)

    def said(self, done):
        return _("%(name)s: the import has started.") % {"name": done}

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            object=self.object,
            step={"label": _("Import now")},
            question=self.question(),
            refusal=self.refusal,
            cancel=self.success_url(self.object),
            **context,
        )


class ImportPage(DetailPage):
    """How far an import is: what its rows would do or did, and what was refused."""

    @property
    def is_at_work(self):
        """Whether a job has something to do with this import."""
        return any(job.is_open for job in (self.object.trial, self.object.job) if job)

    def moves(self):
        return [] if self.is_at_work else super().moves()

    def facts(self):
        run, user = self.object, self.request.user
        job = run.job or run.trial
        is_own = run.owner_id == user.pk
        tally = START | (job.progress.position if job else {})
        faults = list(faults_of(run)[:FAULTS_SHOWN]) if job and job.progress.refused else []
        return super().facts() | {
            "job": job if job and run.is_open and job.status != "done" else None,
            "may_see_job": user.has_action("core.view_job"),
            "tally": tally if job and not self.is_at_work else None,
            "refused": job.progress.refused if job else 0,
            "reasons": counted(tally["reasons"]),
            "faults": [(f, LABELS.get(f.column, "")) for f in faults],
            "preview": self.preview(tally) if is_own else None,
            "is_own": is_own,
            "may_step": is_own and not self.is_at_work and self.may("change"),
        }

    def preview(self, tally):
        """The first rows, masked, with what becomes of each."""
        run = self.object
        head = head_of(run) if run.status == Status.CHECKED else None
        if head is None:
            return None
        places = sorted(run.columns.items(), key=lambda item: item[1])
        rows = [
            (
                line,
                tally["preview"].get(str(line), ""),
                [cells[place] if place < len(cells) else "" for _field, place in places],
            )
            for line, cells in head.shown(run.columns)
        ]
        return {"header": [LABELS[field] for field, _place in places], "rows": rows}


class RefusedPage(OwnPage):
    """The refused rows as a workbook, for the one who uploaded them."""

    template = "refused"

    def get(self, request, pk):
        run = self.object
        if self.refusal:
            record_access(Kind.DENIAL, by=request.user, obj=run, field="faults")
            return self.show(object=run, refusal=self.refusal)
        record_access(Kind.EXPORT, by=request.user, obj=run, field="faults")
        name = _("%(name)s refused") % {"name": PurePath(run.filename).stem}
        return HttpResponse(
            workbook(run),
            content_type=WORKBOOK_TYPE,
            headers={
                "Content-Disposition": content_disposition_header(
                    as_attachment=True, filename=f"{name}.xlsx"
                ),
                "Content-Security-Policy": SANDBOX,
            },
        )
