"""What the system does of itself from time to time, in the bank's words, and how it went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import sync_to_async

from .clock import now
from .models import RegularRun, Text

_words: dict[str, Text] = {}


def name_work(words: Mapping[Any, Text]) -> None:
    """Say what regular work is called, by its task; each run of it is noted from now on."""
    for task, said in words.items():
        _words[task.name] = said
        is_async = iscoroutinefunction(task.func)
        task.task_middleware.append(_noted_async if is_async else _noted)


def work_words(name: str) -> str:
    """What the work of a task is called; its name if nobody says it."""
    return str(_words.get(name, name))


def _noted(work: Callable[[], Any], context: Any, _worker: Any) -> Any:
    """Do regular work, and note when it began and how it ended."""
    _note_begin(context.job)
    try:
        done = work()
    except BaseException:
        _note_end(context.job, has_failed=True)
        raise
    _note_end(context.job)
    return done


async def _noted_async(work: Callable[[], Awaitable[Any]], context: Any, _worker: Any) -> Any:
    await sync_to_async(_note_begin)(context.job)
    try:
        done = await work()
    except BaseException:
        await sync_to_async(_note_end)(context.job, has_failed=True)
        raise
    await sync_to_async(_note_end)(context.job)
    return done


def _note_begin(job: Any) -> None:
    began = now()
    due = dt.datetime.fromtimestamp(job.task_kwargs["timestamp"], tz=dt.UTC)
    run = RegularRun(task=job.task_name, due_at=due, began_at=began, first_at=began)
    RegularRun.objects.bulk_create(
        [run],
        update_conflicts=True,
        unique_fields=["task"],
        update_fields=["due_at", "began_at", "ended_at", "has_failed"],
    )


def _note_end(job: Any, *, has_failed: bool = False) -> None:
    RegularRun.objects.filter(task=job.task_name).update(ended_at=now(), has_failed=has_failed)
