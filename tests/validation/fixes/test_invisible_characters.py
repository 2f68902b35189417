import pytest


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("fr\u200bee pri\u00adze", "free prize"),
        ("\ufeffhello", "hello"),
        ("left\u200e to \u202dright\u202c", "left to right"),
        ("a\u200b\u200db", "ab"),
    ],
)
def test_what_nobody_sees_is_deleted(text_of, text, visible):
    """Nothing is put in its place."""
    assert text_of("invisible-characters", text) == visible


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f469\u200d\U0001f469\u200d\U0001f467",
        "\u0645\u06cc\u200c\u0634\u0648\u062f",
        "\u05d0\u200f b",
        "a\u00a0b",
    ],
)
def test_what_is_needed_stays(text_of, text):
    """Joiners in emoji and in Persian, marks of direction beside Hebrew, spaces."""
    assert text_of("invisible-characters", text) == text
