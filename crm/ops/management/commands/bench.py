"""`manage.py bench [--only PREFIX] [--json FILE] [--against FILE]`: what the pages cost.

Each figure stands beside the floor of the same run, a bare page with session, user and a list. The
plans of lists are looked through for what reads or sorts a big table as a whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test import Client, override_settings

from crm.ops.bench.floor import MIDDLEWARE
from crm.ops.bench.lists import combined_cases, list_cases
from crm.ops.bench.loads import Loaded, loads
from crm.ops.bench.measure import Effort, Figures, measure
from crm.ops.bench.memory import worker_memory_mb
from crm.ops.bench.pages import Subject, customer_cases, saving_cases, search_cases
from crm.ops.bench.people import Persona, personas
from crm.ops.bench.plain import plain_lists
from crm.ops.bench.plans import Offence, offences_of
from crm.ops.bench.risk import CASES, nights, risk_cases
from crm.ops.bench.service import DESK, REQUESTS, desk_cases, queue_cases, work_cases
from crm.ops.own_cluster import own_cluster_running
from crm.ops.postgres import ClusterError
from customers.models import Customer
from sysadmin.models import User

HOST = {"host": "localhost"}
TIMEOUT_MS = 15_000  # as long as a statement of a page may take in the web process
WIDTH = 32
FLOOR = "floor"
# work on many rows, by what the names of its parts begin with
WORKS = {"load": loads, "night": nights}
# groups of cases in which no statement may read or sort a big table as a whole
PLANNED = ("list", "reach", "desk", "queue", "work", "risk")
Case = tuple[str, Callable[[], int]]


class Command(BaseCommand):
    """Measure lists, searches, pages and what is saved, and the floor."""

    help = (
        "Measures what the pages cost, and how fast files are taken. Changes one customer's city "
        "to and fro, and enters customers: for installations with invented data."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """As whom, what, how often, and where to write."""
        parser.add_argument("--as", dest="user", default="shen.zhiheng", help="for single pages")
        parser.add_argument("--only", default="", help="cases whose names begin with this")
        parser.add_argument("--rounds", type=int, default=40, help="requests a batch, of five")
        parser.add_argument("--seconds", type=float, default=4.0, help="longest time a case")
        parser.add_argument(
            "--rows", type=int, default=20_000, help="rows of a file, customers of a night"
        )
        parser.add_argument("--json", type=Path, help="file for the figures")
        parser.add_argument("--against", type=Path, help="file of an earlier run to compare with")

    def handle(self, **options: Any) -> None:
        """Start the own cluster if it does not run, measure, and stop it again."""
        try:
            with own_cluster_running() as own:
                if own is None:
                    self.run(options)
                    return
                call_command("collectstatic", interactive=False, verbosity=0)
                self.run(options)
                connection.close()  # before the cluster stops
        except ClusterError as error:
            raise CommandError(str(error)) from error

    def run(self, options: dict[str, Any]) -> None:
        """Print a line a case, then memory and growth."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError("There is no such user. Name one after --as.")
        with connection.cursor() as cursor:
            for name, value in (settings.PAGE_SETTINGS | {"statement_timeout": TIMEOUT_MS}).items():
                cursor.execute("select set_config(%s, %s, false)", [name, f"{value}"])
        bench = Bench(user)
        count = Customer.objects.count()
        load = " ".join(f"{each:.1f}" for each in os.getloadavg())
        self.say(f"{count:,} customers; single pages as {user.username}; load {load}")
        for persona in bench.personas:
            self.say(f"{persona.reach:<9} {persona.customers:>10,}  {persona.user.username}")
        effort = Effort(options["rounds"], options["seconds"])
        figures = self.measured(bench, options["only"], effort)
        taken = self.taken(options["only"], options["rows"])
        memory = bench.memory() if "memory".startswith(options["only"]) else 0.0
        if memory:
            self.say(f"memory of a web worker after 200 requests: {memory} MB PSS")
        plans = self.plans(bench, options["only"])
        if options["json"]:
            report = {
                "customers": count,
                "load": load,
                "memory_mb": memory,
                "figures": [each.as_dict() for each in figures],
                "loads": [each.as_dict() for each in taken],
                "plans": [each.as_dict() for each in plans],
            }
            options["json"].write_text(json.dumps(report, indent=1))
        if options["against"]:
            self.tell_growth(figures, json.loads(options["against"].read_text()))

    def measured(self, bench: Bench, only: str, effort: Effort) -> list[Figures]:
        """Measure and tell each case beside the floor of its group."""
        heads = ("web", "db", "cpu ms", "p50", "p95", "queries", "× floor", "times")
        self.say(f"{'':<{WIDTH}}" + "".join(f"{head:>9}" for head in heads))
        figures: list[Figures] = []
        floor_ms = 0.0
        for name, request in bench.cases(only):
            found = measure(name, request, effort)
            if name == FLOOR:
                floor_ms = found.cpu_ms
            found = replace(found, floor_ms=floor_ms)
            figures.append(found)
            self.say(
                f"{name:<{WIDTH}}{found.web_cpu_ms:>9.1f}{found.database_cpu_ms:>9.1f}"
                f"{found.cpu_ms:>9.1f}{found.p50_ms:>9.1f}{found.p95_ms:>9.1f}{found.queries:>9}"
                f"{found.ratio:>9.2f}{found.requests:>9}" + found.remark
            )
        return figures

    def plans(self, bench: Bench, only: str) -> list[Offence]:
        """Tell which statements of the lists read or sort a big table as a whole."""
        cases = [case for case in bench.cases(only) if case[0].startswith(PLANNED)]
        found = [offence for name, request in cases for offence in offences_of(name, request)]
        for offence in found:
            self.say(f"plan of {offence}")
        if cases and not found:
            self.say(f"plans of {len(cases)} cases: nothing big is read or sorted as a whole")
        return found

    def taken(self, only: str, rows: int) -> list[Loaded]:
        """Measure and tell how many rows of files or customers of a night are done in a second."""
        works = [w for name, w in WORKS.items() if name.startswith(only) or only.startswith(name)]
        if not works:
            return []
        heads = ("rows/s", "web us", "db us", "rows")
        self.say(f"{'':<{WIDTH}}" + "".join(f"{head:>9}" for head in heads))
        found = []
        for each in chain.from_iterable(work(rows) for work in works):
            found.append(each)
            self.say(
                f"{each.name:<{WIDTH}}{each.by_second:>9,.0f}{each.web_cpu_us:>9.1f}"
                f"{each.database_cpu_us:>9.1f}{each.rows:>9,}"
            )
        return found

    def tell_growth(self, figures: list[Figures], before: dict[str, Any]) -> None:
        """How much more each case costs than in an earlier run, both beside their floors."""
        earlier = {each["name"]: each for each in before["figures"]}
        self.say(f"\nagainst {before['customers']:,} customers; cpu beside the floor of each run")
        self.say(
            f"{'':<{WIDTH}}{'cpu then':>9}{'cpu now':>9}{'growth':>9}{'p95 then':>10}{'p95 now':>9}"
        )
        for now in figures:
            if then := earlier.get(now.name):
                growth = now.ratio / then["ratio"]
                self.say(
                    f"{now.name:<{WIDTH}}{then['cpu_ms']:>9.1f}{now.cpu_ms:>9.1f}{growth:>9.2f}"
                    f"{then['p95_ms']:>10.1f}{now.p95_ms:>9.1f}"
                )

    def say(self, text: str) -> None:
        """Write a line at once."""
        self.stdout.write(text)
        self.stdout.flush()


