"""The one way in for files: to pages that take them, from users who may, capped while they stream.

Everywhere else a file that is sent along is read past and never stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from .files import Draft, Received

# so many times the cap are read past to answer in words; more is cut off
PATIENCE = 10
LONGEST_NAME = 150


@dataclass(frozen=True)
class Takes:
    """What a page takes: into which area, how many bytes by name, and whether a beginning fits.

    `most` is 0 for a name that is not taken; `fault` says what is wrong with a name and the first
    bytes, or nothing.
    """

    area: str
    most: Callable[[str], int]
    fault: Callable[[str, bytes], str]
    largest: Callable[[], int]


def taken_by(request: Any) -> Takes | None:
    """What the page of a request takes from this user."""
    match = request.resolver_match
    view: Any = getattr(getattr(match, "func", None), "view_class", None)
    takes: Takes | None = getattr(view, "takes", None)
    if takes is None or not request.user.is_authenticated:
        return None
    page = view(**match.func.view_initkwargs)
    allowed = request.user.reach(page.resource.permission(page.action)) is not None
    return takes if allowed else None


class SealingHandler(FileUploadHandler):
    """Seals the file of a form on its way to the disk, and refuses what the page does not take.

    What was wrong stands in `request.upload_fault`, for the form to show beside its field.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.takes: Takes | None = None
        self.draft: Draft | None = None
        self.received: Received | None = None
        self.most = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803  (the framework's name)
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """See what the page takes, before anything is read."""
        self.takes = taken_by(self.request)
        largest = self.takes.largest() if self.takes else 0
        if content_length > PATIENCE * largest + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The request brings more than any page takes.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins; only the first of a form is taken."""
        super().new_file(*args, **kwargs)
        if self.takes is None or self.draft is not None or not self.file_name:
            raise SkipFile
        self.file_name = "".join(c for c in self.file_name if c.isprintable())[-LONGEST_NAME:]
        self.most = self.takes.most(self.file_name)
        self.draft = Draft(self.takes.area)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take in a piece, or refuse the file."""
        if self.takes is None or self.draft is None:
            return None
        if start == 0 and (fault := self.takes.fault(self.file_name or "", raw_data[:16])):
            self.refuse(fault)
        if start + len(raw_data) > self.most:
            self.refuse(
                _("The file is larger than %(most)s. Split it into several files.")
                % {"most": filesizeformat(self.most)}
            )
        self.draft.write(raw_data)
        return None

    def refuse(self, fault: str) -> None:
        """Say what is wrong, and read past the rest."""
        if self.draft:
            self.draft.drop()
        self.request.upload_fault = fault  # type: ignore[union-attr]
        raise SkipFile

    def file_complete(self, file_size: int) -> Received | None:
        """All of it is there."""
        if self.draft is None:
            return None
        self.draft.finish()
        self.received = Received(self.draft, self.file_name or "")
        return self.received

    def upload_interrupted(self) -> None:
        """The sender has gone, or the last file of the form was passed by."""
        if self.draft and self.received is None:
            self.draft.drop()
