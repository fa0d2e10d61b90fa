"""Log lines: one a record, control characters escaped, no personal data."""

from __future__ import annotations

import json
import logging
import traceback

from .acting import facts

FRAMES = 15


class LineFormatter(logging.Formatter):
    """One JSON object a line, with the request's number."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON, so that no value can begin a line of its own."""
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request": _number_of(record),
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            # where and of which kind, never the message: it may quote a customer's data
            frames = traceback.extract_tb(record.exc_info[2])[-FRAMES:]
            line["exception"] = record.exc_info[0].__name__
            line["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
        return "".join(map(_visible, json.dumps(line, ensure_ascii=False)))


def _number_of(record: logging.LogRecord) -> str:
    """The request's number; the framework logs some answers after the request was served."""
    return str(getattr(getattr(record, "request", None), "request_id", "") or facts().request_id)


def _visible(char: str) -> str:
    """The character, or its number where it would move a cursor or begin a line."""
    return char if char.isprintable() else json.dumps(char)[1:-1]