class Bench:
    """The cases of a run, and the users in whose names they are sent."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.personas: list[Persona] = personas()
        self.client = signed_in(user)
        self.clients = clients_of(self.personas)
        self.subject = Subject.within(user)
        if self.subject is None:
            raise CommandError(
                "This user may change no person who has a document, a mobile and an account. Name "
                "another one after --as."
            )

    def cases(self, only: str) -> Iterator[Case]:
        """Each case whose name begins as asked; before each group the floor, as machines vary."""
        floor = self.floor()
        for group, cases in self.groups().items():
            if only.startswith(group) or group.startswith(only):
                yield FLOOR, floor
                yield from (case for case in cases() if case[0].startswith(only))

    def groups(self) -> dict[str, Callable[[], Iterator[Case]]]:
        """What the names of cases begin with, and the cases, made when they are wanted."""
        subject = self.subject
        assert subject is not None  # noqa: S101 - for the checker of types
        widest = self.personas[-1]
        return {
            "sql": lambda: plain_lists(self.personas),
            "list": lambda: list_cases(self.clients[widest.reach], widest.reach),
            "reach": lambda: combined_cases(self.clients, self.personas),
            "desk": lambda: self.as_those_who_may(DESK, desk_cases),
            "queue": lambda: self.as_those_who_may(REQUESTS, queue_cases),
            "risk": lambda: self.as_those_who_may(CASES, risk_cases),
            "work": lambda: work_cases(self.clients, self.personas),
            "search": lambda: search_cases(self.clients[widest.reach], subject),
            "customer": lambda: customer_cases(self.client, subject),
            "save": lambda: saving_cases(self.client, subject),
        }

    @staticmethod
    def as_those_who_may(
        action: str, cases: Callable[[dict[str, Client], list[Persona]], Iterator[Case]]
    ) -> Iterator[Case]:
        """Cases in the names of those who may take an action, one of each reach."""
        found = personas(action)
        return cases(clients_of(found), found)

    def floor(self) -> Callable[[], int]:
        """Sends a request to the bare page."""
        with override_settings(MIDDLEWARE=MIDDLEWARE):
            bare = signed_in(self.user)
            bare.handler.load_middleware()

        def floor() -> int:
            with override_settings(ROOT_URLCONF="crm.ops.bench.floor"):
                return bare.get("/floor/").status_code

        return floor

    def memory(self) -> float:
        """What a worker holds after lists, pages and panels."""
        own = f"/customers/{self.subject.customer.pk}/" if self.subject else "/"
        addresses = ["/customers/", own, f"{own}holdings/", f"{own}history/", f"{own}change/"]
        return worker_memory_mb(self.client, addresses)


def clients_of(personas: list[Persona]) -> dict[str, Client]:
    """A signed-in client for each reach."""
    return {each.reach: signed_in(each.user) for each in personas}


def signed_in(user: User) -> Client:
    """A client as a browser in which the user is signed in; failures are answers."""
    client = Client(headers=HOST, raise_request_exception=False)
    client.force_login(user)
    return client
