"""The consolidated list of the Security Council, as XML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from django.utils.translation import gettext as _

from crm.core.operations import DomainError
from risk.models import WatchlistEntry

from .facts import LONGEST_REMARK, Listed, in_short, names_of, plain

ROOT = "CONSOLIDATED_LIST"
KINDS = {"INDIVIDUAL": WatchlistEntry.Kind.PERSON, "ENTITY": WatchlistEntry.Kind.ORGANISATION}
NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
PIECE = 64 * 1024


def read(path: Path) -> Iterator[Listed]:
    """Everybody on the list; a file that is cut off or of another form is refused."""
    reader = _Reader()
    with path.open("rb") as file:
        try:
            while piece := file.read(PIECE):
                reader.parser.Parse(piece, False)  # noqa: FBT003  (expat takes it by position)
                yield from reader.taken()
            reader.parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            raise DomainError(
                _("The file breaks off or is damaged in line %(line)d. Fetch it again.")
                % {"line": error.lineno}
            ) from error
    yield from reader.taken()


class _Reader:
    """Puts the elements of an entry together while the file is read."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.path: list[str] = []
        self.told: dict[str, list[str]] = defaultdict(list)
        self.words: list[str] = []
        self.found: list[Listed] = []

    def taken(self) -> list[Listed]:
        """The entries read since the last time."""
        found, self.found = self.found, []
        return found

    def doctype(self, *_args: object) -> None:
        """The list declares no document type; what does may read files or grow without bound."""
        raise DomainError(_("The file declares a document type, which this list never does."))

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        if not self.path and tag != ROOT:
            raise DomainError(
                _("The file begins with <%(found)s> instead of <%(wanted)s>.")
                % {"found": tag, "wanted": ROOT}
            )
        self.path.append(tag)
        self.words.clear()
        if tag in KINDS:
            self.told.clear()

    def text(self, words: str) -> None:
        """What stands in an element."""
        self.words.append(words)

    def end(self, tag: str) -> None:
        """An element ends: its text belongs to the entry, which is ready at its own end."""
        self.path.pop()
        if tag in KINDS:
            self.found.append(_listed(KINDS[tag], self.told))
        elif words := "".join(self.words).strip():
            outer = self.path[-1] if self.path else ""
            self.told[
                f"{outer}/{tag}" if tag in {"VALUE", "COUNTRY", "YEAR", "DATE"} else tag
            ].append(words)
        self.words.clear()


def _listed(kind: str, told: dict[str, list[str]]) -> Listed:
    key = "".join(told["REFERENCE_NUMBER"][:1]) or "".join(told["DATAID"][:1])
    main = " ".join(part for tag in NAMES for part in told[tag][:1])
    names = names_of([main, *told["NAME_ORIGINAL_SCRIPT"], *told["ALIAS_NAME"]])
    if not key or not names:
        raise DomainError(
            _("An entry has no %(what)s. Fetch the file again.")
            % {"what": "REFERENCE_NUMBER" if not key else "FIRST_NAME"}
        )
    born = "INDIVIDUAL_DATE_OF_BIRTH"
    return Listed(
        plain(key),
        kind,
        names,
        in_short([*told[f"{born}/DATE"], *told[f"{born}/YEAR"]]),
        in_short([*told["NATIONALITY/VALUE"], *told["ENTITY_ADDRESS/COUNTRY"]]),
        in_short([*told["DESIGNATION/VALUE"], *told["COMMENTS1"]], LONGEST_REMARK),
    )
