"""Rates of currencies by date, and parameters with bounds and history."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils.html import escape

from config_admin.figures.declared import parameters
from config_admin.figures.operations import draw_number
from config_admin.figures.own import CALENDAR_WARNING, LONGEST_DEADLINE, RATE_STEP
from config_admin.figures.values import in_base_currency, rate_on, value_of
from config_admin.models import CurrencyRate, NumberSeries, ParameterValue
from crm.core.clock import bank_today, clock_at
from crm.core.models import Approval, AuditEvent
from crm.core.operations import DomainError
from crm.ops.roles import CONFIGURE
from sysadmin.models import Grant, system_user
from tests.deciding import INBOX, decide
from tests.factories import (
    CurrencyRateFactory,
    GrantFactory,
    NumberSeriesFactory,
    ServiceTypeFactory,
    StaffMemberFactory,
)

RATE_ADD = "/configuration/currency-rates/add/"
VALUE_ADD = "/configuration/parameters/add/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def client(signed_in, person, bank):
    """Somebody who configures."""
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


def new_rate(**values):
    return {"currency": "USD", "on": "2026-11-01", "rate": "7.1025", "source": "CFETS"} | values


@pytest.mark.proves("BC-9")
def test_a_rate_holds_from_its_day_until_the_next(client, keyed):
    assert client.post(RATE_ADD, keyed(**new_rate())).status_code == 302
    assert client.post(RATE_ADD, keyed(**new_rate(on="2026-11-15", rate="7.2"))).status_code == 302
    assert rate_on("USD", dt.date(2026, 11, 14)) == Decimal("7.1025")
    assert rate_on("USD", dt.date(2026, 11, 15)) == Decimal("7.2")
    assert rate_on("CNY", dt.date(1999, 1, 1)) == 1
    worth = in_base_currency(Decimal("100.00"), "USD", dt.date(2026, 11, 1))
    assert worth == Decimal("710.25")
    with pytest.raises(DomainError, match="There is no rate of USD for 31 Oct 2026"):
        rate_on("USD", dt.date(2026, 10, 31))


@pytest.mark.proves("BC-9")
@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"rate": "0"}, "rate", "Enter a rate above zero."),
        ({"rate": "-7"}, "rate", "Enter a rate above zero."),
        ({"rate": ""}, "rate", "Enter the rate."),
        ({"currency": "CNY"}, "currency", "its rate is always one"),
        ({"on": "2026-10-01"}, "on", "from this day already"),
    ],
)
def test_rates_that_make_no_sense_are_refused_beside_their_field(
    client, keyed, values, field, said
):
    CurrencyRateFactory(on=dt.date(2026, 10, 1))
    answer = client.post(RATE_ADD, keyed(**new_rate(**values)))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert said in answer.context["form"].errors[field][0]
    assert CurrencyRate.objects.count() == 1


@pytest.mark.proves("BC-9")
@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("7095.3975", "This is 999 times the rate of 1 Oct 2026, 7.1025."),
        ("0.0071", "The rate of 1 Oct 2026, 7.1025, is 1,000.4 times this one."),
        ("9.00", "This departs by 26.7% from the rate of 1 Oct 2026, 7.1025."),
    ],
)
def test_a_rate_far_from_the_last_is_asked_for_once_more(client, keyed, rate, said):
    CurrencyRateFactory(on=dt.date(2026, 10, 1), rate=Decimal("7.1025"))
    sent = new_rate(rate=rate)
    asked = client.post(RATE_ADD, keyed(**sent))
    assert asked.status_code == 422
    assert asked.context["form"].errors == {"rate": [f"{said} Tick below if it is meant."]}
    page = asked.content.decode()
    assert f'name="rate_is_meant" value="{rate}"' in page
    assert 'value="CFETS"' in page
    # the tick holds for the rate that was asked about, not for another one
    other = client.post(RATE_ADD, keyed(**sent | {"rate": "71025", "rate_is_meant": rate}))
    assert other.status_code == 422
    assert CurrencyRate.objects.count() == 1
    assert client.post(RATE_ADD, keyed(rate_is_meant=rate, **sent)).status_code == 302
    assert CurrencyRate.objects.get(on="2026-11-01").rate == Decimal(rate)


@pytest.mark.proves("BC-9")
def test_how_far_a_rate_may_step_is_a_parameter_of_the_bank(client, keyed):
    held = CurrencyRateFactory(on=dt.date(2026, 11, 1), rate=Decimal("7.1025"))
    page = f"/configuration/currency-rates/{held.pk}/change/"
    client.post(RATE_ADD, keyed(**new_rate(on="2026-11-02", rate="7.2")))
    sent = {"rate": "8.0", "source": "CFETS"}
    client.post(VALUE_ADD, keyed(**new_value("5", bank_today(), RATE_STEP)))
    asked = client.post(page, keyed(version=held.version, **sent))
    assert "This departs by 11.1% from the rate of 2 Nov 2026, 7.20" in asked.content.decode()
    ticked = keyed(version=held.version, rate_is_meant="8.0", **sent)
    assert client.post(page, ticked).status_code == 302
    # nothing is asked of a rate that stays as it is
    held.refresh_from_db()
    kept = keyed(version=held.version, rate="8.0", source="ECB")
    assert client.post(page, kept).status_code == 302


@pytest.mark.proves("BC-9")
def test_a_rate_is_shown_without_needless_zeros(client):
    held = CurrencyRateFactory(currency="JPY", rate=Decimal("0.04793510"))
    CurrencyRateFactory(currency="EUR", rate=Decimal(8))
    listed = client.get("/configuration/currency-rates/").content.decode()
    assert ">0.0479351<" in listed
    assert ">8.0000<" in listed
    page = f"/configuration/currency-rates/{held.pk}/"
    shown = client.get(page).content.decode()
    assert "0.0479351" in shown
    assert "0.04793510" not in shown
    assert 'value="0.0479351"' in client.get(f"{page}change/").content.decode()


def new_value(value, first, parameter=CALENDAR_WARNING):
    return {"code": parameter.code, "value": value, "first_day": first.isoformat()}


@pytest.mark.proves("BC-9")
def test_a_parameter_gets_a_new_value_from_a_day_on_and_keeps_its_history(client, keyed):
    today = bank_today()
    assert value_of(CALENDAR_WARNING) == CALENDAR_WARNING.usual
    assert client.post(VALUE_ADD, keyed(**new_value("60", today))).status_code == 302
    assert client.post(VALUE_ADD, keyed(**new_value("30", today + 10 * DAY))).status_code == 302
    assert value_of(CALENDAR_WARNING) == 60
    assert value_of(CALENDAR_WARNING, today + 9 * DAY) == 60
    assert value_of(CALENDAR_WARNING, today + 10 * DAY) == 30
    history = ParameterValue.objects.order_by("valid").values_list("value", "valid")
    assert [(value, valid.upper) for value, valid in history] == [
        ("60", today + 10 * DAY),
        ("30", None),
    ]
    listed = client.get("/configuration/parameters/", {"now": "true"})
    assert [row.record.value for row in listed.context["table"].rows] == ["60"]


@pytest.mark.proves("BC-9")
@pytest.mark.parametrize(
    ("value", "days", "field", "said"),
    [
        ("0", 0, "value", "Enter a whole number from 1 to 365."),
        ("366", 0, "value", "Enter a whole number from 1 to 365."),
        ("1.5", 0, "value", "Enter a whole number"),
        ("many", 0, "value", "Enter a whole number"),
        ("NaN", 0, "value", "Enter a whole number"),
        ("60", -1, "first_day", "Enter today or later."),
        ("60", 4, "first_day", "Choose a later day."),
    ],
)
def test_values_out_of_bounds_or_out_of_turn_are_refused(client, keyed, value, days, field, said):
    today = bank_today()
    client.post(VALUE_ADD, keyed(**new_value("45", today + 5 * DAY)))
    answer = client.post(VALUE_ADD, keyed(**new_value(value, today + days * DAY)))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert said in answer.context["form"].errors[field][0]
    assert ParameterValue.objects.count() == 1


@pytest.mark.proves("BC-9")
def test_a_parameter_bites_at_once_where_the_program_goes_by_it(client, keyed):
    service = ServiceTypeFactory()
    deadline = {"step": "response", "priority": "high", "amount": 20, "unit": "calendar_days"}
    client.post(VALUE_ADD, keyed(**new_value("10", bank_today(), LONGEST_DEADLINE)))
    address = "/configuration/service-deadlines/add/"
    answer = client.post(address, keyed(service=service.pk, **deadline))
    assert answer.context["form"].errors["amount"] == ["This is too long. Enter 10 at most."]


@pytest.mark.proves("BC-9")
def test_every_parameter_is_shown_with_its_usual_value_from_the_beginning(client, keyed):
    call_command("first_values", verbosity=0)
    page = client.get("/configuration/parameters/?size=100").content.decode()
    for one in parameters():
        assert escape(str(one.label)) in page
        assert value_of(one) == one.usual
    assert client.post(VALUE_ADD, keyed(**new_value("60", bank_today()))).status_code == 302
    assert value_of(CALENDAR_WARNING) == 60


@pytest.mark.proves("BC-9")
def test_numbers_are_given_one_after_another_and_begin_anew_each_year(client, keyed):
    sent = {"name": "Cases", "name_zh": "工单", "code": "case", "prefix": "SR", "digits": 4}
    answer = client.post("/configuration/number-series/add/", keyed(is_yearly="on", **sent))
    assert answer.status_code == 302
    twin = keyed(is_yearly="on", **sent | {"code": "twin"})
    refused = client.post("/configuration/number-series/add/", twin)
    assert "Another series begins so" in refused.content.decode()
    system = system_user()
    with clock_at(dt.datetime(2026, 12, 31, 12, tzinfo=dt.UTC)):
        assert [draw_number("case", by=system) for _n in range(2)] == ["SR20260001", "SR20260002"]
        assert NumberSeries.objects.get().shown_next == "SR20260003"
    # seven in the morning of New Year's Day in Shanghai
    with clock_at(dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC)):
        assert NumberSeries.objects.get().shown_next == "SR20270001"
        assert draw_number("case", by=system) == "SR20270001"


@pytest.mark.proves("BC-9")
def test_a_series_that_is_used_up_or_unknown_gives_no_number(client, keyed):
    series = NumberSeriesFactory(prefix="SR", digits=3, drawn=998, is_yearly=False)
    system = system_user()
    assert draw_number(series.code, by=system) == "SR999"
    with pytest.raises(DomainError, match=r"is used up\. Give it more digits\."):
        draw_number(series.code, by=system)
    with pytest.raises(DomainError, match="There is no number series"):
        draw_number("unknown", by=system)
    series.refresh_from_db()
    data = {"name": "x", "name_zh": "x", "prefix": "SR", "version": series.version}
    page = f"/configuration/number-series/{series.pk}/change/"
    for digits, said in (("0", "Enter 3 to 12 digits."), ("13", "Enter 3 to 12 digits.")):
        answer = client.post(page, keyed(digits=digits, **data))
        assert answer.context["form"].errors["digits"] == [said]
    answer = client.post(page, keyed(digits="5", **data | {"prefix": "工单"}))
    assert set(answer.context["form"].errors) == {"prefix"}
    assert client.post(page, keyed(digits="5", **data)).status_code == 302
    assert draw_number(series.code, by=system) == "SR01000"


@pytest.mark.proves("BC-9")
def test_a_new_value_of_a_parameter_waits_where_a_policy_asks(
    client, signed_in, bank, keyed, deciders, held_back
):
    held_back("config_admin.set_value/1")
    before = value_of(CALENDAR_WARNING)
    sent = {"code": CALENDAR_WARNING.code, "first_day": bank_today().isoformat()}
    assert client.post(VALUE_ADD, keyed(**sent, value="400")).status_code == 422
    assert not Approval.objects.exists()
    assert client.post(VALUE_ADD, keyed(**sent, value="30")).status_code == 302
    assert value_of(CALENDAR_WARNING) == before
    second = StaffMemberFactory(branch=bank).user
    GrantFactory(user=second, role=deciders, branch=bank, extent=Grant.Reach.BANK)
    desk = signed_in(second)
    page = desk.get(f"{INBOX}?decide=true").content.decode()
    assert str(CALENDAR_WARNING.label) in page
    assert decide(desk, "approve").status_code == 302
    assert value_of(CALENDAR_WARNING) == 30
    row = ParameterValue.objects.get(code=CALENDAR_WARNING.code, valid__startswith=bank_today())
    assert AuditEvent.objects.get(table_name=row._meta.db_table, row_key=row.pk).actor == second
