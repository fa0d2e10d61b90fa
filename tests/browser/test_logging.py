"""A contact logged without a mouse, while the telephone is put down."""

import time

import pytest
from playwright.sync_api import expect

from services.models import Contact
from tests.matrix.subjects import enter_lines

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.proves("CS-4")
@pytest.mark.parametrize("section", ["", "managers/", "history/"])
def test_one_key_the_words_and_one_more_log_a_contact_from_any_page_of_the_customer(
    at_work, bank, section
):
    enter_lines()
    page = at_work
    page.goto(f"/customers/{bank.person.pk}/{section}")
    page.keyboard.press("l")
    words = page.locator("#drawer textarea[name=summary]")
    expect(words).to_be_focused()
    page.keyboard.type("Asked about the offer.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("cell", name="Asked about the offer.")).to_be_visible()
    row = Contact.objects.get()
    assert (row.customer, row.author.user) == (bank.person, bank.manager)
    assert (row.kind, row.direction, row.purpose) == ("call", "outgoing", "care")


@pytest.mark.proves("CS-4")
def test_logging_takes_three_keys_beside_the_words(at_work, bank, record_property):
    enter_lines()
    page, pressed = at_work, []
    page.expose_function("pressed", lambda key: pressed.append(key))  # noqa: PLW0108  (wants a function of its own)
    page.add_init_script("addEventListener('keydown', (event) => pressed(event.key), true)")
    page.goto(f"/customers/{bank.person.pk}/")
    words = "Asked about the offer."
    began = time.perf_counter()
    page.keyboard.press("l")
    expect(page.locator("#drawer textarea[name=summary]")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("cell", name=words)).to_be_visible()
    seconds = time.perf_counter() - began
    assert pressed == ["l", *words, "Control", "Enter"]
    record_property("keystrokes", len(pressed))
    record_property("seconds", round(seconds, 1))
    # shown with -s: how long it takes depends on the machine, how many keys does not
    print(f"A contact logged with {len(pressed)} keystrokes in {seconds:.1f} s")  # noqa: T201


@pytest.mark.proves("CS-5")
def test_a_promise_is_made_in_the_same_go_by_keys_alone(at_work, bank, watch):
    enter_lines()
    watch.expect(422)
    page = at_work
    page.goto(f"/customers/{bank.person.pk}/")
    page.keyboard.press("l")
    expect(page.locator("#drawer textarea[name=summary]")).to_be_focused()
    page.keyboard.type("Asked for an offer.")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "promise":
            break
    page.keyboard.type("Send the offer")
    page.keyboard.press("Control+Enter")
    fault = page.locator("#drawer").get_by_text("Until when is it promised?")
    expect(fault).to_be_visible()
    until = page.locator("#drawer [name=until]")
    expect(until).to_be_focused()
    until.fill("2090-01-01")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("link", name="Send the offer")).to_be_visible()
    assert Contact.objects.get().promises.get().owner.user == bank.manager
