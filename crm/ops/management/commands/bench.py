"""`manage.py bench [--json FILE]`: what the pages cost, beside the floor in the same run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import Client, override_settings

from crm.core.idempotency import FIELD
from crm.ops.bench.floor import MIDDLEWARE
from crm.ops.bench.measure import Figures, measure
from customers.models import Customer
from sysadmin.models import User

HOST = {"host": "localhost"}


class Command(BaseCommand):
    """Measure list, page and change of customers as one user, and the floor."""

    help = "Measures what the pages cost. Changes one customer's city to and fro."

    def add_arguments(self, parser: CommandParser) -> None:
        """As whom, how often, and where to write."""
        parser.add_argument("--as", dest="user", default="shen.zhiheng", help="user name")
        parser.add_argument("--rounds", type=int, default=40, help="requests a batch, of five")
        parser.add_argument("--json", type=Path, help="file for the figures")

    def handle(self, **options: Any) -> None:
        """Print a line a page, with the ratio to the floor."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError("There is no such user. Name one after --as.")
        figures: list[Figures] = []
        say = self.stdout.write
        say(f"{Customer.objects.count()} customers, as {user.username}")
        heads = ("web", "db", "cpu ms", "p50", "p95")
        say(f"{'page':<26}{''.join(f'{head:>8}' for head in heads)}{'queries':>9}{'×':>7}")
        for name, request in requests_of(user):
            found = measure(name, request, rounds=options["rounds"])
            figures.append(found)
            ratio = found.cpu_ms / figures[0].cpu_ms
            say(
                f"{name:<26}{found.web_cpu_ms:>8}{found.database_cpu_ms:>8}{found.cpu_ms:>8.2f}"
                f"{found.p50_ms:>8}{found.p95_ms:>8}{found.queries:>9}{ratio:>7.2f}"
                + ("" if found.status < 400 else f"  status {found.status}")
            )
        if options["json"]:
            options["json"].write_text(json.dumps([f.as_dict() for f in figures], indent=1))


def requests_of(user: User) -> Iterator[tuple[str, Callable[[], int]]]:
    """The floor first, then each page as a function that sends one request."""
    client = Client(headers=HOST)
    client.force_login(user)
    customer = Customer.objects.permitted(user, "change").order_by("pk").first()
    if customer is None:
        raise CommandError("This user may change no customer. Name another one after --as.")
    own = f"/customers/{customer.pk}/"

    def get(address: str) -> Callable[[], int]:
        return lambda: client.get(address).status_code

    def floor() -> int:
        with override_settings(ROOT_URLCONF="crm.ops.bench.floor"):
            return bare.get("/floor/").status_code

    with override_settings(MIDDLEWARE=MIDDLEWARE):
        bare = Client(headers=HOST)
        bare.force_login(user)
        bare.handler.load_middleware()
    yield "floor", floor
    yield "list, first page", get("/customers/")
    yield "list, filtered, sorted", get("/customers/?status=active&kind=person&sort=-opened_on")
    yield "list, count", get("/customers/count/")
    yield "customer page", get(own)
    yield "customer history panel", get(f"{own}history/")
    yield "form to change", get(f"{own}change/")
    yield "change saved", lambda: change(client, customer)


def change(client: Client, customer: Customer) -> int:
    """Save a form that changes the city, as a browser sends it."""
    customer.refresh_from_db()
    form = {
        "name": customer.name,
        "latin_name": customer.latin_name,
        "country": customer.country,
        "gender": customer.gender,
        "born_on": customer.born_on or "",
        "founded_on": customer.founded_on or "",
        "opened_on": customer.opened_on,
        "city": "杭州" if customer.city != "杭州" else "宁波",
        "address": customer.address,
        "home_branch": customer.home_branch_id,
        "lead_manager": customer.lead_manager_id or "",
        "version": customer.version,
        FIELD: str(uuid.uuid4()),
    }
    return client.post(f"/customers/{customer.pk}/change/", form).status_code
