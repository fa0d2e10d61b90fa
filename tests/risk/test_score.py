"""Names compared across scripts: what is the same, what is not, and how well it is told apart."""

import pytest
from django.core.management import CommandError, call_command

from risk.screening.evaluation import qualities, read_pairs
from risk.screening.keys import keys_of
from risk.screening.score import score
from risk.screening.thresholds import preset

SAME = [
    ("Usama bin Ladin", "Osama bin Laden", True),
    ("NURISTANI, Abdul Aziz", "Abdul Aziz Nooristani", True),
    ("Сергей Шойгу", "Sergey Shoigu", True),
    ("عثمان أحمد عثمان الغامدي", "OTHMAN AHMED OTHMAN AL-GHAMDI", True),
    ("趙紫陽", "Zhao Ziyang", True),
    ("王励勤", "Liqin Wang", True),
    ("呂蒙", "吕蒙", True),
    ("蕭乾", "萧乾", True),
    ("萧乾", "Qian Xiao", True),
    ("施明德", "Shih Ming-teh", True),
    ("汪精卫", "Wang Ching-wei", True),
    ("Vladislav Plato Novich Petrov", "Vladislav Platonovich Petrov", True),
    ("Gamal Nasser", "Jamal Nasser", True),
    ("Антон Цветков", "Anton Zwetkow", True),
    ("ANSAR-I HEZBOLLAH", "ANSAR-E HEZBOLLAH", False),
    ("Jan Daniel Bothma", "JanDaniel Bothma", True),
    ("Daimler Aktiengesellschaft", "Daimler AG", False),
    ("HAMSHO INTERNATIONAL", "HAMSHO INTERNATIONAL GROUP", False),
    ('ООО "Газпром"', "Gazprom LLC", False),
]
OTHER = [
    ("KIM JONG SIK", "KIM SE GON", True),
    ("姚明", "姚濱", True),
    ("陈独秀", "Chen Renxi", True),
    ("خالد محمود", "Jane Doe", True),
    ("ABDUL GHAFAR SHINWARI", "ABDUL GHAFAR QURISHI ABDUL GHANI", True),
    ("Northern Bank of Chad Limited", "Northern Bank of China Limited", False),
    ("Bowne of Atlanta, Inc.", "Bowne of Boston, Inc.", False),
    ("WHALE SHIPPING LTD.", "MARBLE SHIPPING LTD", False),
]
LABELLED = """a,b,is_match,kind,schema
Usama bin Ladin,Osama bin Laden,1,alias,Person
Daimler Aktiengesellschaft,Daimler AG,1,form,Company
KIM JONG SIK,KIM SE GON,0,near,Person
WHALE SHIPPING LTD.,MARBLE SHIPPING LTD,0,near,Company
"""


@pytest.mark.parametrize(("one", "other", "is_person"), SAME)
def test_spellings_of_one_name_are_a_hit_and_share_a_key(one, other, is_person):
    assert score(one, other, is_person=is_person).value >= preset(is_person=is_person)
    assert score(other, one, is_person=is_person).value >= preset(is_person=is_person)
    assert set(keys_of(one, is_person=is_person)) & set(keys_of(other, is_person=is_person))


def test_an_initial_stands_for_a_name():
    assert score("V. Putin", "Vladimir Putin", is_person=True).value >= preset(is_person=True)


@pytest.mark.parametrize(("one", "other", "is_person"), OTHER)
def test_names_of_others_are_no_hit(one, other, is_person):
    assert score(one, other, is_person=is_person).value < preset(is_person=is_person)


@pytest.mark.parametrize("odd", ["", "   ", "???", "🙂", "x" * 5000, "a " * 3000, "\u202e\x00"])
def test_any_text_can_be_compared(odd):
    assert 0 <= score(odd, "Chen Weilin", is_person=True).value < preset(is_person=True)
    assert len(keys_of(odd, is_person=True)) < 1000


def test_a_score_says_which_words_are_alike_and_which_are_left_over():
    found = score("Doku Umarov", "UMAROV Doku Khamatovich", is_person=True)
    assert found.words == (
        ("doku", "doku", 1.0),
        ("umarov", "umarov", 1.0),
        ("", "khamatovich", 0.0),
    )
    assert found.parts["weakest"] == 1
    assert 0 < found.parts["left_over"] < 1


def test_another_number_or_country_sets_organisations_apart():
    first = score("Harbour Light Fund", "Harbour Light Fund II", is_person=False)
    again = score("Harbour Light Fund II", "Harbour Light Fund II Ltd", is_person=False)
    assert (first.parts["apart"], again.parts["apart"]) == (1, 0)
    assert first.value < again.value


def test_the_command_prints_the_quality_by_kind_of_pairs(tmp_path, capsys):
    path = tmp_path / "pairs.csv"
    path.write_text(LABELLED)

    call_command("screening", "evaluate", str(path))

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines[1:]] == [
        "all", "persons", "organisations", "alias", "form", "near",
    ]  # fmt: skip
    assert lines[1][1:] == ["4", "2", *["1.000"] * 4, lines[1][7], "1.000"]
    by_name = {quality.name: quality for quality in qualities(read_pairs(path))}
    assert (by_name["near"].matches, by_name["near"].precision) == (0, 0.0)


def test_a_renamed_column_of_labelled_pairs_is_refused(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text(LABELLED.replace("is_match", "match"))
    with pytest.raises(CommandError, match="is_match"):
        call_command("screening", "evaluate", str(path))
