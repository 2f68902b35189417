import pytest

from datakit.testing import find


def test_control_characters_are_found():
    """Of C0, the delete character, and of C1."""
    texts = ["bell\x07", "plain", "\x00", "form\x0cfeed", "del\x7f", "that\x92s", "naïve\x85"]
    (finding,) = find("control-characters", train=[(text, "x") for text in texts])
    assert finding.lines == (1, 3, 4, 5, 6, 7)
    assert finding.evidence["examples"][0] == "bell\\x07"


@pytest.mark.parametrize("text", ["tab\tand line\r\nend\n", "naïve café", "zero\u200bwidth", "über 20 °C", "中文"])
def test_line_ends_and_other_letters_are_none(text):
    """Nor are other characters that cannot be seen."""
    assert find("control-characters", train=[(text, "x")]) == []
