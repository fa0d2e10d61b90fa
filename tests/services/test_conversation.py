"""What is said about a request stays, the first reply is the answer, and the checklist holds."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from config_admin.services.placeholders import PLACEHOLDERS
from crm.core.acting import acting
from crm.core.formats import last_moment
from crm.core.operations import broken_rule
from services.models import RequestEntry
from sysadmin.models import system_user
from tests.factories import ReplyTemplateFactory, RequestCheckFactory, RequestEntryFactory


@pytest.fixture
def say(keyed, desk):
    """Writes in the conversation of a request."""

    def write(request, kind, text):
        answer = desk.post(f"/service/requests/{request.pk}/write/", keyed(kind=kind, text=text))
        request.refresh_from_db()
        return answer

    return write


@pytest.mark.proves("CS-1")
def test_the_conversation_shows_replies_messages_and_notes_newest_first(desk, mine, say):
    say(mine, "message", "Where is my card?")
    say(mine, "note", "Courier asked.")
    assert say(mine, "reply", "It <b>comes</b> tomorrow.").status_code == 302
    page = desk.get(f"/service/requests/{mine.pk}/conversation/").content.decode()
    places = [page.index(text) for text in ("It &lt;b&gt;comes", "Courier asked.", "Where is")]
    assert places == sorted(places)


@pytest.mark.proves("CS-2")
def test_the_first_reply_is_the_answer_and_a_note_is_none(mine, say):
    say(mine, "note", "Asked a colleague.")
    assert mine.responded_at is None
    say(mine, "reply", "We are on it.")
    first = mine.responded_at
    assert first == mine.entries.latest("id").at
    assert mine.due_at == mine.resolution_due_at
    say(mine, "reply", "Done.")
    assert mine.responded_at == first


@pytest.mark.proves("CS-2")
@pytest.mark.parametrize(
    ("cause", "kind", "runs"),
    [
        ("answer", "message", True),
        ("documents", "message", True),
        ("appointment", "message", False),
        ("answer", "note", False),
    ],
)
def test_the_clock_runs_again_with_what_the_customer_was_waited_for(
    desk, mine, say, keyed, cause, kind, runs
):
    desk.post(f"/service/requests/{mine.pk}/wait/", keyed(cause=cause, reason="asked"))
    mine.refresh_from_db()
    assert mine.status == "waiting"
    say(mine, kind, "Here is the copy.")
    assert (mine.status, mine.stopped_at is None) == (
        ("in_progress", True) if runs else ("waiting", False)
    )
    said = desk.get(f"/service/requests/{mine.pk}/").content.decode()
    assert ("Its clock runs again." in said) == runs


def test_an_entry_without_words_is_refused(mine, say):
    assert say(mine, "note", "  ").status_code == 422
    assert not mine.entries.exists()


def test_what_was_said_cannot_be_changed_or_taken_back(mine):
    entry = RequestEntryFactory(request=mine)
    rows = RequestEntry._base_manager.filter(pk=entry.pk)
    for change in (lambda: rows.update(text="other"), lambda: rows._raw_delete(rows.db)):
        with (
            pytest.raises(DatabaseError) as caught,
            acting(by=system_user()),
            transaction.atomic(),
        ):
            change()
        assert "stays as it is" in str(broken_rule(RequestEntry, caught.value))
    assert rows.get().text == entry.text


def test_a_template_fills_in_what_is_known_and_leaves_the_rest_to_be_seen(desk, mine, service):
    template = ReplyTemplateFactory(
        service=service,
        text_zh="、".join(f"{{{name}}}" for name in PLACEHOLDERS),
    )
    page = desk.get(f"/service/requests/{mine.pk}/write/?template={template.pk}")
    text = page.context["form"].initial["text"]
    assert "{" not in text
    assert mine.number in text
    with translation.override("zh-hans"):
        assert last_moment(mine.resolution_due_at) in text
    assert mine.customer.name in text
    assert "银行卡挂失" in text
    other = ReplyTemplateFactory()
    page = desk.get(f"/service/requests/{mine.pk}/write/?template={other.pk}")
    assert "text" not in page.context["form"].initial


def test_a_reply_is_typed_at_once_as_its_kind_is_chosen_already(desk, mine):
    form = desk.get(f"/service/requests/{mine.pk}/write/?kind=reply").context["form"]
    assert form["kind"].value() == "reply"
    assert [field.name for field in form if "autofocus" in str(field)] == ["text"]


def test_a_value_that_looks_like_a_placeholder_stays_what_it_is(desk, mine, service, customer):
    with acting(by=system_user()):
        type(customer).objects.filter(pk=customer.pk).update(name="{deadline}")
    template = ReplyTemplateFactory(service=service, text_zh="尊敬的{customer_name}")
    page = desk.get(f"/service/requests/{mine.pk}/write/?template={template.pk}")
    assert page.context["form"].initial["text"] == "尊敬的{deadline}"


@pytest.mark.proves("CS-1")
def test_a_request_is_resolved_once_its_checklist_is_ticked(desk, keyed, step, mine, agent):
    check = RequestCheckFactory(request=mine)
    RequestCheckFactory(request=mine, is_required=False)
    refused = step(desk, mine, "resolve", outcome="done")
    assert refused.status_code == 422
    assert f"Tick on the checklist first: {check.item.name}." in refused.content.decode()
    url = f"/service/requests/{mine.pk}/checks/{check.pk}/"
    assert desk.post(url, keyed(state="ticked")).status_code == 302
    check.refresh_from_db()
    assert check.ticked_by == agent.user
    assert step(desk, mine, "resolve", outcome="done").status_code == 302
    late = desk.post(url, keyed(state="open"))
    assert late.status_code == 422
    assert "Reopen it first" in late.content.decode()


def test_a_tick_is_taken_back_while_the_request_is_at_work(desk, keyed, mine):
    check = RequestCheckFactory(request=mine)
    url = f"/service/requests/{mine.pk}/checks/{check.pk}/"
    desk.post(url, keyed(state="ticked"))
    desk.post(url, keyed(state="open"))
    check.refresh_from_db()
    assert (check.ticked_at, check.ticked_by) == (None, None)


@pytest.mark.proves("CS-1")
def test_a_line_of_the_checklist_is_ticked_by_one_click_and_the_list_alone_comes_back(
    desk, keyed, mine
):
    check = RequestCheckFactory(request=mine)
    url = f"/service/requests/{mine.pk}/checks/{check.pk}/"
    page = desk.get(f"/service/requests/{mine.pk}/").content.decode()
    assert f'hx-post="{url}"' in page
    here = {"HX-Request": "true", "HX-Target": "checklist"}
    answer = desk.post(url, keyed(state="ticked"), headers=here)
    part = answer.content.decode()
    assert answer.status_code == 200
    assert part.lstrip().startswith('<section class="card" id="checklist">')
    assert 'aria-checked="true"' in part
    # the same form opens it again
    assert '<input type="hidden" name="state" value="open">' in part
    check.refresh_from_db()
    assert check.ticked_at is not None
    assert f"{mine}: saved" not in desk.get(f"/service/requests/{mine.pk}/").content.decode()
