import pytest

from datakit.testing import find


def test_what_nobody_sees_is_found():
    """Zero-width space, soft hyphen, joiners without cause, byte order mark, direction, filler, tag."""
    hidden = "\u200b\u00ad\u200c\u200d\ufeff\u2060\u200e\u202e\u2066\u3164\U000e0041"
    train = [("plain", "x"), *[(f"fr{c}ee", "x") for c in hidden]]
    (finding,) = find("invisible-characters", train=train)
    assert finding.lines == tuple(range(2, len(hidden) + 2))
    assert finding.evidence["examples"][:2] == ["fr<U+200B>ee", "fr<U+00AD>ee"]


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f937\U0001f3fd\u200d\u2640\ufe0f sure",  # a shrugging woman
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
        "\u2764\ufe0f\u200d\U0001f525",  # a heart on fire
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian
        "\u0915\u094d\u200d\u0937",  # Hindi
        "\u0e20\u0e32\u0e29\u0e32\u200b\u0e44\u0e17\u0e22",  # Thai
        "\u200f\u05e9\u05dc\u05d5\u05dd\u200f",  # Hebrew
        "non\u00a0breaking, thin\u2009space, na\u00efve",
    ],
)
def test_what_is_needed_is_no_fault(text):
    """Joiners in emoji and in scripts that are shaped by them; marks of direction where it changes; spaces."""
    assert find("invisible-characters", train=[(text, "x")]) == []


def test_a_joiner_whose_emoji_was_lost_is_a_fault():
    """It joins nothing."""
    (finding,) = find("invisible-characters", train=[("ouch \u200d\u2640\ufe0f", "x")])
    assert finding.evidence["examples"] == ["ouch <U+200D>\u2640\ufe0f"]
