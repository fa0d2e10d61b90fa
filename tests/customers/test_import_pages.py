"""Imports in the browser: upload, columns, dry run, import, result."""

import pytest

from customers.models import Customer, ImportRun
from tests.imports import CHINESE, RIGHTS, columns_of, csv, row, send, upload, xlsx
from tests.jobs import work_off


@pytest.fixture
def importer(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, importer):
    return signed_in(importer)


def tried_out(client, content, name="customers.csv"):
    """An import that was uploaded and tried out."""
    answer = upload(client, content, name)
    assert answer.status_code == 302, answer.context["form"].errors
    run = ImportRun.objects.latest("id")
    assert answer.headers["Location"] == f"/customers/imports/{run.pk}/columns/"
    data = columns_of(client, run)
    answer = send(client, f"/customers/imports/{run.pk}/columns/", **data)
    assert answer.status_code == 302, answer.context["form"].errors
    work_off()
    run.refresh_from_db()
    return run


def imported(client, content, name="customers.csv"):
    run = tried_out(client, content, name)
    answer = send(client, f"/customers/imports/{run.pk}/start/", reason="月度更新")
    assert answer.status_code == 302, answer.context["form"].errors
    work_off()
    run.refresh_from_db()
    return run


def totals(run):
    return run.status, run.rows, run.new, run.changed, run.unchanged, run.refused


@pytest.mark.proves("CI-14")
@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "xlsx"])
def test_a_file_is_uploaded_tried_out_and_imported(desk, branch, kind):
    rows = [row(branch), row(branch, mobile="123"), row(branch)]
    content, name = {
        "utf-8": (csv(*rows), "customers.csv"),
        "gb18030": (csv(*rows, header=CHINESE, separator=";").encode("gb18030"), "客户.csv"),
        "xlsx": (xlsx(*rows), "customers.xlsx"),
    }[kind]
    run = tried_out(desk, content, name)
    page = desk.get(f"/customers/imports/{run.pk}/").content.decode()
    assert run.status == "checked"
    assert not Customer.objects.exists()
    assert "This is what an import would do." in page
    assert "Mobile number wrong" in page
    answer = send(desk, f"/customers/imports/{run.pk}/start/", reason="月度更新")
    assert answer.status_code == 302
    work_off()
    run.refresh_from_db()
    assert totals(run) == ("done", 3, 2, 0, 0, 1)
    assert sorted(Customer.objects.values_list("name", flat=True)) == sorted(
        [rows[0]["name"], rows[2]["name"]]
    )
    assert "The file is imported." in desk.get(f"/customers/imports/{run.pk}/").content.decode()
