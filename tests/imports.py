"""Files of customers as people hand them in, and the steps from upload to result through pages."""

from __future__ import annotations

import io
import uuid
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.core import jobs
from crm.core.files import Draft, Received
from crm.core.idempotency import FIELD
from customers.imports import operations
from customers.imports.chunks import AREA
from customers.imports.columns import FIELDS
from customers.imports.load import IMPORT
from customers.models import ImportRun
from tests.factories import mobile, resident_id, serials

RIGHTS = (
    IMPORT,
    "customers.view_importrun",
    "customers.add_importrun",
    "customers.change_importrun",
    "customers.discard_importrun",
    "customers.view_customer",
    "core.view_job",
    "core.cancel_job",
    "core.retry_job",
)
CHINESE = (
    "客户号", "客户类型", "客户名称", "证件类型", "证件号码", "国家/地区", "出生/成立日期", "性别",
    "手机号码", "电子邮箱", "城市", "地址", "机构号", "客户经理工号", "开户日期", "状态",
)  # fmt: skip


class Sheet(SimpleUploadedFile):
    """A file that can be sent more than once."""

    def read(self, *args: Any) -> bytes:
        """All of it, each time."""
        self.seek(0)
        return super().read(*args)


def row(branch: Any, **changes: str) -> dict[str, str]:
    """A right row of a customer of a branch."""
    return {
        "customer_no": f"Q{next(serials):07d}",
        "kind": "person",
        "name": f"陈小{chr(0x4E00 + next(serials) % 20000)}",
        "document_type": "resident_id",
        "document_number": resident_id(),
        "country": "CN",
        "birth_or_founding_date": "1985-06-15",
        "gender": "F",
        "mobile": mobile(),
        "email": f"c{next(serials)}@example.com",
        "city": "杭州",
        "address": f"弄堂{next(serials)}号",
        "branch_code": branch.code,
        "manager_no": "",
        "opened_on": "2015-01-31",
        "status": "active",
    } | changes


def csv(*rows: dict[str, str], header: Any = FIELDS, separator: str = ",") -> str:
    """Rows as the text of a file."""
    lines = [separator.join(header), *(separator.join(row.values()) for row in rows)]
    return "\n".join(lines) + "\n"


def xlsx(*rows: dict[str, str], header: Any = FIELDS) -> bytes:
    """Rows as a workbook."""
    book = openpyxl.Workbook()
    book.active.append(list(header))
    for one in rows:
        book.active.append(list(one.values()))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def sheet(content: str | bytes, name: str = "customers.csv") -> Sheet:
    """A file as a browser sends it."""
    data = content.encode() if isinstance(content, str) else content
    return Sheet(name, data, content_type="application/octet-stream")


def handed_in(owner: Any, content: str | bytes, name: str = "customers.csv") -> ImportRun:
    """An import that somebody has just uploaded."""
    draft = Draft(AREA)
    draft.write(content.encode() if isinstance(content, str) else content)
    draft.finish()
    return operations.receive(Received(draft, name), by=owner)


def checked(owner: Any, branch: Any, **changes: str) -> ImportRun:
    """An import of one customer that has been tried out."""
    run = handed_in(owner, csv(row(branch, **changes)), f"Kundendatei {next(serials)}.csv")
    run = operations.check(run, by=owner, columns=run.columns, system=run.system)
    jobs.run(run.trial_id)
    run.refresh_from_db()
    return run


def send(client: Any, address: str, **data: Any) -> Any:
    """Send a form of ours."""
    return client.post(address, {FIELD: str(uuid.uuid4()), **data})


def upload(client: Any, content: str | bytes, name: str = "customers.csv") -> Any:
    """Hand in a file."""
    return send(client, "/customers/imports/add/", file=sheet(content, name))


def columns_of(client: Any, run: ImportRun, **changes: str) -> dict[str, str]:
    """What the page about the columns holds, with changes by the name of the column."""
    form = client.get(f"/customers/imports/{run.pk}/columns/").context["form"]
    data = {name: str(form[name].value() or "") for name in form.fields}
    by_label = {form[name].label: name for name in form.fields}
    return data | {by_label[label]: value for label, value in changes.items()}
