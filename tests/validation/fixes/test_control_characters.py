from datakit.testing import corpus
from datakit.validation.clean import chosen, clean


def test_lost_punctuation_of_windows_1252_comes_back(text_of):
    """Of U+0080-U+009F the five without a meaning go."""
    assert text_of("control-characters", "that\x92s \x93it\x94 \x85\x81") == "that\u2019s \u201cit\u201d \u2026"


def test_the_others_go_and_what_separates_becomes_a_space(text_of):
    """Tab and line ends stay."""
    assert text_of("control-characters", "a\x00b\x0bc\x1fd\x7fe\tf\r\ng") == "ab c de\tf\r\ng"


def test_damage_is_undone_first():
    """Where mojibake is to be mended too, its control characters are part of it, whatever is named first."""
    rows = corpus([("caf\u00c3\u00a9 \u00e2\x80\x9cso\u00e2\x80\x9d", "a")])
    for names in (["mojibake", "control-characters"], ["control-characters", "mojibake"]):
        assert clean(rows, chosen(names)).rows.texts == ["caf\u00e9 \u201cso\u201d"]
