"""Languages and scripts."""

from collections import Counter

import pytest

from datakit.core.languages import (
    common_language,
    is_in,
    leading,
    letters_by_script,
    other_language,
    other_script,
    small_words,
)


def test_small_words_tell_the_language():
    """Each different one counts once, for every language that has it."""
    found = small_words("der hund und die katze und der vogel")
    assert leading(found) == "German"
    assert found["German"] == 3


def test_letters_tell_the_script():
    """Whatever stands between them."""
    assert letters_by_script("abc 12, где") == {"Latin": 3, "Cyrillic": 3}


def test_the_leading_one_is_the_most_frequent():
    """Of equals the first by name; nothing among none."""
    assert leading({"b": 2, "a": 2, "c": 1}) == "a"
    assert leading({"b": 2, "a": 2}, but="a") == "b"
    assert leading({}) == ""


def test_another_language_has_two_words_more_and_twice_as_many():
    """Less may be a name, or a word that languages share."""
    assert other_language(Counter(German=4, English=2), "English") == "German"
    assert other_language(Counter(German=5, English=3), "English") == ""
    assert other_language(Counter(German=1), "English") == ""
    assert other_language(Counter(English=9), "English") == ""


def test_another_script_has_half_of_the_letters_and_five():
    """Less may be a name, or an emoticon."""
    assert other_script(Counter(Cyrillic=5, Latin=5), "Latin") == "Cyrillic"
    assert other_script(Counter(Cyrillic=4), "Latin") == ""
    assert other_script(Counter(Latin=9), "Latin") == ""


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["where is the station", "der bus is late"], "English"),
        (["wo ist der bahnhof und die post", "the bus"], "German"),
        (["很快好吃", "没有送水", "ok"], "Chinese or Japanese"),
        (["gdzie?", "где вокзал"], "Cyrillic"),
        (["nike air max", "chạy bộ nam giá rẻ không đắt"], ""),
        (["great movie"], ""),
        ([], ""),
    ],
)
def test_the_common_language_is_told_by_its_share_of_small_words(texts, language):
    """Nothing where it is not clear; another script by its name."""
    assert common_language(texts) == language


def test_a_text_is_in_the_language_that_no_other_surpasses():
    """Among equals, and without a small word, in the common one."""
    assert is_in("English", "where is the station", "German")
    assert not is_in("English", "wo ist der bahnhof", "English")
    assert is_in("English", "station!", "English")
    assert not is_in("English", "station!", "German")
    assert not is_in("English", "so was", "German")
    assert not is_in("English", "где вокзал hotel", "English")
    assert not is_in("English", "station", "")
